"""The figures of agents: how long they talked, wrote notes, and were there. Defined in `figures.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from softswitch.types import OfferFailure, Seconds

Span = tuple[float, float]
"""From, to: seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent."""

    agent: str
    offered: int
    """How often the agent was rung, whatever became of it."""
    answered: int
    missed: int
    """Rang until the ring time was over."""
    declined: int
    calls: int
    """Conversations, those that were not offered too."""
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


DECLINED = (OfferFailure.REJECTED, OfferFailure.BUSY)

Talks = tuple[str, int, float | None, float, float, int]
"""Agent, calls, talk, held, wrap-up, and of how many calls the talk is known."""


def agent_figures(
    talks: Iterable[Talks],
    offers: Iterable[tuple[str, str, int]],
    online: Mapping[str, list[Span]],
    paused: Mapping[str, list[Span]],
    *,
    whole: bool,
) -> list[AgentFigures]:
    """`offers`: agent, result, how many. `whole`: of all queues, so that talk can be set against the time
    there.
    """
    sums, rung = {row[0]: row for row in talks}, dict[str, Counter[str]]()
    for name, result, count in offers:
        rung.setdefault(name, Counter())[result] += count
    return [
        _figures(
            sums.get(name, (name, 0, 0.0, 0.0, 0.0, 0)),
            rung.get(name, Counter()),
            online.get(name),
            paused.get(name, []),
            whole,
        )
        for name in sorted({*sums, *rung, *(online if whole else ())})
    ]


def _figures(
    row: Talks,
    rung: Counter[str],
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
        agent=name,
        offered=rung.total(),
        answered=rung["answered"],
        missed=rung[OfferFailure.NO_ANSWER],
        declined=sum(rung[result] for result in DECLINED),
        calls=calls,
        talk=talk,
        talk_mean=talk / known if known else None,
        held=held,
        wrap_up=wrap_up,
        online=there,
        paused=away,
        occupancy=occupancy,
    )
