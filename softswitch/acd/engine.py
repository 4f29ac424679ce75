"""The queue engine: events in, actions out; no clock, no chance of its own, no I/O.

The shell calls `receive` for each event and carries out the actions in their order, then arms one timer for
`next_deadline()`, which says `TimerExpired`. Each call does all that can be done at that moment: first what
the event means, then what was due, then every offer that has become possible, and announcements last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from softswitch.acd import announcing
from softswitch.acd.actions import Action, CancelRing, Leave
from softswitch.acd.agents import Agent
from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallerJoined,
    CallerLeft,
    ConnectFailed,
    ConversationEnded,
    Event,
    OfferAnswered,
    OfferFailed,
    OfferPickedUp,
    PhonesReachable,
    PhonesUnreachable,
    SettingsChanged,
    TimerExpired,
)
from softswitch.acd.floor import Floor
from softswitch.acd.matching import match
from softswitch.acd.offers import Offer
from softswitch.acd.queues import Queue
from softswitch.acd.reload import reload
from softswitch.acd.snapshot import SHOWN, Snapshot, look
from softswitch.acd.states import OfferState
from softswitch.acd.waiting import Caller
from softswitch.errors import EngineError
from softswitch.types import (
    AgentName,
    CallId,
    CancelReason,
    LeaveReason,
    OfferId,
    QueueName,
    Seconds,
)

V = TypeVar("V")


class Engine:
    """All queues and agents of one switch."""

    def __init__(self, *, seed: int = 0) -> None:
        """`seed` decides every random choice: engines with the same seed, events and times act the same."""
        self._floor = Floor(seed)
        self._meaning: Mapping[type, Callable[[Any], None]] = {
            SettingsChanged: self._settings_changed,
            CallerJoined: self._caller_joined,
            CallerLeft: self._caller_left,
            OfferAnswered: self._offer_answered,
            OfferPickedUp: self._offer_picked_up,
            OfferFailed: self._offer_failed,
            ConnectFailed: self._connect_failed,
            ConversationEnded: self._conversation_ended,
            AgentCallStarted: self._agent_call_started,
            AgentCallEnded: self._agent_call_ended,
            AgentPaused: self._agent_paused,
            AgentResumed: self._agent_resumed,
            AgentSignedIn: self._agent_signed_in,
            AgentSignedOut: self._agent_signed_out,
            PhonesReachable: self._phones_reachable,
            PhonesUnreachable: self._phones_unreachable,
            TimerExpired: self._timer_expired,
        }

    def receive(self, event: Event, now: Seconds) -> Sequence[Action]:
        """What is to be done about `event`, in this order, at `now` (never before the last `now`).

        Events about calls and offers that are over do nothing, for networks deliver late; but an answer to an
        offer that is over says `CancelRing` again. Raises EngineError about calls, offers, agents and queues
        never heard of, a call that joins twice, and settings that contradict themselves: nothing has changed
        then.
        """
        floor = self._floor
        if not now >= floor.now:
            raise EngineError(f"time went backwards: {now} after {floor.now}; give a monotonic clock's time")
        floor.now = now
        self._meaning[type(event)](event)
        while due := floor.deadlines.pop_due(now):
            due()
        if floor.to_match:
            match(floor)
        if floor.to_announce:
            announcing.speak(floor)
        actions, floor.out = floor.out, []
        return actions

    def next_deadline(self) -> Seconds | None:
        """When the next `TimerExpired` is wanted, always after the last `now`; None: nothing is due."""
        return self._floor.deadlines.next()

    def snapshot(self, now: Seconds, *, most: int = SHOWN) -> Snapshot:
        """The floor at `now`, with the first `most` callers of each queue."""
        return look(self._floor, now, most)

    def longest_waits(self, now: Seconds) -> dict[QueueName, Seconds]:
        """How long the one has waited who waits longest, of each queue in which somebody does."""
        since: dict[QueueName, Seconds] = {}
        for caller in self._floor.callers.values():
            if caller.conversation is None:
                name = caller.queue.name
                since[name] = min(caller.joined, since.get(name, now))
        return {name: now - joined for name, joined in since.items()}

    def has_a_line(self, agent: AgentName) -> bool:
        """Whether a call from outside the queues would keep the agent within the limit of calls at once.

        Raises EngineError about an agent never heard of.
        """
        return self._agent(agent).has_a_line()

    def has_room(self, queue: QueueName) -> bool:
        """Whether one more caller would be let into a queue; false for one that is not there (any more)."""
        found = self._floor.queues.get(queue)
        if found is None or not found.open:
            return False
        limit = found.settings.max_callers
        return limit is None or len(found.line) < limit

    # Callers -------------------------------------------------------------------------------------

    def _caller_joined(self, event: CallerJoined) -> None:
        floor = self._floor
        if event.call in floor.callers:
            state = floor.callers[event.call].state
            raise EngineError(f"call '{event.call}' joined '{event.queue}' while it is {state} already")
        queue = self._queue(event.queue)
        queue.tally.joined += 1
        limit = queue.settings.max_callers
        if not queue.open:
            self._turn_away(event, queue, LeaveReason.QUEUE_REMOVED)
        elif limit is not None and len(queue.line) >= limit:
            self._turn_away(event, queue, LeaveReason.FULL)
        else:
            floor.joins += 1
            caller = Caller(event.call, event.number, event.priority, queue, floor.now, floor.joins)
            queue.rank(caller)
            floor.callers[caller.call] = caller
            floor.line_up(caller)
            announcing.schedule(floor, caller)

    def _turn_away(self, event: CallerJoined, queue: Queue, reason: LeaveReason) -> None:
        queue.tally.leave(reason, 0.0, in_time=False)
        self._floor.calls_over.add(event.call, True)
        destination = queue.settings.full if reason is LeaveReason.FULL else None
        self._floor.out.append(Leave(event.call, queue.name, reason, destination))

    def _caller_left(self, event: CallerLeft) -> None:
        caller = self._caller(event.call)
        if caller is None:
            return
        if caller.conversation:
            # The hang-up crossed the answer: ended is ended, and the agent must not be stuck in it.
            self._floor.end_conversation(caller, caller.conversation)
        else:
            self._floor.leave(caller, event.reason)

    def _connect_failed(self, event: ConnectFailed) -> None:
        caller = self._caller(event.call)
        if caller and caller.conversation:
            self._floor.disconnect(caller, caller.conversation)
            if caller.waiting:
                announcing.schedule(self._floor, caller)

    def _conversation_ended(self, event: ConversationEnded) -> None:
        caller = self._caller(event.call)
        if caller and caller.conversation:
            self._floor.end_conversation(caller, caller.conversation, event.apart)

    # Offers --------------------------------------------------------------------------------------

    def _offer_answered(self, event: OfferAnswered) -> None:
        offer = self._offer(event.offer)
        if offer is None:
            reason = self._floor.offers_over.get(event.offer) or CancelReason.CALLER_LEFT
            self._floor.out.append(CancelRing(event.offer, reason))
        elif offer.state is OfferState.RINGING:
            self._floor.connect(offer)

    def _offer_picked_up(self, event: OfferPickedUp) -> None:
        agent, offer = self._agent(event.by), self._offer(event.offer)
        if offer and offer.state is OfferState.RINGING and offer.agent is not agent:
            self._floor.pick_up(offer.caller, agent)

    def _offer_failed(self, event: OfferFailed) -> None:
        offer = self._offer(event.offer)
        if offer and offer.state is OfferState.RINGING:
            self._floor.fail(offer)

    # Agents --------------------------------------------------------------------------------------

    def _agent_call_started(self, event: AgentCallStarted) -> None:
        agent = self._agent(event.agent)
        if event.call not in agent.outside:
            agent.outside[event.call] = None
            agent.load += 1
            self._floor.refresh(agent)

    def _agent_call_ended(self, event: AgentCallEnded) -> None:
        agent = self._agent(event.agent)
        if event.call in agent.outside:
            del agent.outside[event.call]
            agent.load -= 1
            agent.idle_since = self._floor.now
            self._floor.calls_over.add(event.call, True)
            self._floor.refresh(agent)
        else:
            self._caller(event.call)

    def _agent_paused(self, event: AgentPaused) -> None:
        self._pause(self._agent(event.agent), event.reason)

    def _agent_resumed(self, event: AgentResumed) -> None:
        agent = self._agent(event.agent)
        if agent.paused is not None:
            agent.idle_since = self._floor.now
            self._pause(agent, None)

    def _pause(self, agent: Agent, reason: str | None) -> None:
        agent.paused = reason
        self._floor.recount(agent)

    def _phones_reachable(self, event: PhonesReachable) -> None:
        self._floor.reach(self._agent(event.agent), True)

    def _phones_unreachable(self, event: PhonesUnreachable) -> None:
        self._floor.reach(self._agent(event.agent), False)

    def _agent_signed_in(self, event: AgentSignedIn) -> None:
        agent = self._agent(event.agent)
        agent.idle_since = self._floor.now
        self._floor.sign(agent, set() if event.queue is None else agent.signed_out - {event.queue})

    def _agent_signed_out(self, event: AgentSignedOut) -> None:
        agent = self._agent(event.agent)
        served = {queue.name for queue, _ in agent.memberships}
        self._floor.sign(agent, agent.signed_out | (served if event.queue is None else {event.queue}))

    # Everything ----------------------------------------------------------------------------------

    def _settings_changed(self, event: SettingsChanged) -> None:
        reload(self._floor, event.settings)

    def _timer_expired(self, event: TimerExpired) -> None:
        """What is due is done after any event."""

    # Who is meant --------------------------------------------------------------------------------

    def _caller(self, call: CallId) -> Caller | None:
        """None: this call's stay is over. Raises EngineError for a call never heard of."""
        caller = self._floor.callers.get(call)
        if caller is None and self._floor.calls_over.get(call) is None:
            raise EngineError(f"call '{call}' never joined a queue; say CallerJoined first")
        return caller

    def _offer(self, offer: OfferId) -> Offer | None:
        """None: the offer is over. Raises EngineError for one that was never made."""
        found = self._floor.offers.get(offer)
        if found is None and not self._was_made(offer):
            raise EngineError(f"offer '{offer}' was never made; give the id that came with Ring")
        return found

    def _was_made(self, offer: OfferId) -> bool:
        number = offer[1:]
        return number.isdecimal() and offer == f"o{int(number)}" and 1 <= int(number) <= self._floor.rings

    def _queue(self, name: QueueName) -> Queue:
        return _known("queue", name, self._floor.queues)

    def _agent(self, name: AgentName) -> Agent:
        return _known("agent", name, self._floor.agents)


def _known(what: str, name: str, things: Mapping[Any, V]) -> V:
    try:
        return things[name]
    except KeyError:
        nearest = get_close_matches(name, things, n=1)
        hint = f"did you mean '{nearest[0]}'?" if nearest else "SettingsChanged must name it first"
        raise EngineError(f"unknown {what} '{name}': {hint}") from None
