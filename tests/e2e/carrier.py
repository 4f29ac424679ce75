"""A scripted carrier: a phone that takes registrations and asks for credentials."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from softswitch.testing.phone import Phone
from softswitch.testing.phone.digest import parameters
from softswitch.testing.phone.message import Message, parameter, response_to
from softswitch.testing.phone.transactions import ServerTransaction
from softswitch.testing.phone.wire import Peer

REALM = "carrier.example"


class Carrier(Phone):
    """One server of a carrier, on an address of its own, so that its calls can be told from others'."""

    def __init__(self, host: str = "127.0.0.2", *, secret: str | None = None, **options: Any) -> None:
        """With a `secret`, calls and registrations need the user `acme` and that password."""
        super().__init__("carrier", host=host, **options)
        self.secret = secret
        self.registrar: int | None = 200
        """The answer to a REGISTER with good credentials; None: none at all."""
        self.contact_of_switch = ""
        """Where the switch wants to be called; empty: it is not registered."""
        self.granted = 600

    @property
    def server(self) -> str:
        """As `server:` in a configuration."""
        return f"{'tcp:' if self._transport == 'tcp' else ''}{self.host}:{self.port}"

    def _on_request(self, message: Message, peer: Peer) -> None:
        if message.method == "REGISTER":
            self.note("heard", message)
            self._register(ServerTransaction(message, peer))
        elif message.method == "INVITE" and not parameter(message.get("to"), "tag"):
            key = (message.branch, message.method)
            if key not in self._servers and not self._is_authorized(message, "proxy-authorization"):
                transaction = self._servers[key] = ServerTransaction(message, peer)
                self.note("heard", message)
                transaction.respond(self._challenge(message, 407, "Proxy-Authenticate"))
                return
            super()._on_request(message, peer)
        else:
            super()._on_request(message, peer)

    def _register(self, transaction: ServerTransaction) -> None:
        message = transaction.request
        if self.registrar is None:
            return
        if not self._is_authorized(message, "authorization"):
            transaction.respond(self._challenge(message, 401, "WWW-Authenticate"))
            return
        response = response_to(message, self.registrar, tag=secrets.token_hex(4))
        if self.registrar == 200:
            expires = min(int(message.get("expires", "600")), self.granted)
            contact = message.get("contact")
            self.contact_of_switch = contact.partition("<")[2].partition(">")[0] if expires else ""
            if expires:
                response.headers.append(("Contact", f"{contact};expires={expires}"))
        transaction.respond(response)

    def _challenge(self, message: Message, status: int, header: str) -> Message:
        response = response_to(message, status, tag=secrets.token_hex(4))
        nonce = secrets.token_hex(8)
        response.headers.append(
            (header, f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"')
        )
        return response

    def _is_authorized(self, message: Message, header: str) -> bool:
        if self.secret is None:
            return True
        given = parameters(message.get(header))
        if not given:
            return False

        def hashed(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        ha1 = hashed("acme", REALM, self.secret)
        ha2 = hashed(message.method, given["uri"])
        wanted = hashed(ha1, given["nonce"], given["nc"], given["cnonce"], given["qop"], ha2)
        return given["response"] == wanted
