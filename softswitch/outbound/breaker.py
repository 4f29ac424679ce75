"""Whether a server is worth asking: pure.

| state | a question | is left by |
|---|---|---|
| closed | is asked | `FAILURES` failures in a row: open |
| open | is not asked | time: half open |
| half open | one is asked, the others are not | its answer: closed; its failure: open, twice as long |
"""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.types import Seconds

FAILURES = 3
"""In a row, until the server is left alone."""

PAUSE: Seconds = 10.0
LONGEST: Seconds = 300.0


@dataclass(slots=True)
class Breaker:
    """One server's."""

    failures: int = 0
    """In a row."""
    pause: Seconds = 0.0
    """How long the server is left alone; 0: it is not."""
    until: Seconds = 0.0
    trying: bool = False
    """Somebody asks whether it answers again."""

    def may_ask(self, now: Seconds) -> bool:
        """Whether to ask now; who may must say how it went, by one of the other three."""
        if not self.pause:
            return True
        if now < self.until or self.trying:
            return False
        self.trying = True
        return True

    def answered(self) -> bool:
        """It answers. Returns whether that is news."""
        was_open, self.failures, self.pause, self.trying = bool(self.pause), 0, 0.0, False
        return was_open

    def failed(self, now: Seconds) -> bool:
        """It does not answer. Returns whether it is left alone from now on, for `pause`."""
        self.failures += 1
        was_trying, self.trying = self.trying, False
        if self.failures < FAILURES or (self.pause and not was_trying):
            return False
        self.pause = min(2 * self.pause, LONGEST) if self.pause else PAUSE
        self.until = now + self.pause
        return True

    def given_up(self) -> None:
        """Whoever asked does not want to know any more."""
        self.trying = False
