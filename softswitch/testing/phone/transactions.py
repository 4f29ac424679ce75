"""Transactions (RFC 3261 section 17) as a test phone needs them: repeat until heard, answer repetitions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from softswitch.testing.phone.message import Message, request
from softswitch.testing.phone.wire import Peer

T1 = 0.5
"""Seconds until the first repetition."""
T2 = 4.0
"""The longest time between two repetitions."""
PATIENCE = 64 * T1
"""When nobody answers at all."""


class Repeater:
    """Sends one message again and again, ever more slowly, until it is stopped or patience is over."""

    def __init__(self, peer: Peer, data: bytes, *, longest: float = T2, gave_up: Callable[[], None]) -> None:
        """Send now; the first repetition comes after T1. `longest` bounds the time between two."""
        self._peer = peer
        self._data = data
        self._longest = longest
        self._gave_up = gave_up
        self._wait = T1
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + PATIENCE
        peer.send(data)
        self._timer: asyncio.TimerHandle | None = self._loop.call_later(self._wait, self._again)

    def stop(self) -> None:
        """It was heard."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        if self._loop.time() >= self._end:
            self._timer = None
            self._gave_up()
            return
        self._peer.send(self._data)
        self._wait = min(2 * self._wait, self._longest)
        self._timer = self._loop.call_later(self._wait, self._again)


class ClientTransaction:
    """One request of ours and its responses."""

    def __init__(
        self, message: Message, peer: Peer, on_response: Callable[[Message], None] | None = None
    ) -> None:
        """Send it. `on_response` gets every response, repeated 200s too."""
        self.request = message
        self.final: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        """The final response; stays open when none comes, and is TimeoutError after 32 s."""
        self.provisional: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._peer = peer
        self._on_response = on_response
        self._repeater: Repeater | None = None
        if peer.reliable:
            peer.send(message.pack())
        else:
            longest = PATIENCE if message.method == "INVITE" else T2
            self._repeater = Repeater(peer, message.pack(), longest=longest, gave_up=self._gave_up)

    @property
    def key(self) -> tuple[str, str]:
        """By which responses are matched (section 17.1.3)."""
        return self.request.branch, self.request.method

    def receive(self, response: Message) -> None:
        """A response to this request came in."""
        if response.status < 200:
            if self.request.method == "INVITE":
                self.stop()
            if not self.provisional.done():
                self.provisional.set_result(response)
        else:
            self.stop()
            if self.request.method == "INVITE" and response.status >= 300:
                self._peer.send(self._ack(response).pack())
            if not self.final.done():
                self.final.set_result(response)
        if self._on_response:
            self._on_response(response)

    def cancel(self) -> Message:
        """The CANCEL of this INVITE (section 9.1)."""
        copied = ("via", "max-forwards", "from", "to", "call-id", "route")
        headers = [(name, value) for name, value in self.request.headers if name.lower() in copied]
        headers.append(("CSeq", f"{self.request.cseq[0]} CANCEL"))
        return request("CANCEL", self.request.uri, headers)

    def stop(self) -> None:
        """Repeat no more."""
        if self._repeater:
            self._repeater.stop()

    def _ack(self, response: Message) -> Message:
        """The ACK of a refusal, in the INVITE's own transaction (section 17.1.1.3)."""
        copied = ("via", "max-forwards", "from", "call-id", "route")
        headers = [(name, value) for name, value in self.request.headers if name.lower() in copied]
        headers += [("To", response.get("to")), ("CSeq", f"{self.request.cseq[0]} ACK")]
        return request("ACK", self.request.uri, headers)

    def _gave_up(self) -> None:
        if not self.final.done():
            self.final.set_exception(TimeoutError(f"no answer to {self.request.start}"))
            self.final.exception()


class ServerTransaction:
    """One request of the other side and our responses."""

    def __init__(self, message: Message, peer: Peer) -> None:
        self.request = message
        self.acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """An INVITE's final response has its ACK."""
        self.status = 0
        """The last response sent; 0 before the first."""
        self._peer = peer
        self._last = b""
        self._repeater: Repeater | None = None

    def respond(self, response: Message) -> None:
        """Send a response; an INVITE's final one is repeated until its ACK (sections 13.3.1.4, 17.2.1)."""
        self._last = response.pack()
        self.status = response.status
        repeated = self.request.method == "INVITE" and response.status >= 200
        if repeated and (response.status < 300 or not self._peer.reliable):
            self._repeater = Repeater(self._peer, self._last, gave_up=lambda: None)
        else:
            self._peer.send(self._last)

    def repeated(self) -> None:
        """The same request came again."""
        if self._last:
            self._peer.send(self._last)

    def acknowledge(self) -> None:
        """Its ACK came."""
        self.stop()
        if not self.acknowledged.done():
            self.acknowledged.set_result(None)

    def stop(self) -> None:
        """Repeat no more."""
        if self._repeater:
            self._repeater.stop()
