"""Who has passed a call on before it came here: Diversion (RFC 5806) and History-Info (RFC 7044), read and
written; the reasons of one in words of the other by RFC 7544.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from softswitch import siptext
from softswitch.dialplan.numbering import Numbering

MOST = 5
"""Redirections that are read, and that a call may have (RFC 5806 section 6 wants a limit against loops)."""

CAUSES: Mapping[str, str] = {
    "302": "unconditional",
    "486": "user-busy",
    "408": "no-answer",
    "480": "deflection",
    "487": "deflection",
    "503": "unavailable",
}
"""Diversion's reason by History-Info's cause (RFC 4458, RFC 7544 section 5)."""

_NUMBERS = {reason: cause for cause, reason in reversed(list(CAUSES.items()))}
_TEL = re.compile(r"tel:([^?]*)", re.IGNORECASE)
_CAUSE = re.compile(r"(?:^|[;&?])\s*cause=(\d{3})", re.IGNORECASE)
_INDEX = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Redirection:
    """One number that passed the call on."""

    number: str
    """E.164 where it is known; empty: it hides."""
    reason: str = "unknown"
    """A word of RFC 5806: unconditional, user-busy, no-answer and so on."""


def redirections(headers: Mapping[str, str], numbering: Numbering) -> tuple[Redirection, ...]:
    """Those that a carrier tells of, the latest first."""
    found = _diversions(headers.get("diversion", ""), numbering)
    return tuple((found or _history(headers.get("history-info", ""), numbering))[:MOST])


def _diversions(value: str, numbering: Numbering) -> list[Redirection]:
    found = []
    for address in siptext.addresses(value):
        hides = siptext.unquoted(address.params.get("privacy", "off")).lower() in ("full", "uri")
        reason = siptext.unquoted(address.params.get("reason", "unknown")).lower()
        number = "" if hides else _number(address.uri, numbering)
        found.append(Redirection(number, reason if re.fullmatch(r"[a-z-]{1,32}", reason) else "unknown"))
    return found


def _history(value: str, numbering: Numbering) -> list[Redirection]:
    """Every entry is somebody who was called; the cause in the next one says why it went on from there."""
    entries = sorted(siptext.addresses(value), key=_index)
    found = []
    for entry, following in itertools.pairwise(entries):
        cause = _CAUSE.search(following.uri) or _CAUSE.search(unquote(entry.uri))
        if cause is None:  # the same call on another way, as from an address to its phone
            continue
        hides = "privacy=history" in unquote(entry.uri).lower()
        number = "" if hides else _number(entry.uri, numbering)
        found.append(Redirection(number, CAUSES.get(cause[1], "unknown")))
    return found[::-1]


def _index(entry: siptext.Address) -> list[int]:
    index = entry.params.get("index", "")
    return [int(part[:6]) for part in index.split(".")] if _INDEX.fullmatch(index) else []


def _number(text: str, numbering: Numbering) -> str:
    if (tel := _TEL.match(text)) is not None:
        return numbering.arrived(tel[1])
    uri = siptext.uri(text)
    return numbering.arrived(uri.user.partition(":")[0]) if uri is not None else ""


def written(passed: Sequence[Redirection], target: str, domain: str) -> dict[str, str]:
    """Both headers of a call that goes on to the URI `target`. Numbers, the latest first, are in the
    carrier's form.
    """
    shown = [one for one in passed if one.number][:MOST]
    if not shown:
        return {}
    diversion = ", ".join(f"<sip:{one.number}@{domain}>;reason={one.reason};privacy=off" for one in shown)
    entries, index, cause = [], "1", ""
    for one in reversed(shown):
        entries.append(f"<sip:{one.number}@{domain}{cause}>;index={index}")
        cause, index = f";cause={_NUMBERS.get(one.reason, '404')}", f"{index}.1"
    before = index.rpartition(".")[0]
    entries.append(f"<{target}{cause}>;index={index};mp={before}")
    return {"Diversion": diversion, "History-Info": ", ".join(entries)}
