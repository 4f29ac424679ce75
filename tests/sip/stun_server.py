"""A STUN server for tests, of as many lines as it takes (RFC 5389)."""

from __future__ import annotations

import asyncio
import struct
from ipaddress import IPv4Address

Address = tuple[str, int]
MAGIC = 0x2112A442


class StunServer(asyncio.DatagramProtocol):
    """Says that whoever asks is at `seen`."""

    def __init__(self, seen: str) -> None:
        self.seen = seen
        self.asked = 0
        self.deaf = 0
        """Questions that it lets go unanswered first."""

    @classmethod
    async def open(cls, seen: str, port: int = 0) -> StunServer:
        loop = asyncio.get_running_loop()
        _, server = await loop.create_datagram_endpoint(lambda: cls(seen), ("127.0.0.1", port))
        return server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self.address: Address = transport.get_extra_info("sockname")

    def close(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, source: Address) -> None:
        self.asked += 1
        if self.asked > self.deaf:
            self._transport.sendto(self.answer(data[8:20], source[1]), source)

    def answer(self, transaction: bytes, port: int) -> bytes:
        where = struct.pack("!BBHI", 0, 1, port ^ (MAGIC >> 16), int(IPv4Address(self.seen)) ^ MAGIC)
        software = b"test"
        attributes = struct.pack("!HH", 0x8022, len(software)) + software
        attributes += struct.pack("!HH", 0x0020, len(where)) + where
        return struct.pack("!HHI", 0x0101, len(attributes), MAGIC) + transaction + attributes
