"""A caller's stay in a queue: music, announcements over it, agents' phones ringing, and the conversation.

The stay is one coroutine; the ringing phones and the announcement are its children, so a caller who hangs up
takes them all along.

Whoever must be told of a recording joins first and hears it while holding the place: a queue that is full or
closed is known before, the wait and its service level begin when the caller came, and who hangs up meanwhile
has given up, as reports and `keep_place` know it. No phone rings before it is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace

import structlog

from softswitch.acd.actions import Announce, CallBack, CancelRing, Connect, Leave, ReportRest, Ring
from softswitch.acd.amendments import CallerAdvanced
from softswitch.acd.events import CallerJoined, CallerLeft, CallerReady, ConnectFailed, ConversationEnded
from softswitch.calls.agent_leg import Offer
from softswitch.calls.bridge import A_SLIP, DEFAULT_MUSIC, converse, reached
from softswitch.calls.call import Call, Moved
from softswitch.calls.entering import Entry, enter
from softswitch.calls.keys import Keys
from softswitch.calls.onward import Onward
from softswitch.calls.recording import announce_recording, must_be_told
from softswitch.calls.speaking import Speaker
from softswitch.calls.switch import Switch
from softswitch.errors import LegError
from softswitch.ports import Leg
from softswitch.spoken import Announcement
from softswitch.types import (
    AgentName,
    Destination,
    EndedBy,
    HangUp,
    LeaveReason,
    OfferId,
    QueueName,
    Reject,
    Seconds,
    ToQueue,
)

log = structlog.get_logger(__name__)

_WITHOUT_DESTINATION = {LeaveReason.FULL: Reject(486), LeaveReason.QUEUE_REMOVED: Reject(480)}
"""How a caller is refused whom the queue sends away without naming another way: an answered one hears it."""

_SENT_AWAY = frozenset(LeaveReason) - {reason for reason in LeaveReason if reason.value == "exit-key"}
"""Why callers leave who have not chosen to."""


async def wait_in_queue(switch: Switch, call: Call, to: ToQueue) -> Onward | None:
    """Wait in a queue until an agent answers, and talk. Returns where to go on, None when the call is done.

    Raises LegError when the caller is gone before being answered.
    """
    entry = await enter(switch, call, to)
    if not isinstance(entry, Entry):
        return entry
    call.queue = call.last_queue = to.queue
    call.phase = "waiting"
    call.queued = asyncio.get_running_loop().time()
    stay = Stay(switch, call, entry)
    try:
        while (left := await stay.until_agent()) is None:
            if stay.agent is None:
                return None
            if (onward := await converse(switch, call, stay.agent)) is not None:
                return onward
            if call.passed_on is not None or not stay.agent_slipped():
                return None
        return left.destination or _WITHOUT_DESTINATION.get(left.reason, HangUp())
    finally:
        stay.close()


class Stay:
    """Performs the engine's actions for one caller (`dispatch.Waiter`)."""

    def __init__(self, switch: Switch, call: Call, entry: Entry) -> None:
        self._switch = switch
        self._call = call
        self._entry = entry
        self._keys = Keys(switch, call)
        self._offers: dict[OfferId, Offer] = {}
        self._picked_up: Leg | None = None
        self._outcome: asyncio.Future[Connect | Leave] = asyncio.get_running_loop().create_future()
        self._playlist = switch.settings.media.queue_music.get(call.queue or "", DEFAULT_MUSIC)
        self._speaker = Speaker(switch, call, self._playlist)
        self._telling: asyncio.Task[None] | None = None
        """The caller is told of the recording."""
        self._event: CallerJoined | None = None
        """How the caller joined."""
        self._joined = False
        """The engine counts on this caller."""
        self._closed = False
        self._number = switch.settings.dialplan.numbering.dialled(call.leg.remote.number)
        """Of the caller, in E.164; a name, or empty, if there is none."""
        self._came: QueueName | None = None
        """To that queue: who is to be called back by it at that number need not be as long as this lasts."""
        self._connected: Seconds = 0.0
        self.agent: Leg | None = None
        """The agent's leg, from Connect on."""
        self.absent = False
        """See `dispatch.Waiter`."""
        self.pulled_to: AgentName | None = None
        """To which agent a supervisor gave the caller last."""

    @property
    def is_waiting(self) -> bool:
        """The caller has a place, and nobody has come yet."""
        return self._joined and not self._closed and not self._outcome.done()

    def move(self, to: ToQueue, *, first: bool) -> None:
        """A supervisor sends the caller to another queue, where the wait counts on."""
        call = self._call
        call.moved = Moved(self._switch.dispatcher.standing(call.id), first)
        self._leave(LeaveReason.MOVED, to)

    async def until_agent(self) -> Leave | None:
        """Wait; None means that `agent` has answered and is there to talk, or that the caller is gone.

        The second time the caller goes back to the old place: the agent was gone in the moment of answering.
        """
        async with asyncio.TaskGroup() as self._group:
            self._speaker.group = self._group
            try:
                return await self._until_outcome()
            except asyncio.CancelledError:
                # At once: while the children end, the engine must not ring one more phone for who has left.
                self.close()
                raise
            finally:
                self._hush()

    async def _until_outcome(self) -> Leave | None:
        if self._joined:
            self._start_over()
        elif not await self._join():
            self._hush()
            self.close()
            return None
        while True:
            with self._keys.heeded(self._group, self._leave_by_key):
                outcome = await self._outcome
            self._hush()
            if isinstance(outcome, Leave):
                return outcome
            if self.agent is not None and not self.agent.ended.done():
                return None
            self._start_over()

    def agent_slipped(self) -> bool:
        """Whether the agent hung up so soon after answering that it was no conversation."""
        talked = asyncio.get_running_loop().time() - self._connected
        agent = self.agent
        return agent is not None and agent.ended.result().remote and talked < A_SLIP

    def close(self) -> None:
        """Tell the engine that the stay is over, unless the engine said so itself; once is enough."""
        if self._closed:
            return
        self._closed = True
        dispatcher, call = self._switch.dispatcher, self._call
        self._remember_place()
        talked = self.agent is not None and asyncio.get_running_loop().time() - self._connected >= A_SLIP
        if self._came is not None:
            self._switch.callbacks.went(self._came, self._number, call.id, call.agent if talked else None)
        if self.agent is not None:
            apart = call.apart
            queue = self._switch.settings.engine.queues.get(call.queue) if call.queue else None
            ended_by = call.conversation_over(self.agent, wrap_up=queue.wrap_up if queue else None)
            if self.agent is not call.passed_on:
                self.agent.hangup()
            self.agent = None
            dispatcher.feed(ConversationEnded(call.id, ended_by, apart))
        elif self._joined:
            dispatcher.feed(CallerLeft(call.id, self._leave_reason()))
        dispatcher.forget(call.id)
        call.queue = call.agent = None

    # What the engine says. -------------------------------------------------------------------------

    def ring(self, action: Ring) -> None:
        """Start ringing an agent."""
        offer = self._offers[action.offer] = Offer(self._switch, self._call, action)
        offer.start(self._group)

    def cancel_ring(self, action: CancelRing) -> None:
        """Stop ringing an agent."""
        if offer := self._offers.pop(action.offer, None):
            offer.cancel(action.reason)

    def connect(self, action: Connect) -> None:
        """Take over the agent's leg."""
        offer = self._offers.pop(action.offer, None)
        self.agent, self._picked_up = offer.take() if offer else self._picked_up, None
        self._call.agent = action.agent
        reached(self._switch, self._call)
        self._connected = asyncio.get_running_loop().time()
        self._settle(action)

    def picked_up(self, leg: Leg) -> None:
        """An agent has taken the caller from a phone of his own; `connect` follows."""
        self._picked_up = leg

    def announce(self, action: Announce) -> None:
        """Speak over the music."""
        self._speaker.announce(Announcement(action.position, action.wait, action.callers))

    def call_back(self, action: CallBack) -> None:
        """Nobody here has left the line."""
        raise AssertionError(f"{action} for a caller who is on the line")

    def rest(self, action: ReportRest) -> None:
        """Nor has anybody here not been reached."""
        raise AssertionError(f"{action} for a caller who is on the line")

    def leave(self, action: Leave) -> None:
        """Go on without an agent."""
        self._joined = False
        self._settle(action)

    def _settle(self, outcome: Connect | Leave) -> None:
        """Wake the caller's coroutine, unless it is being cancelled: then `close` tells the engine."""
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    # Details. --------------------------------------------------------------------------------------

    async def _join(self) -> bool:
        """Join, and be answered unless the queue is full. False: the caller is gone."""
        call = self._call
        assert call.queue is not None
        self._joined = True
        entry, number, held = self._entry, call.leg.remote.number, must_be_told(self._switch, call)
        joined = CallerJoined(call.id, call.queue, entry.priority, number, entry.needs, entry.preferred)
        if call.place is not None and call.gave_up_place and call.place.queue == call.queue:
            joined = call.place  # back from where no callback came about
        if (moved := call.moved) is not None:
            joined = replace(joined, standing=moved.standing)
        elif joined.standing is None and (wanted := self._switch.callbacks.waiting(call.queue, self._number)):
            joined = replace(joined, standing=asyncio.get_running_loop().time() - wanted.waits)
        self._event, call.moved = replace(joined, held=held), None
        self._switch.dispatcher.join(self, self._event, call.transferred, entry.preferred_by)
        if moved is not None and moved.first and not self._outcome.done():
            self._switch.dispatcher.feed(CallerAdvanced(call.id))
        if not self._outcome.done():
            self._came = call.queue
            self._switch.callbacks.came(call.queue, self._number, call.id)
            if not await self._reachable(call.answer()):
                return False
            if held:
                self._telling = self._group.create_task(self._tell(), name=f"tell {call.id}")
            else:
                self._play_music()
        return True

    async def _tell(self) -> None:
        """What must be heard first; then the music, and phones ring."""
        if await self._reachable(announce_recording(self._switch, self._call)):
            self._play_music()
            self._switch.dispatcher.feed(CallerReady(self._call.id))

    def _play_music(self) -> None:
        self._call.leg.hear(*self._switch.music.hear(self._playlist))
        self._speaker.begin()

    def _hush(self) -> None:
        """Nothing more is said."""
        self._speaker.hush()
        if self._telling is not None:
            self._telling.cancel()

    def _leave_by_key(self, to: Destination) -> None:
        """The caller has pressed one that leads elsewhere: the engine knows it before an agent can answer."""
        if not self._outcome.done() and self._call.queue is not None:
            self._leave(LeaveReason.EXIT_KEY, to)

    def _leave(self, reason: LeaveReason, to: Destination) -> None:
        call = self._call
        assert call.queue is not None
        self._joined = False
        self._switch.dispatcher.feed(CallerLeft(call.id, reason))
        self._settle(Leave(call.id, call.queue, reason, to))

    def _remember_place(self) -> None:
        """Who wants to be called back has it again, or who comes back after having left by a choice."""
        call, joined, outcome = self._call, self._event, self._outcome
        if joined is None or not outcome.done() or outcome.cancelled():
            return
        left = outcome.result()
        if isinstance(left, Leave):
            call.place = replace(joined, held=False, standing=self._switch.dispatcher.standing(call.id))
            call.gave_up_place = left.reason not in _SENT_AWAY

    def _start_over(self) -> None:
        """The agent's leg ended in the moment of its answer: back to the old place, with music."""
        self.agent = self._call.agent = None
        self._call.connected = self._call.parted = None
        self._call.reached, self._call.leg.on_refer = False, None
        self._call.phase = "waiting"
        self._outcome = asyncio.get_running_loop().create_future()
        self._play_music()
        self._switch.dispatcher.feed(ConnectFailed(self._call.id))
        if self._call.when_talking is not None:  # a transfer waits for it: it goes where this call was to go
            self._call.when_talking = None
            self._call.leg.hangup(487)

    def _leave_reason(self) -> LeaveReason:
        if self._call.hung_up_by is EndedBy.TRANSFER:
            return LeaveReason.TRANSFERRED
        if self._call.hung_up_by is EndedBy.SWITCH:
            return LeaveReason.ENDED
        return LeaveReason.DRAINED if self._call.diversion else LeaveReason.HUNG_UP

    async def _reachable(self, verb: Coroutine[None, None, None]) -> bool:
        """Whether the caller is still there after a verb; a task group would dress up the LegError."""
        try:
            await verb
        except LegError:
            return False
        return True
