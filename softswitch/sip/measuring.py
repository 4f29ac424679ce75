"""What the RTP of a leg looks like: PJMEDIA's counters, read through `_legs.c`."""

from __future__ import annotations

from softswitch.sip._native import ffi, lib
from softswitch.types import Quality


def quality_of(call_id: int) -> Quality:
    """So far, by PJSUA's number of the call."""
    native = ffi.new("leg_quality *")
    lib.legs_measure(call_id, native)
    codec = ffi.string(native.codec).decode(errors="replace")
    counted = (native.received, native.sent, native.lost)
    return Quality(codec, *counted, native.jitter / 1e6, bool(native.encrypted), native.strangers)
