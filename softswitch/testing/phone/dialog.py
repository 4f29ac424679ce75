"""A dialog (RFC 3261 section 12): who speaks with whom, the way between them, the next request's number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from softswitch.testing.phone.message import Message, parameter, request, response_to, uri_in
from softswitch.testing.phone.transactions import ClientTransaction, ServerTransaction
from softswitch.testing.phone.wire import Peer

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone


class Dialog(ABC):
    """What calls and subscriptions have in common; they set the four lines below before anything is sent."""

    def __init__(self, phone: Phone, call_id: str) -> None:
        self.phone = phone
        self.call_id = call_id
        self.local = ""
        """From in our requests, with our tag."""
        self.remote = ""
        """To in our requests, with their tag."""
        self.target = ""
        """The other side's Contact."""
        self.peer: Peer
        self._cseq = 1
        self._routes: list[str] = []

    @property
    def replaces(self) -> str:
        """The value of a Replaces header that names this dialog to the other side (RFC 3891 section 3)."""
        tags = f"to-tag={parameter(self.remote, 'tag')};from-tag={parameter(self.local, 'tag')}"
        return f"{self.call_id};{tags}"

    def refer_to(self, other: Dialog) -> str:
        """The Refer-To that asks for the party of another dialog, in its place (RFC 3515, RFC 3891)."""
        return f"<{other.target.partition('?')[0]}?Replaces={quote(other.replaces, safe='')}>"

    async def request(
        self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Message:
        """Send a request within the dialog; gives the final response. Raises TimeoutError."""
        return await (await self._ask(method, headers, body)).final

    async def _ask(
        self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> ClientTransaction:
        """The transaction of a request when it is over: the second one, if the first was challenged."""
        return await self._converse(self._message(method, headers, body))

    async def _converse(
        self, message: Message, on_response: Callable[[Message], None] | None = None
    ) -> ClientTransaction:
        while True:
            transaction = self.phone.transact(message, self.peer, on_response)
            again = self.phone.answer_challenge(message, await transaction.final)
            if again is None:
                return transaction
            message, self._cseq = again, again.cseq[0]

    def respond(
        self,
        transaction: ServerTransaction,
        status: int,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> None:
        """Answer a request."""
        response = response_to(transaction.request, status, tag=parameter(self.local, "tag"))
        if not 300 <= status < 400:  # there Contact is where to call instead
            response.headers.append(("Contact", f"<{self.phone.contact}>"))
        response.headers.extend(headers)
        response.body = body
        transaction.respond(response)

    @abstractmethod
    def receive(self, transaction: ServerTransaction) -> None:
        """A request within the dialog came in."""

    def _meet(self, response: Message) -> None:
        """A response makes the dialog, or makes it anew (section 12.1.2)."""
        self.remote = response.get("to")
        if contact := response.get("contact"):
            self.target = uri_in(contact)
        self._routes = response.listed("record-route")[::-1]

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
