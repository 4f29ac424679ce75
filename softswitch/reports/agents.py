"""The figures of agents: how long they talked, wrote notes, and were there. Defined in `figures.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from softswitch.types import Seconds

Span = tuple[float, float]
"""From, to: seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent."""

    agent: str
    calls: int
    talk: Seconds
    talk_mean: Seconds | None
    held: Seconds
    wrap_up: Seconds
    online: Seconds | None
    """None: the record does not say when this agent was there."""
    paused: Seconds
    """While there."""
    occupancy: float | None
    """0 to 1; more when calls overlap. None: not known, or of one queue alone."""


def agent_figures(
    talks: Iterable[tuple[str, int, float | None, float, float, int]],
    online: Mapping[str, list[Span]],
    paused: Mapping[str, list[Span]],
    *,
    whole: bool,
) -> list[AgentFigures]:
    """`talks`: agent, calls, talk, held, wrap-up, and of how many calls the talk is known. `whole`: of all
    queues, so that talk can be set against the time there.
    """
    sums = {row[0]: row for row in talks}
    return [
        _figures(sums.get(name, (name, 0, 0.0, 0.0, 0.0, 0)), online.get(name), paused.get(name, []), whole)
        for name in sorted(sums.keys() | (online.keys() if whole else ()))
    ]


def _figures(
    row: tuple[str, int, float | None, float, float, int],
    online: list[Span] | None,
    paused: list[Span],
    whole: bool,
) -> AgentFigures:
    name, calls, talk, held, wrap_up, known = row
    talk = talk or 0.0
    there = None if online is None else sum(end - start for start, end in online)
    away = sum(
        max(0.0, min(end, until) - max(start, since))
        for start, end in online or ()
        for since, until in paused
    )
    ready = (there or 0.0) - away
    occupancy = (talk + wrap_up) / ready if whole and ready > 0 else None
    return AgentFigures(
        name, calls, talk, talk / known if known else None, held, wrap_up, there, away, occupancy
    )
