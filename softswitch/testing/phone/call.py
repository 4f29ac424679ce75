"""A dialog (RFC 3261 section 12) with an ear, a voice, and the verbs of a call in progress."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.ear import Ear
from softswitch.testing.g711 import LAWS, Samples
from softswitch.testing.phone.message import Message, parameter, request, response_to, uri_in
from softswitch.testing.phone.sdp import Session
from softswitch.testing.phone.transactions import ClientTransaction, ServerTransaction
from softswitch.testing.phone.wire import Peer
from softswitch.testing.voice import Voice

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone

PATIENCE = 15.0
"""Seconds that the `until_...` methods wait before they raise TimeoutError."""


class Refused(Exception):
    """The call got a final status of 300 or more."""

    def __init__(self, response: Message) -> None:
        self.status = response.status
        self.response = response
        super().__init__(response.start)


class Call:
    """One call of a phone; see OutgoingCall and IncomingCall for how it begins."""

    def __init__(self, phone: Phone, call_id: str, codecs: tuple[str, ...]) -> None:
        self.phone = phone
        self.call_id = call_id
        self.codecs = codecs
        self.ear = Ear(phone.host)
        self.voice: Voice | None = None
        """Speaks from the answer on."""
        self.moments: dict[str, float] = {}
        """When it `invited`, `rang`, `answered`, `acknowledged`, `ended`: seconds since the epoch."""
        self.heard_info: list[Message] = []
        """INFO requests of the other side."""
        self.ended_by = ""
        """`us`, `them`, or empty while it lasts."""
        self.farewell: Message | None = None
        """The BYE or CANCEL that ended it, whoever sent it."""
        self.local_session = Session.offer(phone.host, self.ear.port, codecs)
        self.remote_session: Session | None = None
        self._saying: Samples | None = None
        self._cseq = 1
        self._routes: list[str] = []
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rang = asyncio.Event()
        self._ended = asyncio.Event()
        # Set by the two kinds of call before anything is sent within the dialog:
        self.local = ""
        """From in our requests, with our tag."""
        self.remote = ""
        """To in our requests, with their tag."""
        self.target = ""
        """The other side's Contact."""
        self.peer: Peer

    # What happens ----------------------------------------------------------------------------------

    async def until_ringing(self, within: float = PATIENCE) -> None:
        """Wait for 180 or 183."""
        async with asyncio.timeout(within):
            await self._rang.wait()

    async def until_answered(self, within: float = PATIENCE) -> None:
        """Wait for the 200 and its ACK. Raises Refused."""
        async with asyncio.timeout(within):
            await asyncio.shield(self._answered)

    async def until_ended(self, within: float = PATIENCE) -> str:
        """Wait for the end, however it comes; says who ended it."""
        async with asyncio.timeout(within):
            await self._ended.wait()
        return self.ended_by

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._ended.is_set()

    # Verbs of a call in progress -------------------------------------------------------------------

    def say(self, samples: Samples) -> None:
        """Say this from its start, looped; before the answer: as soon as it comes."""
        self._saying = samples
        if self.voice:
            self.voice.say(samples)

    def press(self, digits: str) -> None:
        """Press keys by RFC 4733. Raises RuntimeError before the answer."""
        if self.voice is None:
            raise RuntimeError("no key can be pressed by RTP before the answer; await until_answered()")
        self.voice.press(digits)

    async def press_by_info(self, digits: str, *, relay: bool = True) -> list[int]:
        """Press keys by SIP INFO, as `application/dtmf-relay` or `application/dtmf`; gives the statuses."""
        statuses = []
        for digit in digits:
            body = f"Signal={digit}\r\nDuration=160\r\n" if relay else digit
            kind = "application/dtmf-relay" if relay else "application/dtmf"
            response = await self.request("INFO", [("Content-Type", kind)], body.encode())
            statuses.append(response.status)
        return statuses

    async def hold(self, way: str = "sendonly") -> Message:
        """Put the other side on hold: `sendonly`, `inactive` or `0.0.0.0`; gives the final response."""
        return await self._reinvite(self.local_session.held(way))

    async def resume(self) -> Message:
        """Take the other side off hold; gives the final response."""
        return await self._reinvite(self.local_session)

    def bye(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Hang up an answered call, at once; a second time, or after the other side did, it does nothing."""
        if not self.over:
            farewell = self._message("BYE", headers)
            self._end("us", farewell)
            self.phone.transact(farewell, self.peer)

    async def request(
        self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Message:
        """Send a request within the dialog; gives the final response. Raises TimeoutError."""
        transaction = self.phone.transact(self._message(method, headers, body), self.peer)
        return await transaction.final

    # Inside ----------------------------------------------------------------------------------------

    def receive(self, transaction: ServerTransaction) -> None:
        """A request within the dialog came in."""
        message = transaction.request
        match message.method:
            case "BYE":
                self.respond(transaction, 200)
                self._end("them", message)
            case "INVITE" | "UPDATE":
                self._renegotiate(transaction)
            case "INFO":
                self.heard_info.append(message)
                self.respond(transaction, 200)
            case "OPTIONS" | "NOTIFY" | "MESSAGE":
                self.respond(transaction, 200)
            case _:
                self.respond(transaction, 501)

    def on_ack(self, message: Message) -> None:
        """An ACK of a 200 came in; it carries the answer when our 200 carried the offer."""
        if message.body:
            self._hear_from(Session.parse(message.body))
        self.moments.setdefault("acknowledged", time.time())

    def respond(self, transaction: ServerTransaction, status: int, session: Session | None = None) -> None:
        """Answer a request."""
        response = response_to(transaction.request, status, tag=parameter(self.local, "tag"))
        response.headers.append(("Contact", f"<{self.phone.contact}>"))
        if session:
            response.headers.append(("Content-Type", "application/sdp"))
            response.body = session.pack()
        transaction.respond(response)

    def _renegotiate(self, transaction: ServerTransaction) -> None:
        message = transaction.request
        if contact := message.get("contact"):
            self.target = uri_in(contact)
        if not message.body:
            self.respond(transaction, 200, self.local_session if message.method == "INVITE" else None)
            return
        offer = Session.parse(message.body)
        answer = offer.answer(self.phone.host, self.ear.port, self.codecs)
        self.respond(transaction, 200, answer)
        self._hear_from(offer)

    async def _reinvite(self, session: Session) -> Message:
        headers = [("Contact", f"<{self.phone.contact}>"), ("Content-Type", "application/sdp")]
        transaction = self.phone.transact(self._message("INVITE", headers, session.pack()), self.peer)
        response = await transaction.final
        if response.status < 300:
            self.acknowledge(transaction)
            self._hear_from(Session.parse(response.body))
        return response

    def acknowledge(self, transaction: ClientTransaction, body: bytes = b"") -> None:
        """The ACK of a 200: a transaction of its own, with the INVITE's number (section 13.2.2.4)."""
        ack = self._message("ACK", [("Content-Type", "application/sdp")] if body else [], body)
        number = transaction.request.cseq[0]
        ack.headers = [(name, f"{number} ACK" if name == "CSeq" else value) for name, value in ack.headers]
        self.phone.note("sent", ack)
        self.peer.send(ack.pack())

    def _hear_from(self, session: Session) -> None:
        """The other side's session is in force: speak to where it listens, if it does."""
        self.remote_session = session
        self.ear.event_type = session.event_type
        payload_type = session.common(self.codecs)
        if payload_type not in LAWS or self.over:
            return
        to = (session.host, session.port)
        if self.voice is None:
            self.voice = Voice(self.ear, to, payload_type)
            if self._saying is not None:
                self.voice.say(self._saying)
        self.voice.to, self.voice.payload_type = to, payload_type
        self.voice.paused = session.host == "0.0.0.0" or session.direction in ("sendonly", "inactive")

    def _message(self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Message:
        """A request within the dialog (section 12.2.1.1); every one but ACK gets the next number."""
        if method != "ACK":
            self._cseq += 1
        standard = [
            ("Via", self.phone.via()),
            ("Max-Forwards", "70"),
            *(("Route", route) for route in self._routes),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self._cseq} {method}"),
        ]
        return request(method, self.target, [*standard, *headers], body)

    def _end(self, by: str, farewell: Message | None = None) -> None:
        if self.over:
            return
        self.ended_by = by
        self.farewell = farewell
        self.moments["ended"] = time.time()
        if self.voice:
            self.voice.stop()
        if not self._answered.done():
            self._answered.set_exception(ConnectionAbortedError("the call ended before it was answered"))
            self._answered.exception()
        self._ended.set()
