"""What is listened on and what is dialled fit together, and TLS has its certificate."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from ipaddress import IPv6Address
from pathlib import Path

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.pem import certificates_problem, last_day, pair_problem
from softswitch.config.quantities import needs_tls

SOON = timedelta(days=14)
"""So long before its end a certificate that nobody renews is worth a warning."""

_NOT_SECURE = "`listen` has no `tls:` address"
_EVERYWHERE = ("0.0.0.0", "[::]")


def check(scene: Scene) -> None:
    """All of this file."""
    secure = [index for index, one in enumerate(scene.configuration.sip.listen) if one.at.startswith("tls:")]
    _addresses(scene)
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
    for loc, server in scene.servers():
        if server.startswith("tls:") and not secure:
            scene.wrong(loc, f"{server!r} needs TLS, and `listen` in `sip` has no `tls:` address")
    _keys_in_the_clear(scene, bool(secure))


def _is_loopback(at: str) -> bool:
    return re.fullmatch(r"\w+:(?:localhost|127\.[0-9.]+|\[::1\]):[0-9]+", at) is not None


def _addresses(scene: Scene) -> None:
    """Each has its port for itself, and is one at all."""
    before: list[str] = []
    interfaces = {name for _, name in socket.if_nameindex()} - {"localhost"}
    for index, listener in enumerate(scene.configuration.sip.listen):
        loc: Loc = ("sip", "listen", index, "at")
        host = listener.at.partition(":")[2].rpartition(":")[0]
        if host in interfaces:
            scene.wrong(loc, f"{host} is an interface of this machine; write its address, or 0.0.0.0 for all")
        elif message := next((why for other in before if (why := _clash(other, listener.at))), None):
            scene.wrong(loc, message)
        before.append(listener.at)


def _clash(first: str, second: str) -> str | None:
    """Why the second address cannot be listened on beside the first; None: it can."""
    if first == second:
        return f"{second!r} is listed twice"
    (transport, host, port), (other, other_host, other_port) = map(_split, (second, first))
    if (port, transport == "udp", ":" in host) != (other_port, other == "udp", ":" in other_host):
        return None
    if host != other_host and not {host, other_host} & set(_EVERYWHERE):
        return None
    if transport != other:
        return (
            f"{second!r} and {first!r} are one port: TLS is TCP beneath; give TLS a port of its own, as SIP's"
            " 5061"
        )
    if host == other_host:
        return f"{second!r} and {first!r} are one address"
    wide, narrow = (second, first) if host in _EVERYWHERE else (first, second)
    return f"{wide!r} takes this port at every address, that of {narrow!r} too: take one of them out"


def _split(at: str) -> tuple[str, str, int]:
    """Transport, host and port; what is written in two ways is the same."""
    transport, _, rest = at.partition(":")
    host, _, port = rest.rpartition(":")
    host = host.lower().rstrip(".")
    if host.startswith("["):
        host = f"[{IPv6Address(host[1:-1])}]"
    return transport, "127.0.0.1" if host == "localhost" else host, int(port)


def _keys_in_the_clear(scene: Scene, secure: bool) -> None:
    """Who insists on SRTP, and sends its keys where everybody can read them (RFC 4568 section 7)."""
    file, but = scene.configuration, "sound is encrypted, but its keys travel in the clear"
    if not secure and file.sip.srtp == "mandatory":
        scene.warn(("sip", "srtp"), f"{but}: {_NOT_SECURE}")
    for name, agent in file.agents.items():
        if not secure and agent.srtp == "mandatory":
            scene.warn(("agents", name, "srtp"), f"{but}: {_NOT_SECURE}")
    for name, trunk in file.trunks.items():
        plain = next((server for server in trunk.all_servers if not server.startswith("tls:")), None)
        if trunk.srtp == "mandatory" and plain is not None:
            scene.warn(("trunks", name, "srtp"), f"{but}: {plain!r} is not reached over TLS")


def _certificate(scene: Scene, secure: list[int]) -> None:
    sip = scene.configuration.sip
    given = scene.root.names("sip")
    if secure and "certificate" not in given:
        scene.wrong(("sip", "listen", secure[0]), "TLS needs a `certificate` and its `key` in `sip`")
    if sip.authorities is not None:
        if not secure:
            scene.warn_key(("sip", "authorities"), f"`authorities` has no effect: {_NOT_SECURE}")
        if message := certificates_problem(sip.authorities):
            scene.wrong(("sip", "authorities"), message)
    if "certificate" not in given and sip.key is not None:
        scene.wrong_key(("sip", "key"), "a `key` without `certificate`: nobody could check it")
    if sip.certificate is None:
        return
    if not secure:
        scene.warn_key(("sip", "certificate"), f"`certificate` has no effect: {_NOT_SECURE}")
    if found := pair_problem(sip.certificate, sip.key or sip.certificate):
        key, message = found
        loc: Loc = ("sip", "key" if key and sip.key is not None else "certificate")
        scene.wrong(loc, message)
    elif secure:
        _expiry(scene, sip.certificate)


def _expiry(scene: Scene, certificate: Path) -> None:
    end = last_day(certificate)
    if end is None or end - scene.now > SOON:
        return
    expired = end <= scene.now
    scene.warn(
        ("sip", "certificate"),
        f"a certificate in {certificate} {'expired' if expired else 'expires'} on {end:%Y-%m-%d at %H:%M}"
        f" UTC: phones refuse it{'' if expired else ' from then on'}; put a new one there and reload",
    )
