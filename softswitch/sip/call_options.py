"""What PJSUA is told with an INVITE or an answer: the lines of its SDP, who calls, further headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pjsua2 as pj

from softswitch.sip.headers import name_addr, one_line
from softswitch.types import Party, Way

ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
"""From, of somebody who does not want to be shown outside (RFC 3323 section 4.1.1.3)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Who calls, as the other side is told."""

    caller: Party
    """In From."""
    asserted: Party
    """In P-Asserted-Identity."""


def to_dial(way: Way, shown: Shown, domain: str, call_id: str, headers: Mapping[str, str]) -> pj.CallOpParam:
    """For an INVITE; `domain` is that of our own addresses."""
    param = one_audio_line()
    param.opt.customCallId = call_id
    outside = way.trunk is not None and not shown.caller.number
    param.txOption.localUri = ANONYMOUS if outside else name_addr(shown.caller, domain)
    identity = {"P-Asserted-Identity": name_addr(shown.asserted, domain)}
    param.txOption.headers = with_headers({**identity, **headers})
    return param


def one_audio_line() -> pj.CallOpParam:
    """PJSUA's default would offer a line for real-time text too, and open its port."""
    param = pj.CallOpParam(True)
    param.opt.audioCount = 1
    param.opt.videoCount = 0
    param.opt.textCount = 0
    return param


def with_headers(values: Mapping[str, str]) -> pj.SipHeaderVector:
    """Headers by name; each value on one line."""
    vector = pj.SipHeaderVector()
    for name, value in values.items():
        header = pj.SipHeader()
        header.hName = name
        header.hValue = one_line(value)
        vector.append(header)
    return vector
