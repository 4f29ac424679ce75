"""REFER: transfers by phones, as far as they are SIP (RFC 3515, 3891, 4488). PJSUA never sees one.

| a REFER ... | gets |
|---|---|
| outside a dialog | 403: nobody is called for somebody else |
| within a dialog of whoever may not transfer, or has nobody to transfer | 403 |
| without a Refer-To or with two, or with one that is no address | 400 |
| that asks for another method than INVITE | 501 |
| whose Replaces names no leg of this switch | 481 |
| with anything else | what the leg's call says: 202, and then NOTIFYs, or a refusal |

The dialog of the REFER itself has been found by the gate, which answers 481 for one that is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import unquote

import structlog

from softswitch import siptext
from softswitch.ports import Leg, Referral
from softswitch.sip.gate import Answer, Gate, Request
from softswitch.sip.headers import user as user_part
from softswitch.sip.leg import SipLeg
from softswitch.sip.replacing import leg_of

log = structlog.get_logger(__name__)

TRYING = 100
ACCEPTED = 202
LIFE = 180
"""Seconds that a phone may wait for the next NOTIFY; longer than anybody is rung."""

_PHRASES = {
    100: "Trying",
    200: "OK",
    403: "Forbidden",
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}


class Referring:
    """The gate's handler for REFER."""

    def __init__(self, legs: Mapping[int, SipLeg]) -> None:
        """`legs`: all that have not ended, by serial number."""
        self._legs = legs
        self._referred: set[int] = set()
        """Legs by which a REFER has come."""

    def install(self, gate: Gate) -> None:
        """Decide from now on."""
        gate.handle("REFER", self.refer)

    def refer(self, request: Request) -> Answer:
        """See the table above."""
        leg = request.leg
        if not isinstance(leg, SipLeg) or leg.on_refer is None:
            return Answer(403)
        asked = siptext.addresses(request.message.headers.get("refer-to", ""))
        target = asked[0].uri if len(asked) == 1 else ""
        uri = siptext.uri(target)
        number = user_part(target)
        if not number and (uri is None or not uri.headers):
            return Answer(400)
        if uri is not None and uri.params.get("method", "INVITE").upper() != "INVITE":
            return Answer(501)
        other: Leg | None = None
        replaces = _replaces(uri.headers) if uri is not None else None
        if replaces is not None and (other := leg_of(self._legs, replaces)) is None:
            return Answer(481)
        told = Progress(leg, self._event(leg, request), wanted=not _unheard(request))
        status = leg.on_refer(Referral(number, told, other))
        log.info("sip.refer", leg=leg.id, to=number, attended=other is not None, status=status)
        if status != ACCEPTED:
            return Answer(status)
        told.begin()
        contact = {"Contact": f"<{request.here}>"}  # RFC 3515 section 2.2
        return Answer(ACCEPTED, contact if told.wanted else {**contact, "Refer-Sub": "false"})

    def _event(self, leg: SipLeg, request: Request) -> str:
        """The event that the NOTIFYs are about; of all but a dialog's first it has an id (RFC 3515 2.4.6)."""
        self._referred &= self._legs.keys()
        if leg.serial not in self._referred:
            self._referred.add(leg.serial)
            return "refer"
        return f"refer;id={request.message.headers.get('cseq', '').split()[0]}"


class Progress:
    """How a transfer goes on, for the phone that asked for it: `ports.Referral.told`."""

    def __init__(self, leg: SipLeg, event: str, *, wanted: bool) -> None:
        """`wanted`: the phone wants to hear it."""
        self.wanted = wanted
        self._leg = leg
        self._event = event
        self._over = False

    def begin(self) -> None:
        """The first NOTIFY, which comes at once, and after it what came of the transfer already."""
        if not self._over:
            self._send(TRYING)

    def __call__(self, status: int) -> None:
        """A final status is the last word; nothing comes after it."""
        if not self._over:
            self._over = status >= 200
            self._send(status)

    def _send(self, status: int) -> None:
        """Not before the REFER is answered."""
        if self.wanted:
            asyncio.get_running_loop().call_soon(self._notify, status)

    def _notify(self, status: int) -> None:
        state = "terminated;reason=noresource" if status >= 200 else f"active;expires={LIFE}"
        self._leg.notify(self._event, state, f"SIP/2.0 {status} {_PHRASES.get(status, 'Failed')}\r\n")


def _unheard(request: Request) -> bool:
    """The phone wants no NOTIFYs (RFC 4488)."""
    return request.message.headers.get("refer-sub", "").partition(";")[0].strip().lower() == "false"


def _replaces(headers: str) -> str | None:
    """The Replaces among the headers of a URI (RFC 3261 section 19.1.1), unescaped."""
    for part in headers.split("&"):
        name, _, value = part.partition("=")
        if unquote(name).lower() == "replaces":
            return unquote(value)
    return None
