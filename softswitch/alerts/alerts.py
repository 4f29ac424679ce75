"""Figures in, changes of levels out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from softswitch.alerts.settings import AlertSettings, Level, Measure, Threshold
from softswitch.types import QueueName, Seconds

Key = tuple[QueueName, Measure]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one queue at one moment; None where there is none, which is alarming to nobody."""

    waiting: int = 0
    longest_wait: Seconds = 0.0
    service_level: float | None = None
    calls: int = 0
    """On which the service level is based."""
    free_agents: int | None = None
    abandoned: int = 0

    def of(self, threshold: Threshold) -> float | None:
        """What a threshold looks at."""
        if threshold.measure is Measure.SERVICE_LEVEL and self.calls < threshold.calls:
            return None
        value: float | None = getattr(self, threshold.measure)
        return value


@dataclass(frozen=True, slots=True)
class Raised:
    """A figure has come to a level; from `alarm` to `warn` too."""

    queue: QueueName
    measure: Measure
    level: Level
    was: Level | None
    value: float | None
    """None: there is none any more, and the level is not over yet."""
    limit: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A figure is good again, or nobody wants to know any more."""

    queue: QueueName
    measure: Measure
    was: Level
    worst: Level
    value: float | None
    lasted: Seconds
    unwatched: bool = False
    """The settings do not name it any more, or the queue is closed."""


@dataclass(slots=True)
class Running:
    """A figure that is at a level."""

    level: Level
    since: Seconds
    """When it came to any level."""
    limit: float
    worst: Level


@dataclass(slots=True)
class _Latch:
    """One limit of one figure: on when it was passed for long enough, off when all was well for so long."""

    on: bool = False
    since: Seconds | None = None
    """From when on the figure has said the contrary."""

    def look(self, *, beyond: bool, good: bool, now: Seconds, settings: AlertSettings) -> None:
        if not (good if self.on else beyond):
            self.since = None
            return
        if self.since is None:
            self.since = now
        if now - self.since >= (settings.calm if self.on else settings.after):
            self.on, self.since = not self.on, None


@dataclass(slots=True)
class _Watch:
    """One figure of one queue."""

    latches: dict[Level, _Latch] = field(default_factory=lambda: {level: _Latch() for level in Level})
    running: Running | None = None

    @property
    def level(self) -> Level | None:
        return next((level for level in (Level.ALARM, Level.WARN) if self.latches[level].on), None)


class Alerts:
    """All figures that are watched. A reload keeps those that run."""

    def __init__(self, settings: AlertSettings) -> None:
        self.settings = settings
        self._watches: dict[Key, _Watch] = {}

    def running(self) -> Mapping[Key, Running]:
        """Those that are at a level."""
        return {key: watch.running for key, watch in self._watches.items() if watch.running is not None}

    def look(self, queues: Mapping[QueueName, Figures], now: Seconds) -> list[Raised | Ended]:
        """What has changed at `now`; `queues`: those that are open. To be called every second or so."""
        changes: list[Raised | Ended] = []
        wanted: set[Key] = set()
        for queue, thresholds in self.settings.queues.items():
            if (figures := queues.get(queue)) is None:
                continue
            for threshold in thresholds:
                key = queue, threshold.measure
                wanted.add(key)
                watch = self._watches.setdefault(key, _Watch())
                changes += self._look(key, watch, threshold, figures.of(threshold), now)
        for key in self._watches.keys() - wanted:
            if (running := self._watches.pop(key).running) is not None:
                lasted = now - running.since
                changes.append(Ended(*key, running.level, running.worst, None, lasted, unwatched=True))
        return changes

    def _look(
        self, key: Key, watch: _Watch, threshold: Threshold, value: float | None, now: Seconds
    ) -> Iterator[Raised | Ended]:
        for level, latch in watch.latches.items():
            beyond = value is not None and threshold.is_beyond(level, value)
            good = value is None or threshold.is_good(value) or self._is_eased(level, threshold, value)
            latch.look(beyond=beyond, good=good, now=now, settings=self.settings)
        running, level_now = watch.running, watch.level
        was = None if running is None else running.level
        if level_now is was:
            return
        if level_now is None:
            assert running is not None
            watch.running = None
            yield Ended(*key, running.level, running.worst, value, now - running.since)
            return
        limit = threshold.limits.get(level_now, threshold.until)
        worst = Level.ALARM if Level.ALARM in (level_now, running and running.worst) else Level.WARN
        watch.running = Running(level_now, running.since if running else now, limit, worst)
        yield Raised(*key, level_now, was, value, limit)

    def _is_eased(self, level: Level, threshold: Threshold, value: float) -> bool:
        """Whether an alarm is but a warning by now: halfway between the two limits, at least."""
        warn, alarm = threshold.limits.get(Level.WARN), threshold.limits.get(Level.ALARM)
        if level is not Level.ALARM or warn is None or alarm is None:
            return False
        between = (warn + alarm) / 2
        return value > between if threshold.measure.falls else value < between
