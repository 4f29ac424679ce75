"""Two legs talk until one hangs up, or until an agent hands the other side on; whoever is put on hold hears
music meanwhile.

What a REFER does to a conversation; P is the agent who sends it (the transferor), X the other side:

| state | what happens | next | P is told |
|---|---|---|---|
| talking | P names a queue, a menu, a message | over: X goes there | 200 |
| talking | P names somebody who can be rung | trying: X hears ringing | 100 |
| talking | P names somebody who cannot be | talking | the status |
| talking | P names another conversation (Replaces) | over, both: X talks to the other one's X | 200 |
| trying | somebody answers | over: X talks to them | 200 |
| trying | nobody does | talking | the status |
| trying | P hangs up | over: X goes on hearing it ring | |
| trying | X hangs up | over | |
| trying | P sends another REFER | trying | 491 |

When a conversation is over its owner hangs up on P. X, where it is the caller, goes on in the same call;
where the agent was the caller, X gets a call of its own (`Exchange.adopt`), and that of the agent ends.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from softswitch.calls.call import Call, Move, Transferred
from softswitch.calls.identity import introduce
from softswitch.calls.onward import NextParty, Onward
from softswitch.calls.recording import CallRecording
from softswitch.calls.switch import Switch
from softswitch.errors import LegError
from softswitch.ports import Leg, Referral
from softswitch.sound import Hear, Player
from softswitch.types import AgentName, CallId, Cue, EndedBy, LegId, Origin, Reject, Seconds

if TYPE_CHECKING:
    from softswitch.calls.supervising import Supervision
    from softswitch.calls.transfer import Trial

A_SLIP: Seconds = 0.25
"""An agent who hangs up within this time of answering did not mean to: the caller keeps the place."""

DEFAULT_MUSIC = "classical"

ACCEPTED, PENDING = 202, 491


async def over(leg: Leg) -> None:
    """Wait for the end of a leg; being cancelled leaves the leg's own future alone."""
    await asyncio.wait([leg.ended])


async def converse(switch: Switch, call: Call, other: Leg) -> Onward | None:
    """Let the caller and somebody talk; returns where the caller goes on, None when the other leg is over.

    The caller's hang-up cancels this coroutine, as it cancels everything that the call does. `call.passed_on`
    is the other leg when it has gone on elsewhere.
    """
    return await Conversation(switch, call, other).run()


def reached(switch: Switch, call: Call) -> None:
    """Whoever the call goes to has answered; until the two talk, which takes no more than the caller's ACK, a
    transfer that the caller's phone asks for waits.
    """
    call.reached, leg = True, call.leg

    def refer(referral: Referral) -> int:
        if call.when_talking is not None:
            return PENDING
        call.when_talking = partial(_refer_late, switch, leg, referral)
        return ACCEPTED

    if leg.origin.agent is not None and leg.origin.trunk is None:
        leg.on_refer = refer


def _refer_late(switch: Switch, mover: Leg, referral: Referral) -> None:
    conversation = switch.exchange.conversations[mover.id]
    status = switch.exchange.refer(conversation, mover, referral)
    if status != ACCEPTED:
        referral.told(status)


async def meet(switch: Switch, call: Call, party: NextParty) -> Onward | None:
    """Let the caller talk to whom a transfer has found, or will. Returns where to go on."""
    call.phase = "ringing"
    try:
        leg = await party.answered()
        call.agent = party.agent
        call.note("Connected", agent=party.agent or "", **({} if party.agent else {"number": party.number}))
        try:
            return await converse(switch, call, leg)
        finally:
            call.conversation_over(leg, EndedBy.AGENT if party.agent else EndedBy.CALLED)
    except (LegError, TimeoutError) as error:
        if call.recording is not None:
            call.recording.end()
        status = party.status_of(error)
        call.note("TransferFailed", number=call.leg.dialled, status=status)
        return Reject(status)
    finally:
        party.close(but=call.passed_on)
        call.agent = None


class Conversation:
    """Two legs that talk."""

    def __init__(self, switch: Switch, call: Call, other: Leg) -> None:
        self.switch = switch
        self.call = call
        self.other = other
        self.trying: Trial | None = None
        self._supervisions: list[Supervision] = []
        """Who listens in, or will."""
        self._cues: dict[LegId, Player] = {}
        """What one of the two hears beside the other, for a moment."""
        self._playlist = switch.settings.media.queue_music.get(call.queue or "", DEFAULT_MUSIC)
        self._onward: asyncio.Future[Onward | None] = asyncio.get_running_loop().create_future()
        self._open = True
        self._recording = call.recording = call.recording or CallRecording(switch, call)

    async def run(self) -> Onward | None:
        """Until it is over; see `converse`."""
        self._begin()
        listening = self._recording.attend_keys()
        try:
            moments: set[asyncio.Future[Any]] = {self.other.ended, self._onward}
            await asyncio.wait(moments, return_when=asyncio.FIRST_COMPLETED)
            if not self._onward.done() and self.trying is not None and self.trying.mover is self.other:
                self.trying.goes_on()
            return self._onward.result() if self._onward.done() else None
        except asyncio.CancelledError:
            if self.trying is not None and self.trying.mover is self.call.leg and not self.other.ended.done():
                if self.call.leg.ended.done():
                    self.trying.goes_on()
            elif self._onward.done() and isinstance(onward := self._onward.result(), NextParty):
                onward.close()  # the caller was to go on, and has hung up
            raise
        finally:
            for task in listening:
                task.cancel()
            if self.trying is not None:
                self.trying.party.close()
            self.close()
            onward = self._onward.result() if self._onward.done() else None
            # None, as nearly always, is told at once: a Protocol is slow to ask for.
            self._recording.parted(goes_on=onward is not None and isinstance(onward, NextParty))

    def agent_of(self, leg: Leg) -> AgentName | None:
        """Which agent is at one of the two legs."""
        return self.call.leg.origin.agent if leg is self.call.leg else self.call.agent

    def agents_leg(self) -> Leg | None:
        """The leg of the agent; where two talk, of the one who was called; None: no agent talks."""
        return next((leg for leg in (self.other, self.call.leg) if self.agent_of(leg) is not None), None)

    def partner(self, leg: Leg) -> Leg:
        """The other one of the two legs."""
        return self.other if leg is self.call.leg else self.call.leg

    def wire(self) -> None:
        """Each hears the other, or music while the other one holds; not while one of them is handed on."""
        if self.trying is not None or not self._open:
            return
        for listener in self._legs:
            talker = self.partner(listener)
            heard = self.switch.music.hear(self._playlist) if talker.held else (Hear(talker),)
            cue = self._cues.get(listener.id)
            beside = (Hear(each.leg) for each in self._supervisions if each.is_heard_by(listener))
            listener.hear(*heard, *(() if cue is None else (Hear(cue),)), *beside)
        for each in self._supervisions:
            each.wire()
        self._recording.beside([each.leg for each in self._supervisions if each.is_heard_by(self.call.leg)])

    def attend(self, supervision: Supervision) -> None:
        """A supervisor listens in from the answer on."""
        self._supervisions.append(supervision)

    def leave(self, supervision: Supervision) -> None:
        """A supervisor does so no more."""
        if supervision in self._supervisions:
            self._supervisions.remove(supervision)
            self.wire()

    async def sound(self, listener: Leg, cue: Cue) -> None:
        """Let one of the two hear a cue, over the other one's voice: neither the other one nor a recording
        hears it.
        """
        clip = self.switch.speech.cue(cue)
        with self.switch.endpoint.media.player(clip) as player:
            self._cues[listener.id] = player
            self.wire()
            try:
                await asyncio.sleep(clip.duration)
            finally:
                if self._cues.get(listener.id) is player:
                    del self._cues[listener.id]
                    self.wire()

    def hand_on(self, leg: Leg, onward: Onward, move: Move) -> CallId:
        """One of the two goes on to `onward`, and this conversation is over. Returns that leg's call then."""
        call = self.call
        if leg is call.leg:
            call.transferred = Transferred(move.by, call.id, call.queue)
            self._end(move, call.id)
            self._onward.set_result(onward)
            return call.id
        if (agent := self.agent_of(leg)) is not None:
            leg.origin = Origin(agent, leg.origin.trunk)
        into = self.switch.exchange.adopt(leg, onward, call, move)
        self.give_up(leg, move, into)
        return into

    def give_up(self, leg: Leg, move: Move, into: CallId) -> None:
        """The other leg goes on in another call, and this conversation is over."""
        self.call.passed_on = leg
        self._end(move, into)
        self._onward.set_result(None)

    def _end(self, move: Move, into: CallId) -> None:
        call = self.call
        call.parted = call.parted or asyncio.get_running_loop().time()
        call.handed_on, self.trying = True, None
        self.close()
        other = None if into == call.id else into
        more = {"taken_by": move.taken_by} if move.taken_by else {}
        call.note("Transferred", by=move.by, number=move.number, attended=move.attended, into=other, **more)

    def close(self) -> None:
        """Take it apart; a second time does nothing."""
        if not self._open:
            return
        self._open = False
        for each in tuple(self._supervisions):
            each.conversation_over()
        for leg in self._legs:
            leg.on_hold = leg.on_refer = None
            leg.hear()
            self.switch.exchange.conversations.pop(leg.id, None)

    @property
    def _legs(self) -> tuple[Leg, Leg]:
        return self.call.leg, self.other

    def _begin(self) -> None:
        self.call.phase, self.call.connected = "talking", asyncio.get_running_loop().time()
        self.call.parted, self.call.handed_on = None, False
        for leg, who in ((self.call.leg, "caller"), (self.other, "agent")):
            self.switch.exchange.conversations[leg.id] = self
            leg.on_hold = lambda held, who=who: self._on_hold(who, held)
            if self.agent_of(leg) is not None and leg.origin.trunk is None:  # no carrier transfers
                leg.on_refer = lambda referral, leg=leg: self._refer(leg, referral)
        self.wire()
        self._recording.connected(self.other)
        introduce(self)
        self.call.reached, waiting = False, self.call.when_talking
        if waiting is not None:
            self.call.when_talking = None
            waiting()

    def _on_hold(self, who: str, held: bool) -> None:
        self.call.note("Held" if held else "Resumed", by=who)
        self.wire()

    def _refer(self, mover: Leg, referral: Referral) -> int:
        return self.switch.exchange.refer(self, mover, referral)
