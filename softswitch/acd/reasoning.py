"""Makes the why of an offer, and of leaving without one: values alone, words are found by who reads them.

It is made for every offer, so nothing here asks about agents one by one whose answer is noted already, nor
about callers who do not stand first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, count
from operator import attrgetter, not_

from softswitch.acd.agents import Agent
from softswitch.acd.explain import Rival, Skipped, SkipReason, Why
from softswitch.acd.queues import Queue
from softswitch.acd.waiting import OVERDUE, Caller
from softswitch.types import AgentName, QueueName, Seconds

NAMED = 50
"""How many agents a why names at most, considered and skipped each; a larger ring-all names all who ring."""

RIVALS = 5
"""How many other queues a why names at most."""

_NOTE = attrgetter("note")


def reason(
    caller: Caller,
    order: Sequence[AgentName],
    ringing: int,
    strategy: str,
    heads: Sequence[Caller],
    now: Seconds,
) -> Why:
    """Why so many of `order` are rung for a caller, who was the best of `heads`; nobody is: why not."""
    queue, line = caller.queue, caller.queue.line
    considered = tuple(order[: max(NAMED, ringing)])
    team = queue.team if queue.helped else queue.own
    skipped = _skipped(caller, considered, team[: NAMED + len(considered)], now)
    behind, let_go = line.behind(caller), caller.let_go
    return Why(
        strategy,
        line.position(caller),
        queue.score(caller, now),
        considered,
        skipped,
        len(team) - len(considered) - len(skipped),
        line.size,
        None if behind is None else queue.score(behind, now),
        now - caller.joined,
        caller.joined - caller.standing,
        caller.place[0] == OVERDUE,
        queue.settings.weight,
        _rivals(queue, heads, now) if len(heads) > 1 else (),
        _helpers(queue, considered) if queue.helped else {},
        caller.wished,
        0.0 if let_go is None else let_go - caller.joined,
    )


def why_nobody(caller: Caller, now: Seconds) -> Why | None:
    """Why no agent was rung for who stands in line; None: some were, or the customer was called."""
    if caller.rounds or caller.callback or not caller.in_line:
        return None
    return reason(caller, (), 0, "", (), now)


def _rivals(queue: Queue, heads: Sequence[Caller], now: Seconds) -> tuple[Rival, ...]:
    """Those of other queues who were weighed against the caller, one of each queue, the best first."""
    others: dict[Queue, Caller] = {}
    for head in heads:
        other = head.queue
        if other is not queue and (other not in others or head.place < others[other].place):
            others[other] = head
    found = [_rival(head, now) for head in others.values()]
    if len(found) > 1:
        found.sort(key=lambda rival: (not rival.overdue, -rival.score - rival.weight))
    return tuple(found[:RIVALS])


def _rival(head: Caller, now: Seconds) -> Rival:
    queue = head.queue
    late = head.place[0] == OVERDUE
    return Rival(queue.name, queue.score(head, now), queue.settings.weight, queue.line.size, late)


def _helpers(queue: Queue, considered: Sequence[AgentName]) -> dict[AgentName, QueueName]:
    """Of those considered who belong to another team, which that is."""
    own = len(queue.own)
    return {
        name: each.home
        for name in considered
        if (place := queue.places[name]) >= own
        for each in queue.team[place].memberships
        if each.queue is queue
    }


def _skipped(
    caller: Caller, considered: Sequence[AgentName], team: Sequence[Agent], now: Seconds
) -> tuple[Skipped, ...]:
    """The others of a team, in its order. Nearly all are busy, and have it noted why: only of who is free, or
    has become busy since the last time, there is something to find out.
    """
    named, notes = set(considered), list(map(_NOTE, team))
    for place in list(compress(count(), map(not_, notes))):
        agent = team[place]
        if agent.name not in named:
            notes[place] = _passed_over(caller, agent, now) if agent.available else agent.why_not(now)
    return tuple(filter(None, notes))[:NAMED]


def _passed_over(caller: Caller, agent: Agent, now: Seconds) -> Skipped:
    """Why a free agent is not offered that caller."""
    if agent.name in caller.offers:
        return Skipped(agent.name, SkipReason.RINGING)
    if agent.is_signed_out(caller.queue):
        return Skipped(agent.name, SkipReason.SIGNED_OUT)
    if outside := caller.queue.why_outside(caller, agent, now):
        return outside
    if caller.declines.get(agent.name, 0):
        missed = agent.name in caller.missed
        return Skipped(agent.name, SkipReason.MISSED_CALLER if missed else SkipReason.DECLINED_CALLER)
    later = caller.queue.tier(agent.name) > 1
    return Skipped(agent.name, SkipReason.HIGHER_TIER if later else SkipReason.RANKED_LOWER)
