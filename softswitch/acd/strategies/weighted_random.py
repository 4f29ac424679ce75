"""weighted-random: by chance, and some oftener than others."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Candidate, Choice


class WeightedRandom:
    """Each free agent is drawn with a chance in proportion to the weight in the team; the others follow in
    the order of further draws. One of weight 0 comes after all who have some.

    Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006): sorting by u ** (1 / weight),
    u uniform, gives just these draws.
    """

    name = "weighted-random"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """By draws."""

        def key(agent: Candidate) -> float:
            weight, drawn = ask.weights.get(agent.name, 1.0), 1.0 - ask.chance.fraction()
            return drawn ** (1.0 / weight) if weight > 0 else drawn - 1.0

        return Choice(sorted(ask.candidates, key=key, reverse=True))
