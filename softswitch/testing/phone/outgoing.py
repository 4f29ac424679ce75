"""A call that a phone makes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.phone.call import Call, Refused
from softswitch.testing.phone.message import Message, request, uri_in
from softswitch.testing.phone.sdp import Session

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone


class OutgoingCall(Call):
    """Made by `Phone.call`, which has sent its INVITE already."""

    def __init__(
        self,
        phone: Phone,
        uri: str,
        *,
        codecs: tuple[str, ...],
        headers: Iterable[tuple[str, str]],
        late_offer: bool,
        body: bytes | None,
    ) -> None:
        super().__init__(phone, f"{secrets.token_hex(8)}@phone", codecs)
        self.statuses: list[int] = []
        """Every response to the INVITE, repeated ones too."""
        self.local = f"{phone.identity};tag={secrets.token_hex(4)}"
        self.remote = f"<{uri}>"
        self.target = uri
        self.peer = phone.peer_for(uri)
        self._late_offer = late_offer
        standard = [("Contact", f"<{phone.contact}>"), ("Allow", "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS")]
        content = b"" if late_offer else self.local_session.pack() if body is None else body
        if content:
            standard.append(("Content-Type", "application/sdp"))
        self.moments["invited"] = time.time()
        self._transaction = phone.transact(
            self._message("INVITE", [*standard, *headers], content), self.peer, self._on_response
        )

    def cancel(self) -> None:
        """Give up while it rings; the INVITE then ends with 487. An answer that crosses it is taken."""
        if self._transaction.final.done():
            return
        if self._transaction.provisional.done():
            farewell = self._transaction.cancel()
            self.farewell = farewell
            self.phone.transact(farewell, self.peer)
        else:  # before any response CANCEL may overtake the INVITE (RFC 3261 section 9.1)
            self._transaction.provisional.add_done_callback(lambda _: self.cancel())

    def _on_response(self, response: Message) -> None:
        self.statuses.append(response.status)
        if response.status in (180, 183):
            self.moments.setdefault("rang", time.time())
            self._rang.set()
        elif 200 <= response.status < 300:
            self._on_answer(response)
        elif response.status >= 300 and not self._answered.done():
            self._answered.set_exception(Refused(response))
            self._answered.exception()
            self._end("us" if response.status == 487 and self.farewell else "them", self.farewell)

    def _on_answer(self, response: Message) -> None:
        """The first 200 makes the dialog; each repeated one wants its ACK again (section 13.2.2.4)."""
        if not self._answered.done():
            self.moments["answered"] = time.time()
            self.remote = response.get("to")
            self.target = uri_in(response.get("contact"))
            self._routes = response.listed("record-route")[::-1]
        answer = b""
        if self._late_offer:
            offered = Session.parse(response.body)
            answer = offered.answer(self.phone.host, self.ear.port, self.codecs).pack()
        self.acknowledge(self._transaction, answer)
        if not self._answered.done():
            self.moments["acknowledged"] = time.time()
            self._hear_from(Session.parse(response.body))
            self._answered.set_result(None)


def plain_request(
    phone: Phone, method: str, uri: str, headers: Iterable[tuple[str, str]], body: bytes
) -> Message:
    """A request outside any dialog."""
    standard = [
        ("Via", phone.via()),
        ("Max-Forwards", "70"),
        ("From", f"{phone.identity};tag={secrets.token_hex(4)}"),
        ("To", f"<{uri}>"),
        ("Call-ID", f"{secrets.token_hex(8)}@phone"),
        ("CSeq", f"1 {method}"),
        ("Contact", f"<{phone.contact}>"),
    ]
    return request(method, uri, [*standard, *headers], body)
