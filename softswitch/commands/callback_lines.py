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
    pause = data.get("pause")
    until = "until the queue opens" if pause is None else f"for {duration(pause)}"
    return f"rests {until}, after {data.get('attempts', 0)} attempts in vain"


def _end(data: Data) -> str:
    who = f" by {data['agent']}" if data.get("agent") else f" by {data['by']}" if data.get("by") else ""
    return f"{data.get('result')}{who} after {duration(data.get('waited'))}"


_SAYS: Mapping[str, Callable[[Data], str]] = {
    Kind.CALLBACK_WANTED: lambda data: f"wanted from queue {data.get('queue')}, at {data.get('number')}",
    Kind.CALLBACK_TRIED: lambda data: f"attempt {data.get('attempt')}",
    Kind.CALLBACK_NOT_REACHED: lambda data: f"not reached: {data.get('why')} {data.get('status') or ''}",
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
