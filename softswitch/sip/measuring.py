"""What the RTP of a leg looks like: PJMEDIA's counters, read through `_legs.c`, and how good it sounds."""

from __future__ import annotations

from typing import Any

from softswitch.emodel import PACKET, mos
from softswitch.sip._native import ffi, lib
from softswitch.types import Quality

MICRO, MILLI = 1e-6, 1e-3


def quality_of(call_id: int) -> Quality:
    """So far, by PJSUA's number of the call."""
    native = ffi.new("leg_quality *")
    lib.legs_measure(call_id, native)
    return judged(native)


def judged(native: Any) -> Quality:
    """What a `leg_quality` says, with the estimates that follow from it."""
    codec = ffi.string(native.codec).decode(errors="replace")
    buffered, far_jitter = native.buffered * MILLI, native.far_jitter * MICRO
    told = bool(native.reports and native.sent)
    one_way = PACKET + native.round_trip * MICRO / 2
    heard = far = None
    if native.received:
        missing = (native.lost + native.late) / (native.received + native.lost)
        heard = mos(codec, missing, one_way + buffered)
    if told:  # nobody tells what its buffer does: it is taken to hold twice the jitter
        far = mos(codec, native.far_lost / native.sent, one_way + 2 * far_jitter)
    return Quality(
        codec=codec,
        received=native.received,
        sent=native.sent,
        lost=native.lost,
        jitter=round(native.jitter * MICRO, 6),
        encrypted=bool(native.encrypted),
        strangers=native.strangers,
        late=native.late,
        buffered=round(buffered, 3),
        round_trip=round(native.round_trip * MICRO, 6) if native.round_trip else None,
        mos=heard,
        far_lost=native.far_lost if told else None,
        far_jitter=round(far_jitter, 6) if told else None,
        far_mos=far,
    )
