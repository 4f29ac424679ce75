"""A telephone for tests: writes its SIP by hand, so that it can also write what no telephone should."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

Address = tuple[str, int]
PATIENCE = 5.0
"""Seconds until a message that does not come fails the test."""


@dataclass(frozen=True)
class Heard:
    """A SIP message that came in."""

    text: str
    source: Address

    @property
    def first(self) -> str:
        return self.text.split("\r\n", 1)[0]

    @property
    def status(self) -> int:
        """Of a response; 0 for a request."""
        return int(self.first.split(" ")[1]) if self.first.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        """Of the request, or of the request that a response answers."""
        return self.header("CSeq").split(" ")[1]

    @property
    def body(self) -> str:
        return self.text.split("\r\n\r\n", 1)[1]

    def header(self, name: str) -> str:
        """The first of that name, or nothing."""
        values = self.headers(name)
        return values[0] if values else ""

    def headers(self, name: str) -> list[str]:
        lines = self.text.split("\r\n\r\n", 1)[0].split("\r\n")[1:]
        return [value.strip() for key, _, value in (line.partition(":") for line in lines) if key == name]

    @property
    def rtp(self) -> Address:
        """Where the SDP wants its sound."""
        lines = dict(line.split("=", 1) for line in self.body.split("\r\n") if "=" in line)
        return lines["c"].split(" ")[2], int(lines["m"].split(" ")[1])


_VERSIONS = itertools.count(1)
"""Of session descriptions. No chance: names of tests have them, and each process must find the same tests."""


def sdp(port: int, direction: str = "sendrecv", codecs: str = "0 101", address: str = "127.0.0.1") -> str:
    """An offer or answer with one audio line."""
    return "\r\n".join([
        "v=0", f"o=- 1 {next(_VERSIONS)} IN IP4 127.0.0.1", "s=-", f"c=IN IP4 {address}", "t=0 0",
        f"m=audio {port} RTP/AVP {codecs}", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16",
        f"a={direction}", "",
    ])  # fmt: skip


class Phone(asyncio.DatagramProtocol):
    """One UDP port that speaks SIP with the switch."""

    def __init__(self, switch: Address) -> None:
        self.switch = switch
        self.messages: list[Heard] = []
        self._came = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, port: int, switch: Address) -> Phone:
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(lambda: cls(switch), ("127.0.0.1", port))
        phone.port = port
        return phone

    port = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, source: Address) -> None:
        message = Heard(data.decode(errors="replace"), source)
        if message.status == 100:
            return
        self.messages.append(message)
        task = asyncio.get_running_loop().create_task(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self._came:
            self._came.notify_all()

    def close(self) -> None:
        self.transport.close()

    def send(self, text: str) -> None:
        self.transport.sendto(text.encode(), self.switch)

    async def wait(self, wanted: Callable[[Heard], bool], patience: float = PATIENCE) -> Heard:
        """The first message, taken out of those that came, that is wanted."""

        def find() -> Heard | None:
            return next((message for message in self.messages if wanted(message)), None)

        async with asyncio.timeout(patience), self._came:
            await self._came.wait_for(lambda: find() is not None)
        found = find()
        assert found is not None
        self.messages.remove(found)
        return found

    async def request(self, method: str, *, to_tag: str = "", body: str = "", **headers: str) -> Heard:
        """A request that is no call, and the final answer to it."""
        dialog = Dialog(self, "600")
        dialog.remote_tag = to_tag
        dialog.send(method, body, **headers)
        return await dialog.final(method)


class Dialog:
    """A call, as a telephone sees it."""

    def __init__(self, phone: Phone, number: str = "600", caller: str = '"Ada" <sip:100@127.0.0.1>') -> None:
        self.phone = phone
        self.uri = f"sip:{number}@{phone.switch[0]}:{phone.switch[1]}"
        self.caller = caller
        self.call_id = secrets.token_hex(8)
        self.tag = secrets.token_hex(4)
        self.remote_tag = ""
        self.cseq = 0
        self.branch = ""
        self.answered_sdp: Address | None = None
        """Where the switch wants our sound."""

    def text(self, method: str, body: str = "", *, cseq: int = 0, branch: str = "", **headers: str) -> str:
        """A request of this dialog; header names have underscores for hyphens."""
        self.branch = branch or f"z9hG4bK{secrets.token_hex(6)}"
        tag = f";tag={self.remote_tag}" if self.remote_tag else ""
        hops = headers.pop("Max_Forwards", "70")
        lines = [
            f"{method} {self.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.phone.port};branch={self.branch};rport",
            f"Max-Forwards: {hops}",
            f"From: {self.caller};tag={self.tag}",
            f"To: <{self.uri}>{tag}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq or self.cseq} {method}",
        ]
        headers.setdefault("Contact", f"<sip:100@127.0.0.1:{self.phone.port}>")
        if body and "Content_Type" not in headers:
            headers["Content_Type"] = "application/sdp"
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])

    def send(self, method: str, body: str = "", **headers: str) -> None:
        self.cseq += 1
        self.phone.send(self.text(method, body, **headers))

    async def answer(self, status: int, method: str = "INVITE") -> Heard:
        """The response with this status."""
        found = await self.phone.wait(
            lambda m: m.status == status and m.method == method and m.header("Call-ID") == self.call_id
        )
        self._note(found)
        return found

    async def final(self, method: str) -> Heard:
        """The final response, whatever it is."""
        found = await self.phone.wait(
            lambda m: m.status >= 200 and m.method == method and m.header("Call-ID") == self.call_id
        )
        self._note(found)
        return found

    def _note(self, response: Heard) -> None:
        if ";tag=" in response.header("To"):
            self.remote_tag = response.header("To").split(";tag=")[1]

    def ack(self, body: str = "") -> None:
        self.phone.send(self.text("ACK", body))

    async def invite(self, body: str, **headers: str) -> Heard:
        """Call, or change the call; returns the final answer, acknowledged."""
        self.send("INVITE", body, **headers)
        branch = self.branch
        answer = await self.final("INVITE")
        if answer.status < 300:
            self.answered_sdp = answer.rtp if answer.body else None
            self.ack()
        else:
            self.phone.send(self.text("ACK", branch=branch))
        return answer

    async def bye(self) -> Heard:
        self.send("BYE")
        return await self.final("BYE")


class Ringing:
    """The other end of a call that the switch makes to this phone."""

    def __init__(self, phone: Phone, invite: Heard) -> None:
        self.phone = phone
        self.invite = invite
        self.tag = secrets.token_hex(4)

    @classmethod
    async def wait(cls, phone: Phone) -> Ringing:
        return cls(phone, await phone.wait(lambda m: m.first.startswith("INVITE ")))

    def respond(self, status: int, body: str = "", request: Heard | None = None, **headers: str) -> None:
        """Answer the INVITE, or another request of the call."""
        headers.setdefault("Contact", f"<sip:201@127.0.0.1:{self.phone.port}>")
        request = request or self.invite
        to = request.header("To")
        lines = [
            f"SIP/2.0 {status} Because",
            *(f"Via: {via}" for via in request.headers("Via")),
            f"From: {request.header('From')}",
            f"To: {to if ';tag=' in to else f'{to};tag={self.tag}'}",
            f"Call-ID: {request.header('Call-ID')}",
            f"CSeq: {request.header('CSeq')}",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        if body:
            lines.append("Content-Type: application/sdp")
        self.phone.send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]))

    async def request(self, method: str) -> Heard:
        """The next request of that method from the switch."""
        return await self.phone.wait(lambda m: m.first.startswith(f"{method} "))
