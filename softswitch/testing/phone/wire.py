"""UDP and TCP for a phone: bare sockets on the loop, so that a send has happened when it returns."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from typing import Protocol

Address = tuple[str, int]


class Peer(Protocol):
    """Where a message came from, or goes to."""

    reliable: bool
    """Whether the transport repeats what was lost."""

    def send(self, data: bytes) -> None:
        """Send one message."""


Receiver = Callable[[bytes, Peer], None]


class Wire(Protocol):
    """One transport of one phone."""

    transport: str
    port: int

    def peer(self, host: str, port: int) -> Peer:
        """The way to an address; connects if need be."""

    def close(self) -> None:
        """Close everything."""


class UdpPeer:
    """One address, through the phone's socket."""

    reliable = False

    def __init__(self, sock: socket.socket, address: Address) -> None:
        self._socket = sock
        self._address = address

    def send(self, data: bytes) -> None:
        """Send one datagram; a closed port at the other end loses it."""
        if self._socket.fileno() >= 0:
            self._socket.sendto(data, self._address)


class UdpWire:
    """A UDP port."""

    transport = "udp"

    def __init__(self, host: str, port: int, receive: Receiver) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    def peer(self, host: str, port: int) -> UdpPeer:
        """The way to an address."""
        return UdpPeer(self._socket, (host, port))

    def close(self) -> None:
        """Close the port; a second call does nothing."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _read(self) -> None:
        while self._socket.fileno() >= 0:
            try:
                data, address = self._socket.recvfrom(65535)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if data.strip(b"\r\n\0"):
                self._receive(data, UdpPeer(self._socket, address))


class TcpPeer:
    """One connection; messages are cut from the stream by Content-Length (RFC 3261 section 18.3)."""

    reliable = True

    def __init__(self, sock: socket.socket, receive: Receiver) -> None:
        self._socket = sock
        self._receive = receive
        self._pending = b""
        self._loop = asyncio.get_running_loop()
        sock.setblocking(False)
        self._loop.add_reader(sock, self._read)

    @property
    def open(self) -> bool:
        """Whether it can still be used."""
        return self._socket.fileno() >= 0

    def send(self, data: bytes) -> None:
        """Send one message; a closed connection loses it."""
        if self.open:
            self._socket.sendall(data)

    def close(self) -> None:
        """Close; a second call does nothing."""
        if self.open:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _read(self) -> None:
        try:
            data = self._socket.recv(65535)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.close()
            return
        self._pending = (self._pending + data).lstrip(b"\r\n")
        while (message := self._cut()) is not None:
            self._receive(message, self)

    def _cut(self) -> bytes | None:
        head, separator, _ = self._pending.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = re.search(rb"^(?:content-length|l)\s*:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
        size = len(head) + 4 + (int(length[1]) if length else 0)
        if len(self._pending) < size:
            return None
        message, self._pending = self._pending[:size], self._pending[size:].lstrip(b"\r\n")
        return message


class TcpWire:
    """A listening TCP port, and connections both ways."""

    transport = "tcp"

    def __init__(self, host: str, port: int, receive: Receiver) -> None:
        self._receive = receive
        self._peers: dict[Address, TcpPeer] = {}
        self._socket = socket.create_server((host, port))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._accept)

    def peer(self, host: str, port: int) -> TcpPeer:
        """The connection to an address, made now if there is none. Raises OSError when nobody listens."""
        known = self._peers.get((host, port))
        if known is None or not known.open:
            known = TcpPeer(socket.create_connection((host, port), timeout=2), self._receive)
            self._peers[host, port] = known
        return known

    def close(self) -> None:
        """Close the port and every connection; a second call does nothing."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        for peer in self._peers.values():
            peer.close()

    def _accept(self) -> None:
        sock, address = self._socket.accept()
        self._peers[address] = TcpPeer(sock, self._receive)
