"""A phone's RTCP (RFC 3550 section 6): reads the switch's reports, and says what the test wants said."""

from __future__ import annotations

import asyncio
import struct
from typing import cast

from softswitch.types import Seconds

Address = tuple[str, int]

SENDER, RECEIVER = 200, 201
"""Packet types (section 12.1)."""

RATE = 8000

AT_ONCE = 1
"""DLSR, in 1/65536 s: PJMEDIA takes 0 for unknown."""


def sender_of(data: bytes) -> tuple[int, int] | None:
    """Of a sender report: whose (SSRC), and the middle of its NTP time, which a reply names as LSR."""
    if len(data) < 20 or data[0] >> 6 != 2 or data[1] != SENDER:
        return None
    ssrc, seconds, fraction = struct.unpack_from("!III", data, 4)
    return ssrc, (seconds & 0xFFFF) << 16 | fraction >> 16


class Reporter(asyncio.DatagramProtocol):
    """The RTCP port of a phone: answers each sender report with a receiver report."""

    transport: asyncio.DatagramTransport

    def __init__(self, lost: int = 0, jitter: Seconds = 0.0) -> None:
        """`lost`: packets, all in all; `jitter`: as the phone would have measured them."""
        self.lost = lost
        self.jitter = jitter
        self.reports: list[bytes] = []
        """What came."""
        self.answers = 0
        """Receiver reports sent."""
        self.delay: Seconds = 0.0
        """How long an answer is on its way."""

    @classmethod
    async def open(cls, port: int, host: str = "127.0.0.1", lost: int = 0, jitter: Seconds = 0.0) -> Reporter:
        """On the port above that of RTP."""
        loop = asyncio.get_running_loop()
        _, reporter = await loop.create_datagram_endpoint(lambda: cls(lost, jitter), (host, port))
        return reporter

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It listens."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, source: Address) -> None:
        """A report of the switch came in."""
        self.reports.append(data)
        if (told := sender_of(data)) is not None:
            asyncio.get_running_loop().call_later(self.delay, self.tell, source, *told)

    def tell(self, to: Address, ssrc: int, stamp: int = 0) -> None:
        """Send a receiver report about a stream; `stamp`: of the last sender report, 0: there was none."""
        lost, jitter = self.lost & 0xFFFFFF, round(self.jitter * RATE)
        block = struct.pack("!IIIIII", ssrc, lost, 0, jitter, stamp, AT_ONCE)
        self.transport.sendto(struct.pack("!BBHI", 0x81, RECEIVER, 7, 0x5EED) + block, to)
        self.answers += 1
