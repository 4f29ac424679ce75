"""Makes the why of an offer, and of leaving without one: values alone, words are found by who reads them.

It is made for every offer, so nothing here asks about agents one by one whose answer is noted already, nor
about callers who do not stand first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from softswitch.acd.agents import Agent
from softswitch.acd.explain import Rival, Skipped, SkipReason, Why
from softswitch.acd.queues import NAMED, Queue
from softswitch.acd.waiting import OVERDUE, Caller
from softswitch.types import AgentName, QueueName, Seconds

RIVALS: Final = 5
"""How many other queues a why names at most."""


def reason(
    caller: Caller,
    order: Sequence[AgentName],
    ringing: int,
    strategy: str,
    heads: Sequence[Caller],
    now: Seconds,
    figures: tuple[Mapping[str, float], ...] = (),
) -> Why:
    """Why so many of `order` are rung for a caller, who was the best of `heads`; nobody is: why not."""
    queue, let_go, helped = caller.queue, caller.let_go, caller.queue.helped
    considered = tuple(order[: max(NAMED, ringing)])
    if len(considered) <= NAMED and _alike(caller):
        skipped = _noted(queue, considered, now)
    else:
        team = queue.team if helped else queue.own
        skipped = _skipped(caller, considered, team[: NAMED + len(considered)], now)
    position, behind = queue.line.place_of(caller)
    return Why(
        strategy,
        position,
        queue.score(caller, now),
        considered,
        skipped,
        len(queue.team if helped else queue.own) - len(considered) - len(skipped),
        queue.line.size,
        None if behind is None else queue.score(behind, now),
        now - caller.joined,
        caller.joined - caller.standing,
        caller.place[0] == OVERDUE,
        queue.settings.weight,
        _rivals(queue, heads, considered[:ringing], now) if len(heads) > 1 else (),
        _helpers(queue, considered) if helped else {},
        caller.wished,
        0.0 if let_go is None else let_go - caller.joined,
        figures,
    )


def why_nobody(caller: Caller, now: Seconds) -> Why | None:
    """Why no phone rings for who stands in line, also after some did; None: one does."""
    return None if caller.offers or not caller.in_line else reason(caller, (), 0, "", (), now)


def why_left(caller: Caller, now: Seconds) -> Why | None:
    """The same of who leaves now; None: a phone rings, or it is a callback, whose story is another."""
    return None if caller.callback else why_nobody(caller, now)


def _rivals(
    queue: Queue, heads: Sequence[Caller], rung: Sequence[AgentName], now: Seconds
) -> tuple[Rival, ...]:
    """Those of other queues who were weighed against the caller for an agent that is rung, one of each queue,
    the best first. What got due at the same moment elsewhere, for others, has nothing to do with it.
    """
    if len(heads) == 2:  # an agent of two queues: by far the most often
        only = heads[0] if heads[0].queue is not queue else heads[1]
        return () if only.queue is queue or not _wants(only, rung) else (_rival(only, now),)
    others: dict[Queue, Caller] = {}
    for head in heads:
        other = head.queue
        if (
            other is not queue
            and (other not in others or head.place < others[other].place)
            and _wants(head, rung)
        ):
            others[other] = head
    found = [_rival(head, now) for head in others.values()]
    if len(found) > 1:
        found.sort(key=lambda rival: (not rival.overdue, -rival.score - rival.weight))
    return tuple(found[:RIVALS])


def _wants(head: Caller, rung: Sequence[AgentName]) -> bool:
    """Whether one of these could take that caller, too."""
    reach, places = head.reach, head.queue.places
    return reach is not None and any(name in places and places[name] in reach.places for name in rung)


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


def _alike(caller: Caller) -> bool:
    """Whether all free agents of the team are the same to that caller, but for what the strategy says."""
    queue, reach = caller.queue, caller.reach
    return not (
        reach is None
        or len(reach.places) != len(queue.own)
        or caller.offers
        or caller.declines
        or queue.helped
        or queue.settings.members
    )


def _noted(queue: Queue, considered: Sequence[AgentName], now: Seconds) -> tuple[Skipped, ...]:
    """The others of a team, in its order, for a caller to whom those who are free are alike: it is noted why,
    and only of those of whom something changed there is something to find out.
    """
    notes, unnoted, team = queue.notes, queue.unnoted, queue.own
    while unnoted:
        place = unnoted.pop()
        agent = team[place]
        notes[place] = _free_note(queue, agent) if agent.available else agent.why_not(now)
    if len(considered) > 1 and queue.unnoted_beyond:
        _note_beyond(queue, now)
    others, places = notes[: NAMED + len(considered)], queue.places
    size = len(others)
    if len(considered) == 1:
        if (place := places[considered[0]]) < size:
            del others[place]
        return tuple(others[:NAMED])
    for place in sorted([places[name] for name in considered], reverse=True):
        if place < size:
            del others[place]
    return tuple(others[:NAMED])


def _note_beyond(queue: Queue, now: Seconds) -> None:
    """The same of those who come after the first."""
    for place in queue.unnoted_beyond:
        agent = queue.own[place]
        queue.notes[place] = _free_note(queue, agent) if agent.available else agent.why_not(now)
    queue.unnoted_beyond.clear()


def _free_note(queue: Queue, agent: Agent) -> Skipped:
    """Why a free agent is not offered a caller to whom those who are free are alike."""
    agent.noted = True
    return Skipped(agent.name, SkipReason.SIGNED_OUT) if agent.is_signed_out(queue) else agent.passed_over


def _skipped(
    caller: Caller, considered: Sequence[AgentName], team: Sequence[Agent], now: Seconds
) -> tuple[Skipped, ...]:
    """The others of a team, in its order, for a caller to whom those who are free are not alike."""
    named = set(considered)
    others = [
        _passed_over(caller, agent, now) if agent.available else agent.note or agent.why_not(now)
        for agent in team
        if agent.name not in named
    ]
    return tuple(others[:NAMED])


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
