"""A day of the record, folded to what a replay needs: who came when, with how much patience and to say what,
and which agents were there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    Event,
    PhonesReachable,
    PhonesUnreachable,
)
from softswitch.errors import SimulationError
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.simulation.ledger import ABANDONED, ANSWERED, OTHERWISE, SHORT, UNKNOWN
from softswitch.types import (
    AgentName,
    CallId,
    CancelReason,
    LeaveReason,
    OfferFailure,
    QueueName,
    Seconds,
)

SAME: Seconds = 0.05
"""Notes that took as long as the queue gives, but for this, were ended by the queue."""


@dataclass(slots=True)
class Stay:
    """One stay in one queue, as reports count it."""

    queue: str
    joined: float
    """Seconds since the epoch."""
    priority: str
    within: Seconds
    waited: Seconds = 0.0
    outcome: float = OTHERWISE
    talk: Seconds = UNKNOWN
    wrap_up: Seconds = 0.0
    given: Seconds = 0.0
    """For notes, by the queue's settings in force then."""
    foreseen: Seconds = UNKNOWN
    agent: str = ""
    ended: bool = False


@dataclass(slots=True)
class Back:
    """A conversation with somebody who was called back."""

    at: float
    """Seconds since the epoch."""
    agent: str
    talk: Seconds = UNKNOWN


@dataclass(slots=True)
class Caller:
    """One who came into queues, until an agent answered or the line was left."""

    call: CallId
    queue: str
    """The first one."""
    joined: float
    priority: str
    number: str = ""
    needs: Mapping[str, int] = field(default_factory=dict)
    preferred: str | None = None
    waited: Seconds = 0.0
    """In all queues, one after another."""
    gave_up: bool = False
    """So that was the whole patience; else it was longer."""
    called_back: bool = False
    """Wanted to be called back."""
    back: Back | None = None
    """The conversation that came of that."""
    last: Stay | None = None
    """The stay in the queue by which an agent was found."""


@dataclass(slots=True)
class Past:
    """A day."""

    callers: list[Caller] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    told: list[tuple[float, Event]] = field(default_factory=list)
    """What the engine was told of agents, and when (seconds since the epoch)."""
    rings: list[Seconds] = field(default_factory=list)
    """How long phones rang that were answered."""
    reached: int = 0
    """Attempts to call somebody back that led to a conversation."""
    not_reached: int = 0
    unanswered: int = 0
    """Rings to the end."""
    begins: float = inf
    """With the first event that there is (seconds since the epoch): before it nothing is known."""
    ends: float = inf
    """Where the last one is that the switch stopped; else it is not known that nothing came after it."""
    file: str = ""
    """The configuration, as the switch named it last."""
    agents: set[str] = field(default_factory=set)
    """Of whom there is any word."""


@dataclass(slots=True)
class _Open:
    """A call in progress."""

    caller: Caller | None = None
    stay: Stay | None = None
    short: Seconds = 0.0
    agent: str = ""
    """Who talks in it."""
    since: float = 0.0
    own: str = ""
    """The agent who has made the call."""
    outside: str = ""
    """The agent who talks in it, and was not found by a queue."""
    customer: Caller | None = None
    """Of an attempt to call back: whom."""


class Fold:
    """Turns events, in their order, into a past; who joined before `since` or from `until` on is left out."""

    def __init__(self, since: float, until: float) -> None:
        self.past = Past()
        self._since, self._until = since, until
        self._open: dict[CallId, _Open] = {}
        self._rings: dict[str, float] = {}
        self._customers: dict[str, Caller] = {}
        """Who wanted to be called back, by the call."""
        self._notes: dict[str, Stay] = {}
        """The stay on which an agent writes notes."""
        self._online: set[AgentName] = set()

    def apply(self, event: Recorded) -> None:
        """Take the next event."""
        self.past.begins = min(self.past.begins, event.at)
        self.past.ends = event.at if event.kind == Kind.SWITCH_STOPPED else inf
        if event.call is None:
            self._of_switch(event)
            self._of_agents(event)
            return
        if event.kind == Kind.WRAP_UP_ENDED:
            self._noted(event)
            return
        if event.kind == Kind.CALL_ARRIVED:
            state = self._open[event.call] = _Open(own=str(event.data.get("agent") or ""))
            state.customer = self._customers.get(str(event.data.get("callback")))
            if state.own:
                self._tell(event.at, AgentCallStarted(AgentName(state.own), _other(event.call)))
            return
        if (state_of := self._open.get(event.call)) is not None:
            self._of_call(event, state_of)

    def _of_call(self, event: Recorded, state: _Open) -> None:
        match event.kind:
            case Kind.CALLER_JOINED:
                self._joined(event, state)
            case Kind.OFFER_MADE:
                self._rings[str(event.data.get("offer"))] = event.at
            case Kind.OFFER_ENDED:
                self._rung(event)
            case Kind.CONNECTED:
                self._connected(event, state)
            case Kind.CONNECT_FAILED:
                state.agent = ""
            case Kind.CALLER_LEFT:
                self._left(event, state)
            case Kind.CALLBACK_WANTED:
                self._wants_callback(event, state)
            case Kind.CALLBACK_NOT_REACHED:
                self.past.not_reached += 1
            case Kind.CONVERSATION_ENDED:
                self._parted(event, state)
            case Kind.CALL_ENDED:
                self._ended(event, state)

    def _joined(self, event: Recorded, state: _Open) -> None:
        data: Mapping[str, Any] = event.data
        queue, priority = str(data.get("queue", "")), str(data.get("priority") or "default")
        state.short = float(data.get("short") or 0.0)
        state.stay = Stay(queue, event.at, priority, float(data.get("within") or UNKNOWN))
        inside = self._since <= event.at < self._until
        if inside:
            self.past.stays.append(state.stay)
        if state.caller is not None:  # sent on from another queue: the same caller, who waits on
            return
        needs = {str(name): int(level) for name, level in (data.get("needs") or {}).items()}
        number = str(data.get("number") or "")
        state.caller = Caller(
            event.call or CallId(""), queue, event.at, priority, number, needs, data.get("preferred")
        )
        if inside:
            self.past.callers.append(state.caller)

    def _rung(self, event: Recorded) -> None:
        begun, result = self._rings.pop(str(event.data.get("offer")), None), event.data.get("result")
        if begun is None or not self._since <= event.at < self._until:
            return
        if result == "answered":
            self.past.rings.append(round(event.at - begun, 6))
        elif result in (OfferFailure.NO_ANSWER, CancelReason.NO_ANSWER):
            self.past.unanswered += 1

    def _connected(self, event: Recorded, state: _Open) -> None:
        data: Mapping[str, Any] = event.data
        state.agent, state.since = str(data.get("agent") or ""), event.at
        stay, caller = state.stay, state.caller
        if state.customer is not None:
            state.customer.back = Back(event.at, state.agent)
            self.past.reached += 1
            return
        if stay is None or caller is None or not data.get("queue"):
            state.outside = state.agent
            if state.agent:
                self._tell(event.at, AgentCallStarted(AgentName(state.agent), _other(event.call)))
            return
        self.past.agents.add(state.agent)
        stay.waited = float(data.get("waited", event.at - stay.joined))
        stay.outcome, stay.agent, stay.given = ANSWERED, state.agent, float(data.get("wrap_up") or 0.0)
        stay.wrap_up, stay.foreseen = stay.given, float(data.get("foreseen", UNKNOWN))
        caller.waited, caller.last = stay.waited + stay.joined - caller.joined, stay

    def _left(self, event: Recorded, state: _Open) -> None:
        stay = state.stay
        if stay is None or stay.outcome == ANSWERED:
            return
        data: Mapping[str, Any] = event.data
        self._gone(state, stay.joined + float(data.get("waited", event.at - stay.joined)))
        if data.get("reason") == LeaveReason.HUNG_UP:
            self._gave_up(state, stay)
        state.stay = None

    def _gone(self, state: _Open, at: float) -> None:
        stay, caller = state.stay, state.caller
        assert stay is not None
        stay.waited, stay.ended = max(at - stay.joined, 0.0), True
        if caller is not None:
            caller.waited = max(at - caller.joined, 0.0)

    @staticmethod
    def _gave_up(state: _Open, stay: Stay) -> None:
        stay.outcome = SHORT if stay.waited < state.short else ABANDONED
        if state.caller is not None:
            state.caller.gave_up = True

    def _wants_callback(self, event: Recorded, state: _Open) -> None:
        if state.stay is not None and state.caller is not None and not state.stay.ended:
            self._gone(state, event.at)
            state.caller.called_back, state.stay = True, None
            self._customers[str(event.call)] = state.caller

    def _parted(self, event: Recorded, state: _Open) -> None:
        data: Mapping[str, Any] = event.data
        self._end_outside(event, state)
        if state.customer is not None and state.customer.back is not None:
            back = state.customer.back
            back.talk = float(data.get("talked", event.at - back.at))
        stay, agent = state.stay, state.agent
        state.agent, state.stay, state.caller = "", None, None
        if stay is None or stay.outcome != ANSWERED or not agent:
            return
        stay.talk, stay.ended = float(data.get("talked", event.at - state.since)), True
        if data.get("wrap_up") is not None:
            stay.given = stay.wrap_up = float(data["wrap_up"])
        self._notes[agent] = stay

    def _noted(self, event: Recorded) -> None:
        stay = self._notes.pop(str(event.data.get("agent")), None)
        took: Any = event.data.get("took")
        if stay is not None and took is not None:
            stay.wrap_up = float(took)

    def _ended(self, event: Recorded, state: _Open) -> None:
        last: Any = event.data.get("last_seen")
        at = float(last or event.at)
        stay = state.stay
        if stay is not None and stay.outcome == ANSWERED and state.agent and last is None:
            self._parted(Recorded(event.seq, at, event.kind, event.call, {}), state)
        elif stay is not None and not stay.ended and stay.outcome != ANSWERED:
            self._gone(state, at)
            if last is None:
                self._gave_up(state, stay)
        self._end_outside(event, state)
        if state.own:
            self._tell(event.at, AgentCallEnded(AgentName(state.own), _other(event.call)))
        del self._open[event.call or CallId("")]

    def _end_outside(self, event: Recorded, state: _Open) -> None:
        if state.outside:
            self._tell(event.at, AgentCallEnded(AgentName(state.outside), _other(event.call)))
            state.outside = ""

    def _of_switch(self, event: Recorded) -> None:
        data: Mapping[str, Any] = event.data
        if event.kind in (Kind.SWITCH_STARTED, Kind.SETTINGS_LOADED) and data.get("file"):
            self.past.file = str(data["file"])
        if event.kind == Kind.SWITCH_STARTED:
            self.past.agents |= {str(name) for name in data.get("agents") or ()}
        if event.kind == Kind.SWITCH_STARTING:  # who is still there is told of again
            for gone in sorted(self._online):
                self._tell(event.at, PhonesUnreachable(gone))
            self._online.clear()

    def _of_agents(self, event: Recorded) -> None:
        data: Mapping[str, Any] = event.data
        if event.kind == Kind.WRAP_UP_ENDED:
            self._noted(event)
        if not data.get("agent") or data.get("automatic"):
            return
        name, queue = AgentName(str(data["agent"])), data.get("queue")
        in_queue = QueueName(str(queue)) if queue else None
        match event.kind:
            case Kind.AGENT_ONLINE:
                self._online.add(name)
                self._tell(event.at, PhonesReachable(name))
            case Kind.AGENT_OFFLINE:
                self._online.discard(name)
                self._tell(event.at, PhonesUnreachable(name))
            case Kind.AGENT_PAUSED:
                self._tell(
                    event.at - float(data.get("ago") or 0.0), AgentPaused(name, str(data.get("reason") or ""))
                )
            case Kind.AGENT_RESUMED:
                self._tell(event.at, AgentResumed(name))
            case Kind.AGENT_SIGNED_IN:
                self._tell(event.at, AgentSignedIn(name, in_queue))
            case Kind.AGENT_SIGNED_OUT:
                self._tell(event.at, AgentSignedOut(name, in_queue))

    def _tell(self, at: float, event: Event) -> None:
        if at < self._until:
            self.past.told.append((at, event))
            self.past.agents.add(str(event.agent))  # type: ignore[union-attr]


def _other(call: CallId | None) -> CallId:
    """A call that no simulated one is named like."""
    return CallId(f"other-{call}")


def fold(events: Iterable[Recorded], since: float, until: float) -> Past:
    """What happened between two moments; events before them tell who was there by then.

    Raises SimulationError: one of them does not say what it should.
    """
    folded = Fold(since, until)
    for event in events:
        try:
            folded.apply(event)
        except (AttributeError, TypeError, ValueError, OverflowError) as error:
            raise SimulationError(
                f"event {event.seq:,} ({event.kind}) does not say what such an event should: {error}"
            ) from None
    return folded.past
