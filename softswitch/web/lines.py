"""Events as server-sent events have them."""

from __future__ import annotations

import json

from softswitch.ports import Recorded

Line = tuple[int, str, bytes]
"""Number, kind, and the event as it is sent."""


def written(event: Recorded) -> Line:
    """An event as server-sent events have it (WHATWG HTML, section 9.2)."""
    body = {"seq": event.seq, "at": event.at, "kind": event.kind, "call": event.call, "data": event.data}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return event.seq, event.kind, f"id: {event.seq}\nevent: event\ndata: {text}\n\n".encode(errors="replace")


def json_of(line: Line) -> str:
    """The event alone, without what server-sent events put around it."""
    return line[2].partition(b"data: ")[2].rstrip().decode()
