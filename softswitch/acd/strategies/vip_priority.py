"""vip-priority: the best agents for the most important callers."""

from __future__ import annotations

from operator import attrgetter

from softswitch.acd.strategies.base import Ask, Choice

_LEVEL = attrgetter("level")


class VipPriority:
    """Callers of the class `vip` go before all others, whatever the scores, and to the agent with the highest
    `level`. All other callers get the agent with the lowest level first, so that the best stay free for the
    next VIP. Equal levels go by idle time, then by the team's order.

    An agent who serves several queues takes this queue's VIPs before the callers of every other queue too.
    """

    name = "vip-priority"
    ranked_by = ("level", "load", "idle_since")

    def precedence(self, priority: str) -> int:
        """VIPs before everybody."""
        return -1 if priority == "vip" else 0

    def choose(self, ask: Ask) -> Choice:
        """As they are ranked; for a VIP the highest level first, and of equals the same order."""
        if ask.caller.priority != "vip":
            return Choice(ask.candidates)
        return Choice(sorted(ask.candidates, key=_LEVEL, reverse=True))
