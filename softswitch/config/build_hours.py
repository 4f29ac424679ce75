"""Opening hours of the file, as the pure settings have them."""

from __future__ import annotations

from softswitch.config.models.hours import Schedule, days_of
from softswitch.hours import Schedule as PlainSchedule


def schedule(name: str, hours: Schedule) -> PlainSchedule:
    """One set of opening hours."""
    return PlainSchedule(
        name=name,
        timezone=hours.timezone,
        open={day: tuple(spans) for days, spans in hours.open.items() for day in days_of(days)},
        holidays=hours.holidays,
        closed=frozenset(hours.closed),
    )
