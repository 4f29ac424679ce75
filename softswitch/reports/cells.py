"""How figures are written for people: durations as m:ss, shares in per cent, - where there is nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from softswitch.reports.agents import AgentFigures
from softswitch.reports.callbacks import CallbackFigures
from softswitch.reports.figures import Figures
from softswitch.reports.wording import ENGLISH, Words

FIGURES = (
    *("offered", "answered", "abandoned", "short", "turned_away"),
    *("abandonment", "service_level", "service_level_2"),
    *("wait_mean", "wait_median", "wait_p95", "talk_mean", "talk", "held", "wrap_up"),
    *("estimate_error", "estimate_error_share", "voicemails"),
)
"""Of `Figures`, those that are shown, in this order."""

AGENT_FIGURES = (
    *("offered", "answered", "missed", "declined", "calls"),
    *("talk_mean", "talk", "held", "wrap_up", "online", "paused", "occupancy"),
)
"""Of `AgentFigures`."""

CALLBACK_FIGURES = ("wanted", "reached", "not_reached", "withdrawn", "waiting", "attempts", "wait_mean")
"""Of `CallbackFigures`."""

_SHARES = frozenset({"abandonment", "service_level", "service_level_2", "estimate_error_share", "occupancy"})
_TIMES = frozenset({
    "wait_mean", "wait_median", "wait_p95", "talk_mean", "talk", "held", "wrap_up", "estimate_error",
    "online", "paused",
})  # fmt: skip


def cells(one: Figures | AgentFigures | CallbackFigures, names: tuple[str, ...], words: Words) -> list[str]:
    """A cell for each of its figures that are named."""
    return [_cell(name, getattr(one, name), words) for name in names]


def _cell(name: str, value: Any, words: Words) -> str:
    if name in _SHARES:
        return words.share(value)
    return clocked(value, words) if name in _TIMES else words.count(value)


def label(text: str, by: str, words: Words) -> str:
    """What a line is called, by what the lines are for."""
    return words.day(date.fromisoformat(text)) if by == "day" else text


def clocked(seconds: float | None, words: Words = ENGLISH) -> str:
    """As 0:07 or 12:03:00."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{words.count(hours)}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
