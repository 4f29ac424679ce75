"""SIP messages as text (RFC 3261 section 7): what a test phone needs to read and to write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

COMPACT = {
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
}

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    603: "Decline",
}


class NotSip(ValueError):
    """These bytes are no SIP message."""


@dataclass(slots=True)
class Message:
    """One request or response."""

    start: str
    """The request line or status line."""
    headers: list[tuple[str, str]]
    """Names as written, values unfolded, in order."""
    body: bytes = b""
    _status: int | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        match = re.match(r"SIP/2\.0 (\d{3})", self.start)
        self._status = int(match[1]) if match else None

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Read one whole message. Raises NotSip."""
        head, separator, body = data.partition(b"\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
        if not separator or "SIP/2.0" not in lines[0]:
            raise NotSip(f"no SIP message: {data[:60]!r}")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise NotSip(f"a header without a colon: {line!r}")
            headers.append((name.strip(), value.strip()))
        message = cls(lines[0], headers)
        length = message.get("content-length")
        message.body = body[: int(length)] if length else body
        return message

    def pack(self) -> bytes:
        """As it goes on the wire, with its Content-Length."""
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body

    @property
    def status(self) -> int:
        """A response's status; 0 for a request."""
        return self._status or 0

    @property
    def is_request(self) -> bool:
        """Whether it asks rather than answers."""
        return self._status is None

    @property
    def method(self) -> str:
        """What is asked; of a response: what was asked."""
        return self.start.split(" ", 1)[0] if self.is_request else self.cseq[1]

    @property
    def uri(self) -> str:
        """A request's target."""
        return self.start.split(" ")[1]

    @property
    def cseq(self) -> tuple[int, str]:
        """The number and the method."""
        number, _, method = self.get("cseq").partition(" ")
        return int(number), method.strip()

    @property
    def branch(self) -> str:
        """The branch of the topmost Via."""
        return parameter(self.get("via"), "branch")

    def get(self, name: str, default: str = "") -> str:
        """The first value of a header, by its long name in any case."""
        return next(iter(self.all(name)), default)

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order, as lines."""
        wanted = name.lower()
        return [value for key, value in self.headers if COMPACT.get(key.lower(), key.lower()) == wanted]

    def listed(self, name: str) -> list[str]:
        """Every value of a header whose lines may hold several with commas, as Record-Route."""
        return [part.strip() for value in self.all(name) for part in re.split(r",(?![^<]*>)", value)]


def response_to(request: Message, status: int, *, tag: str = "", reason: str = "") -> Message:
    """A response with everything that RFC 3261 section 8.2.6 copies; `tag` goes to To if it has none."""
    headers = [("Via", via) for via in request.all("via")]
    to = request.get("to")
    if tag and not parameter(to, "tag"):
        to += f";tag={tag}"
    headers += [("Record-Route", route) for route in request.all("record-route")]
    headers += [("From", request.get("from")), ("To", to)]
    headers += [("Call-ID", request.get("call-id")), ("CSeq", request.get("cseq"))]
    return Message(f"SIP/2.0 {status} {reason or REASONS.get(status, 'Whatever')}", headers)


def request(method: str, uri: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> Message:
    """A request."""
    return Message(f"{method} {uri} SIP/2.0", list(headers), body)


def uri_in(value: str) -> str:
    """The URI of a name-addr or addr-spec: of `"A" <sip:a@b>;tag=1` it is `sip:a@b`."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.partition(";")[0].strip()


def parameter(value: str, name: str) -> str:
    """A header parameter, empty when absent; what is inside <> is not looked at."""
    match = re.search(rf";\s*{name}\s*=\s*([^;,\s]+)", re.sub(r"<[^>]*>", "", value), re.IGNORECASE)
    return match[1] if match else ""


def hop_of(uri: str) -> tuple[str, str, int]:
    """Transport, host (of IPv6 without brackets) and port that a SIP URI names. Raises NotSip."""
    match = re.match(r"sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?(.*)", uri)
    if not match:
        raise NotSip(f"no SIP URI: {uri!r}")
    transport = re.search(r";transport=(\w+)", match[3], re.IGNORECASE)
    return (transport[1].lower() if transport else "udp"), match[1].strip("[]"), int(match[2] or 5060)
