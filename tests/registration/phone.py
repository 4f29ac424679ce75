"""A phone's side of digest authentication, written from RFC 7616 alone."""

from __future__ import annotations

import hashlib
import re

REALM = "acme.example"


def hashed(algorithm: str, text: str) -> str:
    return hashlib.new("md5" if algorithm == "MD5" else "sha256", text.encode()).hexdigest()


def answer(
    nonce: str,
    user: str = "201",
    password: str = "secret",
    *,
    method: str = "REGISTER",
    uri: str = "sip:acme.example",
    algorithm: str = "MD5",
    count: int | None = 1,
    realm: str = REALM,
) -> str:
    """An Authorization header; `count` None is the form of RFC 2069."""
    one, two = hashed(algorithm, f"{user}:{realm}:{password}"), hashed(algorithm, f"{method}:{uri}")
    start = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm={algorithm}'
    if count is None:
        return f'{start}, response="{hashed(algorithm, f"{one}:{nonce}:{two}")}"'
    nc = f"{count:08x}"
    response = hashed(algorithm, f"{one}:{nonce}:{nc}:0a4f:auth:{two}")
    return f'{start}, response="{response}", qop=auth, nc={nc}, cnonce="0a4f"'


def nonce_of(challenge: str) -> str:
    match = re.search(r'nonce="([^"]*)"', challenge)
    assert match
    return match[1]
