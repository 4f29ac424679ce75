"""longest-idle: fair to the agents."""

from __future__ import annotations

from operator import attrgetter

from softswitch.acd.strategies.base import Ask, Choice

_BY_IDLENESS = attrgetter("load", "idle_since")


class LongestIdle:
    """The agent who has been idle longest; one who is in another call already (limit above 1) comes after
    all who are idle. Ties go by the team's order.

    A failed offer starts the idle time anew, so that an absent agent does not delay every single caller.
    """

    name = "longest-idle"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """By calls in hand, then by idle time."""
        return Choice(sorted(ask.candidates, key=_BY_IDLENESS))
