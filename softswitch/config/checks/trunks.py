"""Trunks that lead back to this switch, or that cannot be told apart."""

from __future__ import annotations

from itertools import combinations

from softswitch.config import settings as plain
from softswitch.config.build_trunks import server as parsed
from softswitch.config.build_trunks import trunk as built
from softswitch.config.checks.scene import Scene

_HERE = {"127.0.0.1", "localhost"}


def check(scene: Scene) -> None:
    """All of this file."""
    own = [parsed(one.at) for one in scene.configuration.sip.listen]
    for loc, text in scene.servers():
        server = parsed(text)
        if any(_is_same(server, listen) for listen in own):
            scene.warn(loc, f"{text!r} is this switch itself, by `listen`: what goes out there comes back in")
    trunks = {name: built(name, section) for name, section in scene.configuration.trunks.items()}
    told: set[str] = set()
    for (first, one), (second, other) in combinations(trunks.items(), 2):
        shared = _shared(one, other)
        if shared and second not in told and not _is_called_apart(one, other):
            told.add(second)
            scene.warn_key(
                ("trunks", second),
                f"calls from {shared} are taken for those of {first!r}, whose address it is too: tell them"
                " apart by `inbound`, by `register` with a `username` of its own, or by its `caller_id`",
            )


def _is_same(server: plain.TrunkServer, listen: plain.TrunkServer) -> bool:
    """Whether a call to `server` reaches what is listened on at `listen`."""
    if (server.transport, _port(server)) != (listen.transport, listen.port):
        return False
    host = server.host.lower()
    if listen.host == "0.0.0.0":
        return host in _HERE or host.startswith("127.")
    if listen.host == "::":
        return host == "::1"
    return host == listen.host.lower() or {host, listen.host.lower()} == _HERE


def _port(server: plain.TrunkServer) -> int:
    return server.port or (5061 if server.transport == "tls" else 5060)


def _shared(one: plain.Trunk, other: plain.Trunk) -> str | None:
    """A server from which calls of both come, and prove nothing else; None: there is none."""
    if not one.by_address or not other.by_address:
        return None
    hosts = {server.host.lower() for server in other.servers}
    return next((server.host for server in one.servers if server.host.lower() in hosts), None)


def _is_called_apart(one: plain.Trunk, other: plain.Trunk) -> bool:
    """Whether the carrier calls the second at the contact that it has registered, or by its number."""
    by_account = other.register and other.username != one.username
    return by_account or (other.caller_id is not None and other.caller_id != one.caller_id)
