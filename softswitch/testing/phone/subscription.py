"""A subscription (RFC 6665): what a lamp key or a message lamp of a phone is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softswitch.testing.phone.dialog import Dialog
from softswitch.testing.phone.message import Message, parameter, uri_in
from softswitch.testing.phone.transactions import ServerTransaction

if TYPE_CHECKING:
    from softswitch.testing.phone.phone import Phone

BODIES = {
    "dialog": "application/dialog-info+xml",
    "message-summary": "application/simple-message-summary",
    "presence": "application/pidf+xml",
}
"""What is accepted for an event package unless a test says otherwise."""


class Subscription(Dialog):
    """Made by `Phone.subscribe`; every NOTIFY gets 200."""

    def __init__(self, phone: Phone, uri: str, event: str, accept: str = "") -> None:
        super().__init__(phone, f"{secrets.token_hex(8)}@phone")
        self.event = event
        self.accept = accept or BODIES.get(event, "")
        self.response: Message
        """The final response to the last SUBSCRIBE."""
        self.notifies: list[Message] = []
        """Every NOTIFY so far."""
        self.local = f"{phone.identity};tag={secrets.token_hex(4)}"
        self.remote = f"<{uri}>"
        self.target = uri
        self.peer = phone.peer_for(uri)
        self._fresh: asyncio.Queue[Message] = asyncio.Queue()

    async def subscribe(self, expires: int | None = 3600, headers: Iterable[tuple[str, str]] = ()) -> Message:
        """Subscribe, or refresh, or with 0 end it; gives the final response."""
        standard = [("Contact", f"<{self.phone.contact}>"), ("Event", self.event)]
        if self.accept:
            standard.append(("Accept", self.accept))
        if expires is not None:
            standard.append(("Expires", str(expires)))
        self.response = await self.request("SUBSCRIBE", [*standard, *headers])
        if self.response.status < 300:
            self._meet(self.response)
        return self.response

    async def notified(self, within: float = 5.0) -> Message:
        """The next NOTIFY that was not taken yet. Raises TimeoutError."""
        async with asyncio.timeout(within):
            return await self._fresh.get()

    @property
    def state(self) -> str:
        """`active`, `pending` or `terminated`, by the last NOTIFY; empty before the first."""
        return self.notifies[-1].get("subscription-state").partition(";")[0].strip() if self.notifies else ""

    def receive(self, transaction: ServerTransaction) -> None:
        """A NOTIFY came, perhaps before the response to the SUBSCRIBE."""
        message = transaction.request
        if message.method != "NOTIFY":
            self.respond(transaction, 501)
            return
        if not parameter(self.remote, "tag"):
            self.remote = message.get("from")
            self.target = uri_in(message.get("contact")) or self.target
        self.notifies.append(message)
        self._fresh.put_nowait(message)
        self.respond(transaction, 200)
