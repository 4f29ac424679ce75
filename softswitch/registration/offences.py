"""Who has failed to prove itself, and how often of late."""

from __future__ import annotations

from collections import deque

from softswitch.types import Seconds

CAPACITY = 10_000
"""Sources that are remembered at once, unless said otherwise; beyond it the one that was silent for longest
is forgotten."""


class Offences:
    """Counts failed authentications by source, within a window that moves along."""

    def __init__(self, failures: int | None, within: Seconds, capacity: int = CAPACITY) -> None:
        """`failures`: so many within so long are too many; None: never."""
        self._failures = failures
        self._within = within
        self._capacity = capacity
        self._seen: dict[str, deque[Seconds]] = {}

    def __len__(self) -> int:
        """Sources that are remembered."""
        return len(self._seen)

    def allow(self, failures: int | None, within: Seconds) -> None:
        """Other limits; what was counted stays."""
        self._failures, self._within = failures, within

    def count(self, source: str, now: Seconds, phones: int = 0) -> bool:
        """One more failure; whether it was one too many, and then the source begins anew. For each of its
        `phones` that have proved themselves it may fail as often again: one with a wrong password, which
        tries for ever, is no reason to shut out an office.
        """
        if self._failures is None:
            return False
        times = self._seen.pop(source, None) or deque()
        times.append(now)
        while times[0] <= now - self._within:
            times.popleft()
        if len(times) >= self._failures * (1 + phones):
            return True
        self._seen[source] = times
        if len(self._seen) > self._capacity:
            del self._seen[next(iter(self._seen))]
        return False

    def forgive(self, source: str) -> None:
        """Forget what the source did."""
        self._seen.pop(source, None)
