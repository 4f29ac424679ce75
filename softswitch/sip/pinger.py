"""Asks phones and trunks by OPTIONS whether they are there, and how long the answer takes (`_ping.c`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from softswitch.sip._native import ffi, lib
from softswitch.sip.callbacks import from_pjsip
from softswitch.types import Seconds, Way

PATIENCE: Seconds = 4.0
"""How long an answer may take: four transmissions lie within (RFC 3261 section 17.1.2.2)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The other side is there."""

    status: int
    """Whatever it said: a phone that knows no OPTIONS is there too."""
    took: Seconds


Told = Callable[[Answered | None], None]
"""Gets the answer; None: there was none."""


class Pinger:
    """Sends OPTIONS, and finds out whose answer came."""

    def __init__(self, domain: str) -> None:
        self._from = f"<sip:softswitch@{domain}>".encode()
        self._waiting: dict[int, tuple[Seconds, Told, asyncio.TimerHandle]] = {}
        self._serial = 0

    def open(self) -> None:
        """The library runs."""
        _Native.pinger = self

    def close(self) -> None:
        """The library is about to end; nobody is told any more."""
        _Native.pinger = None
        for _, _, timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def ask(self, way: Way, told: Told, sender: str = "") -> None:
        """Ask; `told` hears about it once, from the loop, within `PATIENCE`; PJSIP goes on for 32 s.

        `sender`: the URI in From; left out: this switch's own.
        """
        loop = asyncio.get_running_loop()
        self._serial = self._serial % 0xFFFFFFFF + 1
        serial = self._serial
        timer = loop.call_later(PATIENCE, self.over, serial, 0)
        self._waiting[serial] = (loop.time(), told, timer)
        route = ",".join(f"<{uri}>" for uri in way.route).encode()
        caller = f"<{sender}>".encode() if sender else self._from
        if lib.ping_send(serial, way.uri.encode(), caller, route):
            self.over(serial, 0)

    def over(self, serial: int, status: int) -> None:
        """There is an answer, or will be none (0)."""
        found = self._waiting.pop(serial, None)
        if found is not None:
            asked, told, timer = found
            timer.cancel()
            loop = asyncio.get_running_loop()
            loop.call_soon(told, Answered(status, loop.time() - asked) if status else None)


class _Native:
    """PJSIP is one per process, and so is the pinger that its callback finds here."""

    pinger: Pinger | None = None


@ffi.def_extern()  # type: ignore[untyped-decorator]
def ping_over(serial: int, status: int) -> None:
    """Called by `_ping.c`."""
    if _Native.pinger is not None:
        _over(_Native.pinger, serial, status)


@from_pjsip
def _over(pinger: Pinger, serial: int, status: int) -> None:
    pinger.over(serial, status)
