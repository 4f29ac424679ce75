"""A REFER that was sent, and what the NOTIFYs after it tell (RFC 3515)."""

from __future__ import annotations

import asyncio
import re

from softswitch.testing.phone.message import Message

PATIENCE = 15.0
"""Seconds that `until_done` waits before it raises TimeoutError."""


class Transfer:
    """Made by `Call.refer`."""

    def __init__(self) -> None:
        self.number = 0
        """The REFER's CSeq, which is the id of its subscription."""
        self.response: Message | None = None
        """The final response to the REFER: 202 when the other side tries."""
        self.notifies: list[Message] = []
        """Every NOTIFY, in order."""
        self._done = asyncio.Event()

    @property
    def accepted(self) -> bool:
        """Whether the REFER got a 2xx."""
        return self.response is not None and self.response.status < 300

    @property
    def statuses(self) -> list[int]:
        """What the sipfrags said, in order: 100, 180, 200."""
        lines = (re.match(rb"SIP/2\.0 (\d{3})", notify.body) for notify in self.notifies)
        return [int(line[1]) for line in lines if line]

    async def until_done(self, within: float = PATIENCE) -> int:
        """Wait for the last NOTIFY; gives the status it told, 0 for none."""
        async with asyncio.timeout(within):
            await self._done.wait()
        return self.statuses[-1] if self.statuses else 0

    def begin(self, number: int, response: Message) -> None:
        """The REFER has its final response."""
        self.number = number
        self.response = response

    def receive(self, notify: Message) -> None:
        """A NOTIFY came; it may be here before the response."""
        self.notifies.append(notify)
        if notify.get("subscription-state").lower().startswith("terminated"):
            self._done.set()
