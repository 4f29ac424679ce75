"""Calls that begin inside: somebody asks for one through an interface, and the first party is rung.

| the first party | then |
|---|---|
| an agent, who answers | the call goes on as if that phone had dialled the number: same rules, same record |
| anybody, who answers | the call goes where it was to go: into a queue, a menu, to an agent |
| refuses, or does not answer | over, with that status |
| is hung up on by an interface | over |

Until somebody answers there is no leg that the call could lead, as several phones ring at once: `Absent`
stands in its place.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from softswitch.calls.agent_leg import dial
from softswitch.calls.attempt import Attempt
from softswitch.calls.call import Call
from softswitch.calls.fork import Fork
from softswitch.calls.ringing import Ringing
from softswitch.calls.switch import Switch
from softswitch.config.settings import AgentPhone
from softswitch.errors import LegError, LegGone
from softswitch.ports import Leg, Referral
from softswitch.sentences.phrases import phrase
from softswitch.sound import Hear
from softswitch.types import (
    UNKNOWN,
    AgentName,
    LegEnd,
    LegId,
    LegState,
    Origin,
    Party,
    Prompt,
    Quality,
    Seconds,
)

AUTO_ANSWER: Mapping[str, str] = {
    "Call-Info": "<sip:answer@softswitch.invalid>;answer-after=0",
    "Alert-Info": "<http://softswitch.invalid>;info=alert-autoanswer;delay=0",
    "Answer-Mode": "Auto",
}
"""By which a phone is asked to answer by itself; each maker knows one of them, the last is RFC 5373's."""


BUSY = phrase("agents.busy")
NOBODY = phrase("agents.nobody_answers")
NO_NUMBER = phrase("agents.no_such_number")
FORBIDDEN = phrase("agents.forbidden")
IMPOSSIBLE = phrase("agents.impossible")
_BY_STATUS = {
    **dict.fromkeys((486, 600, 603), BUSY),
    **dict.fromkeys((408, 480, 487), NOBODY),
    **dict.fromkeys((404, 410, 484, 604), NO_NUMBER),
    403: FORBIDDEN,
}


def apology(status: int) -> Prompt:
    """What an agent hears whose call came to nothing: a phone that has answered cannot be refused."""
    return _BY_STATUS.get(status, IMPOSSIBLE)


class Absent:
    """The leg of a first party who has not answered yet (`ports.Leg`): it hears nothing and says nothing, but
    it can be hung up on.
    """

    def __init__(self, remote: Party, dialled: str, origin: Origin = UNKNOWN) -> None:
        """`remote`: who is rung; `dialled`: where the call is to go."""
        self.id = LegId(f"absent-{secrets.token_hex(4)}")
        self.sip_call_id = ""
        self.remote = remote
        self.origin = origin
        self.replaces: Leg | None = None
        self.dialled = dialled
        self.transport = ""
        self.headers: Mapping[str, str] = {}
        self.state = LegState.NEW
        self.digits: asyncio.Queue[str] = asyncio.Queue()
        self.ended: asyncio.Future[LegEnd] = asyncio.get_running_loop().create_future()
        self.held = self.sounds_early = self.responded = False
        self.on_hold: Callable[[bool], None] | None = None
        self.on_progress: Callable[[int], None] | None = None
        self.on_refer: Callable[[Referral], int] | None = None

    def ring(self) -> None:
        """Nobody hears it."""

    progress = answer = ring

    async def answered(self) -> None:
        """See `ports.Leg`: whoever answers has a leg of their own."""
        await asyncio.wait([self.ended])
        raise LegGone(f"{self.id}: nobody answered")

    def hear(self, *sources: Hear) -> None:
        """Nobody does."""

    def overlay(self, *sources: Hear, ducked: float = 1.0) -> None:
        """Nobody hears that either."""

    def await_keys(self, awaited: bool, *, tones: bool = False) -> None:
        """None come."""

    def identify(self, partner: Party) -> None:
        """Nobody is told."""

    def hangup(self, status: int = 0, reason: str = "") -> None:
        """Stop ringing."""
        self.end(LegEnd(False, status or 487, reason))

    def quality(self) -> Quality:
        """There is no sound."""
        return Quality()

    def end(self, end: LegEnd) -> None:
        """It is over, or the leg that took its place is; once is enough."""
        if not self.ended.done():
            self.state = LegState.ENDED
            self.ended.set_result(end)


@dataclass(frozen=True, slots=True)
class Origination:
    """How a call begins that an interface asked for."""

    by: str
    """Who asked, for the record."""
    first: Absent
    """Whom it begins with."""
    attempt: Callable[[Switch, Call], Attempt] = field(repr=False)
    """What rings them."""
    ring: Seconds | None = None
    """How long; None: as long as the attempt itself says."""

    def failed(self, call: Call, status: int) -> None:
        """Put on record that it came to nothing."""
        call.note(
            "OriginateFailed",
            by=self.by,
            agent=self.first.origin.agent,
            number=self.first.dialled,
            status=status,
        )


async def begin(switch: Switch, call: Call, origination: Origination) -> bool:
    """Ring the first party. Once they have answered the call is theirs; False: it is over."""
    first, call.phase = origination.first, "ringing"
    attempt = origination.attempt(switch, call)
    leg: Leg | None = None
    try:
        attempt.start()
        async with asyncio.timeout(origination.ring):
            leg = await attempt.answered()
    except (LegError, TimeoutError) as error:
        status = attempt.status_of(error)
        origination.failed(call, status)
        first.end(LegEnd(True, status, str(error) or "no answer"))
        return False
    finally:
        attempt.close(but=leg)
    take_place(switch, call, first, leg)
    call.note("CallAnswered", leg=leg.id, sip_call_id=leg.sip_call_id)
    return True


def take_place(switch: Switch, call: Call, first: Absent, leg: Leg) -> None:
    """The leg is the call's from now on, and its end the call's end."""
    leg.remote, leg.dialled = replace(first.remote, uri=leg.remote.uri), first.dialled
    leg.origin = Origin(first.origin.agent, leg.origin.trunk)
    switch.exchange.calls[leg.id] = switch.exchange.calls.pop(first.id)
    call.leg = leg
    leg.ended.add_done_callback(lambda ended: first.end(ended.result()))


class OwnPhones(Ringing):
    """An agent's phones, which ring for a call that the agent is to make: nobody picks it up, and the agent
    counts as being in that call already.
    """

    def __init__(self, switch: Switch, call: Call, phone: AgentPhone, seen: Party) -> None:
        """`seen`: whom the phones show."""
        super().__init__(switch, call, phone)
        self._seen = seen
        self._headers = AUTO_ANSWER if phone.auto_answer else {}

    def _enlist(self, agent: AgentName) -> None:
        pass

    def _dial(self, agent: AgentName) -> Fork:
        return dial(self._switch, self._call, agent, seen=self._seen, headers=self._headers)
