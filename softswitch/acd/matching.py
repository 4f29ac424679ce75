"""Who is offered whom: the best caller with a free agent, then the strategy's choice, until nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import NoneType

from softswitch.acd.agents import Agent
from softswitch.acd.explain import Skipped, SkipReason, Why
from softswitch.acd.floor import Floor
from softswitch.acd.strategies.base import Ask, Candidate, Choice
from softswitch.acd.waiting import Caller
from softswitch.errors import EngineError
from softswitch.types import Seconds

NAMED = 50
"""How many agents a why names at most, considered and skipped each; a larger ring-all names all who ring."""

Urgency = tuple[int, float, Seconds, int]
"""Precedence, minus score, joined, order of joining: the smallest goes first."""


def match(floor: Floor) -> None:
    """Make all offers that can be made in the queues where something changed.

    The best head of all those lines goes first, so an agent of several queues takes the best-scored caller of
    them. Callers without a ringing phone go before those who could have one more.
    """
    queues = floor.to_match
    while queues:
        for queue in list(queues):
            if not (queue.free and (queue.unoffered or queue.ringing_more)):
                del queues[queue]
        if not queues:
            return
        best = _best_unoffered(floor) or _best_ringing_more(floor)
        if best is None:
            queues.clear()
            return
        caller, candidates = best
        if not _offer(floor, caller, candidates):
            del queues[caller.queue]


def _urgency(caller: Caller, now: Seconds) -> Urgency:
    return (caller.place[0], -caller.queue.score(caller, now), caller.joined, caller.order)


def _best_unoffered(floor: Floor) -> tuple[Caller, Sequence[Agent]] | None:
    heads = [head for queue in floor.to_match if (head := queue.unoffered.first())]
    if not heads:
        return None
    best = heads[0] if len(heads) == 1 else min(heads, key=lambda caller: _urgency(caller, floor.now))
    return best, _candidates(best)


def _best_ringing_more(floor: Floor) -> tuple[Caller, Sequence[Agent]] | None:
    found: list[tuple[Urgency, Caller, Sequence[Agent]]] = []
    for queue in floor.to_match:
        for caller in queue.ringing_more:
            if candidates := _candidates(caller):
                found.append((_urgency(caller, floor.now), caller, candidates))
                break
    return min(found)[1:] if found else None


def _candidates(caller: Caller) -> Sequence[Agent]:
    """Free agents for one caller, in the team's order; who declined this caller oftener than others waits.

    While phones ring for the caller, one more joins in only if it has not declined oftener than one of those.
    """
    queue, declines, ringing = caller.queue, caller.declines, caller.offers
    free = [queue.team[place] for place in queue.free]
    if ringing:
        most = max(declines.get(name, 0) for name in ringing)
        return [agent for agent in free if agent.name not in ringing and declines.get(agent.name, 0) <= most]
    if not declines:
        return free
    fewest = min(declines.get(agent.name, 0) for agent in free)
    return [agent for agent in free if declines.get(agent.name, 0) == fewest]


def _offer(floor: Floor, caller: Caller, candidates: Sequence[Agent]) -> bool:
    """Ask the strategy and ring whom it names; False when the caller stays as before."""
    queue = caller.queue
    choice, strategy = _choice(floor, caller, candidates)
    caller.at_once = choice.at_once
    room = None if choice.at_once is None else max(choice.at_once - len(caller.offers), 0)
    rung = choice.order[:room]
    if rung:
        why = _why(floor, caller, choice.order, len(rung), strategy)
        caller.rounds += 1
        for candidate in rung:
            floor.ring(caller, floor.agents[candidate.name], why)
    queue.shelve(caller)
    _ask_again(floor, caller, choice.again)
    return bool(rung) or caller.shelf is None


def _choice(floor: Floor, caller: Caller, candidates: Sequence[Agent]) -> tuple[Choice, str]:
    """What the strategy chose, and its name.

    One that fails, or names somebody whom it was not given, must not stop the queue: the team's order stands
    in for it, and the why tells.
    """
    queue = caller.queue
    name = queue.strategy.name
    ask = Ask(caller, candidates, queue.name, queue.places, queue.memory(), floor.chance, floor.now)
    try:
        choice = queue.strategy.choose(ask)
        _check(choice, candidates)
    except Exception as fault:
        return Choice(candidates), f"team order, since {name} failed: {type(fault).__name__}"
    return choice, name


def _check(choice: Choice, candidates: Sequence[Candidate]) -> None:
    if type(choice.at_once) not in (int, NoneType) or type(choice.again) not in (int, float, NoneType):
        raise EngineError("at_once is a whole number or None, again a moment or None")
    if choice.order == candidates:
        return
    named = {candidate.name for candidate in choice.order}
    if len(named) < len(choice.order) or not named <= {agent.name for agent in candidates}:
        raise EngineError("it may name each candidate once, and nobody else")


def _ask_again(floor: Floor, caller: Caller, at: Seconds | None) -> None:
    floor.deadlines.cancel(caller.again)
    caller.again = None
    if at is not None and at > floor.now:
        caller.again = floor.deadlines.set(at, partial(_want_more, floor, caller))


def _want_more(floor: Floor, caller: Caller) -> None:
    caller.at_once = None
    caller.queue.shelve(caller)
    floor.to_match[caller.queue] = None


def _why(floor: Floor, caller: Caller, order: Sequence[Candidate], ringing: int, strategy: str) -> Why:
    queue = caller.queue
    considered = tuple(candidate.name for candidate in order[: max(NAMED, ringing)])
    named = set(considered)
    skipped = [
        agent.note or _skipped(caller, agent, floor.now)
        for agent in queue.team[: NAMED + len(named)]
        if agent.name not in named
    ][:NAMED]
    return Why(
        strategy=strategy,
        position=queue.line.position(caller),
        score=queue.score(caller, floor.now),
        considered=considered,
        skipped=tuple(skipped),
        uncounted=len(queue.team) - len(considered) - len(skipped),
    )


def _skipped(caller: Caller, agent: Agent, now: Seconds) -> Skipped:
    if not agent.available:
        return agent.why_not(now)
    if agent.name in caller.offers:
        return Skipped(agent.name, SkipReason.RINGING)
    if caller.queue.name in agent.signed_out:
        return Skipped(agent.name, SkipReason.SIGNED_OUT)
    declined = caller.declines.get(agent.name, 0)
    return Skipped(agent.name, SkipReason.DECLINED_CALLER if declined else SkipReason.RANKED_LOWER)
