"""ring-progressively: one phone, then two, then three."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice
from softswitch.types import Seconds

STEP: Seconds = 5.0
"""After so long one more phone rings."""


class RingProgressively:
    """The first free agent of the team rings; every five seconds without an answer the next one joins in, and
    those before ring on. A caller who has waited through the whole team has all of it ringing.
    """

    name = "ring-progressively"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """The team's order, one more at once than in the round before."""
        return Choice(ask.candidates, at_once=ask.caller.rounds + 1, again=ask.now + STEP)
