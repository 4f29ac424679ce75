"""Open, closed or holiday at a moment: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Schedule:
    """One set of opening hours."""

    name: str
    timezone: str
    open: Mapping[int, tuple[tuple[time, time], ...]]
    """Spans by weekday, Monday is 0. A span that ends at or before its start runs into the next day; 24:00 is
    written as time(0, 0)."""
    holidays: str | None = None
    """A country, or country-region (`PL`, `DE-BY`), of the `holidays` library; None: no holidays."""
    closed: frozenset[date] = field(default_factory=frozenset)
    """Extra days off."""


@dataclass(frozen=True, slots=True)
class Hours:
    """All schedules by name."""

    schedules: Mapping[str, Schedule] = field(default_factory=dict)
