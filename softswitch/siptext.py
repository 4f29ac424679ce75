"""SIP's little grammars, for whoever reads header values: lists, parameters, quoting, URIs. Pure.

PJSIP has parsed a message before its text comes here, but a header's value may still be anything: every
function takes time in proportion to the length of its text, and none raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

_SPECIAL = re.compile(r'\\.|[,;"<>]', re.DOTALL)
_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@\s<>\"]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<params>;[^\s<>\"?@]*)?(?:\?(?P<headers>[^\s<>\"@]*))?",
    re.IGNORECASE,
)
_COMPARED = ("transport", "user", "ttl", "method", "maddr")
"""Parameters that differ from their absence (RFC 3261 section 19.1.4 and its examples)."""


def split(value: str, separator: str = ",") -> list[str]:
    """The parts of a value between separators (`,` or `;`) that stand outside quotes and angle brackets.

    Blank parts are left out. What is opened and never closed runs to the end.
    """
    if separator not in value:
        return [value.strip()] if value.strip() else []
    parts: list[str] = []
    start, within = 0, ""
    for found in _SPECIAL.finditer(value):
        mark = found[0]
        if within:
            if mark == within:
                within = ""
        elif mark in ('"', "<"):
            within = '"' if mark == '"' else ">"
        elif mark == separator:
            parts.append(value[start : found.start()].strip())
            start = found.end()
    parts.append(value[start:].strip())
    return [part for part in parts if part]


def unquoted(text: str) -> str:
    """The text that a quoted string stands for (RFC 3261 section 25.1); any other text as it is."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if "\\" in text else text[1:-1]
    return text


def parameters(text: str) -> dict[str, str]:
    """Parameters such as `;expires=60;q=0.5;ob` by lower-case name, as written; the first of a name holds."""
    found: dict[str, str] = {}
    for part in split(text, ";"):
        name, _, value = part.partition("=")
        found.setdefault(name.strip().lower(), value.strip())
    return found


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a header such as Contact: a URI and the header's parameters."""

    uri: str
    """As written, without brackets."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The header's own parameters; without brackets, all that follow are the header's (RFC 3261 section 20).
    """


def addresses(value: str) -> list[Address]:
    """The addresses in a header's value; one whose bracket is never closed gets an empty URI."""
    return [_address(part) for part in split(value)]


def _address(text: str) -> Address:
    quote = _end_of_quotes(text)
    before, bracket, rest = text[quote:].partition("<")
    if bracket:
        uri, closed, params = rest.partition(">")
        return Address(uri.strip() if closed else "", parameters(params) if params else {})
    uri, _, params = before.partition(";")
    return Address(uri.strip(), parameters(params) if params else {})


def _end_of_quotes(text: str) -> int:
    """Where the display name in quotes ends that a text begins with; 0: it begins with none."""
    if not text.startswith('"'):
        return 0
    for found in _SPECIAL.finditer(text, 1):
        if found[0] == '"':
            return found.end()
    return len(text)


@dataclass(frozen=True, slots=True)
class Uri:
    """A `sip:` or `sips:` URI."""

    scheme: str
    """sip or sips."""
    user: str
    """As written, password included; empty: none."""
    host: str
    """Lower case, an IPv6 address without its brackets."""
    port: int | None = None
    """None: none is written."""
    params: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name, in their order."""
    headers: str = ""
    """What follows the question mark, as written."""

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port is not None else ""
        params = "".join(f";{name}={value}" if value else f";{name}" for name, value in self.params.items())
        return f"{self.scheme}:{user}{host}{port}{params}{f'?{self.headers}' if self.headers else ''}"

    def same(self, other: Uri) -> bool:
        """Whether both are one address, by the rules of RFC 3261 section 19.1.4.

        Of the parameters, `transport`, `user`, `ttl`, `method` and `maddr` must be on both sides or on
        neither; any other must agree where both have it. Hosts are compared as text: an address is never its
        name.
        """
        if self is other:
            return True
        if (
            self.host != other.host
            or self.port != other.port
            or self.scheme != other.scheme
            or (self.user != other.user and unquote(self.user) != unquote(other.user))
            or self.headers != other.headers
        ):
            return False
        mine, theirs = self.params, other.params
        if mine == theirs:
            return True
        if any(mine.get(name, "").lower() != theirs.get(name, "").lower() for name in _COMPARED):
            return False
        return all(value.lower() == theirs[name].lower() for name, value in mine.items() if name in theirs)

    def at(self, host: str, port: int, transport: str) -> Uri:
        """The same user and parameters at another address, reached over `transport` (udp, tcp or tls).

        It is a `sip:` URI: the transport of the one hop is all that counts. A `maddr` would lead elsewhere:
        it goes.
        """
        params = {name: value for name, value in self.params.items() if name not in ("maddr", "transport")}
        if transport != "udp":
            params["transport"] = transport
        return replace(self, scheme="sip", host=host.lower().strip("[]"), port=port, params=params)


def uri(text: str) -> Uri | None:
    """A `sip:` or `sips:` URI; None: the text is none."""
    match = _URI.fullmatch(text)
    if match is None:
        return None
    scheme, user, host, port, params, headers = match.groups()
    if port is not None and not 0 < int(port) < 65536:
        return None
    return Uri(
        scheme=scheme.lower(),
        user=user or "",
        host=host.lower().strip("[]"),
        port=None if port is None else int(port),
        params=parameters(params) if params else {},
        headers=headers or "",
    )
