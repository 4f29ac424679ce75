"""One attempt to bring an agent and somebody who wanted to be called back together: a call of its own.

| the agent first | the customer first |
|---|---|
| agents are rung as for anybody | an agent is reserved, and the customer is called |
| who answers hears whom it is about | who answers hears that an agent comes, and music |
| and the customer ring; hanging up is declining | agents are rung, the reserved one first |
| they talk | they talk |

| what comes in between | then |
|---|---|
| the customer is busy, does not answer | the attempt has failed |
| no carrier can do it, no channel is free, the customer has called | it has, and does not count: none rang |
| hangs up within `early` of answering, or either does so soon after they were connected | it has: a mailbox |
| hangs up later, while agents are rung | the case is over: nobody is called who does not want it |
| somebody ends the attempt by an interface | it has failed |
| the queue closes before anybody is there | it is over, and does not count |
| the switch stops | nothing is told to anybody: the record has the case |
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from softswitch.acd.actions import CallBack, CancelRing, Connect, Leave, Ring
from softswitch.acd.events import (
    CallerLeft,
    ConnectFailed,
    ConversationEnded,
    CustomerAnswered,
    CustomerNotReached,
    OfferFailed,
)
from softswitch.acd.settings import CallbackSettings
from softswitch.calls import callback_words as words
from softswitch.calls.agent_leg import Offer
from softswitch.calls.bridge import A_SLIP, DEFAULT_MUSIC, converse, reached
from softswitch.calls.customers import answered_before, way_now, why_not
from softswitch.calls.onward import Onward, OwnWay
from softswitch.calls.originating import Absent, apology, take_place
from softswitch.calls.outbound import Outside
from softswitch.calls.recording import tell_of_recording
from softswitch.calls.saying import read_out, say
from softswitch.calls.switch import Switch
from softswitch.errors import LegError
from softswitch.ports import Leg
from softswitch.types import (
    CancelReason,
    EndedBy,
    HangUp,
    LeaveReason,
    LegEnd,
    OfferFailure,
    OfferId,
    Seconds,
    ToNumber,
)

if TYPE_CHECKING:
    from softswitch.calls.call import Call
    from softswitch.calls.case import Case

log = structlog.get_logger(__name__)

A_BREATH: Seconds = 0.3
"""From the agent's answer to the first word: the receiver has to come to the ear."""

NO_ANSWER, MAILBOX, GAVE_UP = 480, "mailbox", "ended"


class CallingBack(OwnWay):
    """From the first ring to the end of the conversation, or of hope."""

    call: Call
    """Set by whoever makes it."""

    def __init__(self, switch: Switch, case: Case, *, customer_first: bool) -> None:
        self.customer_there = False
        """The customer is on the line."""
        self.talking = False
        self._switch = switch
        self._case = case
        self._customer_first = customer_first
        self._loop = asyncio.get_running_loop()
        self._offers: dict[OfferId, Offer] = {}
        self._group: asyncio.TaskGroup | None = None
        """None: the call has not begun yet, and whoever is to ring waits for that."""
        self._reserved: OfferId | None = None
        self._limit: Seconds = 0.0
        self._outcome: asyncio.Future[Connect | Leave] = self._loop.create_future()
        self._in_vain: asyncio.Future[None] = self._loop.create_future()
        """The engine has given the customer up, or somebody has."""
        self._picked_up: Leg | None = None
        self._agent: Leg | None = None
        self._answered: Seconds = 0.0
        """When the customer did."""
        self._alone: Seconds = 0.0
        """How long the agent has waited for the customer."""
        self._told = False
        """The engine knows how it ended."""
        self._end: LegEnd | None = None
        self._greeting: asyncio.Task[None] | None = None

    # What the engine says, by the case. ----------------------------------------------------------------

    def ring(self, action: Ring) -> None:
        """Ring an agent."""
        self._reserved = None
        offer = self._offers[action.offer] = Offer(self._switch, self.call, action)
        if self._group is not None:
            offer.start(self._group)

    def call_back(self, action: CallBack) -> None:
        """Another agent may be reserved meanwhile, while the customer rings, or is there already."""
        self._reserved, self._limit = action.offer, action.timeout
        if self.customer_there:
            self._switch.dispatcher.feed(CustomerAnswered(self._case.id))

    def cancel_ring(self, action: CancelRing) -> None:
        """Ring no more."""
        if action.offer == self._reserved:
            self._reserved = None
            if action.reason is CancelReason.CUSTOMER_NOT_REACHED and not self._told:
                self._told = True
                self._fail("no-answer", NO_ANSWER)
                self._in_vain.set_result(None)
        elif offer := self._offers.pop(action.offer, None):
            offer.cancel(action.reason)

    def connect(self, action: Connect) -> None:
        """The agent is there."""
        offer = self._offers.pop(action.offer, None)
        self._agent, self._picked_up = offer.take() if offer else self._picked_up, None
        self.call.agent = action.agent
        self._settle(action)

    def picked_up(self, leg: Leg) -> None:
        """`connect` follows."""
        self._picked_up = leg

    def leave(self, action: Leave) -> None:
        """There is no place any more: somebody else's conversation, or the end of hope."""
        self._told = True
        self._settle(action)

    @property
    def idle(self) -> bool:
        """Nobody is rung at this moment, nor called, nor on the line: it waits as the case does."""
        if self._told or self.customer_there or self._agent or self._picked_up or self._outcome.done():
            return False
        return not self._reserved and not any(offer.ringing for offer in self._offers.values())

    def rest(self) -> bool:
        """Nobody is to be rung or called any more; what is at its end goes to it: false."""
        if self._told:
            return False
        self.abandon()
        return True

    def abandon(self) -> None:
        """The case is withdrawn: nothing is told to the engine any more."""
        self._told = True
        if not self.customer_there or not self._switch.callbacks.suspended:
            self.call.leg.hangup()

    def _settle(self, outcome: Connect | Leave) -> None:
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    async def lead(self) -> Onward | None:
        """See `OwnWay`."""
        first = self.call.leg
        try:
            async with asyncio.TaskGroup() as self._group:
                for offer in self._offers.values():
                    offer.start(self._group)
                try:
                    return await self._lead()
                finally:
                    self._close()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self.call.diversion is None or self.customer_there or task is None:
                raise
            task.uncancel()  # the switch stops, and nobody is there who would hear it
            return None
        finally:
            if isinstance(first, Absent) and self.call.leg is first:
                first.end(self._end or LegEnd(False, 487, ""))

    async def _lead(self) -> Onward | None:
        try:
            if self._customer_first and not await self._customer_comes(None):
                return None
            while True:
                outcome = await self._outcome
                if isinstance(outcome, Leave):
                    return outcome.destination or HangUp()
                if not self._customer_first and not await self._agent_meets_customer(outcome):
                    if self._told:
                        return None
                    continue
                assert self._agent is not None
                slipped, onward = await self._talk(self._agent)
                if not slipped:
                    return onward
                self._wait_on()
        except (LegError, TimeoutError) as error:
            log.debug("callback attempt ended", call=self.call.id, error=str(error))
            return None

    # The agent first -----------------------------------------------------------------------------------

    async def _agent_meets_customer(self, connect: Connect) -> bool:
        """Tell the agent whom it is about, and call the customer. False: the one or the other is gone."""
        agent = self._agent
        assert agent is not None
        begun = self._loop.time()
        await self._whisper(agent)
        if not agent.ended.done() and await self._customer_comes(agent):
            self._switch.dispatcher.note_connected(connect, self._case.ago)
            self._alone = self._loop.time() - begun
            return True
        if not self._told:  # the agent has hung up: declined, and the next one may have it
            self._agent = self.call.agent = None
            self._outcome = self._loop.create_future()
            self._switch.dispatcher.feed(ConnectFailed(self._case.id))
        return False

    async def _whisper(self, agent: Leg) -> None:
        await asyncio.wait([agent.ended], timeout=A_BREATH)
        settings, case = self._switch.settings, self._case
        number = read_out(self._switch, case.number)
        said = words.about(self._case.label, settings.media.languages, number, case.ago)
        await say(self._switch, agent, said, settings.media.languages[0])

    async def _customer_comes(self, agent: Leg | None) -> bool:
        """Call the customer, whom `agent` hears ring. False: nobody came, or the agent has gone."""
        to = way_now(self._switch, self._case.queue, self._case.number)
        if not isinstance(to, ToNumber):
            await self._not_reached(agent, *to, tried=False)
            return False
        outside = Outside(self._switch, self.call, to, agent, caller_id=self._case.rules.caller_id)
        leg: Leg | None = None
        try:
            outside.start()
            leg = await self._first_of(outside, agent)
        except (LegError, TimeoutError) as error:
            why, status = why_not(error, reached=outside.reached)
            await self._not_reached(agent, why, status, tried=outside.reached)
        finally:
            outside.close(but=leg)
        if leg is None:
            return False
        self._has_come(leg)
        if agent is None:
            self._switch.dispatcher.feed(CustomerAnswered(self._case.id))
            self._begin_to_wait()
        return True

    async def _first_of(self, outside: Outside, agent: Leg | None) -> Leg | None:
        """The customer's leg; None: the agent, or the engine, has given up before."""
        if agent is None:  # before the engine ends it, who cannot know whether it rang
            return await answered_before(outside, {self._in_vain}, self._limit - A_BREATH)
        queue = self._switch.settings.engine.queues.get(self._case.queue)
        limit = (queue.callback if queue else CallbackSettings()).ring
        return await answered_before(outside, {self._in_vain, agent.ended}, limit)

    def _has_come(self, leg: Leg) -> None:
        first = self.call.leg
        assert isinstance(first, Absent)
        take_place(self._switch, self.call, first, leg)
        self.customer_there, self._answered = True, self._loop.time()
        self.call.note("CallAnswered", leg=leg.id, sip_call_id=leg.sip_call_id)

    def _begin_to_wait(self) -> None:
        """The customer hears that an agent comes, and music until then."""
        self.call.phase = "waiting"
        if self._group is not None and not self._outcome.done():
            self._greeting = self._group.create_task(self._greet())

    async def _greet(self) -> None:
        await say(self._switch, self.call.leg, [words.greeting(self._case.label)], self._case.language)
        await tell_of_recording(self._switch, self.call)
        self._music()

    def _music(self) -> None:
        playlist = self._switch.settings.media.queue_music.get(self._case.queue, DEFAULT_MUSIC)
        self.call.leg.hear(*self._switch.music.hear(playlist))

    async def _talk(self, agent: Leg) -> tuple[bool, Onward | None]:
        """Until it is over: whether the agent slipped, and where the customer goes on."""
        self._hush()
        await tell_of_recording(self._switch, self.call, agent)
        reached(self._switch, self.call)
        self.talking, began = True, self._loop.time()
        self._case.connected_after = self._case.ago
        onward: Onward | None = None
        slipped = False
        try:
            onward = await converse(self._switch, self.call, agent)
            slipped = self._customer_first and self._slipped(agent, began) and onward is None
        finally:
            self.talking = False
            if not slipped:
                self._talked(agent, began)
        return slipped, onward

    def _slipped(self, agent: Leg, began: Seconds) -> bool:
        gone = agent.ended.done() and agent.ended.result().remote and self.call.passed_on is None
        return gone and not self.call.leg.ended.done() and self._loop.time() - began < A_SLIP

    def _wait_on(self) -> None:
        """The agent was gone in the moment of answering: the customer has the old place, with music."""
        call = self.call
        self._agent = call.agent = call.connected = call.parted = None
        call.reached, call.leg.on_refer, call.phase = False, None, "waiting"
        self._outcome = self._loop.create_future()
        self._music()
        self._switch.dispatcher.feed(ConnectFailed(self._case.id))

    def _talked(self, agent: Leg, began: Seconds) -> None:
        """Record it, and tell the engine: they have talked, or it was a mailbox."""
        call, case = self.call, self._case
        settings = self._switch.settings.engine.queues.get(case.queue)
        apart, who, handed_on = call.apart, call.agent, call.handed_on
        ended_by = call.conversation_over(agent, wrap_up=settings.wrap_up if settings else None)
        if agent is not call.passed_on:
            agent.hangup()
        self._agent, call.agent = None, None
        if self._told:
            return
        self._told = True
        short = self._loop.time() - began < case.rules.early
        if short and not handed_on and ended_by in (EndedBy.CALLER, EndedBy.AGENT):
            case.connected_after = None
            self._fail(MAILBOX)
            self._switch.dispatcher.feed(CustomerNotReached(case.id))
            return
        case.reached(who)
        self._switch.dispatcher.feed(ConversationEnded(case.id, ended_by, apart + self._alone))
        case.served()

    # The end -------------------------------------------------------------------------------------------

    async def _not_reached(self, agent: Leg | None, why: str, status: int, *, tried: bool) -> None:
        """It has failed: the agent, if there is one, hears so, and is free. `tried`: it counts."""
        if self._told:
            return
        self._told = True
        self._fail(why, status, tried=tried)
        language = self._switch.settings.media.languages[0]
        try:
            if agent is not None:
                await say(self._switch, agent, [apology(status or NO_ANSWER)], language)
        finally:
            if agent is not None:
                agent.hangup()
            self._switch.dispatcher.feed(CustomerNotReached(self._case.id, tried))

    def _fail(self, why: str, status: int = 0, *, tried: bool = True) -> None:
        self._end = LegEnd(False, status or NO_ANSWER, why)
        self._case.not_reached(why, status, tried=tried)

    def _hush(self) -> None:
        if self._greeting is not None:
            self._greeting.cancel()

    def _close(self) -> None:
        """Nobody rings any more, and the engine knows how it ended."""
        self._hush()
        if not self._told:
            self._told = True
            self._tell()
        for offer in self._offers.values():
            offer.cancel(CancelReason.CALLER_LEFT)
        self._offers.clear()
        if self._agent is not None and self._agent is not self.call.passed_on:
            self._agent.hangup()
            self._agent = None
        self._case.attempt_over(self)

    def _tell(self) -> None:
        """Somebody has ended it from outside: the customer who waited, or an interface."""
        feed, case = self._switch.dispatcher.feed, self._case
        if self.customer_there and self._loop.time() - self._answered >= case.rules.early:
            case.over(LeaveReason.HUNG_UP)
            feed(CallerLeft(case.id, LeaveReason.HUNG_UP))
            case.served()
        elif self.customer_there or self._agent is not None or self._reserved is not None:
            there = self.customer_there
            self._fail(MAILBOX if there else GAVE_UP, tried=there)
            feed(CustomerNotReached(case.id, there))
        else:
            for offer in list(self._offers):
                feed(OfferFailed(offer, OfferFailure.UNREACHABLE))
