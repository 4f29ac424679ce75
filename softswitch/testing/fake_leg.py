"""A fake dialog: the switch's verbs on one side, a scripted person on the other, an ear that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from softswitch.errors import LegGone, LegRefused
from softswitch.ports import Leg, Referral
from softswitch.sound import Hear
from softswitch.testing.hearing import Heard, Hearing, Spell, now
from softswitch.types import UNKNOWN, LegEnd, LegId, LegState, Party, Quality, Seconds, Way


class FakeLeg:
    """One dialog.

    The switch's side has the verbs of `ports.Leg`; the other side is played by the test through `press`,
    `hold`, `resume`, `hang_up`, `answer_remotely` and `refuse`, now or later (`after`).
    """

    _beneath: tuple[Hear, ...] = ()
    _over: tuple[Hear, ...] = ()
    _ducked = 1.0

    def __init__(
        self,
        leg_id: str,
        remote: Party,
        *,
        dialled: str = "",
        headers: Mapping[str, str] | None = None,
        outgoing: bool = False,
    ) -> None:
        self.id = LegId(leg_id)
        self.sip_call_id = f"{leg_id}@fake"
        self.remote = remote
        self.dialled = dialled
        self.headers: Mapping[str, str] = dict(headers or {})
        self.outgoing = outgoing
        self.origin = UNKNOWN
        self.replaces: Leg | None = None
        self.way: Way | None = None
        """An outgoing leg: how it was dialled."""
        self.transport = "" if outgoing else "udp"
        self.state = LegState.NEW
        self.digits: asyncio.Queue[str] = asyncio.Queue()
        self.ended: asyncio.Future[LegEnd] = asyncio.get_running_loop().create_future()
        self.held = False
        self.on_hold: Callable[[bool], None] | None = None
        self.on_progress: Callable[[int], None] | None = None
        self.on_refer: Callable[[Referral], int] | None = None
        self.acknowledges = True
        """An incoming leg: an ACK follows our 200; without it the leg is never answered."""
        self.keys_awaited = False
        """Somebody reads `digits`."""
        self.sounds_early = False
        self.responded = True
        """An outgoing leg: something has come back, 100 Trying at least."""
        self.caller_shown: Party | None = None
        """An outgoing leg: whom the agent's display shows."""
        self.asserted: Party | None = None
        """An outgoing leg: whom P-Asserted-Identity names, where From does not."""
        self.measured = Quality(codec="PCMU/8000")
        """What `quality()` will say."""
        self.partners: list[Party] = []
        """With whom the switch said that it talks now."""
        self.told: list[int] = []
        """What the switch said of transfers that the other side asked for."""
        self.log: list[tuple[Seconds, str]] = []
        """Every state and verb, with its time."""
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._spell: Spell = (inf, inf)
        self._hearing = Hearing()

    def __repr__(self) -> str:
        return f"<FakeLeg {self.id} {self.remote.label} {self.state}>"

    # The switch's side: ports.Leg ------------------------------------------------------------------

    def ring(self) -> None:
        """180 to an incoming caller."""
        if self.state is LegState.NEW:
            self._move(LegState.RINGING)

    def progress(self) -> None:
        """183 with an SDP to an incoming caller, who hears from now on."""
        if self.state in (LegState.NEW, LegState.RINGING) and self._spell[0] == inf:
            self._move(LegState.RINGING)
            self._spell = (now(), inf)

    def answer(self) -> None:
        """200 to an incoming caller."""
        if self.state in (LegState.NEW, LegState.RINGING) and self.acknowledges:
            self._talk()

    async def answered(self) -> None:
        """As the Protocol says: LegRefused when refused or cancelled remotely, LegGone otherwise."""
        moments: set[asyncio.Future[Any]] = {self._answered, self.ended}
        await asyncio.wait(moments, return_when=asyncio.FIRST_COMPLETED)
        if self.ended.done():
            end = self.ended.result()
            if end.remote and not self._answered.done():
                raise LegRefused(end.status, end.reason, end.target)
            raise LegGone(f"{self.id}: {end.status} {end.reason}".rstrip())

    def hear(self, *sources: Hear) -> None:
        """Declare what this leg hears from now on."""
        if self.state is not LegState.ENDED:
            self._beneath = sources
            self._declare()

    def overlay(self, *sources: Hear, ducked: float = 1.0) -> None:
        """Declare what is heard over that; players beneath are ducked."""
        if self.state is not LegState.ENDED:
            self._over, self._ducked = sources, ducked
            self._declare()

    def await_keys(self, awaited: bool, *, tones: bool = False) -> None:
        """Only noted: what is pressed here is heard anyway."""
        self.keys_awaited = awaited

    def identify(self, partner: Party) -> None:
        """Its display shows somebody else."""
        self.partners.append(partner)

    def hangup(self, status: int = 0, reason: str = "") -> None:
        """End it from the switch's side; `ended` is set before this returns, as PJSIP may do."""
        final = 200 if self.state is LegState.ANSWERED else 487 if self.outgoing else 603
        self._end(LegEnd(False, status or final, reason))

    def quality(self) -> Quality:
        """What the test put into `measured`."""
        return self.measured

    # The other side: the test ----------------------------------------------------------------------

    def press(self, digits: str) -> None:
        """Press keys at once."""
        for digit in digits:
            self.digits.put_nowait(digit)

    def hold(self) -> None:
        """Put the switch on hold."""
        self._set_hold(True)

    def resume(self) -> None:
        """Take the switch off hold."""
        self._set_hold(False)

    def refer(self, number: str, replaces: FakeLeg | None = None) -> int:
        """Ask for a transfer (REFER); gives the status of the answer. What comes of it is in `told`."""
        if self.state is LegState.ENDED or self.on_refer is None:
            return 403
        return self.on_refer(Referral(number, self.told.append, replaces))

    def hang_up(self) -> None:
        """The other side hangs up (BYE), or cancels before the answer (incoming, 487)."""
        self._end(LegEnd(True, 200 if self.state is LegState.ANSWERED else 487))

    def ring_remotely(self, status: int = 180, *, early: bool = False) -> None:
        """An outgoing leg's phone rings; `early`: and is heard already."""
        if early and not self.sounds_early:
            self.sounds_early = True
            self._spell = (now(), inf)
        if self.state is LegState.NEW:
            self._move(LegState.RINGING)
        if self.state is LegState.RINGING and self.on_progress:
            self.on_progress(status)

    def answer_remotely(self) -> None:
        """An outgoing leg's phone answers."""
        self.answer()

    def refuse(self, status: int = 486, reason: str = "", target: str = "") -> None:
        """An outgoing leg's phone refuses with a final status; with a 3xx it names a `target`."""
        self._end(LegEnd(True, status, reason, target))

    def after(self, seconds: Seconds, verb: Callable[..., None], *args: object) -> asyncio.TimerHandle:
        """Do something later: `leg.after(2.5, leg.press, "1")`."""
        return asyncio.get_running_loop().call_later(seconds, verb, *args)

    # What the test sees ----------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """The other party's number, as other legs hear it."""
        return self.remote.number

    def sounding(self) -> Spell:
        """From the answer to the end."""
        return self._spell

    def hears(self) -> dict[str, float]:
        """What is heard now: level by label."""
        return {heard.label: heard.level for heard in self.heard() if heard.end == inf}

    def heard(self, label: str | None = None) -> list[Heard]:
        """Everything heard so far, or the spans of one label, by start."""
        spans = self._hearing.spans(self._spell, now())
        return [span for span in spans if label is None or span.label == label]

    def heard_labels(self) -> list[str]:
        """What was heard, in the order in which it was first heard."""
        return list(dict.fromkeys(span.label for span in self.heard()))

    # Inside ----------------------------------------------------------------------------------------

    def _move(self, state: LegState) -> None:
        self.state = state
        self.log.append((now(), state.value))

    def _declare(self) -> None:
        beneath = [
            Hear(one.source, one.level * self._ducked) if self._over and hasattr(one.source, "clip") else one
            for one in self._beneath
        ]
        self._hearing.declare(now(), (*beneath, *self._over))

    def _talk(self) -> None:
        self._move(LegState.ANSWERED)
        self._spell = (min(now(), self._spell[0]), inf)
        self._answered.set_result(None)

    def _set_hold(self, held: bool) -> None:
        if self.state is LegState.ANSWERED and self.held != held:
            self.held = held
            self.log.append((now(), "held" if held else "resumed"))
            if self.on_hold:
                self.on_hold(held)

    def _end(self, end: LegEnd) -> None:
        if self.state is not LegState.ENDED:
            self._move(LegState.ENDED)
            self._spell = (self._spell[0], now())
            self.ended.set_result(end)
