"""Events that supervisors make: queues and agents changed for a while, callers put first or given away."""

from __future__ import annotations

from softswitch.acd import amending
from softswitch.acd.amendments import AgentAmended, CallerAdvanced, CallerPulled, QueueAmended
from softswitch.acd.explain import Why
from softswitch.acd.floor import Floor
from softswitch.acd.meaning.known import agent_of, caller_of, queue_of
from softswitch.acd.meaning.table import Meaning
from softswitch.acd.patience import rank_anew
from softswitch.acd.waiting import ALONE, OVERDUE, Caller
from softswitch.types import CancelReason

PULLED = "pulled by a supervisor"
"""Stands for a strategy in the why."""


def queue_amended(floor: Floor, event: QueueAmended) -> None:
    """Until its end, or another one."""
    amending.amend_queue(floor, queue_of(floor, event.queue), event.change, event.until)


def agent_amended(floor: Floor, event: AgentAmended) -> None:
    """Until its end, or another one."""
    amending.amend_agent(floor, agent_of(floor, event.agent), event.change, event.until)


def advanced(floor: Floor, event: CallerAdvanced) -> None:
    """First in line from now on."""
    caller = caller_of(floor, event.call)
    if caller is not None:
        caller.advanced = floor.now
        if caller.in_line:
            rank_anew(floor, caller)


def pulled(floor: Floor, event: CallerPulled) -> None:
    """One phone rings, and no other."""
    caller, agent = caller_of(floor, event.call), agent_of(floor, event.agent)
    if caller is None or not caller.waiting or caller.held or caller.accepted is not None:
        return
    if agent.name in caller.offers or not (agent.employed and agent.reachable and agent.has_a_line()):
        return
    for offer in list(caller.offers.values()):
        floor.withdraw(offer, CancelReason.PULLED)
    floor.deadlines.cancel(caller.again)
    caller.again, caller.at_once = None, ALONE
    caller.rounds += 1
    floor.ring(caller, agent, _why(floor, caller, event))
    caller.shelve()


def _why(floor: Floor, caller: Caller, event: CallerPulled) -> Why:
    queue, now = caller.queue, floor.now
    return Why(
        PULLED,
        queue.line.position(caller),
        queue.score(caller, now),
        (event.agent,),
        (),
        waiting=queue.line.size,
        waited=now - caller.joined,
        regained=caller.joined - caller.standing,
        overdue=caller.place[0] == OVERDUE,
        weight=queue.settings.weight,
    )


MEANING: Meaning = {
    QueueAmended: queue_amended,
    AgentAmended: agent_amended,
    CallerAdvanced: advanced,
    CallerPulled: pulled,
}
