"""What a SUBSCRIBE says, read off its headers (RFC 6665 section 4.1.2, RFC 3261 section 20)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from softswitch import siptext
from softswitch.registration.request import Received
from softswitch.types import Seconds

MAX_TEXT = 2048
"""Characters of each header that a subscription keeps; phones need a tenth."""

DIALOG, MESSAGES = "dialog", "message-summary"
BODIES = {DIALOG: "application/dialog-info+xml", MESSAGES: "application/simple-message-summary"}
"""What each event package sends (RFC 4235 section 3.5, RFC 3842 section 3.5)."""

_SECONDS = re.compile(r"[0-9]{1,10}")
_CSEQ = re.compile(r"([0-9]{1,10})[ \t]+\S+")
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A SUBSCRIBE, whoever sent it."""

    call_id: str
    cseq: int
    theirs: str
    """Their address with their tag, as the To of our requests says it."""
    their_tag: str
    ours: str
    """Our address without a tag, as they write it."""
    our_tag: str
    """Empty: it asks for a new subscription."""
    package: str
    event: str
    """The value of Event as our requests repeat it: the package, and `id` where there is one."""
    contact: str
    """Their remote target; empty: none, as is allowed within the dialog."""
    source: Received
    accept: frozenset[str] = frozenset()
    """Types of body in lower case; empty: what the package sends."""
    expires: Seconds | None = None
    """None: the phone names no time."""
    record_route: tuple[str, ...] = ()
    """URIs of the proxies that stay on the way, the next to us first."""

    @property
    def accepts(self) -> bool:
        """Whether it takes what the package sends."""
        kind = BODIES[self.package]
        return not self.accept or bool(self.accept & {kind, f"{kind.partition('/')[0]}/*", "*/*"})

    @property
    def route(self) -> tuple[str, ...]:
        """The hops of our requests: the proxies, else back where it came from, whatever Contact says.

        A proxy that gives itself a name is reached where the request came from too: no name is looked up.
        """
        if not self.record_route:
            return (self.source.hop,)
        first = siptext.uri(self.record_route[0])
        leads_there = first is not None and _ADDRESS.fullmatch(first.host) and "maddr" not in first.params
        return self.record_route if leads_there else (self.source.hop, *self.record_route)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A SUBSCRIBE that cannot be read: 400."""

    why: str


def read(headers: Mapping[str, str], source: Received) -> Subscribe | Malformed:
    """The subscription that the headers ask for, which come by lower-case long names, repeated ones joined by
    commas.
    """
    kept = ("call-id", "from", "to", "event", "contact", "record-route", "accept")
    if any(len(headers.get(name, "")) > MAX_TEXT for name in kept):
        return Malformed("a header is too long")
    cseq = _CSEQ.fullmatch(headers.get("cseq", "").strip())
    call_id = headers.get("call-id", "").strip()
    them, us = siptext.addresses(headers.get("from", "")), siptext.addresses(headers.get("to", ""))
    if cseq is None or not call_id or len(them) != 1 or len(us) != 1 or not them[0].params.get("tag"):
        return Malformed("Call-ID, CSeq, From or To")
    package, _, params = headers.get("event", "").partition(";")
    package = package.strip().lower()
    if package and not _TOKEN.fullmatch(package):
        return Malformed("Event")
    mark = siptext.parameters(params).get("id", "")
    if mark and not _TOKEN.fullmatch(mark):
        return Malformed("id of Event")
    contacts = siptext.addresses(headers.get("contact", ""))
    our_tag = us[0].params.get("tag", "")
    if len(contacts) > 1 or not (contacts or our_tag) or (contacts and siptext.uri(contacts[0].uri) is None):
        return Malformed("one Contact, a SIP URI")
    expires = headers.get("expires", "").strip()
    return Subscribe(
        call_id=call_id,
        cseq=int(cseq[1]),
        theirs=f"<{them[0].uri}>;tag={them[0].params['tag']}",
        their_tag=them[0].params["tag"],
        ours=f"<{us[0].uri}>",
        our_tag=our_tag,
        package=package,
        event=f"{package};id={mark}" if mark else package,
        contact=contacts[0].uri if contacts else "",
        source=source,
        accept=frozenset(
            one.partition(";")[0].strip().lower() for one in siptext.split(headers.get("accept", ""))
        ),
        expires=float(expires) if _SECONDS.fullmatch(expires) else None,
        record_route=tuple(one.uri for one in siptext.addresses(headers.get("record-route", ""))),
    )
