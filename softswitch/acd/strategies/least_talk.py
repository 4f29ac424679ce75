"""least-talk: who has talked least."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Choice


class LeastTalk:
    """The agent who has talked the shortest time with callers, of all queues, goes first; of equals the one
    idle longest. The time in which a caller was handed on is not counted.
    """

    name = "least-talk"
    ranked_by = ("talk_time", "load", "idle_since")

    def precedence(self, priority: str) -> int:
        """Score alone."""
        return 0

    def choose(self, ask: Ask) -> Choice:
        """As they are ranked."""
        return Choice(ask.candidates)
