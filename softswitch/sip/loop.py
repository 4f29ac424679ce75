"""PJSIP inside the asyncio loop: no thread of its own, no polling but for law 2's timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from softswitch.sip._native import lib

TICK = 0.020
"""The longest that a job which a media thread has left behind waits, in seconds."""

MAX_ROUNDS = 64
"""Rounds of events before everybody else on the loop gets a turn."""

MAX_EMPTY = 16
"""Wake-ups in a row that brought nothing before the descriptor is left alone until the next tick: epoll
reports a connection that has failed until PJSIP closes it, and PJSIP takes its time."""


class Pump:
    """Calls PJSIP when its sockets have something to read and when its earliest timer is due."""

    def __init__(self, handle_events: Callable[[int], int]) -> None:
        self._handle_events = handle_events
        self._loop = asyncio.get_running_loop()
        self._descriptor = lib.loop_descriptor()
        self._timer: asyncio.TimerHandle | None = None
        self._again: asyncio.Handle | None = None
        self._empty = 0
        self._reading = False

    def start(self) -> None:
        """Begin; from the loop's next turn on callbacks come: who starts us can still say who may come in."""
        self._read()
        self._timer = self._loop.call_later(0, self._tick)

    def stop(self) -> None:
        """End; the library may go then."""
        self._leave()
        for handle in (self._timer, self._again):
            if handle is not None:
                handle.cancel()
        self._timer = self._again = None

    def _read(self) -> None:
        self._loop.add_reader(self._descriptor, self._readable)
        self._reading = True

    def _leave(self) -> None:
        if self._reading:
            self._loop.remove_reader(self._descriptor)
        self._reading = False

    def _readable(self) -> None:
        self._empty = 0 if self._pump() else self._empty + 1
        if self._empty > MAX_EMPTY:
            self._leave()

    def _pump(self) -> int:
        """Handle what is there; returns how many events that was."""
        handled = 0
        for _ in range(MAX_ROUNDS):
            count = self._handle_events(0)
            if count <= 0:
                return handled
            handled += count
        if self._again is None:
            self._again = self._loop.call_soon(self._resume)
        return handled

    def _resume(self) -> None:
        self._again = None
        self._pump()

    def _tick(self) -> None:
        self._pump()
        if not self._reading:
            self._empty = 0
            self._read()
        due = lib.loop_next_timer()
        delay = TICK if due < 0 else min(TICK, due / 1000)
        self._timer = self._loop.call_later(delay, self._tick)
