"""When queues open and close on a simulated day, by the hours of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from softswitch.config.settings import SwitchSettings
from softswitch.hours import Schedule, Standing, state
from softswitch.simulation.traffic import DAY, Traffic, Turn
from softswitch.types import QueueName, Seconds


def with_hours(settings: SwitchSettings, traffic: Traffic, zero: datetime | None = None) -> Traffic:
    """The same traffic, with the turns of those queues that have hours; without a day there are none. `zero`:
    the moment 0, where that is known better than by the clock of each queue.
    """
    if traffic.day is None and zero is None:
        return traffic
    turns = [
        turn
        for queue in settings.engine.queues
        if (name := settings.queue_hours.get(queue)) is not None
        for turn in _turns(queue, settings.hours.schedules[name], traffic, zero)
    ]
    return replace(traffic, turns=tuple(sorted(turns, key=lambda turn: turn.at)))


def beginning(day: date, clock: Seconds, zone: str | None) -> datetime:
    """When the clock of a zone (None: the machine's) shows so much that day, also if it is changed before."""
    return datetime.combine(day, time(), None if zone is None else ZoneInfo(zone)) + timedelta(seconds=clock)


def _turns(queue: QueueName, schedule: Schedule, traffic: Traffic, zero: datetime | None) -> Iterator[Turn]:
    if zero is None:
        assert traffic.day is not None
        zero = beginning(traffic.day, traffic.clock or 0.0, schedule.timezone).astimezone(UTC)
    at: Seconds = 0.0
    closed = False
    while at < traffic.span + DAY:
        found = state(schedule, zero + timedelta(seconds=at))
        if (found.standing is not Standing.OPEN) is not closed:
            closed = not closed
            yield Turn(at, queue, closed)
        if found.until is None:
            return
        at = (found.until - zero).total_seconds()
