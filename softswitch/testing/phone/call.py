"""A dialog with an ear, a voice, and the verbs of a call in progress."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.ear import Ear
from softswitch.testing.g711 import LAWS, Samples
from softswitch.testing.phone.dialog import Dialog
from softswitch.testing.phone.message import Message, uri_in
from softswitch.testing.phone.sdp import Session
from softswitch.testing.phone.transactions import ClientTransaction, ServerTransaction
from softswitch.testing.phone.transfer import Transfer
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


class Call(Dialog):
    """One call of a phone; see OutgoingCall and IncomingCall for how it begins."""

    def __init__(self, phone: Phone, call_id: str, codecs: tuple[str, ...]) -> None:
        super().__init__(phone, call_id)
        self.codecs = codecs
        self.ear = Ear(phone.host)
        self.voice: Voice | None = None
        """Speaks from the answer on, or from early media on."""
        self.moments: dict[str, float] = {}
        """When it `invited`, `rang`, `answered`, `acknowledged`, `ended`: seconds since the epoch."""
        self.heard_info: list[Message] = []
        """INFO requests of the other side."""
        self.ended_by = ""
        """`us`, `them`, or empty while it lasts."""
        self.farewell: Message | None = None
        """The BYE or CANCEL that ended it, whoever sent it."""
        self.local_session = Session.offer(phone.host, self.ear.port, codecs, events=phone.tells_keys)
        self.remote_session: Session | None = None
        self.transfers: list[Transfer] = []
        """Every REFER that was sent, in order."""
        self._saying: Samples | None = None
        self._mute = False
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rang = asyncio.Event()
        self._ended = asyncio.Event()

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

    def press_by_tones(self, digits: str) -> None:
        """Press keys as tones in the sound. Raises RuntimeError before the answer."""
        if self.voice is None:
            raise RuntimeError("no key can be sounded before the answer; await until_answered()")
        self.voice.press_by_tones(digits)

    async def press_by_info(self, digits: str, *, relay: bool = True) -> list[int]:
        """Press keys by SIP INFO, as `application/dtmf-relay` or `application/dtmf`; gives the statuses."""
        statuses = []
        for digit in digits:
            body = f"Signal={digit}\r\nDuration=160\r\n" if relay else digit
            kind = "application/dtmf-relay" if relay else "application/dtmf"
            response = await self.request("INFO", [("Content-Type", kind)], body.encode())
            statuses.append(response.status)
        return statuses

    def stop_rtp(self) -> None:
        """Send no RTP any more, as a phone that lost its network; SIP goes on."""
        self._mute = True
        self._set_pause()

    def resume_rtp(self) -> None:
        """Send RTP again."""
        self._mute = False
        self._set_pause()

    async def hold(self, way: str = "sendonly") -> Message:
        """Put the other side on hold: `sendonly`, `inactive` or `0.0.0.0`; gives the final response."""
        return await self._offer_anew("INVITE", self.local_session.held(way))

    async def resume(self) -> Message:
        """Take the other side off hold; gives the final response."""
        return await self._offer_anew("INVITE", self.local_session)

    async def reinvite(self, codecs: tuple[str, ...]) -> Message:
        """Offer other codecs; gives the final response. From then on the phone has these."""
        self.codecs = codecs
        self.local_session = Session.offer(
            self.phone.host, self.ear.port, codecs, events=self.phone.tells_keys
        )
        return await self._offer_anew("INVITE", self.local_session)

    async def update(self, session: Session | None = None) -> Message:
        """Send UPDATE (RFC 3311), with an offer or, as a session's refresh, without; gives the response."""
        if session:
            return await self._offer_anew("UPDATE", session)
        return await self.request("UPDATE", [("Contact", f"<{self.phone.contact}>")])

    async def refer(self, target: str | Call, headers: Iterable[tuple[str, str]] = ()) -> Transfer:
        """Transfer the other side to a URI, or in place of this phone into another of its calls (Replaces).

        Gives the transfer as soon as the REFER has its final response; neither call is hung up.
        """
        to = self.refer_to(target) if isinstance(target, Call) else f"<{target}>"
        transfer = Transfer()
        self.transfers.append(transfer)
        standard = [("Contact", f"<{self.phone.contact}>"), ("Refer-To", to)]
        standard.append(("Referred-By", self.local.partition(";tag=")[0]))
        transaction = await self._ask("REFER", [*standard, *headers])
        transfer.begin(transaction.request.cseq[0], await transaction.final)
        return transfer

    def bye(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Hang up an answered call, at once; a second time, or after the other side did, it does nothing."""
        if not self.over:
            farewell = self._message("BYE", headers)
            self._end("us", farewell)
            self.phone.transact(farewell, self.peer)

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
            case "NOTIFY":
                self.respond(transaction, 200)
                self._on_notify(message)
            case "OPTIONS" | "MESSAGE":
                self.respond(transaction, 200)
            case _:
                self.respond(transaction, 501)

    def on_ack(self, message: Message) -> None:
        """An ACK of a 200 came in; it carries the answer when our 200 carried the offer."""
        if message.body:
            self._hear_from(Session.parse(message.body))
        self.moments.setdefault("acknowledged", time.time())

    def describe(
        self,
        transaction: ServerTransaction,
        status: int,
        session: Session,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Answer a request with a session description."""
        typed = [*headers, ("Content-Type", "application/sdp")]
        self.respond(transaction, status, typed, session.pack())

    def answer_to(self, offer: Session) -> Session:
        """The answer to an offer. Raises ValueError without a common codec."""
        return offer.answer(self.phone.host, self.ear.port, self.codecs, events=self.phone.tells_keys)

    def _renegotiate(self, transaction: ServerTransaction) -> None:
        message = transaction.request
        if contact := message.get("contact"):
            self.target = uri_in(contact)
        if not message.body:
            if message.method == "INVITE":
                self.describe(transaction, 200, self.local_session)
            else:
                self.respond(transaction, 200)
            return
        offer = Session.parse(message.body)
        answer = self.answer_to(offer)
        self.describe(transaction, 200, answer)
        self._hear_from(offer)

    def _on_notify(self, message: Message) -> None:
        """News of a transfer: of the one that the event's id names, else of the last (RFC 3515 2.4.6)."""
        event, _, number = message.get("event").partition(";id=")
        if event.strip().lower() != "refer" or not self.transfers:
            return
        named = [one for one in self.transfers if str(one.number) == number.strip()]
        (named or self.transfers)[-1].receive(message)

    async def _offer_anew(self, method: str, session: Session) -> Message:
        headers = [("Contact", f"<{self.phone.contact}>"), ("Content-Type", "application/sdp")]
        transaction = await self._ask(method, headers, session.pack())
        response = await transaction.final
        if response.status < 300:
            if method == "INVITE":
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
        self._set_pause()

    def _set_pause(self) -> None:
        """Whether RTP goes out is for the other side's session and for the test to say."""
        session = self.remote_session
        if self.voice and session:
            held = session.host == "0.0.0.0" or session.direction in ("sendonly", "inactive")
            self.voice.paused = self._mute or held

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
