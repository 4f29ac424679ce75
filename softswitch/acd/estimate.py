"""How long a caller will wait: an estimate that would rather say nothing than guess.

With n agents busy at random points of conversations that take m seconds in the mean, one of them gets free
every m / n seconds; the caller at place p needs p of these, fewer if others give up first (`estimators.py`).
That knows nothing of other queues that the same agents serve, or of pauses to come: so it is calibrated
against what came of it, and is silent until it has seen enough, and while it was too far off.
"""

from __future__ import annotations

from typing import Final

from softswitch.acd.estimators import DEFAULT, Basis
from softswitch.acd.record import record
from softswitch.types import Seconds

HANDLED: Final = 50
"""Conversations the mean is taken over: the last ones, so that it follows the day."""
_ENOUGH: Final = 5
"""Conversations before the mean is trusted."""


class Latest:
    """The last so many figures, and what they come to."""

    __slots__ = ("_kept", "_most", "_next", "total")

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[float] = []
        self._next = 0
        """The place of the oldest, once there are as many as are kept."""
        self.total = 0.0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, figure: float) -> None:
        """One more; the oldest gives way."""
        kept = self._kept
        if len(kept) < self._most:
            kept.append(figure)
            self.total += figure
            return
        self.total += figure - kept[self._next]
        kept[self._next] = figure
        self._next += 1
        if self._next == self._most:
            self._next = 0
            self.total = sum(kept)  # what was lost in rounding does not add up


class HandleTimes:
    """How long an agent is taken by one caller of a queue, from the first ring to the end of wrap-up."""

    __slots__ = ("_times", "mean")

    def __init__(self) -> None:
        self._times = Latest(HANDLED)
        self.mean: Seconds | None = None
        """None while too few conversations have ended."""

    def add(self, taken: Seconds) -> None:
        """One more conversation ended."""
        self._times.add(taken)
        if len(self._times) >= _ENOUGH:
            self.mean = self._times.total / len(self._times)


WAITS: Final = 200
"""Waits by which impatience is judged: the last ones."""
_FEWEST_GONE: Final = 5
"""Who gave up, of these, before anything follows from it."""


class Impatience:
    """How fast those who wait give up: who did, by all waits, as Erlang A has it: patience is exponential."""

    __slots__ = ("_gone", "_waits", "rate")

    def __init__(self) -> None:
        self._waits = Latest(WAITS)
        self._gone = Latest(WAITS)
        """1 of who gave up, 0 of the others."""
        self.rate = 0.0
        """Of those who wait, so many per second; 0 while too few have given up."""

    def note(self, waited: Seconds, gave_up: bool) -> None:
        """A wait is over."""
        if waited <= 0:
            return
        self._waits.add(waited)
        self._gone.add(float(gave_up))
        gone = self._gone.total
        self.rate = gone / self._waits.total if gone >= _FEWEST_GONE else 0.0


OUTCOMES: Final = 50
"""Callers who waited, by whom the estimate is judged and corrected: the last ones."""
_FEWEST_OUTCOMES: Final = 5
"""Of these before anything is said."""
_MOST_CORRECTION: Final = 4.0
"""What is off by more than this factor is no estimate, and is not made one."""


@record
class Foreseen:
    """What was estimated of one caller on joining, or on being held no more."""

    raw: Seconds
    """By place, conversations and agents alone."""
    said: Seconds
    """Corrected by how such estimates turned out before: what the caller would be told."""
    after: Seconds = 0.0
    """So long after joining: what is judged is the rest of the wait."""


@record
class Outcome:
    """What came of one estimate."""

    foreseen: Foreseen
    waited: Seconds
    """From the estimate on."""


class Calibration:
    """What came of the last estimates of a queue.

    It is asked far oftener than it learns, so all that it knows is worked out when it learns.
    """

    __slots__ = ("_factor", "_off", "_raw", "_waited", "error")

    def __init__(self) -> None:
        self._raw = Latest(OUTCOMES)
        """What was estimated before any correction."""
        self._waited = Latest(OUTCOMES)
        self._off = Latest(OUTCOMES)
        """How far what was said was from that."""
        self._factor = 1.0
        self.error: float | None = None
        """The mean distance between what was foreseen and the wait that came of it, as a part of the mean
        wait; None: too few have waited yet.
        """

    def corrected(self, raw: Seconds) -> Seconds:
        """A fresh estimate, corrected by how much longer or shorter people waited than was estimated."""
        return raw * self._factor

    def note(self, foreseen: Foreseen, waited: Seconds) -> None:
        """Somebody of whom a wait was foreseen has been answered."""
        self._raw.add(foreseen.raw)
        self._waited.add(waited)
        self._off.add(abs(foreseen.said - waited))
        if len(self._waited) >= _FEWEST_OUTCOMES:
            raw, all_waited = self._raw.total, self._waited.total
            self.error = self._off.total / all_waited if all_waited > 0 else None
            self._factor = _within_bounds(all_waited / raw) if raw > 0 else 1.0

    def note_given_up(self, foreseen: Foreseen, waited: Seconds) -> None:
        """Somebody left without an answer: who had waited longer than was foreseen tells that it was wrong,
        by so much at least; of who left earlier nobody knows. Else only those with patience would count.
        """
        if waited > foreseen.said:
            self.note(foreseen, waited)

    def holds(self, most: float) -> bool:
        """Whether the error is known, and no more than `most`."""
        return self.error is not None and self.error <= most


def _within_bounds(factor: float) -> float:
    return min(max(factor, 1 / _MOST_CORRECTION), _MOST_CORRECTION)


def estimate(position: int, mean: Seconds | None, serving: float, impatience: float = 0.0) -> Seconds | None:
    """The wait of the caller at `position` (1 is next) when `serving` calls can be served at once, and
    `impatience` of those who wait give up per second.

    None: unreliable, since no agent serves the queue, any number can be served at once, or `mean` is unknown.
    """
    return DEFAULT(Basis(position, mean, serving, impatience=impatience))


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
