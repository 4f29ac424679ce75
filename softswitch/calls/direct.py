"""An agent dialled directly, outside any queue: the caller hears ringing until the answer."""

from __future__ import annotations

from softswitch.calls.bridge import converse, reached
from softswitch.calls.call import Call
from softswitch.calls.onward import Onward
from softswitch.calls.ringing import BUSY, Ringing
from softswitch.calls.switch import Switch
from softswitch.calls.targets import phone_of
from softswitch.config.settings import AgentPhone
from softswitch.errors import LegError, NotConfirmed
from softswitch.types import Reject, ToAgent, ToVoicemail


async def ring_agent(switch: Switch, call: Call, to: ToAgent) -> Onward | None:
    """Ring one agent for one caller and let them talk. When nobody answered, returns the agent's mailbox, or
    a Reject.
    """
    phone = phone_of(switch, to, call.leg.dialled)
    if phone is None:
        return Reject(404)
    if not switch.dispatcher.engine.has_a_line(phone.agent):
        return _nobody(phone, BUSY)
    call.agent, call.phase = phone.agent, "ringing"
    ringing = Ringing(switch, call, phone)
    try:
        ringing.start()
        leg = await ringing.answered()
        reached(switch, call)
        await call.answer()
        call.agent = ringing.agent  # a colleague may have picked it up
        call.note("Connected", agent=call.agent)
        try:
            return await converse(switch, call, leg)
        finally:
            call.conversation_over(leg)
    except NotConfirmed:  # the caller's end, and not a refusal of the agent's
        raise
    except (LegError, TimeoutError) as error:
        return _nobody(phone, ringing.status_of(error))
    finally:
        ringing.close(but=call.passed_on)
        call.agent = None


def _nobody(phone: AgentPhone, status: int) -> Onward:
    """Where a caller goes whom the agent did not take."""
    return Reject(status) if phone.mailbox is None else ToVoicemail(phone.mailbox)
