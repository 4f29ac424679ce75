"""One SIP phone: an address on a transport, with its calls and transactions."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from softswitch.testing.phone.call import Call
from softswitch.testing.phone.incoming import IncomingCall, refusal
from softswitch.testing.phone.message import Message, NotSip, hop_of, parameter
from softswitch.testing.phone.outgoing import OutgoingCall, plain_request
from softswitch.testing.phone.transactions import ClientTransaction, ServerTransaction
from softswitch.testing.phone.wire import Peer, TcpWire, UdpWire, Wire


class Phone:
    """A SIP phone that does what a test says: an async context manager.

        async with Phone("100") as caller, Phone("201") as agent:
            call = caller.call("sip:600@127.0.0.1:5060")
            await call.until_answered()
            incoming = await agent.rung()
            incoming.ring()
            incoming.answer()

    It is an instrument, no product: no registration, no authentication, no PRACK, one audio line.
    """

    def __init__(
        self,
        user: str,
        *,
        name: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        transport: str = "udp",
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
        on_call: Callable[[IncomingCall], None] | None = None,
    ) -> None:
        """`codecs` are names in `sdp.CODECS`; `on_call` gets incoming calls in place of `rung()`."""
        self.user = user
        self.name = name
        self.host = host
        self.codecs = codecs
        self.on_call = on_call
        self.calls: list[Call] = []
        self.log: list[tuple[float, str, Message]] = []
        """Every message: seconds since the epoch, `sent` or `heard`, the message; no repetitions."""
        self.strays: asyncio.Queue[Message] = asyncio.Queue()
        """Responses that belong to no transaction: what `send_raw` brought about."""
        self.complaints: list[str] = []
        """What the other side sent and no phone understands."""
        self._transport = transport
        self._port = port
        self._wire: Wire
        self._rung: asyncio.Queue[IncomingCall] = asyncio.Queue()
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}

    async def __aenter__(self) -> Self:
        kind: type[UdpWire] | type[TcpWire] = TcpWire if self._transport == "tcp" else UdpWire
        self._wire = kind(self.host, self._port, self._receive)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything, without a word to anybody."""
        for client in self._clients.values():
            client.stop()
        for server in self._servers.values():
            server.stop()
        for call in self.calls:
            if call.voice:
                call.voice.stop()
            call.ear.close()
        self._wire.close()

    # Who it is -------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._wire.port

    @property
    def contact(self) -> str:
        """Its URI; also what a switch dials to ring it."""
        suffix = ";transport=tcp" if self._transport == "tcp" else ""
        return f"sip:{self.user}@{self.host}:{self.port}{suffix}"

    @property
    def identity(self) -> str:
        """The From of its requests, without tag."""
        address = f"<sip:{self.user}@{self.host}:{self.port}>"
        return f'"{self.name}" {address}' if self.name else address

    def via(self) -> str:
        """A Via with a new branch."""
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        return f"SIP/2.0/{self._transport.upper()} {self.host}:{self.port};rport;branch={branch}"

    # What it does ----------------------------------------------------------------------------------

    def call(
        self,
        uri: str,
        *,
        codecs: tuple[str, ...] | None = None,
        headers: Iterable[tuple[str, str]] = (),
        late_offer: bool = False,
        body: bytes | None = None,
    ) -> OutgoingCall:
        """Call somebody: the INVITE is sent when this returns. `body` replaces the session description."""
        call = OutgoingCall(
            self, uri, codecs=codecs or self.codecs, headers=headers, late_offer=late_offer, body=body
        )
        self.calls.append(call)
        return call

    async def rung(self, within: float = 15.0) -> IncomingCall:
        """The next incoming call. Raises TimeoutError."""
        async with asyncio.timeout(within):
            return await self._rung.get()

    async def ask(
        self, method: str, uri: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Message:
        """Send a request outside any dialog; gives the final response. Raises TimeoutError."""
        message = plain_request(self, method, uri, headers, body)
        return await self.transact(message, self.peer_for(uri)).final

    def send_raw(self, data: bytes, to: str) -> None:
        """Send bytes as they are to where a URI points; responses land in `strays`."""
        self.peer_for(to).send(data)

    async def reply(self, within: float = 1.0) -> Message | None:
        """The next stray response, or None when nothing comes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                return await self.strays.get()
        return None

    # Inside ----------------------------------------------------------------------------------------

    def peer_for(self, uri: str) -> Peer:
        """The way to a URI, on this phone's transport."""
        _, host, port = hop_of(uri)
        return self._wire.peer(host, port)

    def transact(
        self, message: Message, peer: Peer, on_response: Callable[[Message], None] | None = None
    ) -> ClientTransaction:
        """Send a request and watch for its responses."""
        self.note("sent", message)
        transaction = ClientTransaction(message, peer, on_response)
        self._clients[transaction.key] = transaction
        return transaction

    def note(self, way: str, message: Message) -> None:
        """Remember a message."""
        self.log.append((time.time(), way, message))

    def heard(self, method: str) -> list[Message]:
        """Every request of one method that came in."""
        return [
            message for _, way, message in self.log if way == "heard" and message.start.startswith(method)
        ]

    def _receive(self, data: bytes, peer: Peer) -> None:
        try:
            message = Message.parse(data)
            if message.is_request:
                self._on_request(message, peer)
            else:
                self._on_response(message)
        except (NotSip, ValueError, IndexError) as problem:
            self.complaints.append(f"{problem}: {data[:200]!r}")

    def _on_response(self, message: Message) -> None:
        self.note("heard", message)
        transaction = self._clients.get((message.branch, message.cseq[1]))
        if transaction:
            transaction.receive(message)
        else:
            self.strays.put_nowait(message)

    def _on_request(self, message: Message, peer: Peer) -> None:
        key = (message.branch, message.method)
        if known := self._servers.get(key):
            known.repeated()
            return
        self.note("heard", message)
        if message.method == "ACK":
            self._on_ack(message)
            return
        transaction = self._servers[key] = ServerTransaction(message, peer)
        call = self._call_of(message)
        if message.method == "CANCEL":
            refusal(transaction, 200 if call else 481)
            if isinstance(call, IncomingCall):
                call.on_cancel(message)
        elif call:
            call.receive(transaction)
        elif parameter(message.get("to"), "tag"):
            refusal(transaction, 481)
        elif message.method == "INVITE":
            self._on_invite(transaction, peer)
        else:
            refusal(transaction, 200 if message.method == "OPTIONS" else 501)

    def _on_invite(self, transaction: ServerTransaction, peer: Peer) -> None:
        call = IncomingCall(self, transaction, peer)
        self.calls.append(call)
        if self.on_call:
            self.on_call(call)
        else:
            self._rung.put_nowait(call)

    def _on_ack(self, message: Message) -> None:
        """Of a refusal it has the INVITE's branch; of a 200 it belongs to the dialog."""
        if refused := self._servers.get((message.branch, "INVITE")):
            refused.acknowledge()
        elif call := self._call_of(message):
            for transaction in self._servers.values():
                invite = transaction.request
                if invite.get("call-id") == call.call_id and invite.cseq == (message.cseq[0], "INVITE"):
                    transaction.acknowledge()
            call.on_ack(message)

    def _call_of(self, message: Message) -> Call | None:
        """The call that a request belongs to, by Call-ID."""
        call_id = message.get("call-id")
        return next((call for call in self.calls if call.call_id == call_id), None)
