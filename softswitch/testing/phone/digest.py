"""Digest authentication from the phone's side (RFC 7616, RFC 8760): challenges read, credentials written."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from softswitch.testing.phone.message import Message

HASHES: dict[str, Callable[[bytes], hashlib._Hash]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
"""What a phone may know, by the name in a challenge."""

ANSWERS = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}
"""Where the challenge of a status stands, and where its answer goes (RFC 3261 section 22)."""


def parameters(value: str) -> dict[str, str]:
    """The parameters of a challenge or of credentials, without their quotation marks; names in lower case."""
    found = re.findall(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', value)
    return {name.lower(): quoted or bare for name, quoted, bare in found}


@dataclass(slots=True)
class Challenge:
    """One challenge, and how often its nonce was used."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: str = ""
    """`auth`, or empty when the other side speaks RFC 2069."""
    opaque: str = ""
    stale: bool = False
    count: int = 0
    """Uses of the nonce so far; a test sets it back to replay one."""

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read the value of WWW-Authenticate or Proxy-Authenticate."""
        given = parameters(value)
        return cls(
            given.get("realm", ""),
            given.get("nonce", ""),
            given.get("algorithm", "MD5").upper(),
            "auth" if "auth" in given.get("qop", "").split(",") else "",
            given.get("opaque", ""),
            given.get("stale", "").lower() == "true",
        )

    def credentials(self, user: str, password: str, method: str, uri: str) -> str:
        """The next answer to it, as a header's value (RFC 7616 section 3.4)."""
        self.count += 1
        digest = HASHES[self.algorithm]

        def hashed(*parts: str) -> str:
            return digest(":".join(parts).encode()).hexdigest()

        ha1, ha2 = hashed(user, self.realm, password), hashed(method, uri)
        fields = {"username": user, "realm": self.realm, "nonce": self.nonce, "uri": uri}
        bare = {"algorithm": self.algorithm}
        if self.qop:
            count, client = f"{self.count:08x}", secrets.token_hex(8)
            fields["response"] = hashed(ha1, self.nonce, count, client, self.qop, ha2)
            fields["cnonce"] = client
            bare |= {"qop": self.qop, "nc": count}
        else:
            fields["response"] = hashed(ha1, self.nonce, ha2)
        if self.opaque:
            fields["opaque"] = self.opaque
        quoted = [f'{name}="{value}"' for name, value in fields.items()]
        return "Digest " + ", ".join(quoted + [f"{name}={value}" for name, value in bare.items()])


@dataclass(slots=True)
class Digest:
    """A user's name and password, and the last challenges that they answered."""

    user: str
    password: str
    algorithms: tuple[str, ...] = ("SHA-256", "MD5")
    """Those of `HASHES` that the phone knows; of several challenges it takes the first that it knows."""
    challenges: dict[str, Challenge] = field(default_factory=dict)
    """The last of each kind, by the header that answers it."""

    def answer(self, asked: Message, response: Message) -> Message | None:
        """The request again, with credentials and the next number; the sender owes it a new branch.

        None when the response is no challenge, none that this phone understands, or says that these very
        credentials are wrong; a stale nonce is answered anew (RFC 7616 section 3.3).
        """
        if response.status not in ANSWERS:
            return None
        header, answering = ANSWERS[response.status]
        offered = [Challenge.parse(value) for value in response.all(header)]
        known = next((one for one in offered if one.algorithm in self.algorithms), None)
        if known is None or (asked.get(answering) and not known.stale):
            return None
        self.challenges[answering] = known
        number, method = asked.cseq
        return self.authorize(replace_header(asked, "CSeq", f"{number + 1} {method}"), answering)

    def authorize(self, message: Message, answering: str = "Authorization") -> Message:
        """The request with credentials for the last challenge, if there was one: its nonce's next use."""
        challenge = self.challenges.get(answering)
        if challenge is None:
            return message
        value = challenge.credentials(self.user, self.password, message.method, message.uri)
        return replace_header(message, answering, value)


def replace_header(message: Message, name: str, value: str) -> Message:
    """The message with this header once, at its old place, or as its last."""
    headers = [(key, value if key == name else old) for key, old in message.headers]
    if not message.get(name):
        headers.append((name, value))
    return replace(message, headers=headers)
