"""A number outside, called through carriers: server after server, trunk after trunk, until one takes it.

| what comes of an attempt | then |
|---|---|
| nothing at all within 4 s, not even 100 Trying | the next server; this one is asked whether it is there |
| 408, 5xx, a redirection, or a challenge that we cannot answer, before it rang | the next server |
| anything else, and whatever comes after it rang | that is the number's answer |
| all channels of the trunk are in use | the next trunk; an emergency number is dialled all the same |

A server is tried in its trunk's order, those that are down last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import structlog

from softswitch.calls.call import Call
from softswitch.calls.presentation import presented
from softswitch.calls.switch import Switch
from softswitch.config.settings import Trunk
from softswitch.errors import LegRefused, NoChannel
from softswitch.ports import JsonValue, Leg
from softswitch.types import AgentName, Party, Seconds, ToNumber, Way

log = structlog.get_logger(__name__)

SILENCE: Seconds = 4.0
"""How long nothing at all may come back: four transmissions of the INVITE lie within (RFC 3261 17.1.1.2)."""

NO_CHANNEL = 503

GIVEN_UP = "given up"
"""Why an attempt ended that was not let finish."""


class Carried:
    """The attempts to reach one number for one call, one at a time."""

    def __init__(
        self,
        switch: Switch,
        call: Call,
        to: ToNumber,
        *,
        agent: AgentName | None = None,
        shown: Party | None = None,
        caller_id: str | None = None,
    ) -> None:
        """`agent`: whose number that is. `shown`: who is calling there; None: the caller. `caller_id`: shown
        in place of the trunk's.
        """
        self.on_progress: Callable[[int], None] | None = None
        """As `Leg.on_progress`, of the leg of the moment."""
        self._switch = switch
        self._call = call
        self._to = to
        self._agent = agent
        self._shown = shown
        self._caller_id = caller_id
        self._ways = self._every_way()
        self.reached = False
        """The number itself, and not only carriers, has rung or said no."""
        self._leg: Leg | None = None
        self._way: Way | None = None
        self._rang = False
        self._dialling: dict[str, JsonValue] = {}
        """The attempt that has not ended, as the record names it."""
        self._refused: LegRefused = NoChannel()

    def start(self) -> None:
        """Dial at the first server that can be. Raises LegRefused when there is none."""
        for trunk, way in self._ways:
            try:
                self._dial(trunk, way)
                return
            except LegRefused as refusal:
                self._refused = refusal
        raise self._refused

    @property
    def leg(self) -> Leg:
        """The leg of the moment; only after `start`."""
        assert self._leg is not None
        return self._leg

    async def answered(self) -> Leg:
        """The leg that was answered. Raises LegRefused when no carrier could do it, LegGone."""
        while True:
            try:
                await self._until_answered(self.leg)
                self._note_end(200, "")
                return self.leg
            except LegRefused as refusal:
                self._note_end(refusal.status, refusal.reason)
                if self._is_final(refusal.status):
                    self.reached = True
                    raise
                self._refused = refusal
                self.leg.hangup()
                log.info("outbound.failover", number=self._to.number, why=str(refusal))
            self.start()

    def hangup(self, reason: str = "", *, but: Leg | None = None) -> None:
        """Whatever there is of a leg ends, unless it is `but`."""
        self._note_end(0, GIVEN_UP)
        if self._leg is not None and self._leg is not but:
            self._leg.hangup(reason=reason)

    def _every_way(self) -> Iterator[tuple[Trunk, Way]]:
        """What to try next; whether there is room is asked when it is the trunk's turn."""
        settings, carriers = self._switch.settings, self._switch.carriers
        for name in self._to.trunks:
            trunk = settings.trunks.get(name)
            if trunk is None:  # a reload has removed it
                continue
            if not self._to.emergency and not carriers.has_room(name):
                log.warning("trunk.full", trunk=name, number=self._to.number, channels=trunk.channels)
                self._note_impossible(
                    self._where(trunk), NO_CHANNEL, f"all {trunk.channels} channels are busy"
                )
                continue
            written = settings.dialplan.numbering.written(self._to.number, trunk.format)
            for way in carriers.ways(name, written):
                yield trunk, way

    def _dial(self, trunk: Trunk, way: Way) -> None:
        call, numbering = self._call, self._switch.settings.dialplan.numbering
        shown = trunk if self._caller_id is None else replace(trunk, caller_id=self._caller_id)
        caller = presented(shown, numbering, call, way, self._shown)
        where = self._where(trunk, way.server)
        try:
            leg = self._switch.endpoint.dial(
                way, caller=caller.caller, asserted=caller.asserted, headers=caller.headers
            )
        except LegRefused as refusal:
            self._note_impossible(where, refusal.status, refusal.reason)
            raise
        self._leg, self._way, self._dialling = leg, way, where
        call.note("DialledOut", **self._dialling, leg=leg.id, sip_call_id=leg.sip_call_id)
        leg.on_progress = self._progress

    def _where(self, trunk: Trunk, server: int | None = None) -> dict[str, JsonValue]:
        """An attempt, as the record names it."""
        where: dict[str, JsonValue] = {"number": self._to.number, "trunk": trunk.name, "server": server}
        if server is not None:
            where["address"] = trunk.servers[server].shown
        return where if self._agent is None else {**where, "agent": self._agent}

    def _note_impossible(self, where: dict[str, JsonValue], status: int, reason: str) -> None:
        """An attempt that was over before anything was sent."""
        self._call.note("DialEnded", **where, status=status, reason=reason)

    async def _until_answered(self, leg: Leg) -> None:
        try:
            async with asyncio.timeout(SILENCE):
                await leg.answered()
        except TimeoutError:
            if not leg.responded and self._way is not None:
                self._switch.carriers.unheard(self._way)
                raise LegRefused(408, "no response") from None
            await leg.answered()

    def _note_end(self, status: int, reason: str) -> None:
        """The attempt has ended; a second time does nothing."""
        if self._dialling and self._leg is not None:
            where, self._dialling = self._dialling, {}
            self._leg.on_progress = None
            self._call.note("DialEnded", **where, status=status, reason=reason)

    def _is_final(self, status: int) -> bool:
        """Whether the number itself said no, or somebody who has let it ring."""
        return self._rang or not (status < 400 or status in (401, 407, 408) or status // 100 == 5)

    def _progress(self, status: int) -> None:
        self._rang = self.reached = True
        if self.on_progress is not None:
            self.on_progress(status)
