"""One SIP dialog: PJSUA's call as the trade's verbs, futures and queues (`ports.Leg`).

Callbacks only note what happened; whoever waits is woken by the loop. DISCONNECTED can come inside hangup().
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pjsua2 as pj
import structlog

from softswitch.errors import LegGone, LegRefused
from softswitch.ports import Leg, Referral
from softswitch.sip._native import ffi, lib
from softswitch.sip.accounts import PjAccount
from softswitch.sip.call_options import Shown, one_audio_line, to_dial, with_headers
from softswitch.sip.callbacks import from_pjsip
from softswitch.sip.headers import Message, name_addr, one_line, party, quoted, user, via_transport
from softswitch.sip.measuring import quality_of
from softswitch.sip.refusals import tell_of_unfit
from softswitch.sip.tones import ToneEar
from softswitch.sip.wiring import Bridge, Listening, Sounding
from softswitch.sound import Hear
from softswitch.types import UNKNOWN, LegEnd, LegId, LegState, Origin, Party, Quality, Seconds, Way

log = structlog.get_logger(__name__)

NO_MEDIA: Seconds = 5.0
"""How long a confirmed call may stay without sound: the ACK of a late offer brought no SDP, or a phone's
answer does not fit what it was offered."""

RETRY_AFTER = "10"
"""Seconds, in a 503 to a caller."""

_REASON = re.compile(r"(SIP|Q\.850)\s*;", re.IGNORECASE)
"""The beginning of a whole Reason header (RFC 3326); other words become the text of one."""

_KEYS = frozenset("0123456789*#ABCD")
"""RFC 4733 has events beyond these that are no digits: 16, which PJMEDIA calls R, is a hook flash."""

MOST_KEYS = 1000
"""Presses kept while nobody reads them: a call may send thousands in a second, for hours."""

_HELD = 3  # PJSUA_CALL_MEDIA_REMOTE_HOLD
_DECLINE = 603


class LegHome(Protocol):
    """What a leg needs of the endpoint it belongs to."""

    bridge: Bridge
    domain: str
    rate: int

    def leg_ended(self, leg: SipLeg) -> None:
        """The leg is over; PJSUA's callback about it has not returned yet."""


class SipLeg(Sounding):
    """A leg over PJSUA. Its call lives until DISCONNECTED has come and its callback has returned."""

    def __init__(self, home: LegHome, remote: Party, *, incoming: bool) -> None:
        super().__init__()
        loop = asyncio.get_running_loop()
        self.id = LegId("")
        self.sip_call_id = ""
        self.remote = remote
        self.dialled = ""
        self.transport = ""
        self.incoming = incoming
        self.origin = UNKNOWN
        self.replaces: Leg | None = None
        self.state = LegState.NEW
        self.digits: asyncio.Queue[str] = asyncio.Queue()
        self.ended: asyncio.Future[LegEnd] = loop.create_future()
        self.held = False
        self.on_hold: Callable[[bool], None] | None = None
        self.on_progress: Callable[[int], None] | None = None
        self.sounds_early = False
        self.on_refer: Callable[[Referral], int] | None = None
        self.redirected_to = ""
        """Where a 3xx answer pointed to; nobody has been dialled there."""
        self.serial = 0
        self.account = -1
        """PJSUA's account that it goes by."""
        self.goes_by: PjAccount | None = None
        """That account, while this leg is counted there."""
        self.call: PjCall | None = None
        self._home = home
        self._loop = loop
        self.headers: Mapping[str, str] = {}
        self._ear = Listening(home.bridge)
        self._settled: asyncio.Future[None] = loop.create_future()  # answered or ended
        self._early = False
        self._answering = False
        self._confirmed = False
        self._negotiated = False
        self._streams = 0
        self._our_end: LegEnd | None = None
        self._quality: Quality | None = None
        self._no_media: asyncio.TimerHandle | None = None
        self._tones = ToneEar(home.bridge, home.rate)

    def __repr__(self) -> str:
        return f"<{self.id} {'from' if self.incoming else 'to'} {self.remote.number} {self.state}>"

    @classmethod
    def accept(cls, home: LegHome, account: pj.Account, call_id: int, text: str, origin: Origin) -> SipLeg:
        """The leg of an INVITE that has just come; 100 Trying has been sent."""
        message = Message(text)
        leg = cls(home, message.caller(believed=origin.trunk is not None), incoming=True)
        leg.origin = origin
        leg.headers = message.headers
        leg.sip_call_id = leg.headers.get("call-id", "")
        leg.dialled = user(message.uri)
        leg.transport = via_transport(leg.headers.get("via", ""))
        leg.account = account.getId()
        leg.call = PjCall(account, leg, call_id)
        leg._attach(call_id)
        return leg

    @classmethod
    def dial(
        cls, home: LegHome, account: PjAccount, way: Way, shown: Shown, headers: Mapping[str, str]
    ) -> SipLeg:
        """Send an INVITE. Raises pj.Error when PJSUA cannot."""
        leg = cls(home, party(f"<{way.uri}>"), incoming=False)
        leg.origin = Origin(trunk=way.trunk)
        leg.sip_call_id = f"{secrets.token_hex(12)}@{home.domain}"
        leg.call = PjCall(account, leg)
        param = to_dial(way, shown, account.domain or home.domain, leg.sip_call_id, headers)
        try:
            leg.call.makeCall(way.uri, param)
        except pj.Error:
            leg.forget()
            raise
        leg._attach(leg.call.getId())
        return leg

    def _attach(self, call_id: int) -> None:
        self.serial = lib.legs_attach(call_id)
        self.id = LegId(f"leg-{self.serial}")

    def forget(self) -> bool:
        """Free PJSUA's call; false while another leg has its slot, when that must wait.

        Called explicitly, for a traceback somewhere may hold a reference much longer.
        """
        if self.call is None:
            return True
        if not lib.legs_may_forget(self._call_id(), self.serial):
            return False
        pj.Call.__swig_destroy__(self.call)
        self.call = None
        return True

    # Verbs. ------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """Send 180 Ringing on an incoming leg."""
        if self.incoming and self.state is LegState.NEW and self._respond(180):
            self.state = LegState.RINGING

    def progress(self) -> None:
        """Send 183 on an incoming leg; see `ports.Leg.progress`."""
        if not self.headers.get("content-type"):  # a late offer: an SDP of ours would be the offer
            self.ring()
        elif self.incoming and self.state in (LegState.NEW, LegState.RINGING) and not self._early:
            self._early = self._respond(183)
            self.state = LegState.RINGING

    def answer(self) -> None:
        """Send 200 OK on an incoming leg."""
        if self.incoming and self.state in (LegState.NEW, LegState.RINGING):
            lib.legs_find_port(self.account)  # for a late offer, which has had no port until now
            if not self._answering and not self._respond(200):
                self.hangup(500)  # nobody else would end it: a caller waits for a final answer for ever
            self._answering = True

    async def answered(self) -> None:
        """Wait until the leg is answered and its media runs; see `ports.Leg.answered`."""
        await asyncio.shield(self._settled)
        if self.state is not LegState.ENDED:
            return
        end = self.ended.result()
        if end.remote and self._confirmed and end.status >= 300:
            tell_of_unfit(self.remote, self.sip_call_id, end.status)
        if end.remote and (not self._confirmed or end.status >= 300):
            raise LegRefused(end.status, end.reason, end.target)
        raise LegGone(f"{self.id} ended: {end.status} {end.reason}".strip())

    def hear(self, *sources: Hear) -> None:
        """Declare all that this leg hears from now on."""
        if self.state is not LegState.ENDED:
            self._ear.declare(*sources)

    def overlay(self, *sources: Hear, ducked: float = 1.0) -> None:
        """What is heard over all that; see `ports.Leg.overlay`."""
        if self.state is not LegState.ENDED:
            self._ear.overlay(*sources, ducked=ducked)

    def await_keys(self, awaited: bool, *, tones: bool = False) -> None:
        """Whether keys mean anything now; see `ports.Leg.await_keys`."""
        self._tones.always = tones
        self._tones.awaited = awaited and self.state is not LegState.ENDED
        self._tones.attend(self, self._call_id(), self.serial)

    def hangup(self, status: int = 0, reason: str = "") -> None:
        """End it, in whatever way its state asks for; see `ports.Leg.hangup`."""
        if self.state is LegState.ENDED or self._our_end is not None or self.call is None:
            return
        if self._confirmed:
            final = 200
        elif self.incoming:
            final = status if status >= 300 else _DECLINE
        else:
            final = 487
        self._our_end = LegEnd(False, status or final, reason)
        try:
            self.call.hangup(self._hangup_param(final, reason))
        except pj.Error as error:  # the dialog has ended beneath us
            log.debug("sip.hangup_too_late", leg=self.id, why=error.reason)
            self._finish()

    def notify(self, event: str, state: str, fragment: str) -> None:
        """Tell the other side of something it has asked for (RFC 6665), a `fragment` of SIP as the body."""
        texts = (text.encode() for text in (event, state, fragment))
        alive = self._confirmed and self.state is not LegState.ENDED  # else another leg may have the slot
        if alive and (status := lib.refer_notify(self._call_id(), *texts)):
            log.info("sip.notify_failed", leg=self.id, status=status)

    def identify(self, partner: Party) -> None:
        """Tell a phone with whom it talks now; see `ports.Leg.identify`."""
        if self._confirmed and self.state is not LegState.ENDED:
            lib.refer_identify(self._call_id(), name_addr(partner, self._home.domain).encode())

    def quality(self) -> Quality:
        """What its RTP looks like so far, or looked like at the end."""
        return self._quality or quality_of(self._call_id())

    @property
    def responded(self) -> bool:
        """An outgoing leg: anything at all has come back, 100 Trying too."""
        return self.state is not LegState.NEW or bool(lib.legs_heard(self._call_id()))

    # What PJSUA reports, on the loop's thread. ---------------------------------------------------------

    def state_changed(self) -> None:
        """The INVITE went on: rings, is confirmed, or is over."""
        view = self._look()
        if view.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._finish()
        elif view.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._confirmed = True
            self._settle()
        elif view.state == pj.PJSIP_INV_STATE_EARLY and not self.incoming:
            self._progress(view.code)

    def media_changed(self) -> None:
        """SDP was negotiated. The stream may be another one, in which case every connection is gone."""
        view = self._look()
        self._negotiated = True
        slot = view.slot if view.slot >= 0 else None
        if slot != self.slot or view.streams != self._streams:
            self._streams = view.streams
            self._ear.listens_at(slot)
            self.sounds_at(slot)
            self._tones.attend(self, self._call_id(), self.serial)
        held = view.media == _HELD
        if held != self.held:
            self.held = held
            if self.on_hold is not None:
                self.on_hold(held)
        if not self.incoming and view.state == pj.PJSIP_INV_STATE_EARLY and slot is not None:
            self.sounds_early = True
            self._progress(183)
        self._settle()

    def pressed(self, digit: str) -> None:
        """A key was pressed."""
        if self.state is not LegState.ENDED and digit in _KEYS and self.digits.qsize() < MOST_KEYS:
            self.digits.put_nowait(digit)

    def told(self, digit: str) -> None:
        """A key, by INFO. A phone may sound it too: one press all the same."""
        if lib.legs_told(self._call_id(), digit.encode()):
            self.pressed(digit)

    def _progress(self, status: int) -> None:
        if status in (180, 183):
            self.state = LegState.RINGING
            if self.on_progress is not None:
                self.on_progress(status)

    def _settle(self) -> None:
        """Answered is: confirmed, and both sides have said where sound goes."""
        if not self._confirmed or self.state is LegState.ENDED:
            return
        if self._negotiated:
            self._stop_waiting()
            self.state = LegState.ANSWERED
            if not self._settled.done():
                self._settled.set_result(None)
        elif self._no_media is None:
            why = "No SDP in the ACK" if self.incoming else "No sound in common"
            self._no_media = self._loop.call_later(NO_MEDIA, self.hangup, 488, why)

    def _finish(self) -> None:
        if self.state is LegState.ENDED:
            return
        self._stop_waiting()
        self._quality = quality_of(self._call_id())
        self.state = LegState.ENDED
        self._ear.close()
        self._tones.close()
        self.fall_silent()
        self.ended.set_result(self._our_end or self._remote_end())
        if not self._settled.done():
            self._settled.set_result(None)
        self._home.leg_ended(self)

    def _remote_end(self) -> LegEnd:
        text = ffi.new("char[256]")
        call_id = self._call_id()
        redirected = lib.legs_redirected(call_id, text, len(text))
        if redirected:
            self.redirected_to = ffi.string(text).decode(errors="replace")
            return LegEnd(True, redirected, f"moved to {self.redirected_to}", user(self.redirected_to))
        status = self._look().code
        if self.incoming and not self._answering and status // 100 == 2:  # that of a BYE before our answer
            return LegEnd(True, 487, "Request Terminated")
        lib.legs_reason(call_id, text, len(text))
        return LegEnd(True, status or 487, ffi.string(text).decode(errors="replace"))

    def _stop_waiting(self) -> None:
        if self._no_media is not None:
            self._no_media.cancel()
            self._no_media = None

    # PJSUA's tables. -----------------------------------------------------------------------------------

    def _call_id(self) -> int:
        return self.call.getId() if self.call is not None else -1

    def _look(self) -> Any:
        view = ffi.new("leg_view *")
        lib.legs_look(self._call_id(), view)
        return view

    def _respond(self, status: int) -> bool:
        if self.call is None:
            return False
        param = one_audio_line()
        param.statusCode = status
        try:
            self.call.answer(param)
        except pj.Error as error:  # cancelled a moment ago
            log.debug("sip.answer_too_late", leg=self.id, status=status, why=error.reason)
            return False
        return True

    def _hangup_param(self, final: int, reason: str) -> pj.CallOpParam:
        param = pj.CallOpParam()
        param.statusCode = final
        if self.incoming and not self._confirmed:
            param.reason = one_line(reason)
            if final == 503:
                param.txOption.headers = with_headers({"Retry-After": RETRY_AFTER})
        elif reason and self._our_end is not None:
            cause = f"SIP;cause={self._our_end.status};text={quoted(reason)}"
            param.txOption.headers = with_headers({"Reason": reason if _REASON.match(reason) else cause})
        return param


class PjCall(pj.Call):  # type: ignore[misc]
    """PJSUA's call: hands its callbacks to the leg."""

    def __init__(self, account: pj.Account, leg: SipLeg, call_id: int = -1) -> None:
        super().__init__(account, call_id)
        self.leg = leg

    @from_pjsip
    def onCallState(self, _param: pj.OnCallStateParam) -> None:
        """The INVITE's state has changed."""
        self.leg.state_changed()

    @from_pjsip
    def onCallMediaState(self, _param: pj.OnCallMediaStateParam) -> None:
        """An SDP negotiation has ended."""
        self.leg.media_changed()
