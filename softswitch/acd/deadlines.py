"""All moments the engine waits for; a cancelled one stays where it is, dead, until its time has come.

Cancelling is far more common than expiring (most phones are answered, most callers served in time), so it
must cost next to nothing. Dead timers are swept out when they are many: memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

from softswitch.types import Seconds

_SWEEP_FROM = 1024
"""Fewer dead timers are not worth a sweep."""

_SPAN: Final = 8.0
"""Seconds. A power of two, so that every moment is in the span that its division gives, to the last bit."""


class Timer:
    """One moment, and what is due then.

    Once fired or cancelled it lets go of what it was for, so a timer and its owner are no garbage cycle and a
    dead one in the heap keeps nothing alive.
    """

    __slots__ = ("at", "due", "of_what", "order")

    def __init__(
        self, at: Seconds, order: int, due: Callable[..., None], of_what: tuple[object, ...]
    ) -> None:
        self.at = at
        self.order = order
        """Grows with each timer that is set."""
        self.due: Callable[..., None] | None = due
        """What to call; None: it is dead."""
        self.of_what = of_what
        """With what."""

    def __lt__(self, other: Timer) -> bool:
        """Is due earlier, or at the same moment and was set earlier."""
        return self.at < other.at or (self.at == other.at and self.order < other.order)

    def kill(self) -> None:
        """It is over."""
        self.due = None
        self.of_what = ()


class Deadlines:
    """Timers by their moment; those of the same moment in the order they were set.

    In the heap is what is due before `_until`; what is due later waits outside, unsorted, by the span of time
    in which it will be. So while something is due soon the heap stays small, however much is due in an hour,
    and never hears of what is cancelled until then. When nothing is due soon it reaches to the next span
    in which something is, and until then is as large as any heap would be.
    """

    __slots__ = ("_dead", "_heap", "_later", "_most", "_set", "_spans", "_until")

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._until: Seconds = -inf
        self._later: dict[float, list[Timer]] = {}
        """By the number of the span."""
        self._spans: list[float] = []
        """A heap of these numbers."""
        self._set = 0
        self._dead = 0
        self._most = _SWEEP_FROM
        """So many dead ones are swept out: as many as were alive at the last time."""

    def __len__(self) -> int:
        return sum(map(len, self._later.values())) + len(self._heap) - self._dead

    def set(self, at: Seconds, due: Callable[..., None], *of_what: object) -> Timer:
        """Have `due(*of_what)` called when `at` has come. A bound method would be one object more."""
        self._set = order = self._set + 1
        timer = Timer(at, order, due, of_what)
        if at < self._until:
            heappush(self._heap, timer)
            return timer
        span = at // _SPAN if at < inf else inf
        if span in self._later:
            self._later[span].append(timer)
        else:
            self._later[span] = [timer]
            heappush(self._spans, span)
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Forget a timer. None, and one that fired or was cancelled, do no harm."""
        if timer is None or timer.due is None:
            return
        timer.kill()
        self._dead = dead = self._dead + 1
        if dead > self._most:
            self._sweep()

    def _sweep(self) -> None:
        for timers in (self._heap, *self._later.values()):  # in place: `fire` has the heap in hand
            timers[:] = _alive(timers)
        heapify(self._heap)
        self._dead = 0
        self._most = max(_SWEEP_FROM, len(self))

    def _come_nearer(self) -> bool:
        """The heap is empty: what is due in the next span goes there. False: there is none."""
        while self._spans and not self._heap:
            span = heappop(self._spans)
            timers = self._later.pop(span)
            self._until = (span + 1) * _SPAN
            self._heap += _alive(timers)
            self._dead -= len(timers) - len(self._heap)
        heapify(self._heap)
        return bool(self._heap)

    def next(self) -> Seconds | None:
        """The earliest moment that something is due; None when nothing is."""
        heap = self._heap
        while heap or self._come_nearer():
            first = heap[0]
            if first.due is not None:
                return first.at
            heappop(heap)
            self._dead -= 1
        return None

    def fire(self, now: Seconds) -> None:
        """Do all that is due at `now`, and what that makes due."""
        heap = self._heap
        while (heap or self._come_nearer()) and heap[0].at <= now:
            timer = heappop(heap)
            due, of_what = timer.due, timer.of_what
            if due is not None:
                timer.kill()
                due(*of_what)
            else:
                self._dead -= 1


def _alive(timers: Iterable[Timer]) -> list[Timer]:
    return [timer for timer in timers if timer.due is not None]
