"""A call that a phone makes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.phone.call import Call, Refused
from softswitch.testing.phone.message import Message, parameter, request
from softswitch.testing.phone.sdp import Session

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone


ALLOW = "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS, NOTIFY, UPDATE, PRACK"


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
        self._pracked = 0
        self._late_offer = late_offer
        standard = [("Contact", f"<{phone.contact}>"), ("Allow", ALLOW)]
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
        if response.status < 200:
            self._on_provisional(response)
        elif response.status < 300:
            self._on_answer(response)
        elif not self._answered.done() and not self._invite_again(response):
            self._answered.set_exception(Refused(response))
            self._answered.exception()
            self._end("us" if response.status == 487 and self.farewell else "them", self.farewell)

    def _invite_again(self, response: Message) -> bool:
        """Whether the refusal was a challenge, which the phone then has answered."""
        again = self.phone.answer_challenge(self._transaction.request, response)
        if again is None or self.farewell:
            return False
        self._cseq = again.cseq[0]
        self._transaction = self.phone.transact(again, self.peer, self._on_response)
        return True

    def _on_provisional(self, response: Message) -> None:
        """It rings, or sounds already; a reliable response gets its PRACK (RFC 3262 section 4)."""
        if response.status in (180, 183):
            self.moments.setdefault("rang", time.time())
            self._rang.set()
        if response.status == 100 or not parameter(response.get("to"), "tag") or self._answered.done():
            return
        self._meet(response)
        if response.body and not self._late_offer:
            self._hear_from(Session.parse(response.body))
        number = int(response.get("rseq") or 0)
        if number > self._pracked and "100rel" in response.get("require").lower():
            self._pracked = number
            prack = self._message("PRACK", [("RAck", f"{number} {response.get('cseq')}")])
            self.phone.transact(prack, self.peer)

    def _on_answer(self, response: Message) -> None:
        """The first 200 makes the dialog; each repeated one wants its ACK again (section 13.2.2.4)."""
        if not self._answered.done():
            self.moments["answered"] = time.time()
            self._meet(response)
        answer = b""
        if self._late_offer:
            offered = Session.parse(response.body)
            answer = self.answer_to(offered).pack()
        self.acknowledge(self._transaction, answer)
        if not self._answered.done():
            self.moments["acknowledged"] = time.time()
            if response.body:
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
