"""Who failed to log in too often: pure."""

from __future__ import annotations

from collections import OrderedDict, deque

from softswitch.types import Seconds

FAILURES = 5
WITHIN: Seconds = 600.0
KNOWN = 10_000
"""Sources remembered; beyond, the eldest are forgotten."""


class Attempts:
    """Failures by source."""

    def __init__(self, failures: int = FAILURES, within: Seconds = WITHIN) -> None:
        """So many within so many seconds are too many."""
        self._failures = failures
        self._within = within
        self._seen: OrderedDict[str, deque[Seconds]] = OrderedDict()

    def wait(self, source: str, now: Seconds) -> Seconds:
        """How long this source must wait before it may try again; 0: it may."""
        seen = self._seen.get(source)
        if seen is None or len(seen) < self._failures:
            return 0.0
        return max(0.0, seen[0] + self._within - now)

    def failed(self, source: str, now: Seconds) -> None:
        """It failed once more."""
        seen = self._seen.pop(source, None) or deque(maxlen=self._failures)
        seen.append(now)
        self._seen[source] = seen
        if len(self._seen) > KNOWN:
            self._seen.popitem(last=False)

    def succeeded(self, source: str) -> None:
        """It knows the password: what was before was a mistake."""
        self._seen.pop(source, None)
