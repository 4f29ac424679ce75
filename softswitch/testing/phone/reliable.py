"""A provisional response that is repeated until its PRACK comes (RFC 3262 section 3)."""

from __future__ import annotations

import asyncio

from softswitch.testing.phone.message import Message
from softswitch.testing.phone.transactions import T1, ServerTransaction


class ReliableResponse:
    """The last response that a transaction sent, or is about to send, under one number."""

    def __init__(self, transaction: ServerTransaction, number: int) -> None:
        self.headers = [("Require", "100rel"), ("RSeq", str(number))]
        """What makes the response a reliable one."""
        self.pracked = asyncio.Event()
        self._transaction = transaction
        self._number = number
        self._wait = T1
        self._timer = asyncio.get_running_loop().call_later(T1, self._again)

    def acknowledges(self, prack: Message) -> bool:
        """Whether a PRACK means this response; then it is repeated no more."""
        if prack.get("rack").split() != [str(self._number), *self._transaction.request.get("cseq").split()]:
            return False
        self.stop()
        self.pracked.set()
        return True

    def stop(self) -> None:
        """Repeat no more."""
        self._timer.cancel()

    def _again(self) -> None:
        if self._transaction.status >= 200 or self._wait > 32:
            return
        self._transaction.repeated()
        self._wait *= 2
        self._timer = asyncio.get_running_loop().call_later(self._wait, self._again)
