"""Which of an agent's calls are for the outbound rules, beside the switch's own numbers."""

from __future__ import annotations

from softswitch.dialplan.plan import Dial, DialPlan, Refused
from softswitch.routing import Routing, normalise
from softswitch.types import AgentName


def way_out(plan: DialPlan, routing: Routing, agent: AgentName, dialled: str) -> Dial | Refused | None:
    """What the outbound rules say of what an agent dialled; None: they have no say, `numbers` has.

    A number of the switch's own goes before them, in whichever form it is dialled. What `numbers` says of
    every number (`*`) is for callers from outside, and for those numbers that no outbound rule takes.
    """
    user = normalise(dialled)
    line = routing.rule(user, plan.numbering.dialled(user))
    if not plan.rules or (line is not None and line.pattern != "*"):
        return None
    decision = plan.for_agent(agent, user)
    nobodys = isinstance(decision, Refused) and decision.rule is None and decision.status == 404
    return None if nobodys and line is not None else decision
