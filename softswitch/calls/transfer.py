"""Transfers by agents: what a REFER asks for, and the attempt to reach whom it names.

The states are those of the conversation, in `bridge.py`. Where a transfer may go to is where the agent may
dial, but for the codes: a colleague's extension, what is in `numbers`, a number outside by the dial plan.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from softswitch.calls.attempt import Attempt
from softswitch.calls.bridge import ACCEPTED, PENDING
from softswitch.calls.call import Call, Move
from softswitch.calls.consulted import join
from softswitch.calls.describe import describe
from softswitch.calls.identity import shown
from softswitch.calls.onward import Onward
from softswitch.calls.outbound import Outside
from softswitch.calls.ringing import BUSY, Ringing
from softswitch.calls.switch import Switch
from softswitch.calls.targets import phone_of, target_of
from softswitch.errors import LegError, LegRefused
from softswitch.ports import Leg, Referral
from softswitch.routing import normalise
from softswitch.types import AgentName, Destination, EndedBy, Reject, ToAgent, ToNumber, ToQueue

if TYPE_CHECKING:
    from softswitch.calls.bridge import Conversation

DONE, FORBIDDEN, TERMINATED = 200, 403, 487


def refer(conversation: Conversation, mover: Leg, referral: Referral) -> int:
    """The agent at `mover` wants the other side to go elsewhere; returns the status to answer with."""
    agent = conversation.agent_of(mover)
    assert agent is not None
    if conversation.trying is not None:
        return PENDING
    if referral.replaces is not None:
        return _consulted(conversation, mover, referral, referral.replaces)
    return _blind(conversation, mover, referral, agent)


def _consulted(conversation: Conversation, mover: Leg, referral: Referral, replaced: Leg) -> int:
    """Into another call of the same agent's."""
    exchange, agent = conversation.switch.exchange, conversation.agent_of(mover)
    assert agent is not None
    second = exchange.conversations.get(replaced.id)
    if second is None:
        return _instead(conversation, mover, referral, exchange.calls.get(replaced.id))
    if second is conversation or second.agent_of(replaced) != agent:
        return FORBIDDEN
    if second.trying is not None:
        return PENDING
    target = second.partner(replaced)
    party = shown(second, target) or target.remote
    move = Move(agent, party.number, attended=True)
    whom = second.agent_of(target)
    destination = f"agent {whom}" if whom else f"call {second.call.id}"
    conversation.call.note(
        "TransferAsked", by=agent, number=party.number, attended=True, destination=destination
    )
    referral.told(DONE)
    join(conversation, mover, second, replaced, move)
    return ACCEPTED


def _instead(conversation: Conversation, mover: Leg, referral: Referral, second: Call | None) -> int:
    """The other call has come to nobody yet: to where it was to go, once it is gone. Where somebody has
    answered: into it, as soon as those two talk.
    """
    agent = conversation.agent_of(mover)
    if (
        agent is None
        or second is None
        or second.leg.origin.agent != agent
        or second.after
        or second.when_talking
    ):
        return FORBIDDEN

    def told(status: int) -> None:
        if status != ACCEPTED:
            referral.told(status)

    def is_on() -> bool:
        return exchange.conversations.get(mover.id) is conversation and conversation.trying is None

    def over() -> None:
        whom = Referral(second.leg.dialled, referral.told)
        told(_blind(conversation, mover, whom, agent, attended=True) if is_on() else FORBIDDEN)

    def talks() -> None:
        second.after = None
        told(refer(conversation, mover, referral) if is_on() else FORBIDDEN)

    exchange = conversation.switch.exchange
    second.after = over
    if second.reached:
        second.when_talking = talks
    else:
        _give_up(second, agent, conversation.call)
    return ACCEPTED


def _give_up(consultation: Call, agent: AgentName, into: Call) -> None:
    """End a call that has come to nobody; another one goes on instead."""
    consultation.note("Transferred", by=agent, number=consultation.leg.dialled, attended=True, into=into.id)
    consultation.hung_up_by = EndedBy.TRANSFER
    consultation.leg.hangup(TERMINATED)


def _blind(
    conversation: Conversation, mover: Leg, referral: Referral, agent: AgentName, *, attended: bool = False
) -> int:
    """Without having asked whoever is meant; `attended`: the agent has tried to."""
    if conversation.switch.settings.features.meaning(normalise(referral.number)):
        return FORBIDDEN
    target = target_of(conversation.switch, agent, referral.number)
    conversation.call.note(
        "TransferAsked", by=agent, number=referral.number, attended=attended, destination=describe(target)
    )
    match _obstacle(conversation.switch, target):
        case None:
            Trial(conversation, mover, referral, Move(agent, referral.number, attended)).begin(target)
        case status:
            _failed(conversation, referral, status)
    return ACCEPTED


class Trial:
    """A transfer without a consultation, while it is being tried."""

    def __init__(self, conversation: Conversation, mover: Leg, referral: Referral, move: Move) -> None:
        self.mover = mover
        """The leg of the agent who hands the other side on."""
        self.party: Attempt
        self._conversation = conversation
        self._referral = referral
        self._move = move

    def begin(self, target: Destination) -> None:
        """Ring whoever can be rung; anywhere else the other side goes at once."""
        conversation, switch = self._conversation, self._conversation.switch
        moved = conversation.partner(self.mover)
        seen = shown(conversation, moved)
        match target:
            case ToNumber():
                self.party = Outside(switch, conversation.call, target, moved, seen)
            case ToAgent() if phone := phone_of(switch, target, self._move.number):
                self.party = Ringing(switch, conversation.call, phone, moved, seen)
            case _:
                self._succeed(target)
                return
        try:
            self.party.start()
        except LegRefused as refusal:
            self.party.close()
            _failed(conversation, self._referral, self.party.status_of(refusal))
            return
        conversation.trying = self
        conversation.call.parted = asyncio.get_running_loop().time()
        self.mover.hear()
        self.party.when_settled(self._settled)

    def goes_on(self) -> None:
        """The agent has hung up: the other side goes on hearing it ring, alone."""
        self._hand_on(self.party)

    def _settled(self, failure: LegError | TimeoutError | None) -> None:
        conversation = self._conversation
        if conversation.trying is not self:  # handed on already
            return
        if failure is None:
            self._succeed(self.party)
            return
        self.party.close()
        conversation.trying = conversation.call.parted = None
        conversation.wire()
        _failed(conversation, self._referral, self.party.status_of(failure))

    def _succeed(self, onward: Onward) -> None:
        self._referral.told(DONE)
        self._hand_on(onward)

    def _hand_on(self, onward: Onward) -> None:
        self._conversation.hand_on(self._conversation.partner(self.mover), onward, self._move)


def _obstacle(switch: Switch, target: Destination) -> int | None:
    """The status by which a transfer fails before it is tried; None: nothing stands in its way."""
    engine = switch.dispatcher.engine
    match target:
        case Reject():
            return target.status
        case ToAgent() if target.agent is not None and not engine.has_a_line(target.agent):
            return BUSY
        case ToQueue() if not engine.has_room(target.queue) and target.queue in switch.settings.engine.queues:
            return None if switch.settings.engine.queues[target.queue].full else BUSY
        case _:
            return None


def _failed(conversation: Conversation, referral: Referral, status: int) -> None:
    referral.told(status)
    conversation.call.note("TransferFailed", number=referral.number, status=status)
