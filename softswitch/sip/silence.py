"""Dead calls: legs whose other side has sent nothing for too long are hung up (`_silence.c` finds them)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import structlog

from softswitch.config.durations import written
from softswitch.sip._native import ffi, lib
from softswitch.sip.options import MAX_LEGS
from softswitch.types import LegId, Seconds

log = structlog.get_logger(__name__)

TURN: Seconds = 0.1
"""Between two looks, each at a part of the slots: a leg costs 0.07 us, more where its memory is cold."""

TURNS = 10
"""Looks until every slot has been seen."""

GONE = 408
"""The status on record: Request Timeout (RFC 3261 section 21.4.9)."""

_SLOTS = -(-MAX_LEGS // TURNS)


class Silent(Protocol):
    """A leg that can be hung up."""

    id: LegId

    def hangup(self, status: int = 0, reason: str = "") -> None:
        """End it."""


class SilenceWatch:
    """Looks for dead calls while the endpoint runs."""

    def __init__(self, legs: Mapping[int, Silent]) -> None:
        self._legs = legs
        self._patience: Seconds = 0
        self._patience_on_hold: Seconds = 0
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None
        self._found = ffi.new("silent_leg[]", _SLOTS)

    def apply(self, patience: Seconds, patience_on_hold: Seconds) -> None:
        """How long a leg may be silent, and one whose other side holds; 0: for ever."""
        self._patience, self._patience_on_hold = patience, patience_on_hold

    def start(self) -> None:
        """Begin to look."""
        self._timer = asyncio.get_running_loop().call_later(TURN, self._look)

    def stop(self) -> None:
        """The library is about to end; safe when it never began."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """One part of the slots."""
        self._turn = (self._turn + 1) % TURNS
        limits = (round(self._patience * 1000), round(self._patience_on_hold * 1000))
        for index in range(lib.silence_sweep(self._turn * _SLOTS, _SLOTS, *limits, self._found)):
            leg = self._legs.get(self._found[index].serial)
            if leg is not None:
                self._end(leg, held=bool(self._found[index].held))
        self.start()

    def _end(self, leg: Silent, *, held: bool) -> None:
        patience = self._patience_on_hold if held else self._patience
        log.info("sip.silent", leg=leg.id, held=held, seconds=patience)
        leg.hangup(GONE, f"No RTP for {written(patience)}")
