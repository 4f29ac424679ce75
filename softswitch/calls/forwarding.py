"""A phone that sends its calls on (3xx, RFC 3261 section 8.1.3.4), where its agent may do so (`forwards`).

| the phone says 3xx, and the target is | then |
|---|---|
| of an agent who may not forward, or the phone was rung by a forwarding itself | it has refused |
| a colleague's extension | the colleague's phones ring in place of this one |
| a number outside that the agent may dial | it is called, and who answers there presses a key |
| anything else, a queue or a menu too | it has refused |

The offer stays the agent's own: for the queue it is as if this phone were elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from softswitch.acd.events import AgentCallEnded, AgentCallStarted
from softswitch.calls.call import Call
from softswitch.calls.describe import describe
from softswitch.calls.fork import Fork, Rung
from softswitch.calls.remote import Remote
from softswitch.calls.switch import Switch
from softswitch.calls.targets import target_of
from softswitch.config.settings import AgentPhone
from softswitch.errors import LegRefused
from softswitch.ports import Leg
from softswitch.types import AgentName, Party, ToAgent, ToNumber

log = structlog.get_logger(__name__)


class Forwarding:
    """One phone that may send the call on (`fork.Rung`)."""

    def __init__(
        self, switch: Switch, call: Call, phone: AgentPhone, rung: Rung, *, seen: Party, shown: Party | None
    ) -> None:
        """`rung` rings already. A colleague's phone shows `seen`; a number outside is told `shown`, or the
        caller, as far as somebody vouches for it (`presentation.py`).
        """
        self._switch = switch
        self._call = call
        self._phone = phone
        self._rung = rung
        self._seen = seen
        self._shown = shown
        self._told: Callable[[int], None] | None = None

    @property
    def leg(self) -> Leg:
        """The leg to it, or to where it has sent the call."""
        return self._rung.leg

    def on_progress(self, told: Callable[[int], None]) -> None:
        """See `Rung`."""
        self._told = told
        self._rung.on_progress(told)

    async def answered(self) -> Leg:
        """See `Rung`."""
        try:
            return await self._rung.answered()
        except LegRefused as refusal:
            if not 300 <= refusal.status < 400 or (onward := self._follow(refusal.target)) is None:
                raise
        self._rung = onward
        if self._told is not None:
            onward.on_progress(self._told)
        return await onward.answered()

    def hangup(self, reason: str = "") -> None:
        """See `Rung`."""
        self._rung.hangup(reason)

    def _follow(self, number: str) -> Rung | None:
        """Ring where the phone sends the call. Raises LegRefused when that cannot be tried."""
        switch, call, agent = self._switch, self._call, self._phone.agent
        target = target_of(switch, agent, number)
        allowed = self._phone.forwards and isinstance(target, ToAgent | ToNumber)
        call.note("Forwarded", agent=agent, number=number, destination=describe(target), followed=allowed)
        if not allowed:
            return None
        if isinstance(target, ToNumber):
            return Remote(switch, call, self._phone, target, self._shown)
        assert isinstance(target, ToAgent)
        free = switch.dispatcher.engine.has_a_line
        if target.agent is None or target.agent == agent or not free(target.agent):
            raise LegRefused(486, "the one it is sent on to is busy")
        return Colleague(switch, call, target.agent, self._seen)


class Colleague:
    """A colleague's phones, rung in place of one that has sent the call on (`fork.Rung`)."""

    def __init__(self, switch: Switch, call: Call, agent: AgentName, shown: Party) -> None:
        """Ring. Raises LegRefused when none can even be tried."""
        self._fork = Fork(switch.endpoint, switch.directory.ways(agent), shown, call.headers())
        self._leg: Leg | None = None
        self._ended = AgentCallEnded(agent, call.id)
        self._feed = switch.dispatcher.feed
        self._counted = True
        self._feed(AgentCallStarted(agent, call.id))

    @property
    def leg(self) -> Leg:
        """The leg that has answered, or the first."""
        return self._leg or self._fork.legs[0]

    def on_progress(self, told: Callable[[int], None]) -> None:
        """See `Rung`."""
        self._fork.on_progress(told)

    async def answered(self) -> Leg:
        """See `Rung`; until that leg is over the colleague counts as being in a call."""
        try:
            self._leg = await self._fork.answered()
        except BaseException:
            self._free()
            raise
        self._leg.ended.add_done_callback(lambda _: self._free())
        return self._leg

    def hangup(self, reason: str = "") -> None:
        """See `Rung`."""
        self._fork.hangup(reason)
        self._free()

    def _free(self) -> None:
        if self._counted:
            self._counted = False
            self._feed(self._ended)
