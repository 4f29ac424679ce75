"""How late the loop is: what has to be done now waits behind what is being done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from softswitch.types import Seconds

TICK: Seconds = 0.05
"""How often it is measured."""

IN_A_ROW = 2
"""One late measurement is a pause; so many in a row are a load that is too high."""

CALM: Seconds = 1.0
"""So long it must have been below half the limit before it counts as over."""


class Lateness:
    """Whether the loop is late, with hysteresis: pure."""

    def __init__(self, limit: Seconds | None) -> None:
        """`limit`: later than this is too late; None: never."""
        self.limit = limit
        self.late = False
        self._above = 0
        self._calm_since: Seconds | None = None

    def measured(self, lag: Seconds, now: Seconds) -> bool:
        """A timer came so much too late; whether the loop counts as late from now on."""
        if self.limit is None:
            self.late = False
            return False
        self._above = self._above + 1 if lag > self.limit else 0
        if lag > self.limit / 2:
            self._calm_since = None
        elif self._calm_since is None:
            self._calm_since = now
        if self._above >= IN_A_ROW:
            self.late = True
        elif self.late and self._calm_since is not None and now - self._calm_since >= CALM:
            self.late = False
        return self.late


class LagMeter:
    """Measures the running loop by a timer, and tells."""

    def __init__(self, limit: Seconds | None, tell: Callable[[bool], None]) -> None:
        """`tell` gets the news whenever the loop becomes late, and when it is so no more."""
        self.lateness = Lateness(limit)
        self.worst: Seconds = 0.0
        """The latest that the timer ever was."""
        self.total: Seconds = 0.0
        """The sum of all measurements."""
        self.measured = 0
        """How many."""
        self._tell = tell
        self._timer: asyncio.TimerHandle | None = None
        self._due: Seconds = 0.0

    def start(self) -> None:
        """Begin to measure."""
        self._arm()

    def stop(self) -> None:
        """No more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + TICK
        self._timer = loop.call_at(self._due, self._measure)

    def _measure(self) -> None:
        now = asyncio.get_running_loop().time()
        lag, before = now - self._due, self.lateness.late
        self.worst = max(self.worst, lag)
        self.total, self.measured = self.total + max(0.0, lag), self.measured + 1
        if self.lateness.measured(lag, now) != before:
            self._tell(not before)
        self._arm()
