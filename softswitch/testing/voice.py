"""Speaks RTP through an ear's port: tones, clips, silence and keys, one packet each 20 ms."""

from __future__ import annotations

import asyncio
import random
from collections import deque

import numpy as np

from softswitch.sound import Clip
from softswitch.testing.ear import Address, Ear
from softswitch.testing.g711 import LAWS, Samples
from softswitch.testing.rtp import FRAME, RATE, Packet, key_press
from softswitch.testing.tones import key_sound
from softswitch.types import Seconds

FRAME_SECONDS = FRAME / RATE


def tone(frequency: float, seconds: float = 1.0, level: float = 0.3) -> Samples:
    """A sine of a peak level (1.0 is full scale)."""
    phase = 2 * np.pi * frequency / RATE * np.arange(round(seconds * RATE))
    samples: Samples = (level * 32767 * np.sin(phase)).astype(np.int16)
    return samples


def pcm_of(clip: Clip) -> Samples:
    """A clip's samples. Raises ValueError unless it has 8000 Hz."""
    if clip.rate != RATE:
        raise ValueError(f"{clip.label!r} has {clip.rate} Hz; a voice speaks at {RATE} Hz")
    return np.frombuffer(clip.pcm, "<i2").astype(np.int16)


class Voice:
    """One RTP stream to one address, running until stopped.

    What it says is looped until it says something else. It catches up after a late loop, so that the stream
    keeps its 50 packets a second.
    """

    def __init__(self, ear: Ear, to: Address, payload_type: int = 0) -> None:
        """Speak to `to` as PCMU (0) or PCMA (8). Starts at once, with silence."""
        self.to = to
        self.payload_type = payload_type
        self.paused = False
        """Sends nothing while true; its clock goes on."""
        self.loses = 0
        """One packet of so many gets lost on its way; 0: none does."""
        self.delays: Seconds = 0.0
        """Every other packet comes so much later than it should."""
        self.sent = 0
        """Packets so far."""
        self._ear = ear
        self._ssrc = random.getrandbits(32)
        self._sequence = random.getrandbits(15)
        self._timestamp = random.getrandbits(31)
        self._keys: deque[tuple[bytes, bool]] = deque()
        self._key_timestamp = 0
        self._tones: deque[Samples] = deque()
        self._sound: Samples = np.zeros(FRAME, np.int16)
        self._place = 0
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.time()
        self._timer = self._loop.call_soon(self._tick)

    def say(self, samples: Samples) -> None:
        """Say this from its start, again and again."""
        whole = max(1, -(-len(samples) // FRAME)) * FRAME
        self._sound = np.pad(samples, (0, whole - len(samples)))
        self._place = 0

    def silent(self) -> None:
        """Say nothing; packets go on."""
        self.say(np.zeros(FRAME, np.int16))

    def press(self, digits: str, frames: int = 6, pause: int = 4) -> None:
        """Press keys by RFC 4733, each for `frames` times 20 ms, with pauses of silence between."""
        for digit in digits:
            self._keys.extend((event.pack(), marker) for event, marker in key_press(digit, frames))
            self._keys.extend([(b"", False)] * pause)

    def press_by_tones(self, digits: str, seconds: float = 0.1, pause: float = 0.1) -> None:
        """Press keys as sound, in place of what else it says; a key and its pause are whole packets."""
        for digit in digits:
            sound = key_sound(digit, RATE, seconds=seconds, pause=pause)
            whole = np.pad(sound, (0, -len(sound) % FRAME)) * 32767
            self._tones.extend(whole.astype(np.int16).reshape(-1, FRAME))

    def stop(self) -> None:
        """Send no more."""
        self._timer.cancel()

    def _tick(self) -> None:
        now = self._loop.time()
        while self._next <= now:
            self._send_frame()
            self._next += FRAME_SECONDS
        self._timer = self._loop.call_at(self._next, self._tick)

    def _send_frame(self) -> None:
        """One packet: a key's report in place of sound while there is one (RFC 4733 section 2.5.1.1)."""
        report, marker = self._keys.popleft() if self._keys else (b"", False)
        if report:
            if marker:
                self._key_timestamp = self._timestamp
            self._put(self._ear.event_type, self._key_timestamp, report, marker)
        else:
            payload = LAWS[self.payload_type].encode(self._next_frame())
            self._put(self.payload_type, self._timestamp, payload, marker=self.sent == 0)
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF

    def _next_frame(self) -> Samples:
        if self._tones:
            return self._tones.popleft()
        frame = self._sound[self._place : self._place + FRAME]
        self._place = (self._place + FRAME) % len(self._sound)
        return frame

    def _put(self, payload_type: int, timestamp: int, payload: bytes, marker: bool) -> None:
        if self.paused:
            return
        packet = Packet(payload_type, self._sequence, timestamp, self._ssrc, payload, marker)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.sent += 1
        self._carry(packet.pack())

    def _carry(self, packet: bytes) -> None:
        """The network, as bad as the test wants it."""
        if self.loses and self.sent % self.loses == 0:
            return
        if self.delays and self.sent % 2 == 0:
            self._loop.call_later(self.delays, self._ear.send, packet, self.to)
        else:
            self._ear.send(packet, self.to)
