"""longest-idle: fair to the agents."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice


class LongestIdle:
    """The agent who has been idle longest; one who is in another call already (limit above 1) comes after
    all who are idle. Ties go by the team's order.

    A failed offer starts the idle time anew, so that an absent agent does not delay every single caller.
    """

    name = "longest-idle"
    ranked_by = ("load", "idle_since")

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """As they are ranked."""
        return Choice(ask.candidates)
