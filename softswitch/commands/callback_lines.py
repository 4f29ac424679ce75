"""A callback for people: one story, over all its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.table import duration
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId

Data = Mapping[str, Any]


def _rest(data: Data) -> str:
    pause, tried = data.get("pause"), data.get("attempts", 0)
    until = "until the queue opens" if pause is None else f"for {duration(pause)}"
    return f"rests {until}, after {tried} attempt{'' if tried == 1 else 's'} in vain"


def _end(data: Data) -> str:
    who = f" by {data['agent']}" if data.get("agent") else f" by {data['by']}" if data.get("by") else ""
    into = f" in call {data['into']}" if data.get("into") else ""
    return f"over: {data.get('result')}{who}{into}, {duration(data.get('waited'))} after it was wanted"


_HELD = {
    "on-the-line": "need not be called: the customer has called, and waits or talks",
    "no-carrier": "cannot be called: no carrier is up that may be asked",
    "not-allowed": "cannot be called: the dial plan does not allow it",
}
_OURS = {
    "carrier": "no carrier could do it",
    "no-channel": "no channel of any trunk was free",
    "not-allowed": "the dial plan does not allow it",
    "on-the-line": "the customer has called meanwhile",
    "ended": "ended before the customer was reached",
}


def _not_reached(data: Data) -> str:
    status = f" ({data['status']})" if data.get("status") else ""
    if data.get("counted", True):
        return f"not reached: {data.get('why')}{status}"
    return f"{_OURS.get(str(data.get('why')), data.get('why'))}{status}; this does not count as an attempt"


_SAYS: Mapping[str, Callable[[Data], str]] = {
    Kind.CALLBACK_WANTED: lambda data: f"wanted from queue {data.get('queue')}, at {data.get('number')}",
    Kind.CALLBACK_TRIED: lambda data: f"attempt {data.get('attempt')}",
    Kind.CALLBACK_NOT_REACHED: _not_reached,
    Kind.CALLBACK_HELD: lambda data: _HELD.get(str(data.get("why")), f"cannot be called: {data.get('why')}"),
    Kind.CALLBACK_RELEASED: lambda _: "can be called again",
    Kind.CALLBACK_RESTING: _rest,
    Kind.CALLBACK_RESTORED: lambda _: "goes on after a restart",
    Kind.CALLBACK_ENDED: _end,
}


def callback_story(wanted: CallId, events: Sequence[Recorded]) -> RenderableType:
    """What became of it, in order; each attempt with the call that it is."""
    lines: list[RenderableType] = [Text(f"callback {wanted}", style="bold")]
    for event in sorted(events, key=lambda event: event.seq):
        if says := _SAYS.get(event.kind):
            at = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S")
            call = f" (call {event.call})" if event.kind == Kind.CALLBACK_TRIED else ""
            lines.append(Text(f"   {at} {says(event.data).strip()}{call}"))
    return Group(*lines)
