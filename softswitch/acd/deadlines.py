"""All moments the engine waits for, in one heap; a cancelled one stays in it, dead, until it surfaces.

Cancelling is far more common than expiring (most phones are answered, most callers served in time), so it
must cost next to nothing. Dead timers are swept out when they are the majority: memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush

from softswitch.types import Seconds

_SWEEP_FROM = 1024
"""Below so many entries a sweep is not worth it."""


class Timer:
    """One moment and what is due then.

    Once fired or cancelled it lets go of what it was for, so a timer and its owner are no garbage cycle and a
    dead one in the heap keeps nothing alive.
    """

    __slots__ = ("at", "due")

    def __init__(self, at: Seconds, due: Callable[[], None]) -> None:
        self.at = at
        self.due: Callable[[], None] | None = due


class Deadlines:
    """Timers by their moment; those of the same moment in the order they were set."""

    __slots__ = ("_dead", "_heap", "_set")

    def __init__(self) -> None:
        self._heap: list[tuple[Seconds, int, Timer]] = []
        self._set = 0
        self._dead = 0

    def __len__(self) -> int:
        return len(self._heap) - self._dead

    def set(self, at: Seconds, due: Callable[[], None]) -> Timer:
        """Have `due` done when `at` has come."""
        timer = Timer(at, due)
        self._set += 1
        heappush(self._heap, (at, self._set, timer))
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Forget a timer. None, and one that fired or was cancelled, do no harm."""
        if timer is None or timer.due is None:
            return
        timer.due = None
        self._dead += 1
        if self._dead > _SWEEP_FROM and self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].due]
            heapify(self._heap)
            self._dead = 0

    def next(self) -> Seconds | None:
        """The earliest moment that something is due; None when nothing is."""
        heap = self._heap
        while heap:
            if heap[0][2].due:
                return heap[0][0]
            heappop(heap)
            self._dead -= 1
        return None

    def pop_due(self, now: Seconds) -> Callable[[], None] | None:
        """Take out what is due next at `now`; None when nothing is left."""
        at = self.next()
        if at is None or at > now:
            return None
        timer = heappop(self._heap)[2]
        due, timer.due = timer.due, None
        return due
