"""A call that a phone gets: what an agent does with it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.phone.call import PATIENCE, Call
from softswitch.testing.phone.message import Message, parameter, response_to, uri_in
from softswitch.testing.phone.reliable import ReliableResponse
from softswitch.testing.phone.sdp import Session
from softswitch.testing.phone.transactions import ServerTransaction
from softswitch.testing.phone.wire import Peer

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone


class IncomingCall(Call):
    """An INVITE that came in; nothing is sent until a verb says so."""

    def __init__(self, phone: Phone, transaction: ServerTransaction, peer: Peer) -> None:
        invite = transaction.request
        super().__init__(phone, invite.get("call-id"), phone.codecs)
        self.invite = invite
        """The INVITE, for its headers."""
        self.local = f"{invite.get('to')};tag={secrets.token_hex(4)}"
        self.remote = invite.get("from")
        self.target = uri_in(invite.get("contact"))
        self.peer = peer
        self._routes = invite.listed("record-route")
        self._transaction = transaction
        self._offer = Session.parse(invite.body) if invite.body else None
        self._reliable: list[ReliableResponse] = []
        self.moments["invited"] = time.time()

    def ring(self, status: int = 180, *, reliable: bool = False) -> None:
        """Ring; 183 would be early media, without any here. `reliable` wants a PRACK (RFC 3262)."""
        if self._open:
            self._provisional(status, None, reliable)

    def progress(self, status: int = 183, *, reliable: bool = False) -> None:
        """Early media: an answer to the offer before the call is answered; the voice speaks from here on.

        Raises ValueError without a common codec, or when the INVITE has no offer.
        """
        if not self._open:
            return
        if self._offer is None:
            raise ValueError("the INVITE has no offer that early media could answer")
        self._provisional(status, self.answer_to(self._offer), reliable)
        self._hear_from(self._offer)

    async def until_pracked(self, within: float = PATIENCE) -> None:
        """Wait for the PRACK of every reliable response so far."""
        async with asyncio.timeout(within):
            for response in self._reliable:
                await response.pracked.wait()

    def answer(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Answer, at once, unless it is over. Raises ValueError without a common codec."""
        if not self._open:
            return
        session = self.answer_to(self._offer) if self._offer else self.local_session
        self.describe(self._transaction, 200, session, headers)
        self.moments["answered"] = time.time()
        if self._offer:
            self._hear_from(self._offer)

    def refuse(self, status: int = 486) -> None:
        """Refuse with a final status."""
        if self._open:
            self.respond(self._transaction, status)
            self._end("us")

    def redirect(self, *contacts: str, status: int = 302) -> None:
        """Say where else to call: URIs, the best one first."""
        if self._open:
            self.respond(self._transaction, status, [("Contact", f"<{contact}>") for contact in contacts])
            self._end("us")

    def receive(self, transaction: ServerTransaction) -> None:
        """A request within the dialog came in."""
        if transaction.request.method != "PRACK":
            super().receive(transaction)
            return
        met = [one for one in self._reliable if one.acknowledges(transaction.request)]
        self.respond(transaction, 200 if met else 481)

    def on_cancel(self, cancel: Message) -> None:
        """The caller gave up: 487, unless the call is answered already (section 9.2)."""
        if self._transaction.status < 200:
            self.respond(self._transaction, 487)
            self._end("them", cancel)

    def on_ack(self, message: Message) -> None:
        """The caller has our 200."""
        self._transaction.acknowledge()
        super().on_ack(message)
        if not self._answered.done():
            self._answered.set_result(None)

    async def serve(
        self, *, ring: float = 0.0, answer: float | None = None, talk: float | None = None
    ) -> None:
        """An agent by the clock: seconds from now to ringing and answer; then how long the talk is."""
        await asyncio.sleep(ring)
        self.ring()
        if answer is not None:
            await asyncio.sleep(max(0.0, answer - ring))
            self.answer()
            if talk is not None and not self.over:
                await self.until_answered()
                await asyncio.sleep(talk)
                self.bye()

    @property
    def _open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.over and self._transaction.status < 200

    def _provisional(self, status: int, session: Session | None, reliable: bool) -> None:
        headers: list[tuple[str, str]] = []
        if reliable:
            response = ReliableResponse(self._transaction, len(self._reliable) + 1)
            self._reliable.append(response)
            headers = response.headers
        if session:
            self.describe(self._transaction, status, session, headers)
        else:
            self.respond(self._transaction, status, headers)
        self.moments.setdefault("rang", time.time())
        self._rang.set()

    @property
    def tag(self) -> str:
        """Our tag."""
        return parameter(self.local, "tag")


def refusal(transaction: ServerTransaction, status: int) -> None:
    """Answer a request that belongs to no call."""
    transaction.respond(response_to(transaction.request, status, tag=secrets.token_hex(4)))
