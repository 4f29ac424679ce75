"""Drives the queue engine: feeds it events, performs its actions, keeps its one timer.

Every event is followed by its actions before the next one is looked at, in the same turn of the loop: an
agent who gets free and the INVITE for the next caller are one step.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from softswitch.acd.actions import (
    Action,
    Announce,
    CallBack,
    CancelRing,
    Connect,
    Leave,
    ReportAmendmentOver,
    ReportHopeless,
    ReportOverflow,
    ReportPause,
    ReportPlace,
    ReportRest,
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
    CallerJoined,
    CallerLeft,
    ConnectFailed,
    Event,
    OfferAccepted,
    OfferAnswered,
    OfferFailed,
    OfferPickedUp,
    PhonesReachable,
    PhonesUnreachable,
    SettingsChanged,
    TimerExpired,
    WrapUpExtended,
)
from softswitch.acd.settings import QueueSettings
from softswitch.calls.amendments import AmendmentBook
from softswitch.calls.call import Transferred
from softswitch.calls.reasons import reasons, why_nobody
from softswitch.ports import Journal, JsonValue, Leg
from softswitch.types import AgentName, CallId, CancelReason, OfferId, QueueName, Seconds

log = structlog.get_logger(__name__)


class Waiter(Protocol):
    """Who performs the engine's actions for one caller; none of these feeds the engine before it returns."""

    def ring(self, action: Ring) -> None:
        """Start ringing an agent."""

    def cancel_ring(self, action: CancelRing) -> None:
        """Stop ringing an agent."""

    def connect(self, action: Connect) -> None:
        """Talk to the agent who answered."""

    def announce(self, action: Announce) -> None:
        """Hear the position and the wait."""

    def leave(self, action: Leave) -> None:
        """Go on without an agent."""

    def call_back(self, action: CallBack) -> None:
        """Call the customer, for whom an agent is reserved."""

    def rest(self, action: ReportRest) -> None:
        """The customer was not reached, and is called again later."""

    @property
    def absent(self) -> bool:
        """Nobody is on the line: that an agent has answered does not mean yet that two talk."""

    def picked_up(self, leg: Leg) -> None:
        """The next agent to talk to is on this leg, which nobody has rung: `connect` follows."""


class Dispatcher:
    """The shell around the engine."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self.engine = engine
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._waiters: dict[CallId, Waiter] = {}
        self._standing: dict[CallId, Seconds] = {}
        """Since when each one's wait counts."""
        self.known_as: dict[CallId, CallId] = {}
        """Callbacks by the call of the attempt that is being made: what happens is on record there."""
        self._offers: dict[OfferId, Ring | CallBack] = {}
        self._accepted: set[OfferId] = set()
        """Of these, whose agent has answered and hears who comes."""
        self._inbox: deque[Event] = deque()
        self._busy = False
        self._queues: Mapping[QueueName, QueueSettings] = {}
        """As configured, for what the record says of them."""
        self.amendments = AmendmentBook()
        """What supervisors have changed of queues and agents."""
        self._timer: asyncio.TimerHandle | None = None
        self._armed: Seconds | None = None

    def join(
        self, waiter: Waiter, event: CallerJoined, before: Transferred | None = None, preferred_by: str = ""
    ) -> None:
        """A caller joins; the engine's actions for this call go to `waiter` until `forget`.

        `before`: the transfer that led here; `preferred_by`: who says whom the caller is to talk to.
        """
        self._waiters[event.call] = waiter
        self._standing[event.call] = self._loop.time() if event.standing is None else event.standing
        come: dict[str, JsonValue] = (
            {"transferred_by": before.by, "from_queue": before.queue} if before else {}
        )
        if settings := self._queues.get(event.queue):
            come["within"] = settings.service_within
            if settings.short_abandon:
                come["short"] = settings.short_abandon
        if event.standing is not None:
            come["ago"] = round(self._loop.time() - event.standing, 3)
        if event.skills:
            come["needs"] = dict(event.skills)
        if event.preferred is not None:
            come |= {"preferred": event.preferred, "preferred_by": preferred_by}
        self._journal.note("CallerJoined", event.call, queue=event.queue, priority=event.priority, **come)
        self.feed(event)

    def enter(self, waiter: Waiter, event: CallerJoined) -> None:
        """Somebody who is not on the line stands in line; what there is to say is on record."""
        self._waiters[event.call] = waiter
        self.feed(event)

    def waiter(self, call: CallId) -> Waiter | None:
        """Who performs the engine's actions for a caller."""
        return self._waiters.get(call)

    def standing(self, call: CallId) -> Seconds | None:
        """Since when the wait of one who waits counts."""
        return self._standing.get(call)

    def forget(self, call: CallId) -> None:
        """The caller's stay is over, whichever way."""
        self._waiters.pop(call, None)
        self._standing.pop(call, None)

    def feed(self, event: Event) -> None:
        """Tell the engine what happened and do what it says, in order."""
        self._inbox.append(event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._inbox:
                event = self._inbox.popleft()
                self._record(event)
                for action in self.engine.receive(event, self._loop.time()):
                    self._try(action)
        finally:
            self._busy = False
            self._arm()

    @property
    def ringing(self) -> Sequence[Ring]:
        """Every offer for which a phone rings, the one that does longest first."""
        rings = (offer for offer in self._offers.values() if isinstance(offer, Ring))
        return tuple(ring for ring in rings if ring.offer not in self._accepted)

    def pick_up(self, ring: Ring, by: AgentName, leg: Leg) -> bool:
        """Connect the caller of an offer to another agent, who is on `leg`. False: it is no longer open."""
        if self._offers.get(ring.offer) is not ring or ring.offer in self._accepted:
            return False
        self._waiters[ring.call].picked_up(leg)
        self._note("PickedUp", ring.call, offer=ring.offer, agent=ring.agent, by=by)
        self.feed(OfferPickedUp(ring.offer, by))
        return True

    def close(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer.cancel()

    def _arm(self) -> None:
        deadline = self.engine.next_deadline()
        if deadline == self._armed:
            return
        if self._timer:
            self._timer.cancel()
        self._armed = deadline
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        self._armed = self._timer = None
        self.feed(TimerExpired())

    def _try(self, action: Action) -> None:
        """Perform it. The event may be another call's: a mistake here must not reach that one's path."""
        try:
            self._perform(action)
        except Exception:
            log.exception("an action of the queue engine failed", action=repr(action))

    def _perform(self, action: Action) -> None:
        match action:
            case Ring():
                reserved = action.offer in self._offers  # then it is on record
                self._offers[action.offer] = action
                try:
                    self._waiters[action.call].ring(action)  # for a callback, that may begin a call
                finally:
                    if not reserved:
                        self._note_offer(action)
            case CancelRing():
                self._cancel(action)
            case Connect():
                waiter = self._waiters[action.call]
                if not waiter.absent:
                    self.note_connected(action, action.waited)
                waiter.connect(action)
            case Announce():
                self._waiters[action.call].announce(action)
            case Leave():
                self._note(
                    "CallerLeft",
                    action.call,
                    queue=action.queue,
                    reason=action.reason,
                    waited=round(action.waited, 3),
                    **why_nobody(action.why, self._loop.time()),
                )
                self._waiters[action.call].leave(action)
            case CallBack():
                self._offers[action.offer] = action
                try:
                    self._waiters[action.call].call_back(action)
                finally:
                    self._note_offer(action)
            case _:
                self._report(action)

    def note_connected(self, action: Connect, waited: Seconds) -> None:
        """From now on caller and agent can talk."""
        settings = self._queues.get(action.queue)
        self._note(
            "Connected",
            action.call,
            offer=action.offer,
            agent=action.agent,
            queue=action.queue,
            waited=round(waited, 3),
            wrap_up=settings.wrap_up if settings else 0.0,
            **_estimate(action),
        )

    def _note(self, kind: str, call: CallId, **data: JsonValue) -> None:
        """Record what happened to somebody who waits, under the call that the record knows."""
        self._journal.note(kind, self.known_as.get(call, call), **data)

    def _note_offer(self, offer: Ring | CallBack) -> None:
        self._note(
            "OfferMade",
            offer.call,
            offer=offer.offer,
            agent=offer.agent,
            queue=offer.queue,
            why=reasons(offer.why, self._loop.time()),
            **({"reserved": True} if isinstance(offer, CallBack) else {}),
        )

    def _report(self, action: Action) -> None:
        """What the engine did of itself, for the record."""
        note = self._journal.note
        match action:
            case ReportPause():
                note("AgentPaused", agent=action.agent, reason=action.reason, automatic=True)
            case ReportResume():
                note("AgentResumed", agent=action.agent, reason=action.reason, automatic=True)
            case ReportWrapUp():
                note("WrapUpEnded", action.call, agent=action.agent, took=round(action.took, 3))
            case ReportOverflow():
                kind = "OverflowBegan" if action.helped else "OverflowEnded"
                note(kind, queue=action.queue, waiting=action.waiting)
            case ReportPlace():
                self._standing[action.call] = action.standing
                ago = round(self._loop.time() - action.standing, 3)
                note("PlaceRegained", action.call, queue=action.queue, ago=ago)
            case ReportAmendmentOver():
                kind, told = self.amendments.over(action)
                note(kind, **told)
            case ReportHopeless():
                self._note("CallerHopeless", action.call, queue=action.queue, needs=action.needs)
            case ReportRest():
                pause = None if action.until is None else round(action.until - self._loop.time(), 3)
                note(
                    "CallbackResting",
                    action.call,
                    queue=action.queue,
                    attempts=action.attempts,
                    pause=pause,
                )
                if waiter := self._waiters.get(action.call):
                    waiter.rest(action)

    def _cancel(self, action: CancelRing) -> None:
        ring = self._offers.pop(action.offer, None)
        if ring is None:  # closed already: an answer that came too late
            return
        self._note_end(ring, action.reason)
        if waiter := self._waiters.get(ring.call):
            waiter.cancel_ring(action)

    def _record(self, event: Event) -> None:
        """Note what the shell tells the engine, where the shell itself has no better words for it."""
        match event:
            case OfferAccepted() if event.offer in self._offers:
                self._accepted.add(event.offer)
            case OfferAnswered() if ring := self._offers.pop(event.offer, None):
                self._note_end(ring, "answered")
            case OfferFailed() if ring := self._offers.pop(event.offer, None):
                self._note_end(ring, event.failure, event.status)
            case CallerLeft():
                now = self._loop.time()
                told = why_nobody(self.engine.why_left(event.call, now), now)
                if stay := self.engine.stay_of(event.call, now):
                    told = {"queue": stay[0], "waited": round(stay[1], 3), **told}
                self._note("CallerLeft", event.call, reason=event.reason, **told)
            case SettingsChanged():
                self._queues = event.settings.queues
            case ConnectFailed():
                waiter = self._waiters.get(event.call)
                if waiter is None or not waiter.absent:  # else nothing was connected yet
                    self._note("ConnectFailed", event.call)
            case _:
                self._note_agent(event)

    def _note_agent(self, event: Event) -> None:
        match event:
            case PhonesReachable():
                self._journal.note("AgentOnline", agent=event.agent)
            case PhonesUnreachable():
                self._journal.note("AgentOffline", agent=event.agent)
            case AgentSignedIn():
                self._journal.note("AgentSignedIn", agent=event.agent, queue=event.queue)
            case AgentSignedOut():
                self._journal.note(
                    "AgentSignedOut", agent=event.agent, queue=event.queue, **self._ago(event.since)
                )
            case AgentPaused():
                self._journal.note(
                    "AgentPaused", agent=event.agent, reason=event.reason, **self._ago(event.since)
                )
            case WrapUpExtended():
                self._journal.note("WrapUpExtended", agent=event.agent, by=event.by)
            case AgentResumed():
                self._journal.note("AgentResumed", agent=event.agent)

    def _ago(self, since: Seconds | None) -> dict[str, JsonValue]:
        """Of what began before a restart: how long ago."""
        return {} if since is None else {"ago": round(self._loop.time() - since, 3)}

    def _note_end(self, ring: Ring | CallBack, result: str | CancelReason, status: int = 0) -> None:
        self._accepted.discard(ring.offer)
        self._note(
            "OfferEnded", ring.call, offer=ring.offer, agent=ring.agent, result=str(result), status=status
        )


def _estimate(connect: Connect) -> dict[str, JsonValue]:
    """What had been estimated, if anything was: the next start judges its estimates by it too."""
    if connect.foreseen is None or connect.raw is None:
        return {}
    held: dict[str, JsonValue] = {"held": round(connect.held, 3)} if connect.held else {}
    return {"foreseen": round(connect.foreseen, 3), "raw": round(connect.raw, 3), **held}
