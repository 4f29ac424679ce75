"""hunt: always from the top."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice


class Hunt:
    """The first free agent in the team's order, for each caller anew; the last ones are reserves.

    One who does not answer is followed by the next one down, since who declined a caller comes after all
    who have not.
    """

    name = "hunt"

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """The order they come in."""
        return Choice(ask.candidates)
