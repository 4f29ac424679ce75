"""ring-all: every free phone rings."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice


class RingAll:
    """All free agents at once; the first answer wins. Who gets free while a caller's phones ring is rung
    for the next caller in line, or joins in when there is none.
    """

    name = "ring-all"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """Everybody, in the team's order."""
        return Choice(ask.candidates, at_once=None)
