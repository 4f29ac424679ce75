"""The RTP ear: binds a UDP port, keeps every packet with the moment of its arrival, and makes sound of them.

Arrival times are the kernel's (SO_TIMESTAMPNS), so a busy test process does not blur a measurement. They are
seconds since the epoch, comparable with `time.time()` at whoever answered or hung up.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from softswitch.testing.g711 import LAWS
from softswitch.testing.rtp import RATE, NotRtp, Packet, TelephoneEvent
from softswitch.testing.sound import Sound

Address = tuple[str, int]

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_BUFFER = 4 * 1024 * 1024

JUMP = 0.2
"""Seconds by which timestamps and arrivals may part before a new stretch of the stream is assumed."""


def family_of(host: str) -> socket.AddressFamily:
    """Of sockets at an address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@dataclass(frozen=True, slots=True)
class Arrival:
    """One packet as it came in."""

    at: float
    """Seconds since the epoch, by the kernel."""
    packet: Packet
    source: Address


class Ear:
    """One UDP port that listens, and through which a `voice.Voice` may speak.

    Open it inside a running loop; `close` it, or use it as a context manager.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, event_type: int = 101) -> None:
        """Bind; port 0 is any free one. `event_type` is the payload type of telephone events."""
        self.event_type = event_type
        self.arrivals: list[Arrival] = []
        self.strange: list[bytes] = []
        """Datagrams that are no RTP."""
        self._socket = socket.socket(family_of(host), socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind((host, port))
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening; what was heard stays. A second call does nothing."""
        if self._socket.fileno() >= 0:
            self._read()
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def send(self, data: bytes, to: Address) -> None:
        """Send one datagram from this port; a full buffer or a closed port loses it, as a network would."""
        try:
            self._socket.sendto(data, to)
        except OSError:
            return

    def _read(self) -> None:
        while True:
            try:
                data, ancillary, _, source = self._socket.recvmsg(2048, 64)
                source = source[:2]
            except (BlockingIOError, ConnectionRefusedError):
                return
            seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2][: _TIMESPEC.size])
            try:
                arrival = Arrival(seconds + nanoseconds / 1e9, Packet.parse(data), source)
            except NotRtp:
                self.strange.append(data)
            else:
                self.arrivals.append(arrival)

    def digits(self) -> str:
        """Keys that were heard as telephone events, one for each press."""
        pressed: dict[tuple[int, int], str] = {}
        for arrival in self.arrivals:
            packet = arrival.packet
            if packet.payload_type == self.event_type:
                event = TelephoneEvent.parse(packet.payload)
                pressed[packet.ssrc, packet.timestamp] = event.digit
        return "".join(pressed.values())

    def sound(self) -> Sound:
        """Everything heard so far, decoded; see `timeline`."""
        return timeline(self.arrivals)


def timeline(arrivals: Iterable[Arrival]) -> Sound:
    """G.711 packets as one stretch of sound: placed by RTP timestamps, silence where nothing came.

    Whenever timestamps and arrivals part by more than `JUMP` (a new stream after a re-INVITE, a sender that
    does not count its pauses), the next packets are placed by their arrival. Other codecs are left out.
    """
    voiced = [arrival for arrival in arrivals if arrival.packet.payload_type in LAWS]
    if not voiced:
        return Sound(np.zeros(0, np.float32), start=0.0, arrivals=np.zeros(0))
    start = voiced[0].at
    places: list[int] = []
    anchor_place, anchor = 0, voiced[0].packet
    for arrival in voiced:
        by_arrival = round((arrival.at - start) * RATE)
        place = anchor_place + _apart(arrival.packet.timestamp, anchor.timestamp)
        if arrival.packet.ssrc != anchor.ssrc or abs(place - by_arrival) > JUMP * RATE:
            anchor_place, anchor, place = by_arrival, arrival.packet, by_arrival
        places.append(place)
    length = max(place + len(arrival.packet.payload) for place, arrival in zip(places, voiced, strict=True))
    samples = np.zeros(length, np.float32)
    for place, arrival in zip(places, voiced, strict=True):
        if place >= 0:
            decoded = LAWS[arrival.packet.payload_type].decode(arrival.packet.payload)
            samples[place : place + len(decoded)] = decoded / 32768.0
    return Sound(samples, start=start, arrivals=np.array([arrival.at for arrival in voiced]))


def _apart(timestamp: int, reference: int) -> int:
    """The signed distance of two 32-bit timestamps, across their wrap."""
    return (timestamp - reference + 0x80000000) % 0x100000000 - 0x80000000
