"""The call-centre floor: queues, agents, callers, offers as they stand, and the moves that change them.

A move changes all that hangs together (states, lines, counts, timers) and appends its actions to `out`. It
never chooses: who is offered whom is `matching.py`, what an event means is `engine.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.acd import hope, patience, pauses, presence
from softswitch.acd.actions import Action, CancelRing, Connect, Leave, ReportRest, ReportWrapUp, Ring
from softswitch.acd.agents import Agent
from softswitch.acd.amendments import Amended
from softswitch.acd.chance import SplitMix64
from softswitch.acd.deadlines import Deadlines
from softswitch.acd.events import CallerJoined
from softswitch.acd.explain import Why
from softswitch.acd.offers import Offer
from softswitch.acd.queues import Queue
from softswitch.acd.reach import Reach
from softswitch.acd.reasoning import why_left
from softswitch.acd.recent import Recent
from softswitch.acd.redial import KeptPlace
from softswitch.acd.states import CallerMove, OfferMove, OfferState
from softswitch.acd.waiting import Caller
from softswitch.types import (
    AgentName,
    CallId,
    CancelReason,
    Destination,
    LeaveReason,
    OfferId,
    QueueName,
    Seconds,
)

_REMEMBERED = 65_536
"""Calls and offers that are over and still known: minutes at hundreds of calls per second."""

# Named here once: to find a member in its enum takes longer than what is done with it, at every call.
_OFFER: Final = CallerMove.OFFER
_CONNECT: Final = CallerMove.CONNECT
_END: Final = CallerMove.END
_LEAVE: Final = CallerMove.LEAVE
_ANSWER: Final = OfferMove.ANSWER
_ENDED: Final = OfferMove.END
_WRAPPED_UP: Final = OfferMove.WRAPPED_UP
_CALLER_LEFT: Final = CancelReason.CALLER_LEFT
_ANSWERED_ELSEWHERE: Final = CancelReason.ANSWERED_ELSEWHERE


class Floor:
    """All state of one engine."""

    def __init__(self, seed: int, series: str = "o") -> None:
        self.now: Seconds = float("-inf")
        self.out: list[Action] = []
        self.chance = SplitMix64(seed)
        self.deadlines = Deadlines()
        self.queues: dict[QueueName, Queue] = {}
        self.agents: dict[AgentName, Agent] = {}
        self.callers: dict[CallId, Caller] = {}
        """Waiting or talking."""
        self.offers: dict[OfferId, Offer] = {}
        """All that are not closed."""
        self.calls_over: Recent[CallId, bool] = Recent(_REMEMBERED)
        self.offers_over: Recent[OfferId, CancelReason] = Recent(_REMEMBERED)
        self.to_match: dict[Reach, None] = {}
        """Where an agent got free or a caller wants one; a set would have no replayable order."""
        self.to_foresee: list[Caller] = []
        """Who has joined just now."""
        self.to_announce: list[Caller] = []
        self.to_look: dict[Queue, None] = {}
        """Queues where more or fewer wait than before, or others are there to serve, if that matters."""
        self.places: Recent[tuple[QueueName, str], KeptPlace] = Recent(_REMEMBERED)
        """By queue and number."""
        self.pauses: Mapping[str, Seconds] = {}
        """How long a pause may be, by its reason."""
        self.amended = Amended()
        """What supervisors have changed."""
        self.joins = 0
        self.rings = 0
        self.series = series
        """What ids of offers begin with."""

    # Callers -------------------------------------------------------------------------------------

    def welcome(self, queue: Queue, event: CallerJoined) -> Caller:
        """A new caller, not yet in the line."""
        self.joins += 1
        caller = Caller(
            event.call,
            event.number,
            event.priority,
            queue,
            self.now,
            self.joins,
        )
        caller.skills = event.skills
        caller.preferred = caller.wished = event.preferred
        if event.standing is not None:
            caller.standing = event.standing
        self.callers[caller.call] = caller
        return caller

    def line_up(self, caller: Caller) -> None:
        """A caller takes a place in the line: a new one the place due, a returning one the old place."""
        caller.queue.line.add(caller)
        caller.queue.absent += caller.absent
        self.look_at(caller.queue)
        self.open_up(caller)
        patience.watch_patience(self, caller)
        patience.watch_overdue(self, caller)

    def lie_down(self, caller: Caller) -> None:
        """Who is to be called back is offered to nobody until released; no strategy is asked again."""
        caller.move(CallerMove.REST)
        caller.put_on(None)
        self.deadlines.cancel(caller.again)
        caller.again = None

    def release(self, caller: Caller) -> None:
        """Who rested, or was held, can be offered from now on."""
        caller.move(CallerMove.WAKE)
        self.open_up(caller)

    def count_absent(self, queue: Queue, change: int) -> None:
        """So many more of those who have a place are not on the line."""
        queue.absent += change
        self.look_at(queue)

    def look_at(self, queue: Queue) -> None:
        """Its line or its team has changed, which may matter."""
        if queue.watched:
            self.to_look[queue] = None

    def open_up(self, caller: Caller) -> None:
        """Let a caller be offered to all who are open by now, and to more when their moment comes."""
        reach, more = caller.queue.reach_of(caller, self.now)
        caller.reach = reach
        if caller.widening is not None:
            self.deadlines.cancel(caller.widening)
            caller.widening = None
        if more is not None:
            caller.widening = self.deadlines.set(more, Floor.open_up, self, caller)
        caller.shelve()
        if reach.free.agents:
            self.to_match[reach] = None
        elif more is None and not reach.places:
            hope.look(self, caller)

    def _step_out(self, caller: Caller) -> None:
        """Out of all lines, and nothing is due for this caller any more."""
        queue = caller.queue
        queue.line.remove(caller)
        queue.absent -= caller.absent
        self.look_at(queue)
        caller.put_on(None)
        cancel = self.deadlines.cancel
        for timer in (caller.patience, caller.announcement, caller.again, caller.widening, caller.rescue):
            if timer:
                cancel(timer)
        caller.patience = caller.announcement = caller.again = caller.widening = caller.rescue = None

    def leave(self, caller: Caller, reason: LeaveReason) -> None:
        """A waiting caller is gone; phones stop ringing."""
        why = CancelReason.QUEUE_REMOVED if reason is LeaveReason.QUEUE_REMOVED else _CALLER_LEFT
        caller.move(_LEAVE)
        self._step_out(caller)
        self.cancel_rings(caller, why)
        queue, waited = caller.queue, self.now - caller.joined
        settings = queue.settings
        if caller.callback:
            queue.tally.give_up(reason)
        else:
            queue.impatience.note(waited, reason is LeaveReason.HUNG_UP)
            if caller.foreseen is not None:
                queue.calibration.note_given_up(caller.foreseen, waited - caller.foreseen.after)
            short = waited < settings.short_abandon
            queue.tally.leave(reason, waited, in_time=waited <= settings.service_within, short=short)
        self._forget(caller)

    def send_off(self, caller: Caller, cause: LeaveReason, destination: Destination | None) -> None:
        """Have a waiting caller leave."""
        why = None if cause is LeaveReason.QUEUE_REMOVED else why_left(caller, self.now)
        self.leave(caller, cause)
        waited = self.now - caller.joined
        self.out.append(Leave(caller.call, caller.queue.name, cause, destination, waited, why))

    def _forget(self, caller: Caller) -> None:
        """The stay is over. Its place holds the caller, a cycle that would wait for the garbage collector."""
        del caller.place
        del self.callers[caller.call]
        self.calls_over.add(caller.call, True)

    # Offers --------------------------------------------------------------------------------------

    def next_offer(self) -> OfferId:
        """What the next offer is called."""
        self.rings += 1
        return OfferId(f"{self.series}{self.rings}")

    def offer(self, caller: Caller, agent: Agent, state: OfferState = OfferState.RINGING) -> Offer:
        """An agent is for this caller from now on."""
        offer = Offer(self.next_offer(), caller, agent, caller.queue, self.now, state=state)
        caller.move(_OFFER)
        self.offers[offer.id] = caller.offers[agent.name] = offer
        caller.offered_last = agent.name
        agent.take(offer)
        return offer

    def ring(self, caller: Caller, agent: Agent, why: Why) -> None:
        """Ring an agent's phone for a caller."""
        offer = self.offer(caller, agent)
        timeout = self.ring_time(offer)
        self.out.append(Ring(offer.id, caller.call, agent.name, caller.queue.name, timeout, why))
        presence.refresh(self, agent)

    def ring_time(self, offer: Offer) -> Seconds:
        """The phone rings from now on, and for so long."""
        settings = offer.queue.settings
        timeout = settings.ring
        if settings.members:
            timeout = settings.member(offer.agent.name).ring or timeout
        offer.timer = self.deadlines.set(self.now + timeout, Floor._ring_out, self, offer)
        return timeout

    def pick_up(self, caller: Caller, agent: Agent) -> None:
        """An agent takes a caller for whom others ring, whatever else is in hand."""
        if own := caller.offers.get(agent.name):
            self.withdraw(own, _ANSWERED_ELSEWHERE)
        self.connect(self.offer(caller, agent))

    def _ring_out(self, offer: Offer) -> None:
        self.out.append(CancelRing(offer.id, CancelReason.NO_ANSWER))
        self.fail(offer, missed=True)

    def fail(self, offer: Offer, *, missed: bool) -> None:
        """The agent would not, did not or could not answer: back-off, and the caller wants another. `missed`:
        nobody was there to say no.
        """
        self._decline(offer)
        caller, name = offer.caller, offer.agent.name
        (caller.missed.add if missed else caller.missed.discard)(name)
        self._stop_ringing(offer, OfferMove.FAIL, CancelReason.NO_ANSWER)
        if missed:
            pauses.miss(self, offer)
        self._want_phone(caller)

    def withdraw(self, offer: Offer, reason: CancelReason) -> None:
        """Stop ringing, by no fault of the agent; the caller wants another."""
        self.out.append(CancelRing(offer.id, reason))
        self._stop_ringing(offer, OfferMove.CANCEL, reason)
        self._want_phone(offer.caller)

    def cancel_rings(self, caller: Caller, reason: CancelReason) -> None:
        """Stop all ringing for a caller who needs it no longer."""
        for offer in list(caller.offers.values()):
            self.out.append(CancelRing(offer.id, reason))
            self._stop_ringing(offer, OfferMove.CANCEL, reason)

    def _stop_ringing(self, offer: Offer, move: OfferMove, reason: CancelReason) -> None:
        caller = offer.caller
        del caller.offers[offer.agent.name]
        self._close(offer, move, reason)
        if caller.accepted is offer:
            caller.accepted = None
            if caller.in_line:
                patience.watch_patience(self, caller)
                self.look_at(caller.queue)

    def _close(self, offer: Offer, move: OfferMove, reason: CancelReason) -> None:
        """The offer is over: the agent has one call less in hand."""
        self.deadlines.cancel(offer.timer)
        offer.timer = None
        offer.move(move)
        del self.offers[offer.id]
        self.offers_over.add(offer.id, reason)
        presence.refresh(self, offer.agent)

    def _want_phone(self, caller: Caller) -> None:
        if not caller.offers:
            caller.move(CallerMove.OFFERS_OVER)
            if caller.barred and caller.absent:
                self._rest(caller)
                return
        if caller.preferred is not None:  # who may be there no longer
            self.open_up(caller)
            return
        caller.shelve()
        assert caller.reach is not None
        self.to_match[caller.reach] = None

    def _decline(self, offer: Offer) -> None:
        """Leave the agent in peace for a while; to be called before the offer is closed."""
        agent, declines = offer.agent, offer.caller.declines
        declines[agent.name] = declines.get(agent.name, 0) + 1
        agent.idle_since = self.now
        until = self.now + offer.queue.settings.retry
        if until > agent.back_off_until:
            agent.back_off_until = until
            self.deadlines.cancel(agent.back_off)
            agent.back_off = self.deadlines.set(until, presence.refresh, self, agent)

    # Conversations -------------------------------------------------------------------------------

    def connect(self, offer: Offer) -> None:
        """The first answer wins; every other phone stops ringing."""
        caller, agent, queue = offer.caller, offer.agent, offer.queue
        caller.move(_CONNECT)
        self._step_out(caller)
        del caller.offers[agent.name]
        caller.accepted = None
        self.deadlines.cancel(offer.timer)
        offer.timer = None
        offer.move(_ANSWER)
        offer.answered = self.now
        caller.conversation = offer
        agent.taken += 1
        agent.missed = 0
        waited = self.now - caller.joined
        offer.in_time = waited <= queue.settings.service_within
        foreseen = caller.foreseen
        if not caller.callback:
            queue.tally.answer(waited, in_time=offer.in_time)
            queue.impatience.note(waited, False)
            if foreseen is not None:
                queue.calibration.note(foreseen, waited - foreseen.after)
        connect = Connect(caller.call, offer.id, agent.name, queue.name, waited)
        if foreseen is not None and not caller.callback:
            said, raw, held = foreseen.after + foreseen.said, foreseen.raw, foreseen.after
            connect = Connect(caller.call, offer.id, agent.name, queue.name, waited, said, raw, held)
        self.out.append(connect)
        presence.refresh(self, agent)
        if caller.offers:
            self.cancel_rings(caller, _ANSWERED_ELSEWHERE)

    def disconnect(self, caller: Caller, offer: Offer) -> None:
        """The two never talked: as if the agent had not answered, and the caller is back at the old place. A
        reload may have removed the queue meanwhile.
        """
        self._decline(offer)
        self.part(caller, offer)
        if not caller.queue.open:
            self.send_off(caller, LeaveReason.QUEUE_REMOVED, None)
        elif caller.absent and (caller.barred or caller.queue.closed):
            self._rest(caller)

    def _rest(self, caller: Caller) -> None:
        """Nobody is to be called back any more, as things are, and no phone rings either."""
        self.lie_down(caller)
        self.out.append(ReportRest(caller.call, caller.queue.name, caller.attempts, None))

    def part(self, caller: Caller, offer: Offer) -> None:
        """The two never talked, by no fault of the agent: the caller is back at the old place."""
        caller.conversation = None
        caller.move(CallerMove.CONNECT_FAILED)
        offer.agent.taken -= 1
        offer.agent.idle_since = self.now
        if not caller.callback:
            offer.queue.tally.take_back(offer.answered - caller.joined, in_time=offer.in_time)
        self._close(offer, OfferMove.CONNECT_FAILED, CancelReason.NO_ANSWER)
        caller.queue.rank(caller, self.now)
        self.line_up(caller)

    def end_conversation(self, caller: Caller, offer: Offer, apart: Seconds = 0.0) -> None:
        """They talked, but for the last `apart` seconds. Wrap-up begins; nothing but its time, or the agent,
        ends it.
        """
        caller.move(_END)
        caller.conversation = None
        self._forget(caller)
        offer.move(_ENDED)
        offer.ended = self.now
        offer.queue.tally.called_back += caller.callback
        talked, wrap_up = max(0.0, self.now - offer.answered - apart), offer.queue.settings.wrap_up
        offer.agent.talk_time += talked
        offer.queue.tally.talk_time += talked
        offer.queue.handle_times.add(self.now - offer.rung + wrap_up)
        if wrap_up > 0:
            self.wrap_up(offer, self.now + wrap_up)
        else:
            self.wrapped_up(offer)

    def wrap_up(self, offer: Offer, until: Seconds) -> None:
        """The agent writes notes until then."""
        self.deadlines.cancel(offer.timer)
        offer.timer = self.deadlines.set(until, Floor.wrapped_up, self, offer)
        presence.refresh(self, offer.agent)

    def wrapped_up(self, offer: Offer) -> None:
        """The notes are written."""
        offer.agent.idle_since = self.now
        took = self.now - offer.ended
        if took > 0:
            self.out.append(ReportWrapUp(offer.agent.name, offer.caller.call, took))
        self._close(offer, _WRAPPED_UP, _CALLER_LEFT)
