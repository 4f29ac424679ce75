"""Recordings of legs: `sound.Recorder` over `_recorder.c`, which writes the files on a thread of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from softswitch.errors import AudioError
from softswitch.sip._native import ffi, lib
from softswitch.sip.wiring import Bridge, Listening
from softswitch.sound import Hear, Source
from softswitch.types import Seconds

log = structlog.get_logger(__name__)

TICK: Seconds = 0.02

HEADER = 44
"""Bytes before the sound of a WAV."""

LARGEST = 0xFFFF_FFFF - 36
"""Bytes of sound in one file: a WAV counts them in 32 bits. At 8000 Hz these are 37 hours, at 16000 Hz 18.
Of a call that goes on longer the rest is not recorded, and counts as lost."""

STALLED: Seconds = 2.0
"""A disk that takes longer over one write is worth an alarm: memory holds four seconds of each recording."""

LAST_WORDS: Seconds = 2.0
"""How long the end of the switch waits for the disk; the next start repairs what is unfinished then."""


class NativeRecording:
    """One recording: a port of the bridge for each side, which hears one leg, wherever that is."""

    def __init__(self, recorder: NativeRecorder, file: Path, largest: int, sides: int) -> None:
        self.file = file
        self.paused = False
        self._recorder = recorder
        slots = ffi.new("int[2]")
        self._block = round(recorder.rate * TICK) * 2 * sides
        self._most = largest // self._block
        native = lib.recorder_open(os.fsencode(file), sides, recorder.rate, self._most, slots)
        if native == ffi.NULL:
            raise AudioError(f"{file} cannot be recorded: the bridge has {lib.media_ports():,} ports")
        self._native: Any = native
        self._slots: Any = slots
        self._view = ffi.new("recording_view *")
        self._ears = tuple(Listening(recorder.bridge) for _ in range(sides))
        for ear, slot in zip(self._ears, slots, strict=False):
            ear.listens_at(slot)

    def hear(self, left: Source | None, right: Source | None, *beside: Source) -> None:
        """Whom it hears from now on; see `sound.Recording.hear`."""
        if self._native is not None:
            for ear, sources in zip(self._ears, ((left,), (right, *beside)), strict=False):
                ear.declare(*(Hear(source) for source in sources if source is not None))

    def pause(self) -> None:
        """Silence in the file, from the next tick on."""
        self.paused = True
        self._set_paused()

    def resume(self) -> None:
        """Sound again, from the next tick on."""
        self.paused = False
        self._set_paused()

    @property
    def seconds(self) -> Seconds:
        """How long it is so far, or was in the end."""
        ticks: int = self._look().ticks
        return ticks * TICK

    @property
    def bytes(self) -> int:
        """How large its file is, or will be."""
        ticks: int = self._look().ticks
        return HEADER + min(ticks, self._most) * self._block

    @property
    def lost(self) -> Seconds:
        """How much of it the disk could not take in time, so far."""
        ticks: int = self._look().lost
        return ticks * TICK

    @property
    def quiet(self) -> Seconds:
        """For how long it has been silent, or was in the end; of one in mono."""
        view = self._look()
        ticks: int = view.ticks - view.loud
        return ticks * TICK

    def close(self) -> None:
        """End it; the file is whole a moment later."""
        if self._native is None:
            return
        for ear in self._ears:
            ear.close()
        lib.recorder_close(self._native, self._slots)
        self._look()
        lib.recorder_release(self._native)
        self._native = None
        self._recorder.open.discard(self)

    def _set_paused(self) -> None:
        if self._native is not None:
            lib.recorder_pause(self._native, self.paused)

    def _look(self) -> Any:
        """What it is now, or was at its end."""
        if self._native is not None:
            lib.recorder_look(self._native, self._view)
        return self._view


class NativeRecorder:
    """Every recording of the running endpoint."""

    def __init__(self, bridge: Bridge, rate: int) -> None:
        self.bridge = bridge
        self.rate = rate
        self.open: set[NativeRecording] = set()
        """Those that go on."""
        self.problem = ""
        """Why files cannot be written at the moment; empty: all is well."""
        self.note: Callable[..., None] = lambda _kind, **_data: None
        """Where the alarm goes beside the log, as `ports.Journal.note`."""
        self._given_up = 0

    def record(
        self, file: Path, left: Source | None, right: Source | None, *, largest: int = LARGEST
    ) -> NativeRecording:
        """Begin; see `sound.Recorder.record`. `largest`: bytes of sound in the file."""
        return self._begin(NativeRecording(self, file, largest, 2), left, right)

    def record_one(self, file: Path, source: Source, longest: Seconds) -> NativeRecording:
        """Begin; see `sound.Recorder.record_one`."""
        largest = min(LARGEST, round(longest * self.rate) * 2)
        return self._begin(NativeRecording(self, file, largest, 1), source, None)

    def _begin(
        self, recording: NativeRecording, left: Source | None, right: Source | None
    ) -> NativeRecording:
        self.open.add(recording)
        recording.hear(left, right)
        return recording

    def sweep(self) -> None:
        """Raise the alarm when files cannot be written, and say so when they can again."""
        health = self.health()
        problem = ""
        if health.failing:
            problem = f"{os.strerror(health.error)}: {health.failing:,} recordings wait to be written"
        elif health.stalled >= STALLED * 1000:
            problem = "the disk stands still"
        if problem and not self.problem:
            log.error("recorder.failing", why=problem)
            self.note("RecordingsDelayed", why=problem)
        elif self.problem and not problem:
            log.info("recorder.writes_again")
        self.problem = problem
        if health.given_up > self._given_up:
            count = health.given_up - self._given_up
            log.error("recorder.given_up", recordings=count)
            self.note("RecordingsLost", count=count)
        self._given_up = health.given_up

    def health(self) -> Any:
        """`recorder_health` of the native side."""
        health = ffi.new("recorder_health *")
        lib.recorder_look_at_all(health)
        return health

    def close(self) -> None:
        """End all recordings, and wait a moment for their files. Blocks for up to LAST_WORDS."""
        for recording in tuple(self.open):
            recording.close()
        if not lib.recorder_stop(round(LAST_WORDS * 1000)):
            log.error("recorder.unfinished", why="the disk stands still; the next start repairs the files")
