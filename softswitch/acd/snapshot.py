"""The floor as people see it: plain frozen data for wallboard, command line and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from softswitch.acd.agents import Agent, AgentState
from softswitch.acd.floor import Floor
from softswitch.acd.hope import hopeless
from softswitch.acd.queues import Queue
from softswitch.acd.stats import RATIOS, QueueCounts
from softswitch.acd.waiting import Caller
from softswitch.types import AgentName, CallId, QueueName, Seconds

SHOWN = 1000
"""Callers listed per queue: a queue of 100,000 must not stall whoever lists it."""


@dataclass(frozen=True, slots=True)
class CallerView:
    """One waiting caller."""

    call: CallId
    number: str
    position: int
    """1 is next."""
    priority: str
    score: float
    joined: Seconds
    waited: Seconds
    """From when on the wait counts: of a place that was regained, from its beginning."""
    ringing: tuple[AgentName, ...]
    """Whose phones ring for this caller."""
    callback: bool = False
    """Not on the line: to be called back."""
    told: Seconds | None = None
    """The wait from `told_at` on that the caller was told last; None: none was."""
    told_at: Seconds | None = None
    standing: Seconds = 0.0
    """When the wait began that counts: before `joined` for who was moved here, or called again."""


@dataclass(frozen=True, slots=True)
class ConversationView:
    """One caller with an agent."""

    call: CallId
    number: str
    queue: QueueName
    agent: AgentName
    since: Seconds
    waited: Seconds


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent of the configuration in force, or one who still has a call in hand."""

    name: AgentName
    state: AgentState
    since: Seconds
    until: Seconds | None
    """When the state ends by itself; None when nobody knows."""
    paused: str | None
    """The reason, also while still in a call; None: not paused."""
    calls: tuple[CallId, ...]
    """Callers who ring or talk here, then outside calls."""
    load: int
    limit: int | None
    queues: tuple[QueueName, ...]
    taken: int
    """Conversations so far."""
    talk_time: Seconds
    signed_out: tuple[QueueName, ...] = ()
    """Of `queues`, those of which the agent takes no calls."""
    writing: tuple[CallId, ...] = ()
    """Calls that are over, on which the agent writes notes."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue of the configuration in force."""

    name: QueueName
    waiting: int
    callers: tuple[CallerView, ...]
    """The first of the line, `most` at most."""
    free: int
    """Agents who can be offered a call."""
    counts: QueueCounts
    formula: str = "service-level"
    """By which of `stats.RATIOS` the service level is counted."""
    service_level: float | None = None
    """0 to 1; None while there is nothing to divide by."""
    callbacks: int = 0
    """Of those in the line, who are not on the line: to be called back."""
    hopeless: int = 0
    """Of those in the line, whom no agent of the team can ever take."""
    estimate: Seconds | None = None
    """How long somebody who joined now would wait, if all agents are taken; None: unreliable."""
    estimate_error: float | None = None
    """How far off estimates were lately, as a part of the waits; None: too few have waited."""
    closed: bool = False
    """Its hours are over."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment."""

    at: Seconds
    queues: Mapping[QueueName, QueueView]
    agents: Mapping[AgentName, AgentView]
    conversations: tuple[ConversationView, ...]


Known = dict[AgentName, tuple[int, AgentView]]
"""Views of agents who have not changed since, by their count of changes."""

_RUNNING = frozenset({AgentState.PAUSED, AgentState.WRAP_UP, AgentState.BACK_OFF})
"""States with an end, which may be moved while all else stays."""


def look(floor: Floor, now: Seconds, most: int, known: Known) -> Snapshot:
    """What is to be seen at `now`. `known`: views of the last look, and then of this one."""
    return Snapshot(
        at=now,
        queues=look_at_queues(floor, now, most),
        agents={
            agent.name: _known(agent, now, known)
            for agent in floor.agents.values()
            if agent.employed or agent.load
        },
        conversations=tuple(
            _conversation(caller) for caller in floor.callers.values() if caller.conversation
        ),
    )


def look_at_queues(floor: Floor, now: Seconds, most: int) -> dict[QueueName, QueueView]:
    """The queues alone."""
    return {queue.name: _queue(queue, now, most) for queue in floor.queues.values() if queue.open}


def _queue(queue: Queue, now: Seconds, most: int) -> QueueView:
    first = islice(queue.line, most)
    callers = tuple(_caller(caller, position, now) for position, caller in enumerate(first, start=1))
    counts, formula = queue.tally.counts(), queue.settings.service_formula
    level, free = RATIOS[formula].of(counts), queue.free_of_own()
    wait, error, away = queue.expect(len(queue.line) + 1), queue.calibration.error, queue.absent
    vain = hopeless(queue)
    return QueueView(
        *(queue.name, len(queue.line), callers, free, counts, formula, level, away, vain, wait, error),
        closed=queue.closed,
    )


def _caller(caller: Caller, position: int, now: Seconds) -> CallerView:
    return CallerView(
        call=caller.call,
        number=caller.number,
        position=position,
        priority=caller.priority,
        score=caller.queue.score(caller, now),
        joined=caller.joined,
        waited=now - caller.standing,
        ringing=caller.ringing,
        callback=caller.absent,
        told=caller.told.wait,
        told_at=None if caller.told.wait is None else caller.announced,
        standing=caller.standing,
    )


def _conversation(caller: Caller) -> ConversationView:
    offer = caller.conversation
    assert offer is not None
    waited = offer.answered - caller.joined
    return ConversationView(
        caller.call, caller.number, offer.queue.name, offer.agent.name, offer.answered, waited
    )


def _known(agent: Agent, now: Seconds, known: Known) -> AgentView:
    found = known.get(agent.name)
    if found is not None and found[0] == agent.changes and found[1].state not in _RUNNING:
        return found[1]
    view = _agent(agent, now)
    known[agent.name] = agent.changes, view
    return view


def _agent(agent: Agent, now: Seconds) -> AgentView:
    state = agent.doing(now)
    queues = tuple(each.home for each in agent.memberships if not each.helps)
    present = tuple(offer.caller.call for offer in agent.offers.values() if offer.present)
    return AgentView(
        name=agent.name,
        state=state,
        since=agent.since,
        until=agent.until(state),
        paused=agent.paused,
        calls=(*present, *agent.outside),
        load=agent.load,
        limit=agent.limit,
        queues=queues,
        taken=agent.taken,
        talk_time=agent.talk_time,
        signed_out=tuple(name for name in queues if name in agent.signed_out) if agent.signed_out else (),
        writing=tuple(offer.caller.call for offer in agent.wrap_ups()) if agent.load else (),
    )


def look_at_agent(agent: Agent, now: Seconds) -> AgentView:
    """One agent alone."""
    return _agent(agent, now)
