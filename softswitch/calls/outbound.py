"""A number outside, called through carriers: server after server, trunk after trunk, until one takes it.

| what comes of an attempt | then |
|---|---|
| nothing at all within 4 s, not even 100 Trying | the next server; this one is asked whether it is there |
| 408, 5xx, a redirection, or a challenge that we cannot answer, before it rang | the next server |
| anything else, and whatever comes after it rang | that is the number's answer |
| all channels of the trunk are in use | the next trunk; an emergency number is dialled all the same |

A server is tried in its trunk's order, those that are down last. What the caller gets in the end is the
status of the last attempt, but for those that only concern us and the carrier (`handed_back`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import structlog

from softswitch.calls.bridge import converse
from softswitch.calls.call import Call
from softswitch.calls.music import RINGBACK
from softswitch.calls.presentation import presented
from softswitch.calls.switch import Switch
from softswitch.config.settings import Trunk
from softswitch.errors import LegError, LegRefused, NotConfirmed
from softswitch.ports import Hear, JsonValue, Leg
from softswitch.types import UNKNOWN, EndedBy, Reject, Seconds, ToNumber, Way

log = structlog.get_logger(__name__)

SILENCE: Seconds = 4.0
"""How long nothing at all may come back: four transmissions of the INVITE lie within (RFC 3261 17.1.1.2)."""

RING: Seconds = 120.0
"""How long a number outside may ring, all attempts together."""

NO_CHANNEL = 503
NO_ANSWER = 480


def handed_back(status: int) -> int:
    """What a caller gets for a carrier's final status.

    A 503 would keep the caller's phone away from this switch (RFC 3261 sections 16.7 and 21.5.4), a challenge
    would ask it for our credentials, and a redirection would send it past the dial plan.
    """
    if status == 503:
        return 500
    return 502 if status < 400 or status in (401, 407) else status


async def dial_out(switch: Switch, call: Call, to: ToNumber) -> Reject | None:
    """Call a number outside and let them talk. Returns a Reject when nobody answered."""
    call.phase = "ringing"
    outside = Outside(switch, call, to)
    try:
        async with asyncio.timeout(RING):
            leg = await outside.answered()
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
        outside.hangup()


async def _talk(switch: Switch, call: Call, leg: Leg) -> None:
    try:
        await converse(switch, call, leg)
    finally:
        call.conversation_over(leg, EndedBy.CALLED)


class Outside:
    """The attempts to reach one number for one caller, one at a time."""

    def __init__(self, switch: Switch, call: Call, to: ToNumber) -> None:
        self._switch = switch
        self._call = call
        self._to = to
        self._leg: Leg | None = None
        self._rang = False

    async def answered(self) -> Leg:
        """The leg that was answered. Raises LegRefused when no carrier could do it, LegGone."""
        last = LegRefused(NO_CHANNEL, "no channel of any trunk is free")
        for trunk, way in self._ways():
            try:
                return await self._attempt(trunk, way)
            except LegRefused as refusal:
                if self._is_final(refusal.status):
                    raise
                last = refusal
                log.info("outbound.failover", number=self._to.number, uri=way.uri, why=str(refusal))
        raise last

    def hangup(self) -> None:
        """Whatever there is of a leg ends."""
        if self._leg is not None:
            self._leg.hangup()

    def _ways(self) -> Iterator[tuple[Trunk, Way]]:
        """What to try next; whether there is room is asked when it is the trunk's turn."""
        settings, carriers = self._switch.settings, self._switch.carriers
        for name in self._to.trunks:
            trunk = settings.trunks.get(name)
            if trunk is None:  # a reload has removed it
                continue
            if not self._to.emergency and not carriers.has_room(name):
                log.warning("trunk.full", trunk=name, number=self._to.number, channels=trunk.channels)
                continue
            written = settings.dialplan.numbering.written(self._to.number, trunk.format)
            for way in carriers.ways(name, written):
                yield trunk, way

    async def _attempt(self, trunk: Trunk, way: Way) -> Leg:
        call, settings = self._call, self._switch.settings
        numbering, realm = settings.dialplan.numbering, settings.sip.realm
        number = call.leg.remote.number if call.leg.origin != UNKNOWN else ""
        caller = presented(trunk, numbering, number, realm)
        leg = self._leg = self._switch.endpoint.dial(
            way, caller=caller.caller, asserted=caller.asserted, headers=caller.headers
        )
        where: dict[str, JsonValue] = {
            "number": self._to.number,
            "trunk": trunk.name,
            "server": way.server,
        }
        call.note("DialledOut", **where, leg=leg.id, sip_call_id=leg.sip_call_id)
        leg.on_progress = lambda _status: self._progress(leg)
        status, reason = 0, "given up"
        try:
            await self._until_answered(leg, way)
            status, reason = 200, ""
            return leg
        except LegRefused as refusal:
            status, reason = refusal.status, refusal.reason
            raise
        finally:
            leg.on_progress = None
            if status // 100 != 2:
                leg.hangup()
            call.note("DialEnded", **where, status=status, reason=reason)

    async def _until_answered(self, leg: Leg, way: Way) -> None:
        try:
            async with asyncio.timeout(SILENCE):
                await leg.answered()
        except TimeoutError:
            if not leg.responded:
                self._switch.carriers.unheard(way)
                raise LegRefused(408, "no response") from None
            await leg.answered()

    def _is_final(self, status: int) -> bool:
        """Whether the number itself said no, or somebody who has let it ring."""
        return self._rang or not (status < 400 or status in (401, 407, 408) or status // 100 == 5)

    def _progress(self, leg: Leg) -> None:
        """It rings, or the carrier has something to say: the caller hears that in the way it can be heard."""
        self._rang = True
        caller = self._call.leg
        if leg.sounds_early:
            caller.progress()
            caller.hear(Hear(leg))
        elif self._call.is_answered:
            caller.hear(*self._switch.music.hear(RINGBACK))
        else:
            caller.ring()
