"""How long a caller will wait: a simple estimate that would rather say nothing than guess.

With n agents busy at random points of conversations that take m seconds in the mean, one of them gets free
every m / n seconds; the caller at place p needs p of these. It knows nothing of other queues that the same
agents serve, and is silent until it has seen enough conversations.
"""

from __future__ import annotations

from collections import deque
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
