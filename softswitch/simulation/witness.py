"""A simulated day on record: events as the live switch would have noted them.

It sees what the engine is told and says, as `calls/dispatch.py` does.

So a replay, or whatever else reads records, can be tried on a day that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from softswitch.acd.actions import (
    Action,
    CancelRing,
    Connect,
    Leave,
    ReportPause,
    ReportResume,
    ReportWrapUp,
    Ring,
)
from softswitch.acd.engine import Engine
from softswitch.acd.events import (
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallbackWanted,
    CallerJoined,
    CallerLeft,
    ConversationEnded,
    Event,
    OfferAnswered,
    PhonesReachable,
    PhonesUnreachable,
    SettingsChanged,
)
from softswitch.acd.settings import QueueSettings
from softswitch.acd.snapshot import Snapshot
from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded
from softswitch.types import CallId, OfferId, QueueName, Seconds, ToQueue

PLACES = 6
"""Digits of moments on record."""


class Witness:
    """Stands where the engine is, asks it, and notes all that is worth it."""

    def __init__(self, engine: Engine, zero: float, write: Callable[[Recorded], None]) -> None:
        """`zero`: the moment 0 of the simulation, in seconds since the epoch."""
        self._engine = engine
        self._zero = zero
        self._write = write
        self._seq = 0
        self._now: Seconds = 0.0
        self._queues: dict[QueueName, QueueSettings] = {}
        self._offers: dict[OfferId, Ring] = {}
        self._talks: dict[CallId, tuple[Seconds, Connect]] = {}
        self._absent: set[CallId] = set()
        self._here: set[CallId] = set()
        """Calls that have not ended; who is sent on to another queue comes but once."""

    def receive(self, event: Event, now: Seconds) -> Sequence[Action]:
        """As the engine does."""
        self._now = now
        self._hear(event)
        actions = self._engine.receive(event, now)
        for action in actions:
            self._see(action)
        return actions

    def next_deadline(self) -> Seconds | None:
        """As the engine does."""
        return self._engine.next_deadline()

    def snapshot(self, now: Seconds, most: int) -> Snapshot:
        """As the engine does."""
        return self._engine.snapshot(now, most=most)

    def _note(self, kind: Kind, call: CallId | None = None, /, **data: JsonValue) -> None:
        self._seq += 1
        self._write(Recorded(self._seq, round(self._zero + self._now, PLACES), kind, call, data))

    def _hear(self, event: Event) -> None:  # noqa: C901 - a table
        match event:
            case SettingsChanged():
                self._queues = dict(event.settings.queues)
                there: list[JsonValue] = [
                    str(name) for name, each in event.settings.agents.items() if not each.registers
                ]
                self._note(Kind.SWITCH_STARTED, agents=there)
            case CallerJoined():
                self._joined(event)
            case CallerLeft():
                self._note(Kind.CALLER_LEFT, event.call, reason=str(event.reason))
                self._ended(event.call, "caller")
            case CallbackWanted():
                self._absent.add(event.call)
                self._note(Kind.CALLBACK_WANTED, event.call)
                self._ended(event.call, "caller")
            case OfferAnswered() if ring := self._offers.pop(event.offer, None):
                self._note(Kind.OFFER_ENDED, ring.call, offer=ring.offer, agent=ring.agent, result="answered")
            case ConversationEnded():
                self._parted(event.call)
            case AgentPaused():
                self._note(Kind.AGENT_PAUSED, agent=event.agent, reason=event.reason)
            case AgentResumed():
                self._note(Kind.AGENT_RESUMED, agent=event.agent)
            case AgentSignedIn():
                self._note(Kind.AGENT_SIGNED_IN, agent=event.agent, queue=event.queue)
            case AgentSignedOut():
                self._note(Kind.AGENT_SIGNED_OUT, agent=event.agent, queue=event.queue)
            case PhonesReachable():
                self._note(Kind.AGENT_ONLINE, agent=event.agent)
            case PhonesUnreachable():
                self._note(Kind.AGENT_OFFLINE, agent=event.agent)

    def _joined(self, event: CallerJoined) -> None:
        settings = self._queues[event.queue]
        more: dict[str, JsonValue] = {"short": settings.short_abandon} if settings.short_abandon else {}
        if event.skills:
            more["needs"] = dict(event.skills)
        if event.preferred is not None:
            more["preferred"] = event.preferred
        if event.call not in self._here:
            self._here.add(event.call)
            self._note(Kind.CALL_ARRIVED, event.call, number=event.number)
        self._note(
            Kind.CALLER_JOINED,
            event.call,
            queue=event.queue,
            priority=event.priority,
            number=event.number,
            within=settings.service_within,
            **more,
        )

    def _parted(self, call: CallId) -> None:
        since, connect = self._talks.pop(call)
        self._note(
            Kind.CONVERSATION_ENDED,
            self._known_as(call),
            agent=connect.agent,
            ended_by="caller",
            talked=round(self._now - since, PLACES),
            wrap_up=self._queues[connect.queue].wrap_up,
        )
        self._ended(self._known_as(call), "caller")

    def _ended(self, call: CallId, by: str) -> None:
        self._here.discard(call)
        self._note(Kind.CALL_ENDED, call, ended_by=by, status=200)

    def _known_as(self, call: CallId) -> CallId:
        """Who is called back is another call."""
        return CallId(f"{call}-back") if call in self._absent else call

    def _see(self, action: Action) -> None:
        match action:
            case Ring():
                self._offers[action.offer] = action
                offer = {"offer": action.offer, "agent": action.agent, "queue": action.queue}
                self._note(Kind.OFFER_MADE, action.call, **offer)
            case CancelRing() if ring := self._offers.pop(action.offer, None):
                result = str(action.reason)
                self._note(Kind.OFFER_ENDED, ring.call, offer=ring.offer, agent=ring.agent, result=result)
            case Connect():
                self._connected(action)
            case Leave():
                if action.call not in self._absent:
                    data: dict[str, JsonValue] = {"queue": action.queue, "reason": str(action.reason)}
                    self._note(Kind.CALLER_LEFT, action.call, waited=action.waited, **data)
                    if not isinstance(action.destination, ToQueue):
                        self._ended(action.call, "switch")
            case ReportPause():
                self._note(Kind.AGENT_PAUSED, agent=action.agent, reason=action.reason, automatic=True)
            case ReportResume():
                self._note(Kind.AGENT_RESUMED, agent=action.agent, automatic=True)
            case ReportWrapUp():
                self._note(
                    Kind.WRAP_UP_ENDED, action.call, agent=action.agent, took=round(action.took, PLACES)
                )

    def _connected(self, connect: Connect) -> None:
        self._talks[connect.call] = (self._now, connect)
        call = self._known_as(connect.call)
        if call != connect.call:
            self._note(Kind.CALL_ARRIVED, call, callback=connect.call)
        more: dict[str, JsonValue] = {} if connect.foreseen is None else {"foreseen": connect.foreseen}
        self._note(
            Kind.CONNECTED,
            call,
            offer=connect.offer,
            agent=connect.agent,
            queue=connect.queue,
            waited=round(connect.waited, PLACES),
            wrap_up=self._queues[connect.queue].wrap_up,
            **more,
        )
