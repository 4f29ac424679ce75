"""UDP, TCP and TLS for a phone: bare sockets on the loop, so that a send has happened when it returns."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from typing import Protocol

from softswitch.testing.ear import family_of

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
        self._socket = socket.socket(family_of(host), socket.SOCK_DGRAM)
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
        self.socket = self._socket = sock
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
            data = self._received()
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._pending = (self._pending + data).lstrip(b"\r\n")
        while (message := self._cut()) is not None:
            self._receive(message, self)

    def _received(self) -> bytes:
        """What has come; of TLS also what lies decrypted already, of which the loop would not tell."""
        data = self._socket.recv(65535)
        while isinstance(self._socket, ssl.SSLSocket) and (more := self._socket.pending()):
            data += self._socket.recv(more)
        return data

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
        self._socket = socket.create_server((host, port), family=family_of(host))
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
        self._peers[address[:2]] = TcpPeer(sock, self._receive)


class TlsWire:
    """Connections out, as a phone behind NAT has them: nobody listens at its port."""

    transport = "tls"

    def __init__(self, host: str, port: int, receive: Receiver, context: ssl.SSLContext) -> None:
        self._receive = receive
        self._context = context
        self._peers: dict[Address, TcpPeer] = {}
        self._reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._reserved.bind((host, port))
        self.port: int = self._reserved.getsockname()[1]

    def peer(self, host: str, port: int) -> TcpPeer:
        """The connection to an address, made now if there is none. Raises OSError when TLS fails."""
        known = self._peers.get((host, port))
        if known is None or not known.open:
            plain = socket.create_connection((host, port), timeout=2)
            known = TcpPeer(self._context.wrap_socket(plain, server_hostname=host), self._receive)
            self._peers[host, port] = known
        return known

    def certificate(self, host: str, port: int) -> bytes:
        """The other side's, in DER, as the open connection showed it."""
        found = self._peers[host, port].socket
        assert isinstance(found, ssl.SSLSocket)
        return found.getpeercert(binary_form=True) or b""

    def close(self) -> None:
        """Close every connection; a second call does nothing."""
        self._reserved.close()
        for peer in self._peers.values():
            peer.close()
