"""fewest-calls: who has taken the fewest."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice


class FewestCalls:
    """The agent who has taken the fewest calls, of all queues, goes first; of equals the one idle longest.

    A call that an agent handed on counts once, and one that came to nothing does not count.
    """

    name = "fewest-calls"
    ranked_by = ("taken", "load", "idle_since")

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """As they are ranked."""
        return Choice(ask.candidates)
