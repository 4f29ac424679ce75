"""A number outside for a caller who dialled it, or whom the configuration sends there.

What the caller gets in the end is the status of the last attempt (`carried.py`), but for those that only
concern us and the carrier (`handed_back`).
"""

from __future__ import annotations

import asyncio

import structlog

from softswitch.calls.attempt import Attempt
from softswitch.calls.bridge import converse, reached
from softswitch.calls.call import Call
from softswitch.calls.carried import Carried
from softswitch.calls.onward import Onward
from softswitch.calls.redirection import MOST
from softswitch.calls.switch import Switch
from softswitch.errors import LegError, LegRefused, NoChannel, NotConfirmed
from softswitch.ports import Leg
from softswitch.sound import Hear
from softswitch.types import EndedBy, LegState, Party, Reject, Seconds, ToNumber

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


async def dial_out(switch: Switch, call: Call, to: ToNumber) -> Onward | None:
    """Call a number outside and let them talk. Returns a Reject when nobody answered."""
    if goes_round(call):
        log.warning("outbound.loop", call=call.id, number=to.number, dialled=call.leg.dialled)
        return Reject(LOOP)
    call.phase = "ringing"
    outside = Outside(switch, call, to)
    try:
        outside.start()
        leg = await outside.answered()
        reached(switch, call)
        await call.answer()
        call.note("Connected", number=to.number)
        try:
            return await converse(switch, call, leg)
        finally:
            call.conversation_over(leg, EndedBy.CALLED)
    except NotConfirmed:  # the caller's end, and not a refusal of the other side's
        raise
    except (LegError, TimeoutError) as error:
        return Reject(outside.status_of(error))
    finally:
        outside.close(but=call.passed_on)


class Outside(Attempt):
    """A number outside is being called."""

    def __init__(
        self,
        switch: Switch,
        call: Call,
        to: ToNumber,
        hearer: Leg | None = None,
        shown: Party | None = None,
        caller_id: str | None = None,
    ) -> None:
        """`hearer` hears it ring, and is shown as `shown`. None: the caller. `caller_id`: see `Carried`."""
        super().__init__(switch, call, hearer)
        self.number = to.number
        self._carried = Carried(switch, call, to, shown=shown, caller_id=caller_id)

    def start(self) -> None:
        """Dial. Raises LegRefused when no carrier can be tried."""
        self._carried.on_progress = lambda _status: self._progress(self._carried.leg)
        self._carried.start()
        self._wait(self._until_answered())
        self._sound()

    def status_of(self, error: LegError | TimeoutError) -> int:
        """See `Attempt.status_of`."""
        if isinstance(error, NoChannel):  # ours, not a carrier's: later there may be one
            return error.status
        return handed_back(error.status) if isinstance(error, LegRefused) else NO_ANSWER

    @property
    def reached(self) -> bool:
        """The number itself has rung, or said no."""
        return self._carried.reached

    def close(self, but: Leg | None = None) -> None:
        """Whatever there is of a leg ends, unless it is `but`."""
        self._carried.hangup(but=but)
        super().close(but)

    async def _until_answered(self) -> Leg:
        async with asyncio.timeout(RING):
            return await self._carried.answered()

    def _progress(self, leg: Leg) -> None:
        """It rings, or the carrier has something to say: that is heard in the way it can be."""
        if leg.sounds_early:
            self._hearer.progress()
            self._hearer.hear(Hear(leg))
        elif self._hearer.state is LegState.ANSWERED:
            self._sound()
        else:
            self._hearer.ring()
