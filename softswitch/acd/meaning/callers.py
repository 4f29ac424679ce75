"""Events about callers who wait, on the line or not, and about conversations."""

from __future__ import annotations

from typing import Final

from softswitch.acd import accepting, announcing, callbacks, redial
from softswitch.acd.actions import CancelRing, Leave
from softswitch.acd.events import (
    CallbackWanted,
    CallerJoined,
    CallerLeft,
    CallerReady,
    ConnectFailed,
    ConversationEnded,
    CustomerAnswered,
    CustomerNotReached,
    OfferAccepted,
    OfferAnswered,
    OfferFailed,
    OfferPickedUp,
    PlaceKept,
    PriorityChanged,
    WayFound,
    WayLost,
)
from softswitch.acd.floor import Floor
from softswitch.acd.meaning.known import agent_of, caller_of, offer_of, queue_of
from softswitch.acd.meaning.table import Meaning
from softswitch.acd.offers import Offer
from softswitch.acd.patience import rank_anew
from softswitch.acd.queues import Queue
from softswitch.acd.states import CallerMove, OfferState
from softswitch.errors import EngineError
from softswitch.types import CancelReason, Destination, LeaveReason, OfferFailure, OfferId

UNANSWERED: Final = frozenset({OfferFailure.NO_ANSWER, OfferFailure.UNREACHABLE})
"""Failures by which an agent is taken to be away from the phone."""

_RINGING: Final = OfferState.RINGING


def joined(floor: Floor, event: CallerJoined) -> None:
    """A new caller lines up, unless turned away."""
    if event.call in floor.callers:
        state = floor.callers[event.call].state
        raise EngineError(f"call '{event.call}' joined '{event.queue}' while it is {state} already")
    queue = queue_of(floor, event.queue)
    if event.absent:
        callbacks.enter(floor, queue, event)
        return
    queue.tally.joined += 1
    if (refused := _refused(queue, has_place=redial.is_kept(floor, queue.name, event.number))) is not None:
        _turn_away(floor, event, queue, *refused)
        return
    caller = floor.welcome(queue, event)
    redial.regain(floor, caller)
    queue.rank(caller, floor.now)
    if event.held:
        caller.move(CallerMove.REST)
        floor.line_up(caller)
        return
    floor.line_up(caller)
    floor.to_foresee.append(caller)
    announcing.schedule(floor, caller)


def ready(floor: Floor, event: CallerReady) -> None:
    """Who was held is so no more; what was to be said meanwhile is said now."""
    caller = caller_of(floor, event.call)
    if caller and caller.held:
        caller.ready = floor.now
        floor.release(caller)
        floor.to_foresee.append(caller)
        announcing.schedule(floor, caller)


def _refused(queue: Queue, *, has_place: bool) -> tuple[LeaveReason, Destination | None] | None:
    """Why one more caller may not wait, and where to go instead; None: may wait.
    `has_place`: was cut off, and needs no other one.
    """
    settings = queue.settings
    if not queue.open:
        return LeaveReason.QUEUE_REMOVED, None
    if queue.closed:
        return LeaveReason.CLOSED, settings.closed
    if settings.no_agents.joining is not None and not queue.attended():
        return LeaveReason.NO_AGENTS, settings.no_agents.joining
    if queue.full() and not has_place:
        return LeaveReason.FULL, settings.full
    return None


def _turn_away(
    floor: Floor, event: CallerJoined, queue: Queue, reason: LeaveReason, to: Destination | None
) -> None:
    queue.tally.leave(reason, 0.0, in_time=False)
    floor.calls_over.add(event.call, True)
    floor.out.append(Leave(event.call, queue.name, reason, to))


def place_kept(floor: Floor, event: PlaceKept) -> None:
    """Somebody may call again, from before a restart."""
    queue = queue_of(floor, event.queue)
    floor.joins += 1
    place = redial.KeptPlace(event.standing, floor.joins, event.priority, event.until)
    redial.remember(floor, queue.name, event.number, place)


def left(floor: Floor, event: CallerLeft) -> None:
    """Gone, in whatever state."""
    caller = caller_of(floor, event.call)
    if caller is None:
        return
    if caller.conversation:
        # The hang-up crossed the answer: ended is ended, and the agent must not be stuck in it.
        floor.end_conversation(caller, caller.conversation)
        return
    if event.reason in (LeaveReason.HUNG_UP, LeaveReason.DRAINED) and not caller.absent:
        redial.keep(floor, caller)
    floor.leave(caller, event.reason)


def priority_changed(floor: Floor, event: PriorityChanged) -> None:
    """The caller's place is another one."""
    caller = caller_of(floor, event.call)
    if caller is None:
        return
    caller.asked, caller.advanced = event.priority, None
    if caller.in_line:
        rank_anew(floor, caller)


def callback_wanted(floor: Floor, event: CallbackWanted) -> None:
    """The caller goes, the place stays."""
    caller = caller_of(floor, event.call)
    if caller and caller.in_line and not caller.absent:
        if caller.held:
            floor.release(caller)
        callbacks.begin(floor, caller)


def customer_answered(floor: Floor, event: CustomerAnswered) -> None:
    """Now the agent."""
    if caller := caller_of(floor, event.call):
        callbacks.customer_answered(floor, caller)


def customer_not_reached(floor: Floor, event: CustomerNotReached) -> None:
    """Another time."""
    caller = caller_of(floor, event.call)
    if caller and caller.callback:
        callbacks.not_reached(floor, caller, event.tried)


def way_lost(floor: Floor, event: WayLost) -> None:
    """Nobody is bothered with what cannot be."""
    caller = caller_of(floor, event.call)
    if caller and caller.callback and not caller.barred:
        callbacks.bar(floor, caller)


def way_found(floor: Floor, event: WayFound) -> None:
    """It can be again."""
    caller = caller_of(floor, event.call)
    if caller and caller.barred:
        callbacks.unbar(floor, caller)


def connect_failed(floor: Floor, event: ConnectFailed) -> None:
    """Back to the old place."""
    caller = caller_of(floor, event.call)
    if caller and caller.conversation:
        floor.disconnect(caller, caller.conversation)
        if caller.waiting:
            announcing.schedule(floor, caller)


def conversation_ended(floor: Floor, event: ConversationEnded) -> None:
    """Wrap-up."""
    caller = caller_of(floor, event.call)
    if caller and caller.conversation:
        floor.end_conversation(caller, caller.conversation, event.apart)


def offer_accepted(floor: Floor, event: OfferAccepted) -> None:
    """The first answer wins, though the two do not talk yet."""
    offer = _answered(floor, event.offer)
    if offer and offer.state is _RINGING and not offer.accepted:
        accepting.accept(floor, offer)


def offer_answered(floor: Floor, event: OfferAnswered) -> None:
    """The first answer wins."""
    offer = _answered(floor, event.offer)
    if offer and offer.state is _RINGING:
        floor.connect(offer)


def _answered(floor: Floor, name: OfferId) -> Offer | None:
    """The offer that was answered; None, and the phone is hung up: it is over."""
    offer = offer_of(floor, name)
    if offer is None:
        reason = floor.offers_over.get(name) or CancelReason.CALLER_LEFT
        floor.out.append(CancelRing(name, reason))
    return offer


def offer_picked_up(floor: Floor, event: OfferPickedUp) -> None:
    """Somebody else answered."""
    agent, offer = agent_of(floor, event.by), offer_of(floor, event.offer)
    if offer and offer.state is _RINGING and offer.agent is not agent and not offer.accepted:
        floor.pick_up(offer.caller, agent)


def offer_failed(floor: Floor, event: OfferFailed) -> None:
    """Another agent is to be rung."""
    offer = offer_of(floor, event.offer)
    if offer and offer.state is _RINGING:
        floor.fail(offer, missed=event.failure in UNANSWERED)


MEANING: Meaning = {
    CallerJoined: joined,
    CallerReady: ready,
    PlaceKept: place_kept,
    CallerLeft: left,
    PriorityChanged: priority_changed,
    CallbackWanted: callback_wanted,
    CustomerAnswered: customer_answered,
    CustomerNotReached: customer_not_reached,
    WayLost: way_lost,
    WayFound: way_found,
    ConnectFailed: connect_failed,
    ConversationEnded: conversation_ended,
    OfferAccepted: offer_accepted,
    OfferAnswered: offer_answered,
    OfferPickedUp: offer_picked_up,
    OfferFailed: offer_failed,
}
