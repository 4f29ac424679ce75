"""An agent's phones ring outside any queue, for whoever is to talk to that agent."""

from __future__ import annotations

import asyncio

from softswitch.acd.events import AgentCallEnded, AgentCallStarted
from softswitch.calls.agent_leg import dial, failure_of
from softswitch.calls.attempt import Attempt
from softswitch.calls.call import Call
from softswitch.calls.fork import COMPLETED_ELSEWHERE, Fork
from softswitch.calls.switch import Switch
from softswitch.config.settings import AgentPhone
from softswitch.errors import LegError, LegRefused
from softswitch.ports import Leg
from softswitch.types import AgentName, CallId, CancelReason, OfferFailure, Party

BUSY, UNAVAILABLE = 486, 480
_STATUS = {486: 486, 600: 486, 603: 603}
"""What the caller is answered for a phone's status; anything else is UNAVAILABLE."""


class Ringing(Attempt):
    """An agent's phones ring; until it is closed the agent counts as being in a call."""

    def __init__(
        self,
        switch: Switch,
        call: Call,
        phone: AgentPhone,
        hearer: Leg | None = None,
        shown: Party | None = None,
    ) -> None:
        """`hearer` hears them ring; they show `shown`. None: the caller."""
        super().__init__(switch, call, hearer)
        self.agent = phone.agent
        self._phone = phone
        self._shown = shown
        self._counted: CallId | None = None
        self._fork: Fork | None = None
        self._picked_up: Leg | None = None
        """A colleague's own leg, by which it was answered."""
        self._first: Leg | None = None
        """The leg by which the record names this ringing: a phone that sends the call on gets another."""
        self._open = False
        """The record says that they ring."""
        self._moved = False
        """The record of the call that has it now does not say so yet."""

    def start(self) -> None:
        """Ring. Raises LegRefused when none of the phones can even be tried."""
        self._enlist(self._phone.agent)
        self._fork = self._dial(self._phone.agent)
        self._first = self._fork.legs[0]
        self._note_offer()
        self._wait(self._until_answered(self._fork))
        self._sound()

    def status_of(self, error: LegError | TimeoutError) -> int:
        """See `Attempt.status_of`."""
        return _STATUS.get(error.status, UNAVAILABLE) if isinstance(error, LegRefused) else UNAVAILABLE

    async def answered(self) -> Leg:
        """See `NextParty.answered`; it gives up after the agent's ring time."""
        if self._moved:
            self._note_offer()
        return await super().answered()

    @property
    def rung(self) -> AgentName | None:
        """At whom it rings; None: at nobody any more."""
        return self._phone.agent if self._open else None

    def rings_on(self, leg: Leg) -> bool:
        """Whether one of the phones is on this leg."""
        return self._fork is not None and leg in self._fork.legs

    @property
    def hearer(self) -> Leg:
        """Who hears it ring, and will talk to whoever answers."""
        return self._hearer

    def picked_up(self, by: AgentName, leg: Leg) -> bool:
        """A colleague answers on a leg of his own. False: somebody has answered already."""
        if not self._open or self._answer.done() or self._fork is None or self._first is None:
            return False
        self._call.note("PickedUp", offer=self._first.id, agent=self._phone.agent, by=by)
        self._note_end(CancelReason.ANSWERED_ELSEWHERE)
        self._answer.set_result(leg)
        self._fork.hangup(COMPLETED_ELSEWHERE)
        self._picked_up, self.agent = leg, by
        self._free()
        return True

    def moved_to(self, call: Call) -> None:
        """See `NextParty.moved_to`."""
        self._moved = self._open
        self._note_end("passed-on")
        super().moved_to(call)

    def close(self, but: Leg | None = None) -> None:
        """Hang up, on `but` not; the agent is in this call no more."""
        self._note_end(CancelReason.CALLER_LEFT)
        super().close(but)
        if self._fork is not None:
            self._fork.hangup(but=but)
        if self._picked_up is not None and self._picked_up is not but:
            self._picked_up.hangup()
        self._free()

    def _enlist(self, agent: AgentName) -> None:
        """The agent is in this call, and colleagues may pick it up."""
        self._counted = self._call.id
        self._switch.dispatcher.feed(AgentCallStarted(agent, self._call.id))
        self._switch.exchange.ringing[self] = None

    def _dial(self, agent: AgentName) -> Fork:
        return dial(self._switch, self._call, agent, self._shown)

    def _free(self) -> None:
        """The agent is in this call no more, and picks it up no more."""
        self._switch.exchange.ringing.pop(self, None)
        if self._counted is not None:
            self._switch.dispatcher.feed(AgentCallEnded(self._phone.agent, self._counted))
            self._counted = None

    async def _until_answered(self, fork: Fork) -> Leg:
        try:
            async with asyncio.timeout(self._phone.ring):
                leg = await fork.answered()
        except LegRefused as refusal:
            self._note_end(failure_of(refusal.status), refusal.status)
            raise
        except TimeoutError:
            self._note_end(OfferFailure.NO_ANSWER)
            raise
        except LegError:
            self._note_end(CancelReason.CALLER_LEFT)
            raise
        self._note_end("answered")
        return leg

    def _sound(self) -> None:
        """180 to a caller who has not been answered, as soon as the phone rings; a tone to anybody else."""
        super()._sound()
        if self._fork is not None and self._hearer is self._call.leg and not self._call.is_answered:
            self._fork.on_progress(lambda _status: self._hearer.ring())

    def _note_offer(self) -> None:
        assert self._first is not None
        first = self._first
        self._open, self._moved = True, False
        self._call.note(
            "OfferMade", offer=first.id, agent=self.agent, queue=None, sip_call_id=first.sip_call_id
        )

    def _note_end(self, result: str, status: int = 0) -> None:
        if self._open and self._first is not None:
            self._open = False
            self._call.note(
                "OfferEnded", offer=self._first.id, agent=self.agent, result=str(result), status=status
            )
