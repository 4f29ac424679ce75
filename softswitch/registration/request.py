"""What a REGISTER says, read off its headers (RFC 3261 sections 10.2 and 20, RFC 3327 for Path)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from softswitch import siptext
from softswitch.siptext import Uri
from softswitch.types import AgentName, Seconds

MAX_TEXT = 8192
"""Characters of the Contact and of the Path headers that are read, each; the largest phones need a tenth."""

_SECONDS = re.compile(r"[0-9]{1,10}")
_CSEQ = re.compile(r"([0-9]{1,10})[ \t]+\S+")
_Q = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Received:
    """Where a request came from, as the transport saw it."""

    host: str
    port: int
    transport: str = "udp"
    """udp, tcp or tls."""

    @property
    def hop(self) -> str:
        """The URI of a route that leads back there, and that no Route header shows."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        transport = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{host}:{self.port}{transport};lr;hide"


@dataclass(frozen=True, slots=True)
class Contact:
    """One address that a phone wants to be reached at."""

    uri: Uri
    text: str
    """The URI as written."""
    expires: Seconds | None = None
    """Its own parameter; None: none, or one that is no number (then the default holds)."""
    q: float = 1.0
    """Preference, 0 to 1."""
    instance: str = ""
    """`+sip.instance` (RFC 5626), opaque: the same phone, wherever it registers from."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A REGISTER of an agent who has proved to be that agent."""

    agent: AgentName
    call_id: str
    cseq: int
    received: Received
    contacts: tuple[Contact, ...] = ()
    """None of them, and no star: the phone only asks."""
    star: bool = False
    """`Contact: *`: all of them."""
    expires: Seconds | None = None
    """The Expires header."""
    path: tuple[str, ...] = ()
    """The proxies on the way back to the phone, the next one first (RFC 3327): values for Route headers."""
    user_agent: str = ""
    """The phone's own word for itself."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A REGISTER that cannot be read: 400."""

    why: str
    """For the reason phrase and the log."""


def read(agent: AgentName, headers: Mapping[str, str], received: Received) -> Registration | Malformed:
    """The registration in a REGISTER's headers, which come by lower-case long names, repeated ones joined by
    commas.
    """
    cseq = _CSEQ.fullmatch(headers.get("cseq", "").strip())
    call_id = headers.get("call-id", "").strip()
    if cseq is None or not call_id:
        return Malformed("CSeq or Call-ID missing")
    listed, path = headers.get("contact", ""), headers.get("path", "")
    if max(len(listed), len(path)) > MAX_TEXT:
        return Malformed("Too long a Contact or Path")
    star = listed.strip() == "*"
    contacts = () if star else _contacts(listed)
    if isinstance(contacts, Malformed):
        return contacts
    return Registration(
        agent=agent,
        call_id=call_id,
        cseq=int(cseq[1]),
        received=received,
        contacts=contacts,
        star=star,
        expires=_seconds(headers.get("expires")),
        path=tuple(siptext.split(path)),
        user_agent=headers.get("user-agent", ""),
    )


def _contacts(value: str) -> tuple[Contact, ...] | Malformed:
    found = []
    for address in siptext.addresses(value):
        if address.uri == "*":
            return Malformed("Contact * stands alone")
        uri = siptext.uri(address.uri)
        if uri is None:
            return Malformed("Contact is no SIP URI")
        params = address.params
        q = params.get("q", "1")
        found.append(
            Contact(
                uri=uri,
                text=address.uri,
                expires=_seconds(params.get("expires")),
                q=float(q) if _Q.fullmatch(q) else 1.0,
                instance=siptext.unquoted(params.get("+sip.instance", "")),
            )
        )
    return tuple(found)


def _seconds(text: str | None) -> Seconds | None:
    """delta-seconds; None where there are none that can be read (RFC 3261 section 10.2.1.1: then the
    default).
    """
    text = (text or "").strip()
    return float(text) if _SECONDS.fullmatch(text) else None
