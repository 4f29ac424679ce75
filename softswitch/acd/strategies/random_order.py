"""random: any free agent."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice


class RandomOrder:
    """Any free agent, each equally likely; the engine's seed decides, so a replay repeats it."""

    name = "random"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """Shuffled."""
        return Choice(ask.chance.shuffled(ask.candidates))
