"""SIP text as far as the switch reads and writes it: headers of a request, addresses, quoting (RFC 3261).

PJSIP has parsed a message before it comes here; this reads the few values that the switch wants to know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from unicodedata import combining
from urllib.parse import quote, unquote

from softswitch import siptext
from softswitch.routing import whole
from softswitch.types import Party

LONG_NAMES = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "d": "request-disposition",
    "e": "content-encoding", "f": "from", "i": "call-id", "j": "reject-contact", "k": "supported",
    "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires", "y": "identity",
}  # fmt: skip
"""Compact header names (RFC 3261 section 7.3.3 and its registry)."""

_FOLD = re.compile(r"\r?\n[ \t]+")
_END_OF_HEAD = re.compile(r"\r?\n\r?\n")
_NAME_ADDR = re.compile(r'(?:"((?:[^"\\]|\\.)*)"\s*|([^<",]*))<([^>]*)>')
"""No two parts of it match the same blanks: a header full of them must not cost their number squared."""
_USER = re.compile(r"(?:sips?:(?:([^@?]*)@)?|tel:([^?]*))", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_STRAY_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that was no UTF-8, as Python writes it down ("surrogateescape")."""
_HIDDEN = frozenset({"id", "user"})
"""What a caller asks for in Privacy who wants not to be shown."""
_RESTRICTED = frozenset({"full", "uri"})
"""The same in Remote-Party-ID."""
_REVERSING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that change the direction of what follows (UAX #9): by them a name reads as what it is not."""
NAME, NUMBER = 80, 128
"""Characters of a caller's display name and user part that are read. Both stand in INVITEs to agents, several
times and escaped: of longer ones no phone could be rung.
"""
MARKS = 3
"""Accents and points upon one letter; of more of them names grow over what stands above."""
_USER_SAFE = "-_.!~*'()&=+$,/"
"""What may stand unescaped in the user part of a SIP URI (RFC 3261 section 25.1), `;` and `?` apart."""


@lru_cache(maxsize=256)
def _long_name(written: str) -> str:
    """A header's name as it is asked for. Phones write few names, and each of them always in one way."""
    name = written.strip().lower()
    return LONG_NAMES.get(name, name)


def _as_latin_1(stray: re.Match[str]) -> str:
    return chr(ord(stray[0]) - 0xDC00)


class Message:
    """A request as text. It is taken apart when somebody asks: most are never asked about most of it."""

    def __init__(self, text: str) -> None:
        """Bytes that are no UTF-8 are read as Latin-1, as old telephones mean them."""
        self.text = text if text.isascii() else _STRAY_BYTE.sub(_as_latin_1, text)

    @cached_property
    def _split(self) -> tuple[str, str]:
        head, _, body = self.text.partition("\r\n\r\n")
        if "\n\n" in head or "\n\r\n" in head:  # as some write it
            head, *rest = _END_OF_HEAD.split(self.text, maxsplit=1)
            body = rest[0]
        return head, body

    @cached_property
    def uri(self) -> str:
        """The request URI."""
        words = self.text.split(" ", 2)
        return words[1] if len(words) > 2 else ""

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Values by lower-case long name; those of a header that comes several times are joined by commas."""
        found: dict[str, str] = {}
        head = self._split[0]
        if "\n " in head or "\n\t" in head:
            head = _FOLD.sub(" ", head)
        for line in head.split("\n")[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                continue
            key, value = _long_name(name), value.strip()
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    @property
    def body(self) -> str:
        """What follows the empty line."""
        return self._split[1]

    def caller(self, *, believed: bool = False) -> Party:
        """Who calls, as From says; `believed`, as a carrier is: P-Asserted-Identity goes before (RFC 3325).

        Who hides has neither number nor name: by Privacy (RFC 3323), or by an anonymous From that nobody
        believed knows better.
        """
        asserted = self.headers.get("p-asserted-identity", "") if believed else ""
        found = party(asserted) if asserted else self.sender
        wishes = {wish.strip().lower() for wish in self.headers.get("privacy", "").split(";")}
        hides = wishes & _HIDDEN or _is_anonymous(found.uri) or (believed and self._is_restricted())
        return Party("", "", found.uri) if hides else found

    def _is_restricted(self) -> bool:
        """Whether a carrier says that the caller is not to be shown in the way that came before Privacy, in
        `Remote-Party-ID: <sip:100@192.0.2.1>;party=calling;privacy=full` (draft-ietf-sip-privacy-04).
        """
        for address in siptext.addresses(self.headers.get("remote-party-id", "")):
            party_of = siptext.unquoted(address.params.get("party", "calling")).lower()
            wish = siptext.unquoted(address.params.get("privacy", "")).lower()
            if party_of == "calling" and wish.partition("-")[0] in _RESTRICTED:
                return True
        return False

    @property
    def sender(self) -> Party:
        """Who From says it is."""
        return party(self.headers.get("from", ""))


def _is_anonymous(uri: str) -> bool:
    """Whether a URI says that it says nothing (RFC 3323 section 4.1.1.3)."""
    return user(uri).lower() == "anonymous" or "@anonymous.invalid" in uri.lower()


def party(value: str) -> Party:
    """The first address in a header such as From: `"Front desk" <sip:201@192.0.2.20>;tag=4`."""
    match = _NAME_ADDR.match(value.lstrip())
    if match:
        quoted, plain, uri = match.groups()
        name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
        return Party(user(uri)[:NUMBER], _legible(name), uri)
    uri = re.split(r"[;,\s]", value.strip(), maxsplit=1)[0]
    return Party(user(uri)[:NUMBER], "", uri)


def _legible(name: str) -> str:
    """A display name without what makes it unreadable, or phones, pages and reports with it; whoever calls
    chooses it.
    """
    name = name[: 4 * NAME].strip()
    if not name.isascii():
        name, marks, kept = _REVERSING.sub("", name), 0, []
        for letter in name:
            marks = marks + 1 if combining(letter) else 0
            if marks <= MARKS:
                kept.append(letter)
        name = "".join(kept)
    return name[:NAME].strip()


def user(uri: str) -> str:
    """The user part of a SIP URI without password and parameters, or the number of a tel URI; unescaped, and
    whole where its context says so (`routing.whole`).
    """
    match = _USER.match(uri.strip())
    if not match:
        return ""
    found = match.group(1) or match.group(2) or ""
    number, _, parameters = found.partition(";")
    return whole(unquote(number.split(":")[0]), parameters.split(":")[0])


def name_addr(who: Party, domain: str) -> str:
    """`who` as it stands in From: display name and a SIP URI in `domain`."""
    number = quote(_CONTROL.sub("", who.number), safe=_USER_SAFE) or "anonymous"
    address = f"<sip:{number}@{domain}>"
    return f"{quoted(who.name)} {address}" if who.name else address


def quoted(text: str) -> str:
    """A quoted string (RFC 3261 section 25.1); what would end the line becomes a space."""
    clean = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}"'


def via_transport(via: str) -> str:
    """The transport that the first Via names (RFC 3261 section 20.42), in lower case: `udp`."""
    words = via.partition(";")[0].split("/")
    return words[2].split()[0].lower() if len(words) > 2 and words[2].split() else ""


def one_line(text: str) -> str:
    """A header's value in which nothing can start another header."""
    return _CONTROL.sub(" ", text)
