"""Which address others see: one question to a STUN server (RFC 5389)."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from ipaddress import IPv4Address

from softswitch.errors import EndpointError
from softswitch.types import Seconds

REPEATS: tuple[Seconds, ...] = (0.5, 1.0, 2.0, 2.0)
"""How long each question may wait for its answer, before the next one."""

_MAGIC = 0x2112A442
_REQUEST, _RESPONSE = 0x0001, 0x0101
_MAPPED, _XOR_MAPPED = 0x0001, 0x0020
_IPV4 = 0x01
_HEADER = struct.Struct("!HHI12s")


async def public_address(host: str, port: int) -> IPv4Address:
    """The address that the server sees. Raises EndpointError when it says none in time."""
    loop = asyncio.get_running_loop()
    asked = _Question(loop.create_future())
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: asked, remote_addr=(host, port), family=socket.AF_INET
        )
    except OSError as error:
        raise EndpointError(f"sip.stun: {host} cannot be asked: {error.strerror}") from None
    try:
        for patience in REPEATS:
            transport.sendto(asked.text)
            done, _ = await asyncio.wait([asked.answer], timeout=patience)
            if done:
                return asked.answer.result()
    finally:
        transport.close()
    raise EndpointError(f"sip.stun: no answer from {host}:{port} within {sum(REPEATS):g} s")


class _Question(asyncio.DatagramProtocol):
    """One binding request; only the server's own answer to it counts."""

    def __init__(self, answer: asyncio.Future[IPv4Address]) -> None:
        self.answer = answer
        self._transaction = secrets.token_bytes(12)
        self.text = _HEADER.pack(_REQUEST, 0, _MAGIC, self._transaction)

    def datagram_received(self, data: bytes, _source: object) -> None:
        """The socket is connected: it comes from the server."""
        found = mapped(data, self._transaction)
        if found is not None and not self.answer.done():
            self.answer.set_result(found)

    def error_received(self, _error: Exception) -> None:
        """Nobody listens there now; somebody may at the next try."""


def mapped(data: bytes, transaction: bytes) -> IPv4Address | None:
    """The address in a binding response; None: this is none, or has none (RFC 5389 sections 6 and 15)."""
    if len(data) < _HEADER.size:
        return None
    kind, length, magic, number = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if (kind, magic, number) != (_RESPONSE, _MAGIC, transaction) or length != len(body):
        return None
    found: dict[int, int] = {}
    while len(body) >= 4:
        attribute, size = struct.unpack_from("!HH", body)
        value = body[4 : 4 + size]
        if attribute in (_MAPPED, _XOR_MAPPED) and len(value) == 8 and value[1] == _IPV4:
            found[attribute] = int.from_bytes(value[4:])
        body = body[4 + (size + 3) // 4 * 4 :]
    if _XOR_MAPPED in found:
        return IPv4Address(found[_XOR_MAPPED] ^ _MAGIC)
    return IPv4Address(found[_MAPPED]) if _MAPPED in found else None
