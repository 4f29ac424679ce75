"""Signatures, computed another way."""

from __future__ import annotations

import subprocess

from softswitch.outbound.signing import signature


def test_openssl_signs_the_same() -> None:
    body = '{"kind":"CallEnded","name":"Łukasz"}'.encode()
    moment, digest = signature("a secret", 1_763_765_421, body).split(",")
    assert moment == "t=1763765421"
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", "a secret", "-r"],
        input=b"1763765421." + body,
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert digest == "v1=" + made.split()[0]
