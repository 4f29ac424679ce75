"""Callers who are not on the line: they keep their place, and are called when it is their turn.

The agent first: the offer is as any other, and the shell calls the customer when the agent has answered. The
customer first: the offer reserves the agent, and becomes a ringing one when the customer has answered.
A customer who does not answer rests for a while, at the same place of the line. What fails before it
comes to the customer does not count as an attempt; who cannot be called at all rests until that is over.
"""

from __future__ import annotations

from softswitch.acd import presence
from softswitch.acd.actions import CallBack, ReportRest, Ring
from softswitch.acd.agents import Agent
from softswitch.acd.events import CallerJoined
from softswitch.acd.explain import Why
from softswitch.acd.floor import Floor
from softswitch.acd.offers import Offer
from softswitch.acd.patience import watch_patience
from softswitch.acd.queues import Queue
from softswitch.acd.settings import CallbackSettings
from softswitch.acd.states import CallerState, OfferMove, OfferState
from softswitch.acd.waiting import Caller
from softswitch.types import CancelReason, LeaveReason, Seconds

LONGEST_PAUSE: Seconds = 3600.0
"""Pauses grow while attempts do not come to the customer's side, up to this, or the queue's own."""


def begin(floor: Floor, caller: Caller) -> None:
    """The caller goes off the line and keeps the place. Phones that ring go on, if the agent comes first."""
    caller.wanted = floor.now
    _make_absent(floor, caller)
    floor.count_absent(caller.queue, 1)
    caller.queue.tally.callbacks += 1
    if caller.queue.settings.callback.customer_first:
        for offer in list(caller.offers.values()):
            floor.withdraw(offer, CancelReason.CALLBACK_WANTED)
    if caller.queue.closed:
        rest(floor, caller, None)


def enter(floor: Floor, queue: Queue, event: CallerJoined) -> None:
    """Somebody is to be called back who does not wait on the line now, or did before a restart."""
    caller = floor.welcome(queue, event)
    caller.attempts, caller.barred = event.attempts, event.barred
    caller.wanted = floor.now if event.wanted is None else event.wanted
    if not event.restored:
        queue.tally.callbacks += 1
    _make_absent(floor, caller)
    queue.rank(caller, floor.now)
    floor.line_up(caller)
    if not queue.open:
        floor.send_off(caller, LeaveReason.QUEUE_REMOVED, None)
    elif event.rests_until is not None and event.rests_until > floor.now:
        rest(floor, caller, event.rests_until)
    elif queue.closed:
        rest(floor, caller, None)
    elif caller.barred:
        floor.lie_down(caller)


def _make_absent(floor: Floor, caller: Caller) -> None:
    caller.absent = caller.callback = True
    floor.deadlines.cancel(caller.announcement)
    caller.announcement = None
    watch_patience(floor, caller)


def call_back(floor: Floor, caller: Caller, agent: Agent, why: Why) -> None:
    """Reserve an agent, and call the customer."""
    settings = caller.queue.settings.callback
    offer = floor.offer(caller, agent, OfferState.RESERVED)
    timeout = settings.ring
    offer.timer = floor.deadlines.set(floor.now + timeout, not_reached, floor, caller)
    attempt = caller.attempts + 1
    action = CallBack(offer.id, caller.call, agent.name, caller.queue.name, attempt, timeout, why)
    floor.out.append(action)
    offer.why = why
    presence.refresh(floor, agent)


def customer_answered(floor: Floor, caller: Caller) -> None:
    """Ring the agent who was reserved; the customer is on the line from now on."""
    reserved = _reserved(caller)
    if reserved is None:
        return
    caller.absent = False
    floor.count_absent(caller.queue, -1)
    floor.deadlines.cancel(reserved.timer)
    reserved.move(OfferMove.RING)
    reserved.rung = floor.now
    timeout = floor.ring_time(reserved)
    assert reserved.why is not None
    agent, queue = reserved.agent.name, reserved.queue.name
    floor.out.append(Ring(reserved.id, caller.call, agent, queue, timeout, reserved.why))
    watch_patience(floor, caller)
    presence.refresh(floor, reserved.agent)


def not_reached(floor: Floor, caller: Caller, tried: bool = True) -> None:
    """The attempt is over: the agent is free, and the customer rests, or was tried often enough. `tried`: it
    came to the customer's side.
    """
    reserved = _reserved(caller)
    if reserved is not None:
        floor.withdraw(reserved, CancelReason.CUSTOMER_NOT_REACHED)
    elif caller.conversation is not None:
        caller.absent = True
        floor.part(caller, caller.conversation)
    elif not caller.absent:
        floor.count_absent(caller.queue, 1)
        _make_absent(floor, caller)
    else:
        return
    caller.attempts += tried
    caller.failures = 0 if tried else caller.failures + 1
    settings = caller.queue.settings.callback
    if not caller.queue.open:
        floor.send_off(caller, LeaveReason.QUEUE_REMOVED, None)
    elif tried and caller.attempts >= settings.attempts:
        floor.send_off(caller, LeaveReason.NOT_REACHED, None)
    else:
        rest(floor, caller, floor.now + pause(settings, caller.failures))


def pause(settings: CallbackSettings, failures: int) -> Seconds:
    """Until the next attempt: twice as long after each that did not come to the customer's side."""
    longest = max(settings.pause, LONGEST_PAUSE)
    return min(settings.pause * 2.0 ** min(max(failures - 1, 0), 30), longest)


def rest(floor: Floor, caller: Caller, until: Seconds | None) -> None:
    """Keep the place, be offered to nobody until then, nor while the queue is closed (None)."""
    if caller.state is CallerState.RESTING and (until is None or caller.again is not None):
        return
    for offer in list(caller.offers.values()):
        floor.withdraw(offer, CancelReason.QUEUE_CLOSED if until is None else CancelReason.CALLER_LEFT)
    if caller.state is not CallerState.RESTING:
        floor.lie_down(caller)
    floor.deadlines.cancel(caller.again)
    caller.again = None if until is None else floor.deadlines.set(until, _rested, floor, caller)
    floor.out.append(ReportRest(caller.call, caller.queue.name, caller.attempts, until))


def _rested(floor: Floor, caller: Caller) -> None:
    caller.again = None
    if not caller.queue.closed:
        wake(floor, caller)


def wake(floor: Floor, caller: Caller) -> None:
    """The rest is over, unless there is no way to call."""
    if caller.state is CallerState.RESTING and not caller.barred:
        floor.release(caller)


def bar(floor: Floor, caller: Caller) -> None:
    """There is no way to call: an attempt that goes on will find that out, none begins."""
    caller.barred = True
    if caller.absent and caller.state is CallerState.WAITING:
        floor.lie_down(caller)


def unbar(floor: Floor, caller: Caller) -> None:
    """There is one again; whatever else the customer rests for goes on."""
    caller.barred = False
    if not caller.absent or caller.again is not None or caller.state is not CallerState.RESTING:
        return
    if caller.queue.closed:
        floor.out.append(ReportRest(caller.call, caller.queue.name, caller.attempts, None))
    else:
        wake(floor, caller)


def _reserved(caller: Caller) -> Offer | None:
    """The offer for which the customer is being called."""
    return next((each for each in caller.offers.values() if each.state is OfferState.RESERVED), None)
