"""RTP packets (RFC 3550 section 5.1) and telephone events (RFC 4733 section 2.3) as bytes and back."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

RATE = 8000
"""Samples per second of every codec here."""

FRAME = 160
"""Samples per packet: 20 ms."""

EVENTS = "0123456789*#ABCD"
"""Digits in the order of their event codes (RFC 4733 section 3.2)."""

_HEADER = struct.Struct("!BBHII")


class NotRtp(ValueError):
    """These bytes are no RTP packet."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    def pack(self) -> bytes:
        """As it goes on the wire."""
        second = self.payload_type | (0x80 if self.marker else 0)
        return _HEADER.pack(0x80, second, self.sequence, self.timestamp, self.ssrc) + self.payload

    @classmethod
    def parse(cls, data: bytes) -> Packet:
        """Read one; contributing sources, extension and padding are left out. Raises NotRtp."""
        if len(data) < 12 or data[0] >> 6 != 2:
            raise NotRtp(f"{len(data)} bytes that do not start as RTP version 2: {data[:12].hex()}")
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        start = 12 + 4 * (first & 0x0F)
        if first & 0x10:
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
        end = len(data) - (data[-1] if first & 0x20 else 0)
        return cls(second & 0x7F, sequence, timestamp, ssrc, data[start:end], bool(second & 0x80))


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """One report about one key."""

    digit: str
    end: bool
    duration: int
    """So far, in samples."""
    volume: int = 10
    """Below full scale, in dB."""

    def pack(self) -> bytes:
        """The payload."""
        second = self.volume | (0x80 if self.end else 0)
        return struct.pack("!BBH", EVENTS.index(self.digit), second, self.duration)

    @classmethod
    def parse(cls, payload: bytes) -> TelephoneEvent:
        """Read a payload. Raises NotRtp for what is no key."""
        if len(payload) < 4 or payload[0] >= len(EVENTS):
            raise NotRtp(f"no telephone event of a key: {payload.hex()}")
        event, second, duration = struct.unpack_from("!BBH", payload)
        return cls(EVENTS[event], bool(second & 0x80), duration, second & 0x3F)


def key_press(digit: str, frames: int = 6) -> Iterator[tuple[TelephoneEvent, bool]]:
    """The reports of one key held for `frames` times 20 ms, each with its marker bit, one per frame.

    The last is sent three times, as RFC 4733 section 2.5.1.4 wants; all carry one RTP timestamp.
    """
    for frame in range(1, frames):
        yield TelephoneEvent(digit, end=False, duration=frame * FRAME), frame == 1
    for _ in range(3):
        yield TelephoneEvent(digit, end=True, duration=frames * FRAME), False
