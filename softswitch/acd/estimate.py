"""How long a caller will wait: a simple estimate that would rather say nothing than guess.

With n agents busy at random points of conversations that take m seconds in the mean, one of them gets free
every m / n seconds; the caller at place p needs p of these. That knows nothing of other queues that the same
agents serve, of pauses to come, or of callers who give up: so it is calibrated against what came of it, and
is silent until it has seen enough, and while it was too far off.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isinf

from softswitch.types import Seconds

_REMEMBERED = 50
"""Conversations the mean is taken over: the last ones, so that it follows the day."""
_ENOUGH = 5
"""Conversations before the mean is trusted."""


class HandleTimes:
    """How long an agent is taken by one caller of a queue, from the first ring to the end of wrap-up."""

    __slots__ = ("_mean", "_times")

    def __init__(self) -> None:
        self._times: deque[Seconds] = deque(maxlen=_REMEMBERED)
        self._mean = 0.0

    def add(self, taken: Seconds) -> None:
        """One more conversation ended."""
        self._times.append(taken)
        self._mean = sum(self._times) / len(self._times)

    @property
    def mean(self) -> Seconds | None:
        """None while too few conversations have ended."""
        return self._mean if len(self._times) >= _ENOUGH else None


_OUTCOMES = 50
"""Callers who waited, by whom the estimate is judged and corrected: the last ones."""
_FEWEST_OUTCOMES = 5
"""Of these before anything is said."""
_MOST_CORRECTION = 4.0
"""What is off by more than this factor is no estimate, and is not made one."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was estimated of one caller on joining, or on being held no more."""

    raw: Seconds
    """By place, conversations and agents alone."""
    said: Seconds
    """Corrected by how such estimates turned out before: what the caller would be told."""
    after: Seconds = 0.0
    """So long after joining: what is judged is the rest of the wait."""


class Calibration:
    """What came of the last estimates of a queue."""

    __slots__ = ("_outcomes",)

    def __init__(self) -> None:
        self._outcomes: deque[tuple[Foreseen, Seconds]] = deque(maxlen=_OUTCOMES)

    def foresee(self, raw: Seconds) -> Foreseen:
        """A fresh estimate, corrected by how much longer or shorter people waited than was estimated."""
        return Foreseen(raw, raw * self._factor())

    def note(self, foreseen: Foreseen, waited: Seconds) -> None:
        """Somebody of whom a wait was foreseen has been answered."""
        self._outcomes.append((foreseen, waited))

    def note_given_up(self, foreseen: Foreseen, waited: Seconds) -> None:
        """Somebody left without an answer: who had waited longer than was foreseen tells that it was wrong,
        by so much at least; of who left earlier nobody knows. Else only those with patience would count.
        """
        if waited > foreseen.said:
            self._outcomes.append((foreseen, waited))

    @property
    def error(self) -> float | None:
        """The mean distance between what was foreseen and the wait that came of it, as a part of the mean
        wait; None: too few have waited yet.
        """
        if len(self._outcomes) < _FEWEST_OUTCOMES:
            return None
        waited = sum(waited for _, waited in self._outcomes)
        off = sum(abs(foreseen.said - waited) for foreseen, waited in self._outcomes)
        return off / waited if waited > 0 else None

    def holds(self, most: float) -> bool:
        """Whether the error is known, and no more than `most`."""
        return (error := self.error) is not None and error <= most

    def _factor(self) -> float:
        if len(self._outcomes) < _FEWEST_OUTCOMES:
            return 1.0
        raw = sum(foreseen.raw for foreseen, _ in self._outcomes)
        waited = sum(waited for _, waited in self._outcomes)
        if raw <= 0:
            return 1.0
        return min(max(waited / raw, 1 / _MOST_CORRECTION), _MOST_CORRECTION)


def estimate(position: int, mean: Seconds | None, serving: float) -> Seconds | None:
    """The wait of the caller at `position` (1 is next) when `serving` calls can be served at once.

    None: unreliable, since no agent serves the queue, any number can be served at once, or `mean` is unknown.
    """
    if mean is None or not serving or isinf(serving):
        return None
    return position * mean / serving


class Told:
    """What one caller has been told: an estimate never rises unless the position did."""

    __slots__ = ("position", "wait")

    def __init__(self) -> None:
        self.position: int | None = None
        self.wait: Seconds | None = None

    def settle(self, position: int, wait: Seconds | None) -> Seconds | None:
        """The estimate to be said now, `wait` being the fresh one."""
        pushed_back = self.position is not None and position > self.position
        self.position = position
        if wait is None:
            return None
        self.wait = wait if self.wait is None or pushed_back else min(wait, self.wait)
        return self.wait
