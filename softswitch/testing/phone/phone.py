"""One SIP phone: an address on a transport, with its calls and transactions."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from softswitch.config.sip_settings import in_uri
from softswitch.testing.phone.call import Call
from softswitch.testing.phone.dialog import Dialog
from softswitch.testing.phone.digest import Digest, replace_header
from softswitch.testing.phone.incoming import IncomingCall, refusal
from softswitch.testing.phone.message import Message, NotSip, hop_of, parameter
from softswitch.testing.phone.outgoing import OutgoingCall, plain_request
from softswitch.testing.phone.registration import Registration
from softswitch.testing.phone.subscription import Subscription
from softswitch.testing.phone.transactions import ClientTransaction, ServerTransaction
from softswitch.testing.phone.wire import Peer, TcpWire, TlsWire, UdpWire, Wire


class Phone:
    """A SIP phone that does what a test says: an async context manager.

        async with Phone("100") as caller, Phone("201") as agent:
            call = caller.call("sip:600@127.0.0.1:5060")
            await call.until_answered()
            incoming = await agent.rung()
            incoming.ring()
            incoming.answer()

    With a password it answers challenges; it registers and subscribes when told to, and repeats neither by
    itself. It is an instrument, no product: one audio line, no encryption, nothing that no test asks for.
    """

    def __init__(  # noqa: PLR0913 - a test says only what it is about
        self,
        user: str,
        *,
        name: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        transport: str = "udp",
        codecs: tuple[str, ...] = ("PCMU", "PCMA"),
        on_call: Callable[[IncomingCall], None] | None = None,
        domain: str = "",
        password: str | None = None,
        auth_user: str = "",
        algorithms: tuple[str, ...] = ("SHA-256", "MD5"),
        trust: ssl.SSLContext | None = None,
        tells_keys: bool = True,
    ) -> None:
        """`codecs` are names in `sdp.CODECS`; `on_call` gets incoming calls in place of `rung()`.

        `domain` is who it says it belongs to, by default its own address. `password` and `auth_user` (by
        default the user) answer challenges in one of `algorithms`; without a password they are refusals.
        `trust` is for the transport `tls`: whose certificates are believed.
        Without `tells_keys` it knows no telephone events (RFC 4733).
        """
        self.user = user
        self.name = name
        self.host = host
        self.codecs = codecs
        self.on_call = on_call
        self.domain = domain
        self.tells_keys = tells_keys
        self.digest = Digest(auth_user or user, password, algorithms) if password is not None else None
        """What answers challenges; a test may change it."""
        self.options: int | None = 200
        """The status of the answer to OPTIONS outside a call; None lets them go unanswered."""
        self.calls: list[Call] = []
        self.subscriptions: list[Subscription] = []
        self.log: list[tuple[float, str, Message]] = []
        """Every message: seconds since the epoch, `sent` or `heard`, the message; no repetitions."""
        self.strays: asyncio.Queue[Message] = asyncio.Queue()
        """Responses that belong to no transaction: what `send_raw` brought about."""
        self.complaints: list[str] = []
        """What the other side sent and no phone understands."""
        self._transport, self._port, self._trust = transport, port, trust
        self._wire: Wire
        self._rung: asyncio.Queue[IncomingCall] = asyncio.Queue()
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}
        self._registrations: dict[str, Registration] = {}

    async def __aenter__(self) -> Self:
        address = self.host, self._port, self._receive
        if self._transport == "tls":
            self._wire = TlsWire(*address, self._trust or ssl.create_default_context())
        else:
            self._wire = TcpWire(*address) if self._transport == "tcp" else UdpWire(*address)
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
        suffix = "" if self._transport == "udp" else f";transport={self._transport}"
        return f"sip:{self.user}@{in_uri(self.host)}:{self.port}{suffix}"

    @property
    def identity(self) -> str:
        """The From of its requests, without tag."""
        address = f"<sip:{self.user}@{self.domain or f'{in_uri(self.host)}:{self.port}'}>"
        return f'"{self.name}" {address}' if self.name else address

    def via(self) -> str:
        """A Via with a new branch."""
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        return f"SIP/2.0/{self._transport.upper()} {in_uri(self.host)}:{self.port};rport;branch={branch}"

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
        message: Message | None = plain_request(self, method, uri, headers, body)
        while message:
            response = await self.transact(message, self.peer_for(uri)).final
            message = self.answer_challenge(message, response)
        return response

    async def register(
        self,
        registrar: str,
        *,
        contacts: Iterable[str] | None = None,
        expires: int | None = 3600,
        path: Iterable[str] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> Message:
        """Register, refresh, or with `expires=0` remove; gives the final response. See Registration."""
        registration = self._registrations.setdefault(registrar, Registration(self, registrar))
        return await registration.register(contacts=contacts, expires=expires, path=path, headers=headers)

    async def subscribe(
        self, uri: str, event: str, *, expires: int | None = 3600, accept: str = ""
    ) -> Subscription:
        """Subscribe to an event package; the subscription has the `response`, a refusal too."""
        subscription = Subscription(self, uri, event, accept)
        self.subscriptions.append(subscription)
        await subscription.subscribe(expires)
        return subscription

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

    def certificate(self, uri: str) -> bytes:
        """What the open TLS connection to a URI shows of the other side, in DER."""
        assert isinstance(self._wire, TlsWire)
        _, host, port = hop_of(uri)
        return self._wire.certificate(host, port)

    def transact(
        self, message: Message, peer: Peer, on_response: Callable[[Message], None] | None = None
    ) -> ClientTransaction:
        """Send a request and watch for its responses."""
        self.note("sent", message)
        transaction = ClientTransaction(message, peer, on_response)
        self._clients[transaction.key] = transaction
        return transaction

    def answer_challenge(self, asked: Message, response: Message) -> Message | None:
        """The request with credentials, for another transaction; None when the response is to be taken."""
        again = self.digest.answer(asked, response) if self.digest else None
        return replace_header(again, "Via", self.via()) if again else None

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
        dialog = self._dialog_of(message)
        if message.method == "CANCEL":
            refusal(transaction, 200 if dialog else 481)
            if isinstance(dialog, IncomingCall):
                dialog.on_cancel(message)
        elif dialog:
            dialog.receive(transaction)
        elif parameter(message.get("to"), "tag"):
            refusal(transaction, 481)
        elif message.method == "INVITE":
            self._on_invite(transaction, peer)
        elif message.method != "OPTIONS":
            refusal(transaction, 501)
        elif self.options is not None:
            refusal(transaction, self.options)

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
        elif isinstance(call := self._dialog_of(message), Call):
            for transaction in self._servers.values():
                invite = transaction.request
                if invite.get("call-id") == call.call_id and invite.cseq == (message.cseq[0], "INVITE"):
                    transaction.acknowledge()
            call.on_ack(message)

    def _dialog_of(self, message: Message) -> Dialog | None:
        """The call or the subscription that a request belongs to, by Call-ID."""
        call_id = message.get("call-id")
        dialogs = (*self.calls, *self.subscriptions)
        return next((dialog for dialog in dialogs if dialog.call_id == call_id), None)
