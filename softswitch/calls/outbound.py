"""A number outside for a caller who dialled it, or whom the configuration sends there.

What the caller gets in the end is the status of the last attempt (`carried.py`), but for those that only
concern us and the carrier (`handed_back`).
"""

from __future__ import annotations

import asyncio

import structlog

from softswitch.calls.bridge import converse
from softswitch.calls.call import Call
from softswitch.calls.carried import Carried
from softswitch.calls.music import RINGBACK
from softswitch.calls.redirection import MOST
from softswitch.calls.switch import Switch
from softswitch.errors import LegError, LegRefused, NotConfirmed
from softswitch.ports import Hear, Leg
from softswitch.types import EndedBy, Reject, Seconds, ToNumber

log = structlog.get_logger(__name__)

RING: Seconds = 120.0
"""How long a number outside may ring, all attempts together."""

NO_ANSWER = 480
LOOP = 482
"""A carrier brings back what we have sent out, for a number that sends it out again."""


def handed_back(status: int) -> int:
    """What a caller gets for a carrier's final status.

    A 503 would keep the caller's phone away from this switch (RFC 3261 sections 16.7 and 21.5.4), a challenge
    would ask it for our credentials, and a redirection would send it past the dial plan.
    """
    if status == 503:
        return 500
    return 502 if status < 400 or status in (401, 407) else status


def goes_round(call: Call) -> bool:
    """Whether a carrier says that the call was here before, or has been passed on too often."""
    diverted = call.arrival.diverted
    return len(diverted) >= MOST or any(one.number == call.leg.dialled for one in diverted)


async def dial_out(switch: Switch, call: Call, to: ToNumber) -> Reject | None:
    """Call a number outside and let them talk. Returns a Reject when nobody answered."""
    if goes_round(call):
        log.warning("outbound.loop", call=call.id, number=to.number, dialled=call.leg.dialled)
        return Reject(LOOP)
    call.phase = "ringing"
    carried = Carried(switch, call, to)
    carried.on_progress = lambda _status: _progress(switch, call, carried.leg)
    try:
        async with asyncio.timeout(RING):
            carried.start()
            leg = await carried.answered()
        await call.answer()
        call.note("Connected", number=to.number)
        await _talk(switch, call, leg)
        return None
    except NotConfirmed:  # the caller's end, and not a refusal of the other side's
        raise
    except LegRefused as refusal:
        return Reject(handed_back(refusal.status))
    except (LegError, TimeoutError):
        return Reject(NO_ANSWER)
    finally:
        carried.hangup()


async def _talk(switch: Switch, call: Call, leg: Leg) -> None:
    try:
        await converse(switch, call, leg)
    finally:
        call.conversation_over(leg, EndedBy.CALLED)


def _progress(switch: Switch, call: Call, leg: Leg) -> None:
    """It rings, or the carrier has something to say: the caller hears that in the way it can be heard."""
    caller = call.leg
    if leg.sounds_early:
        caller.progress()
        caller.hear(Hear(leg))
    elif call.is_answered:
        caller.hear(*switch.music.hear(RINGBACK))
    else:
        caller.ring()
