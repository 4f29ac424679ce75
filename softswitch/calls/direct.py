"""An agent dialled directly, outside any queue: the caller hears ringing until the answer."""

from __future__ import annotations

import asyncio

from softswitch.acd.events import AgentCallEnded, AgentCallStarted
from softswitch.calls.agent_leg import dial, failure_of
from softswitch.calls.bridge import converse
from softswitch.calls.call import Call
from softswitch.calls.fork import Fork
from softswitch.calls.music import RINGBACK
from softswitch.calls.switch import Switch
from softswitch.config.settings import AgentPhone
from softswitch.errors import LegError, LegRefused, NotConfirmed
from softswitch.ports import Leg
from softswitch.routing import normalise
from softswitch.types import AgentName, CancelReason, OfferFailure, Reject, ToAgent

BUSY, UNAVAILABLE = 486, 480
_STATUS = {486: 486, 600: 486, 603: 603}
"""What the caller is answered for a phone's status; anything else is UNAVAILABLE."""


def phone_of(switch: Switch, to: ToAgent, dialled: str) -> AgentPhone | None:
    """The phone that a destination means; None when the dialled number is nobody's extension, or when a
    reload has removed the agent while the caller was still in a menu of before.
    """
    agent = to.agent or switch.settings.menus.extensions.get(normalise(dialled))
    return switch.settings.phones.get(AgentName(agent)) if agent else None


async def ring_agent(switch: Switch, call: Call, to: ToAgent) -> Reject | None:
    """Ring one agent for one caller and let them talk. Returns a Reject when nobody answered."""
    phone = phone_of(switch, to, call.leg.dialled)
    if phone is None:
        return Reject(404)
    agent = phone.agent
    if not switch.dispatcher.engine.has_a_line(agent):
        return Reject(BUSY)
    call.agent, call.phase = agent, "ringing"
    dispatcher = switch.dispatcher
    dispatcher.feed(AgentCallStarted(agent, call.id))
    fork: Fork | None = None
    try:
        fork = dial(switch, call, phone.agent)
        leg = await _until_answered(switch, call, fork, phone)
        await call.answer()
        await _talk(switch, call, leg)
        return None
    except NotConfirmed:  # the caller's end, and not a refusal of the agent's
        raise
    except LegRefused as refusal:
        return Reject(_STATUS.get(refusal.status, UNAVAILABLE))
    except (LegError, TimeoutError):
        return Reject(UNAVAILABLE)
    finally:
        if fork is not None:
            fork.hangup()
        dispatcher.feed(AgentCallEnded(agent, call.id))
        call.agent = None


async def _until_answered(switch: Switch, call: Call, fork: Fork, phone: AgentPhone) -> Leg:
    """Let them ring; returns the leg that answered. Raises LegError, and TimeoutError after the ring time."""
    first = fork.legs[0]
    call.note("OfferMade", offer=first.id, agent=phone.agent, queue=None, sip_call_id=first.sip_call_id)
    _sound_of_ringing(switch, call, fork)
    result, status = "answered", 0
    try:
        async with asyncio.timeout(phone.ring):
            return await fork.answered()
    except LegRefused as refusal:
        result, status = failure_of(refusal.status), refusal.status
        raise
    except TimeoutError:
        result = OfferFailure.NO_ANSWER
        raise
    except (LegError, asyncio.CancelledError):
        result = CancelReason.CALLER_LEFT
        raise
    finally:
        call.note("OfferEnded", offer=first.id, agent=phone.agent, result=result, status=status)


async def _talk(switch: Switch, call: Call, leg: Leg) -> None:
    call.note("Connected", agent=call.agent)
    try:
        await converse(switch, call, leg)
    finally:
        call.conversation_over(leg)


def _sound_of_ringing(switch: Switch, call: Call, fork: Fork) -> None:
    """180 to a caller who has not been answered, as soon as the phone rings; a tone to one who has."""
    if call.is_answered:
        call.leg.hear(*switch.music.hear(RINGBACK))
    else:
        fork.on_progress(lambda _status: call.leg.ring())
