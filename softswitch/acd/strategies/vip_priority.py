"""vip-priority: the best agents for the most important callers."""

from __future__ import annotations

from softswitch.acd.strategies.base import Ask, Candidate, Choice


class VipPriority:
    """Callers of the class `vip` go before all others, whatever the scores, and to the agent with the highest
    `level`. All other callers get the agent with the lowest level first, so that the best stay free for the
    next VIP. Equal levels go by idle time, then by the team's order.

    An agent who serves several queues takes this queue's VIPs before the callers of every other queue too.
    """

    name = "vip-priority"

    def precedence(self, priority: str) -> int:
        """VIPs before everybody."""
        return -1 if priority == "vip" else 0

    def choose(self, ask: Ask) -> Choice:
        """By level, downwards for a VIP and upwards for the others."""
        sign = -1 if ask.caller.priority == "vip" else 1

        def rank(agent: Candidate) -> tuple[int, int, float]:
            return (sign * agent.level, agent.load, agent.idle_since)

        return Choice(sorted(ask.candidates, key=rank))
