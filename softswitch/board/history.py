"""The counts of queues over the last hours: figures of the last half hour and of today, and trends. Pure.

Every figure is the difference of two readings of the engine's own counts, so it is defined as they are.
Moments are seconds since the epoch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from softswitch.acd.stats import RATIOS, QueueCounts
from softswitch.hours import midnight
from softswitch.types import QueueName, Seconds

STEP: Seconds = 300.0
"""Of a trend."""

STEPS = 96
"""Those that are remembered: eight hours."""

LATELY: Seconds = 1800.0
"""Of `lately`."""

FINE: Seconds = 60.0
"""Between two readings for it."""

NOTHING = QueueCounts()


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in one queue within `STEP` seconds."""

    at: float
    """When it began, a multiple of `STEP`."""
    counts: QueueCounts
    waiting: int
    """The most who waited at once."""


@dataclass(slots=True)
class _Queue:
    """One queue."""

    morning: QueueCounts
    """The counts at midnight."""
    begun: QueueCounts
    """Those at the beginning of the step."""
    now: QueueCounts
    most: int = 0
    """Who waited at once since the step began."""
    differences: dict[str, tuple[QueueCounts, QueueCounts, QueueCounts]] = field(default_factory=dict)
    """What was worked out last: of these counts, since those."""
    fine: deque[tuple[float, QueueCounts]] = field(
        default_factory=lambda: deque(maxlen=int(LATELY / FINE) + 1)
    )
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=STEPS))

    def since(self, name: str, before: QueueCounts) -> QueueCounts:
        """What was counted since; worked out once while nothing is."""
        known = self.differences.get(name)
        if known is None or known[0] is not self.now or known[1] is not before:
            known = self.differences[name] = self.now, before, self.now.after(before)
        return known[2]


class History:
    """Of all queues, since some moment of today."""

    def __init__(self, zone: str | None) -> None:
        """`zone`: whose days it follows; None: the machine's."""
        self._zone = zone
        self._queues: dict[QueueName, _Queue] = {}
        self._today = float("-inf")
        self._step = self._minute = float("-inf")

    def restore(self, steps: Mapping[QueueName, Iterable[Step]], now: float) -> None:
        """What was counted today before the switch started; the engine's counts go on from there."""
        for name, some in steps.items():
            kept = [one for one in some if one.at + STEP <= now]
            total = kept[-1].counts if kept else NOTHING
            queue = _Queue(NOTHING, total, total)
            before = NOTHING
            for one in kept:
                queue.steps.append(Step(one.at, one.counts.after(before), one.waiting))
                queue.fine.append((one.at + STEP, one.counts))
                before = one.counts
            self._queues[name] = queue

    def note(self, now: float, queues: Mapping[QueueName, tuple[QueueCounts, int]]) -> bool:
        """A reading: the counts of each queue and how many wait. Returns whether a step has ended."""
        today = midnight(now, self._zone) if not self._today <= now < self._today + 3600 * 23 else self._today
        step, minute = now - now % STEP, now - now % FINE
        dawned = today > self._today > float("-inf")
        ended, self._step = step > self._step > float("-inf"), step
        ticked, self._minute = minute > self._minute, minute
        self._today = today
        for name, (counts, waiting) in queues.items():
            queue = self._queues.get(name)
            if queue is None:
                queue = self._queues[name] = _Queue(NOTHING, NOTHING, NOTHING)
                queue.fine.append((now, NOTHING))
            elif ended:
                queue.steps.append(Step(step - STEP, queue.now.after(queue.begun), queue.most))
                queue.begun, queue.most = queue.now, 0
            if dawned:
                queue.morning = queue.now
            if ticked:
                queue.fine.append((now, counts))
            if queue.now != counts:
                queue.now = counts
            queue.most = max(queue.most, waiting)
        return ended

    def today(self, queue: QueueName) -> QueueCounts:
        """Since midnight."""
        found = self._queues.get(queue)
        return NOTHING if found is None else found.since("today", found.morning)

    def lately(self, queue: QueueName, now: float) -> QueueCounts:
        """Of the last half hour, or as far back as is known."""
        found = self._queues.get(queue)
        if found is None or not found.fine:
            return NOTHING
        before = found.fine[0][1]
        for at, counts in found.fine:
            if at > now - LATELY:
                break
            before = counts
        return found.since("lately", before)

    def steps(self, queue: QueueName) -> list[Step]:
        """The steps that are over, the eldest first."""
        found = self._queues.get(queue)
        return [] if found is None else list(found.steps)


def level(counts: QueueCounts, formula: str) -> float | None:
    """The service level, 0 to 1, in thousandths; None while there is nothing to divide by."""
    ratio = RATIOS[formula].of(counts)
    return None if ratio is None else round(ratio, 3)
