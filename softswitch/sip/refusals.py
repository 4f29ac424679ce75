"""Calls that are refused for what they offer, before there is a leg: by the gate, or by PJSUA behind it.

Whoever calls has been let in by the policy, so the call is one: in the log with what was missing, and on
record.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from softswitch.ports import RefusedCall
from softswitch.sip._native import ffi, lib
from softswitch.sip.callbacks import from_pjsip
from softswitch.sip.headers import one_line, user, via_transport
from softswitch.sip.offer import Unfit, unfit
from softswitch.types import Origin, Party, Srtp

if TYPE_CHECKING:
    from softswitch.sip.gate import Request

log = structlog.get_logger(__name__)

REMEMBERED = 256
"""So many refusals, to know a repeated INVITE again."""

SHOWN = 200
"""So many characters of what a refused call offered."""

_POLICIES = (Srtp.OFF, Srtp.OPTIONAL, Srtp.MANDATORY)
_PJSIP_STATUS = re.compile(r" \[status=\d+\]$")


def tell_of_unfit(whom: Party, sip_call_id: str, status: int) -> None:
    """PJSUA could not use the SDP with which a phone answered us."""
    log.warning(
        "sip.answer_unfit",
        number=whom.number,
        uri=whom.uri,
        sip_call_id=sip_call_id,
        status=status,
        advice="is its sound encrypted as ours?",
    )


class Refusals:
    """Knows the call that PJSUA has been shown last, until PJSUA has made something of it."""

    def __init__(self) -> None:
        self.told: Callable[[RefusedCall], None] = lambda _call: None
        """Hears of each, a moment later."""
        self._shown: tuple[Request, Origin] | None = None
        self._complaint = ""
        self._seen: deque[tuple[str, str]] = deque(maxlen=REMEMBERED)

    def open(self) -> None:
        """Hear from PJSUA, from now on."""
        _Native.refusals = self

    def close(self) -> None:
        """Hear no more."""
        _Native.refusals = None

    def look(self, request: Request, origin: Origin, account: int) -> Unfit | None:
        """Whether a new call may be shown to PJSUA; if not, it is refused with 488."""
        self._shown, self._complaint = None, ""
        kind = request.message.headers.get("content-type", "").partition(";")[0].strip().lower()
        why = None
        if kind == "application/sdp":
            why = unfit(request.message.body, _POLICIES[lib.refusals_srtp(account)])
        if why is None:
            self._shown = request, origin
        else:
            self._note(request, origin, 488, why.why)
        return why

    def taken(self) -> None:
        """PJSUA has made a call of it."""
        self._shown = None
        if self._complaint:
            log.warning("pjsip", line=self._complaint)

    def hears(self, line: str) -> bool:
        """Keep what PJSIP says while it looks at a new call: it is why that is refused. False: no call."""
        if self._shown is None or not lib.gate.awaited:
            return False
        self._complaint = _PJSIP_STATUS.sub("", line.strip())
        return True

    def over(self, status: int) -> None:
        """PJSUA has refused it."""
        if self._shown is not None:
            (request, origin), self._shown = self._shown, None
            why = _offered(request.message.body) if status == 488 else self._complaint
            self._note(request, origin, status, why)

    def _note(self, request: Request, origin: Origin, status: int, why: str) -> None:
        headers = request.message.headers
        key = headers.get("call-id", ""), headers.get("cseq", "")
        if key in self._seen:  # nobody heard our answer
            return
        self._seen.append(key)
        call = RefusedCall(
            sip_call_id=key[0],
            remote=request.message.caller(believed=origin.trunk is not None),
            origin=origin,
            dialled=user(request.message.uri),
            transport=via_transport(headers.get("via", "")),
            headers=headers,
            status=status,
            why=why,
        )
        who = {"agent": origin.agent, "trunk": origin.trunk}
        log.warning(
            "sip.call_refused",
            status=status,
            why=why,
            source=f"{request.source}:{request.port}",
            number=call.remote.number,
            dialled=call.dialled,
            **{kind: name for kind, name in who.items() if name is not None},
            sip_call_id=call.sip_call_id,
        )
        asyncio.get_running_loop().call_soon(self.told, call)


def _offered(sdp: str) -> str:
    """PJSIP has no more to say of 488 than its phrase: what was offered tells more."""
    lines = [one_line(line[2:].strip()) for line in sdp.splitlines() if line.startswith("m=")]
    return f"no sound that is offered can be had here ({'; '.join(lines)[:SHOWN]})"


class _Native:
    """PJSIP is one per process."""

    refusals: Refusals | None = None


@ffi.def_extern()  # type: ignore[untyped-decorator]
def refusals_over(status: int) -> None:
    """Called by `_refusals.c`."""
    _over(status)


@from_pjsip
def _over(status: int) -> None:
    if _Native.refusals is not None:
        _Native.refusals.over(status)
