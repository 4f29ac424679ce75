"""Thresholds as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from softswitch.types import QueueName, Seconds


class Measure(StrEnum):
    """What can be alarming about a queue."""

    WAITING = "waiting"
    """Callers who wait."""
    LONGEST_WAIT = "longest_wait"
    """Seconds that the one has waited who waits longest."""
    SERVICE_LEVEL = "service_level"
    """Of the last half hour, 0 to 1, by the queue's formula."""
    FREE_AGENTS = "free_agents"
    """Agents who can be offered a call."""
    ABANDONED = "abandoned"
    """Callers who gave up within the last half hour."""

    @property
    def falls(self) -> bool:
        """Whether less is worse."""
        return self in (Measure.SERVICE_LEVEL, Measure.FREE_AGENTS)


class Level(StrEnum):
    """How bad it is."""

    WARN = "warn"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Of one figure of one queue. A figure is beyond a limit when it is there or worse; a service level is
    beyond only when it is worse.
    """

    measure: Measure
    limits: Mapping[Level, float]
    """At least one."""
    until: float
    """The figure is good again when it is here or better."""
    calls: int = 0
    """Of a service level: with fewer calls in the last half hour it says nothing."""

    def is_beyond(self, level: Level, value: float) -> bool:
        """Whether a figure is that bad."""
        limit = self.limits.get(level)
        if limit is None:
            return False
        if self.measure is Measure.SERVICE_LEVEL:
            return value < limit
        return value <= limit if self.measure.falls else value >= limit

    def is_good(self, value: float) -> bool:
        """Whether a figure is no reason for anything."""
        return value >= self.until if self.measure.falls else value <= self.until


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """All of them."""

    queues: Mapping[QueueName, tuple[Threshold, ...]] = field(default_factory=dict)
    after: Seconds = 20.0
    calm: Seconds = 60.0
    mail_to: tuple[str, ...] = ()
    mail_from: Level = Level.ALARM
    """The mildest level that is mailed."""
