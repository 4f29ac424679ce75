"""sequential: down the team once, then anew."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice
from softswitch.types import AgentName


class Sequential:
    """Each caller is led down the team's order: the next one after whom this caller was offered to last, and
    only after the last of the team the first again. Hunt begins at the top each time.
    """

    name = "sequential"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """The team's order, rotated to begin after the last one offered to this caller."""
        places, last = ask.places, ask.caller.offered_last
        return Choice(ask.beginning_at(0 if last is None else places.get(AgentName(last), -1) + 1))
