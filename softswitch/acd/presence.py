"""Whether agents can be offered a call, and whether they are there at all; the queues are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.acd.agents import Agent
from softswitch.types import CancelReason, QueueName

if TYPE_CHECKING:
    from softswitch.acd.floor import Floor


def refresh(floor: Floor, agent: Agent) -> None:
    """Something about an agent changed: note it where it matters."""
    now = floor.now
    if agent.noted:
        agent.noted, agent.note = False, None
        for each in agent.memberships:
            if (sheet := each.sheet) is not None:
                sheet.add(each.place)
    agent.changes += 1
    state = agent.doing(now)
    if state is not agent.state:
        agent.state, agent.since = state, now
    free = agent.fits_one_more(now)
    if free is not agent.available:
        agent.available = free
        _note_free(floor, agent, free)
    elif free:
        for each in agent.memberships:
            if each.home not in agent.signed_out:
                each.queue.rank_anew(each, agent)


def _note_free(floor: Floor, agent: Agent, free: bool) -> None:
    signed_out = agent.signed_out
    for each in agent.memberships:
        if signed_out and each.home in signed_out:
            continue
        queue = each.queue
        queue.note_free(each, agent, free)
        if free and queue.line.size:
            if queue.parts:
                floor.to_match.update(dict.fromkeys(queue.reaches_to(each.place)))
            else:
                for reach in queue.whole:
                    floor.to_match[reach] = None


def sign(floor: Floor, agent: Agent, queues: set[QueueName]) -> None:
    """From now on the agent is signed out of these queues, and of no others."""
    if agent.available:
        agent.available = False
        _note_free(floor, agent, False)
    agent.signed_out = queues
    recount(floor, agent)


def reach(floor: Floor, agent: Agent, reachable: bool) -> None:
    """The agent's phones have come or gone; what rings on one that is gone is taken back."""
    if agent.reachable is reachable:
        return
    agent.reachable = reachable
    if reachable:
        agent.idle_since = floor.now
    recount(floor, agent)
    for offer in [offer for offer in agent.offers.values() if offer.open and not offer.accepted]:
        floor.withdraw(offer, CancelReason.PHONE_GONE)


def recount(floor: Floor, agent: Agent) -> None:
    """Whether the agent is there at all has changed, which also changes how many calls can be served."""
    for each in agent.memberships:
        each.queue.serving = each.queue.manned = None
        floor.look_at(each.queue)
        if not agent.serves(each.home):
            for caller in each.queue.held_for(agent):
                floor.open_up(caller)
    refresh(floor, agent)
