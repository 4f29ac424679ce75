"""Keys in the sound of a leg whose phone has no other way to tell them (`_tones.c` hears them)."""

from __future__ import annotations

from typing import Any

import structlog

from softswitch.sip._native import ffi, lib
from softswitch.sip.wiring import Bridge, Listening, Sounding
from softswitch.sound import Hear

log = structlog.get_logger(__name__)


class ToneEar:
    """Listens to one leg, wherever it is in the bridge, while `awaited`. It costs 2 us in each 20 ms.

    It does not know its leg in between: the two in a circle would be the collector's, forty objects a call.
    """

    def __init__(self, bridge: Bridge, rate: int) -> None:
        self.awaited = False
        """Somebody reads the leg's keys."""
        self.always = False
        """Also where they may come another way."""
        self._bridge = bridge
        self._rate = rate
        self._native: Any = None
        self._slot = -1
        self._ear: Listening | None = None

    def attend(self, leg: Sounding, call: int, serial: int) -> None:
        """Listen, or no more, as the leg's call in PJSUA wants it now."""
        if not (self.awaited and leg.slot is not None and lib.tones_are_needed(call, self.always)):
            self.close()
        elif self._native is None:
            slot = ffi.new("int *")
            native = lib.tones_create(call, serial, self.always, self._rate, slot)
            if native == ffi.NULL:
                log.error("sip.no_tones", why=f"the bridge has {lib.media_ports():,} ports")
                return
            self._native, self._slot = native, slot[0]
            self._ear = Listening(self._bridge)
            self._ear.listens_at(self._slot)
            self._ear.declare(Hear(leg))

    def close(self) -> None:
        """Listen no more."""
        native, self._native = self._native, None
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.close()
            lib.tones_destroy(native, self._slot)


def keys_in(pcm: bytes, rate: int) -> str:
    """The keys that would be heard in signed 16-bit samples, at 8,000 or 16,000 in a second."""
    found = ffi.new("char[]", len(pcm) // rate * 25 + 64)
    lib.tones_in(pcm, len(pcm), rate, found, len(found))
    return bytes(ffi.string(found)).decode()
