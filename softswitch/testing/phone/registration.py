"""REGISTER as phones send it (RFC 3261 section 10.2): one Call-ID and rising numbers for each registrar."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.phone.message import Message, parameter, request, uri_in
from softswitch.testing.phone.wire import Peer

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone


class Registration:
    """What a phone is to one registrar."""

    def __init__(self, phone: Phone, registrar: str) -> None:
        self._phone = phone
        self.registrar = registrar
        self.call_id = f"{secrets.token_hex(8)}@phone"
        self.number = 0
        """The last CSeq."""
        self._tag = secrets.token_hex(4)

    @property
    def aor(self) -> str:
        """The address of record: the phone's user at its domain, or else at the registrar."""
        host = re.sub(r"^sips?:(?:[^@]*@)?|[;?].*", "", self.registrar)
        return f"sip:{self._phone.user}@{self._phone.domain or host}"

    async def register(
        self,
        *,
        contacts: Iterable[str] | None = None,
        expires: int | None = None,
        path: Iterable[str] = (),
        headers: Iterable[tuple[str, str]] = (),
    ) -> Message:
        """Send a REGISTER; gives the final response, a refusal too.

        `contacts` are values of Contact headers (`*` and none at all included), the phone's own unless
        given; `expires` is the Expires header in seconds; `path` holds URIs of proxies (RFC 3327). A
        challenge is answered once; later requests use its nonce again, with the next count.
        """
        own = [f"<{self._phone.contact}>"] if contacts is None else list(contacts)
        values = [("Contact", contact) for contact in own]
        values += [("Path", f"<{uri}>") for uri in path]
        if path:
            values.append(("Supported", "path"))
        if expires is not None:
            values.append(("Expires", str(expires)))
        message: Message | None = self._message([*values, *headers])
        if self._phone.digest and message:
            message = self._phone.digest.authorize(message)
        peer: Peer = self._phone.peer_for(self.registrar)
        while message:
            response = await self._phone.transact(message, peer).final
            self.number = message.cseq[0]
            message = self._phone.answer_challenge(message, response)
        return response

    def _message(self, headers: Iterable[tuple[str, str]]) -> Message:
        self.number += 1
        standard = [
            ("Via", self._phone.via()),
            ("Max-Forwards", "70"),
            ("From", f"<{self.aor}>;tag={self._tag}"),
            ("To", f"<{self.aor}>"),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self.number} REGISTER"),
        ]
        return request("REGISTER", self.registrar, [*standard, *headers])


def bindings(response: Message) -> dict[str, int]:
    """What a registrar has: seconds until it expires, by contact URI."""
    default = response.get("expires", "0")
    return {
        uri_in(contact): int(parameter(contact, "expires") or default)
        for contact in response.listed("contact")
    }
