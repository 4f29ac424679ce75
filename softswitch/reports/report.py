"""A report: everything that is told of a range, made of columns once and shown in many ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from softswitch.reports.agents import AgentFigures
from softswitch.reports.figures import Figures, Ints, Visits, clock, figures, grouped, heat, impatience

WAIT_STEPS = (
    0.0,
    10.0,
    20.0,
    30.0,
    45.0,
    60.0,
    90.0,
    120.0,
    180.0,
    240.0,
    300.0,
    420.0,
    600.0,
    900.0,
    1800.0,
)
"""Seconds: the steps of abandonment by waiting time."""


@dataclass(frozen=True, slots=True)
class Report:
    """Of one range, and of one queue or all."""

    title: str
    total: Figures
    groups: Mapping[str, list[Figures]]
    """By `hour`, `day`, `queue`."""
    agents: list[AgentFigures]
    heat: Ints
    """Visits by weekday, Monday first, and hour."""
    impatience: list[tuple[float, float, int]]
    """From which wait on, share that hung up before the next step, of how many."""


def make(
    title: str,
    visits: Visits,
    agents: Sequence[AgentFigures],
    local: Callable[[float], datetime] = datetime.fromtimestamp,
) -> Report:
    """All figures."""
    when = clock(visits.joined, local)
    groups = {
        "hour": grouped(visits, when.hour, lambda hour: f"{hour:02}:00"),
        "day": grouped(visits, when.day, lambda day: date.fromordinal(day).isoformat()),
        "queue": grouped(visits, visits.queue, lambda code: visits.names[code]),
    }
    total = figures(visits, "total")
    return Report(title, total, groups, list(agents), heat(when), impatience(visits, WAIT_STEPS))
