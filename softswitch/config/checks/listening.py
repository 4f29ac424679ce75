"""What is listened on and what is dialled fit together, and TLS has its certificate."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.quantities import needs_tls

_ENCRYPTED = re.compile(r"BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type:.*ENCRYPTED", re.MULTILINE)
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_NOT_SECURE = "`listen` has no `tls:` address"


def check(scene: Scene) -> None:
    """All of this file."""
    secure = [index for index, one in enumerate(scene.configuration.sip.listen) if one.at.startswith("tls:")]
    _certificate(scene, secure)
    sip = scene.configuration.sip
    if sip.stun is not None and sip.public_address != "auto":
        scene.wrong_key(("sip", "stun"), "`stun` looks for the address that `public_address` names already")
    if all(_is_loopback(one.at) for one in sip.listen):
        for key in ("public_address", "stun"):
            if getattr(sip, key) not in (None, "auto"):
                why = "is for peers outside, and `listen` hears this machine alone: listen on 0.0.0.0"
                scene.warn_key(("sip", key), f"`{key}` {why}")
    for name, agent in scene.configuration.agents.items():
        if agent.dial is not None and needs_tls(agent.dial) and not secure:
            scene.wrong(
                ("agents", name, "dial"),
                f"{agent.dial!r} is reached over TLS, and `listen` in `sip` has no `tls:` address",
            )
    for name, trunk in scene.configuration.trunks.items():
        for place, server in enumerate(trunk.all_servers):
            if server.startswith("tls:") and not secure:
                loc: Loc = ("trunks", name, "server")
                if trunk.server is None:
                    loc = ("trunks", name, "servers", place)
                scene.wrong(loc, f"{server!r} needs TLS, and `listen` in `sip` has no `tls:` address")


def _is_loopback(at: str) -> bool:
    return re.fullmatch(r"\w+:(?:localhost|127\.[0-9.]+|\[::1\]):[0-9]+", at) is not None


def _certificate(scene: Scene, secure: list[int]) -> None:
    sip = scene.configuration.sip
    given = scene.root.names("sip")
    if secure and "certificate" not in given:
        scene.wrong(("sip", "listen", secure[0]), "TLS needs a `certificate` and its `key` in `sip`")
    if sip.authorities is not None:
        if not secure:
            scene.warn_key(("sip", "authorities"), f"`authorities` has no effect: {_NOT_SECURE}")
        if message := _file_problem(sip.authorities, _CERTIFICATE, "a certificate"):
            scene.wrong(("sip", "authorities"), message)
    if "certificate" not in given and sip.key is not None:
        scene.wrong_key(("sip", "key"), "a `key` without `certificate`: nobody could check it")
    if sip.certificate is None:
        return
    if not secure:
        scene.warn_key(("sip", "certificate"), f"`certificate` has no effect: {_NOT_SECURE}")
    if found := _problem(sip.certificate, sip.key or sip.certificate):
        key, message = found
        loc: Loc = ("sip", "key" if key and sip.key is not None else "certificate")
        scene.wrong(loc, message)


def _problem(certificate: Path, key: Path) -> tuple[bool, str] | None:
    """Why TLS cannot use them, and whether that is the key's fault; None: it can."""
    if message := _file_problem(certificate, _CERTIFICATE, "a certificate"):
        return False, message
    if message := _file_problem(key, "PRIVATE KEY-----", "a private key"):
        return True, message
    if _ENCRYPTED.search(key.read_text(encoding="utf-8", errors="replace")):
        return True, f"the key in {key} is encrypted, and nobody is there to type its password"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error)
        if reason == "KEY_VALUES_MISMATCH":
            return True, f"the key in {key} does not belong to the certificate in {certificate}"
        return False, f"OpenSSL cannot use {certificate} with {key}: {reason.replace('_', ' ').lower()}"
    return None


def _file_problem(path: Path, wanted: str, what: str) -> str | None:
    """Why a file does not hold a thing in PEM; None: it seems to."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return None if wanted in text else f"{path} holds no {what.removeprefix('a ')} in PEM (`{wanted}`)"
