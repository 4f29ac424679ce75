"""Digest authentication (RFC 7616, RFC 8760; RFC 2617 and 2069 for old phones): challenges, credentials, the
proof.

What is offered: SHA-256, then MD5, `qop="auth"`. `-sess` algorithms, `auth-int` and `userhash` are never
offered and are refused. Nothing here knows users or nonces.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import md5, sha256

from softswitch import siptext


class Algorithm(StrEnum):
    """How a digest is made."""

    SHA256 = "SHA-256"
    MD5 = "MD5"


STRONGEST_FIRST = (Algorithm.SHA256, Algorithm.MD5)
"""The order of challenges: a phone takes the first that it knows (RFC 8760 section 2.4)."""

MAX_LENGTH = 4096
"""Characters of an Authorization header that are read; a longer one is no phone's."""

_BY_NAME = {algorithm.value: algorithm for algorithm in Algorithm}
_PART = re.compile(
    r'\s*(?:([A-Za-z0-9_*.-]+)[ \t]*=[ \t]*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s",]+)[ \t]*(?:,|$)'
    r"|([A-Za-z][A-Za-z0-9_-]*)[ \t]+(?!=)"
    r"|(\S[\s\S]*))"
)
"""A parameter's name and value; or a scheme; or all the rest, which is neither."""
_NEEDED = ("username", "realm", "nonce", "uri", "response")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_COUNT = re.compile(r"[0-9A-Fa-f]{1,8}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a phone sent in Authorization (or Proxy-Authorization)."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    """Lower-case hexadecimal digits."""
    algorithm: Algorithm
    count: int | None
    """The nonce count `nc`; None: without `qop`, as in RFC 2069."""
    count_text: str = ""
    """`nc` as written: the digest covers its text."""
    cnonce: str = ""

    @property
    def legacy(self) -> bool:
        """In the form of RFC 2069, without `qop`."""
        return self.count is None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An Authorization header that cannot be used."""

    why: str
    """For the log."""
    malformed: bool = True
    """True: it breaks the grammar (400). False: it is none of ours, and a challenge is the answer (401)."""


def challenges(
    realm: str, nonce: str, *, stale: bool = False, algorithms: Iterable[Algorithm] = STRONGEST_FIRST
) -> tuple[str, ...]:
    """Values of WWW-Authenticate, each for a line of its own (RFC 3261 section 7.3.1), best first."""
    quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
    old = ", stale=true" if stale else ""
    return tuple(
        f'Digest realm="{quoted}", nonce="{nonce}"{old}, algorithm={algorithm.value}, qop="auth"'
        for algorithm in STRONGEST_FIRST
        if algorithm in set(algorithms)
    )


def parse(value: str, realm: str | None = None) -> Credentials | Unreadable:
    """The credentials in a value; of several, joined by commas, those for `realm`, else the first."""
    if len(value) > MAX_LENGTH:
        return Unreadable("longer than any phone's")
    found = _parameter_sets(value)
    if isinstance(found, Unreadable):
        return found
    for one in found:
        if one.get("realm") == realm:
            return _credentials(one)
    return _credentials(found[0])


def _parameter_sets(value: str) -> list[dict[str, str]] | Unreadable:
    """The parameters of each `Digest` in a value, by lower-case name, without quotes."""
    sets: list[dict[str, str]] = []
    value = value.rstrip()
    for name, text, scheme, rest in _PART.findall(value):
        if name:
            if not sets:
                return Unreadable("does not begin with a scheme")
            key, found = name.lower(), sets[-1]
            if key in found:
                return Unreadable(f"{key} is given twice")
            found[key] = siptext.unquoted(text) if text[0] == '"' else text
        elif rest:
            return Unreadable(f"cannot be read from character {len(value) - len(rest) + 1} on")
        elif scheme.lower() != "digest":
            return Unreadable(f"the scheme {scheme[:20]} is not served", malformed=False)
        else:
            sets.append({})
    return sets or Unreadable("empty")


def _credentials(found: dict[str, str]) -> Credentials | Unreadable:
    for name in _NEEDED:
        if not found.get(name):
            return Unreadable(f"{name} is missing")
    algorithm = _BY_NAME.get(found.get("algorithm", "MD5").upper())
    if algorithm is None:
        return Unreadable(f"the algorithm {found['algorithm'][:20]} was not offered", malformed=False)
    if found.get("userhash", "false").lower() != "false":
        return Unreadable("userhash was not offered", malformed=False)
    if not _HEX.fullmatch(found["response"]):
        return Unreadable("response is not hexadecimal")
    count, text = None, ""
    if "qop" in found:
        if found["qop"].lower() != "auth":
            return Unreadable(f"qop {found['qop'][:20]} was not offered", malformed=False)
        text = found.get("nc", "")
        if not _COUNT.fullmatch(text) or int(text, 16) == 0 or not found.get("cnonce"):
            return Unreadable("qop needs a cnonce and an nc from 00000001 on")
        count = int(text, 16)
    return Credentials(
        username=found["username"],
        realm=found["realm"],
        nonce=found["nonce"],
        uri=found["uri"],
        response=found["response"].lower(),
        algorithm=algorithm,
        count=count,
        count_text=text,
        cnonce=found.get("cnonce", ""),
    )


def ha1(algorithm: Algorithm, username: str, realm: str, password: str) -> str:
    """The hash that stands for a password (H(A1) of RFC 7616 section 3.4.2), lower-case hexadecimal."""
    return _hash(algorithm, f"{username}:{realm}:{password}")


def response(credentials: Credentials, method: str, secret: str) -> str:
    """What the phone must have answered, given its H(A1)."""
    one = credentials
    of_request = _hash(one.algorithm, f"{method}:{one.uri}")
    if one.legacy:
        return _hash(one.algorithm, f"{secret}:{one.nonce}:{of_request}")
    # The text of qop itself is hashed as we offered it, in lower case.
    text = f"{secret}:{one.nonce}:{one.count_text}:{one.cnonce}:auth:{of_request}"
    return _hash(one.algorithm, text)


def proves(credentials: Credentials, method: str, secret: str) -> bool:
    """Whether the response was made with this H(A1) for this method; in constant time."""
    return hmac.compare_digest(response(credentials, method, secret), credentials.response)


def same_request(digest_uri: str, request_uri: str) -> bool:
    """Whether the digest's uri is the request's: the same text, or the same user at the same host.

    Ports and parameters may differ: phones and the boxes between write them now in one place, now in the
    other.
    """
    if digest_uri == request_uri:
        return True
    one, other = siptext.uri(digest_uri), siptext.uri(request_uri)
    return one is not None and other is not None and (one.user, one.host) == (other.user, other.host)


def _hash(algorithm: Algorithm, text: str) -> str:
    data = text.encode(errors="surrogatepass")
    if algorithm is Algorithm.MD5:
        return md5(data, usedforsecurity=False).hexdigest()
    return sha256(data).hexdigest()
