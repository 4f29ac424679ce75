"""An event as a line of text, and back.

{"seq":7,"at":1763765421.25,"time":"2025-11-21T22:50:21.250Z","kind":"MenuEntered","call":"c1",
 "data":{"menu":"welcome"},"version":1}
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from softswitch.ports import Recorded

dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode


def encode(event: Recorded) -> bytes:
    """An event as a line. What JSON cannot say is said as text, never refused."""
    try:
        data = dumps(event.data)
    except (ValueError, TypeError, RecursionError):
        data = dumps({"unprintable": repr(event.data)})
    call = "null" if event.call is None else dumps(event.call)
    line = (
        f'{{"seq":{event.seq},"at":{event.at:.6f},"time":"{utc(event.at)}","kind":{dumps(event.kind)},'
        f'"call":{call},"data":{data},"version":{event.version}}}\n'
    )
    return line.encode("utf-8", "backslashreplace")  # a lone surrogate becomes \udc80: JSON's own escape


def decode(line: bytes) -> Recorded | None:
    """The event of a line, None when it is none (garbage that a dying disk or an editor left)."""
    try:
        read: dict[str, Any] = json.loads(line)
        return Recorded(
            read["seq"], read["at"], read["kind"], read["call"], read["data"], read.get("version", 1)
        )
    except (ValueError, KeyError, TypeError):
        return None


def data_in(line: bytes) -> str:
    """The text behind `data` in a line that `encode` made."""
    text = line.decode(errors="replace")
    return text[text.index('"data":') + 7 : text.rindex(',"version":')]


def utc(at: float) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
