"""All moments the engine waits for, in one heap; a cancelled one stays in it, dead, until it surfaces.

Cancelling is far more common than expiring (most phones are answered, most callers served in time), so it
must cost next to nothing. Dead timers are swept out when they are the majority: memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any

from softswitch.types import Seconds

_SWEEP_FROM = 1024
"""Below so many entries a sweep is not worth it."""

_OVER = 2
"""So long is a timer of which only the moment and the order are left."""


class Timer(list[Any]):
    """One moment and what is due then: the moment, the order of setting, what to call, and with what.

    A list, so that it is its own entry in the heap and is compared without a call into Python; and only one:
    there are several for every caller, and the garbage collector looks at each object that there is.

    Once fired or cancelled it lets go of what it was for, so a timer and its owner are no garbage cycle and a
    dead one in the heap keeps nothing alive.
    """

    __slots__ = ()

    @property
    def at(self) -> Seconds:
        """The moment."""
        at: Seconds = self[0]
        return at


class Deadlines:
    """Timers by their moment; those of the same moment in the order they were set."""

    __slots__ = ("_dead", "_heap", "_set")

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._set = 0
        self._dead = 0

    def __len__(self) -> int:
        return len(self._heap) - self._dead

    def set(self, at: Seconds, due: Callable[..., None], *of_what: object) -> Timer:
        """Have `due(*of_what)` called when `at` has come. A bound method would be one object more."""
        self._set = order = self._set + 1
        timer = Timer((at, order, due, *of_what))
        heappush(self._heap, timer)
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Forget a timer. None, and one that fired or was cancelled, do no harm."""
        if timer is None or len(timer) == _OVER:
            return
        del timer[_OVER:]
        self._dead = dead = self._dead + 1
        if dead > _SWEEP_FROM and dead * 2 > len(self._heap):
            self._heap[:] = [entry for entry in self._heap if len(entry) > _OVER]  # in place: `fire` has it
            heapify(self._heap)
            self._dead = 0

    def next(self) -> Seconds | None:
        """The earliest moment that something is due; None when nothing is."""
        heap = self._heap
        while heap:
            first = heap[0]
            if len(first) > _OVER:
                at: Seconds = first[0]
                return at
            heappop(heap)
            self._dead -= 1
        return None

    def fire(self, now: Seconds) -> None:
        """Do all that is due at `now`, and what that makes due."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            timer = heappop(heap)
            if len(timer) > _OVER:
                _, _, due, *of_what = timer
                del timer[_OVER:]
                due(*of_what)
            else:
                self._dead -= 1
