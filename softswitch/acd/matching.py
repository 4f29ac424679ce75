"""Who is offered whom: the best caller with a free agent, then the strategy's choice, until nothing fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, Final

from softswitch.acd import callbacks
from softswitch.acd.agents import Agent
from softswitch.acd.floor import Floor
from softswitch.acd.queues import NAMED, Queue
from softswitch.acd.reasoning import reason
from softswitch.acd.strategies.base import Ask, Candidate, Choice
from softswitch.acd.waiting import OVERDUE, Caller
from softswitch.errors import EngineError
from softswitch.types import AgentName, Seconds

COMPARED: Final = 3
"""Of so many candidates a why has the figures by which they were ranked."""

Urgency = tuple[int, float, Seconds, int]
"""Precedence, minus points (or, overdue, since when), order of joining: the smallest goes first."""


def match(floor: Floor) -> None:
    """Make all offers that can be made in the queues where something changed.

    The best head of all those lines goes first, so an agent of several queues takes the best-scored caller of
    them. Callers without a ringing phone go before those who could have one more.
    """
    reaches = floor.to_match
    while reaches:
        heads = []
        for reach in list(reaches):
            if not reach.free.agents:
                del reaches[reach]
            elif head := reach.unoffered.first():
                heads.append(head)
            elif not reach.ringing_more.size:
                del reaches[reach]
        if not reaches:
            return
        best = _best_unoffered(heads, floor.now) if heads else _best_ringing_more(floor)
        if best is None:
            reaches.clear()
            return
        caller, candidates = best
        if not _offer(floor, caller, candidates, heads):
            assert caller.reach is not None
            del reaches[caller.reach]


def _urgency(caller: Caller, now: Seconds) -> Urgency:
    place, queue = caller.place, caller.queue
    if place[0] <= OVERDUE:
        return place[0], place[1], place[2], place[3]
    return (place[0], -(queue.score(caller, now) + queue.settings.weight), place[2], place[3])


def _best_unoffered(heads: Sequence[Caller], now: Seconds) -> tuple[Caller, Sequence[Agent]]:
    best = heads[0] if len(heads) == 1 else min(heads, key=lambda caller: _urgency(caller, now))
    return best, _candidates(best)


def _best_ringing_more(floor: Floor) -> tuple[Caller, Sequence[Agent]] | None:
    found: list[tuple[Urgency, Caller, Sequence[Agent]]] = []
    for reach in floor.to_match:
        for caller in reach.ringing_more:
            if candidates := _candidates(caller):
                found.append((_urgency(caller, floor.now), caller, candidates))
                break
    return min(found)[1:] if found else None


def _candidates(caller: Caller) -> Sequence[Agent]:
    """Free agents for one caller, as the strategy ranks them; who declined this caller oftener than others
    waits, and so does who is of a higher tier than others.

    While phones ring for the caller, one more joins in only if it has not declined oftener than one of those,
    and is of no higher tier.
    """
    queue, reach, declines, ringing = caller.queue, caller.reach, caller.declines, caller.offers
    assert reach is not None
    free = reach.free.agents[:]
    if ringing:
        most = max(declines.get(name, 0) for name in ringing)
        free = [agent for agent in free if agent.name not in ringing and declines.get(agent.name, 0) <= most]
    elif declines:
        fewest = min(declines.get(agent.name, 0) for agent in free)
        free = [agent for agent in free if declines.get(agent.name, 0) == fewest]
    return _of_lowest_tier(queue, free, ringing) if free and queue.tiered else free


def _of_lowest_tier(queue: Queue, free: Sequence[Agent], ringing: Iterable[AgentName]) -> Sequence[Agent]:
    """Who may be rung though others of the team are free, or ring already."""
    tiers = [queue.tier(name) for name in ringing if name in queue.places]  # a reload may have taken others
    highest = max(tiers) if tiers else min(queue.tier(agent.name) for agent in free)
    return [agent for agent in free if queue.tier(agent.name) <= highest]


def _offer(floor: Floor, caller: Caller, candidates: Sequence[Agent], heads: Sequence[Caller]) -> bool:
    """Ask the strategy and ring whom it names; False when the caller stays as before."""
    choice, strategy = _choice(floor, caller, candidates)
    order, at_once = choice.order, choice.at_once
    caller.at_once = at_once
    customer_first = caller.absent and caller.queue.settings.callback.customer_first
    if customer_first:
        caller.at_once = 1
        rung = order[: 1 - len(caller.offers)]
    else:
        rung = order if at_once is None else order[: max(at_once - len(caller.offers), 0)]
    if rung:
        names = [candidate.name for candidate in order[: max(NAMED, len(rung))]]
        figures = () if len(names) < 2 else _figures(floor, caller.queue, names, strategy)
        why = reason(caller, names, len(rung), strategy, heads, floor.now, figures)
        if customer_first:
            callbacks.call_back(floor, caller, floor.agents[names[0]], why)
        else:
            caller.rounds += 1
            for name in names[: len(rung)]:
                floor.ring(caller, floor.agents[name], why)
    caller.shelve()
    if caller.again is not None or choice.again is not None:
        _ask_again(floor, caller, choice.again)
    return bool(rung) or caller.shelf is None


def _choice(floor: Floor, caller: Caller, candidates: Sequence[Agent]) -> tuple[Choice, str]:
    """What the strategy chose, and its name.

    One that fails, or names somebody whom it was not given, must not stop the queue: the team's order stands
    in for it, and the why tells.
    """
    queue = caller.queue
    if caller.wished is not None and (preferred := _preferred(caller, candidates)):
        return Choice(preferred), "preferred agent"
    name = queue.strategy.name
    ask = Ask(
        caller, candidates, queue.name, queue.places, queue.memory(), floor.chance, floor.now, queue.weights
    )
    try:
        choice = queue.strategy.choose(ask)
        _check(choice, candidates)
    except Exception as fault:
        return Choice(candidates), f"team order, since {name} failed: {type(fault).__name__}"
    return choice, name


def _figures(
    floor: Floor, queue: Queue, names: Sequence[AgentName], strategy: str
) -> tuple[Mapping[str, float], ...]:
    """By what the queue's strategy has ranked the first of these, if it was the one that chose."""
    fields, agents = queue.ranked_by, floor.agents
    if not fields or strategy != queue.strategy.name:
        return ()
    return tuple([{field: getattr(agents[name], field) for field in fields} for name in names[:COMPARED]])


def _preferred(caller: Caller, candidates: Sequence[Agent]) -> Sequence[Agent] | None:
    """The caller's preferred agent before the others; None: that one is not among them."""
    first = [agent for agent in candidates if agent.name == caller.wished]
    return [*first, *(agent for agent in candidates if agent not in first)] if first else None


def _check(choice: Any, candidates: Sequence[Candidate]) -> None:
    """Whatever a strategy of somebody else's has returned."""
    if type(choice.at_once) not in (int, NoneType) or type(choice.again) not in (int, float, NoneType):
        raise EngineError("at_once is a whole number or None, again a moment or None")
    if choice.order is candidates or choice.order == candidates:
        return
    named = {candidate.name for candidate in choice.order}
    if len(named) < len(choice.order) or not named <= {agent.name for agent in candidates}:
        raise EngineError("it may name each candidate once, and nobody else")


def _ask_again(floor: Floor, caller: Caller, at: Seconds | None) -> None:
    if caller.again is not None:
        floor.deadlines.cancel(caller.again)
        caller.again = None
    if at is not None and at > floor.now:
        caller.again = floor.deadlines.set(at, _want_more, floor, caller)


def _want_more(floor: Floor, caller: Caller) -> None:
    caller.at_once = caller.again = None
    caller.shelve()
    assert caller.reach is not None
    floor.to_match[caller.reach] = None
