"""round-robin: everybody in turn."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice
from softswitch.types import AgentName


class RoundRobin:
    """The next agent of the team after the one this queue offered last, whether or not that one answered.

    The turn is kept per queue. When the last one has left the team, the turn goes on at the same place.
    """

    name = "round-robin"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """The team's order, rotated to begin after the last one offered."""
        places, memory = ask.places, ask.memory
        last = AgentName(str(memory.get("last", "")))
        order = ask.beginning_at(places.get(last, int(memory.get("place", 0)) - 1) + 1)
        memory["last"] = order[0].name
        memory["place"] = places[order[0].name]
        return Choice(order)
