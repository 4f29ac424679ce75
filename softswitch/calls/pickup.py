"""Pickup: an agent takes the call that rings at a colleague, from any phone of his own.

| the agent dials | and takes |
|---|---|
| the code (`*8`) | what has been ringing longest at colleagues, the queues' callers first |
| the code and an extension (`*8201`) | what has been ringing longest at that colleague |
| anything, with a Replaces (RFC 3891) that names a ringing dialog | what rings on it |

Colleagues are those with whom the agent shares a queue. The caller's own call goes on with the agent's phone,
and the agent's call rides along.
"""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.acd.actions import Ring
from softswitch.calls.call import Call
from softswitch.calls.onward import Onward, PickUp, Riding
from softswitch.calls.ringing import Ringing
from softswitch.calls.switch import Switch
from softswitch.ports import Leg
from softswitch.sentences.phrases import phrase
from softswitch.types import AgentName, Reject, ToMessage

NOTHING_RINGS = ToMessage(phrase("agents.nothing_rings"))


async def pick_up(switch: Switch, call: Call, what: PickUp) -> Onward | None:
    """Take a call that rings; says so where there is none, or somebody was quicker."""
    agent = call.leg.origin.agent
    if agent is None:
        return Reject(403)
    if next(_ringing(switch, agent, what), None) is None:
        return NOTHING_RINGS
    await call.answer()
    for ringing in _ringing(switch, agent, what):
        if (riding := _take(switch, call, agent, ringing)) is not None:
            return riding
    return NOTHING_RINGS


def may_pick_up(switch: Switch, agent: AgentName, leg: Leg) -> bool:
    """Whether an agent may take what rings on a leg."""
    return next(_ringing(switch, agent, PickUp(leg=leg)), None) is not None


def colleagues(switch: Switch, agent: AgentName) -> set[AgentName]:
    """Everybody with whom an agent shares a queue."""
    teams = (queue.agents for queue in switch.settings.engine.queues.values())
    return {name for team in teams if agent in team for name in team} - {agent}


def _ringing(switch: Switch, agent: AgentName, what: PickUp) -> Iterator[Ring | Ringing]:
    """What may be taken, the first first."""
    at = colleagues(switch, agent)
    if what.colleague is not None:
        at &= {what.colleague}
    leg, exchange = what.leg, switch.exchange
    for ring in switch.dispatcher.ringing:
        if ring.agent in at and (leg is None or exchange.offered.get(leg.id) is ring):
            yield ring
    for ringing in tuple(exchange.ringing):
        if ringing.rung in at and (leg is None or ringing.rings_on(leg)):
            yield ringing


def _take(switch: Switch, call: Call, agent: AgentName, ringing: Ring | Ringing) -> Riding | None:
    if isinstance(ringing, Ringing):
        return Riding(ringing.hearer) if ringing.picked_up(agent, call.leg) else None
    other = next((each for each in switch.exchange.calls.values() if each.id == ringing.call), None)
    if other is None or not switch.dispatcher.pick_up(ringing, agent, call.leg):
        return None
    return Riding(other.leg)
