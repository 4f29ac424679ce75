"""Networks that shut out, or trust, somebody else than was meant, and rates that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.hostile import rate_of
from softswitch.config.models.sip import Listener

_OCTETS = 8


def check(scene: Scene) -> None:
    """All of this file."""
    sip = scene.configuration.sip
    for index, listener in enumerate(sip.listen):
        _heard(scene, ("sip", "listen", index), listener)
    for place, network in enumerate(sip.ban.never):
        if ip_network(network).prefixlen == 0:
            scene.warn(
                ("sip", "ban", "never", place),
                f"{network} is everybody: nobody is ever banned, and nobody's requests are limited",
            )
    _rates(scene)
    for loc, networks in _lists(scene):
        for place, network in enumerate(networks):
            _perhaps_a_network(scene, (*loc, place), network)


def _heard(scene: Scene, loc: Loc, listener: Listener) -> None:
    """Whether anybody is left whom a listener hears."""
    version = 6 if "[" in listener.at else 4
    allow = _of_version(version, listener.allow)
    if listener.allow and not allow:
        scene.warn_key(
            (*loc, "allow"),
            f"nobody is heard: {listener.at!r} is reached over IPv{version} alone, and `allow` names none",
        )
        return
    everybody = "0.0.0.0/0" if version == 4 else "::/0"
    if _all_within(allow or [ip_network(everybody)], _of_version(version, listener.deny)):
        whom = "all that `allow` names" if allow else "everybody"
        scene.warn_key((*loc, "deny"), f"nobody is heard: `deny` takes away {whom}")


def _of_version(version: int, networks: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    return [network for text in networks if (network := ip_network(text)).version == version]


def _all_within(
    inner: Sequence[IPv4Network | IPv6Network], outer: Sequence[IPv4Network | IPv6Network]
) -> bool:
    """Whether each of `inner` is part of `outer`; all are of one version."""
    # IPv4Network and IPv6Network share no type that these two functions of the library would take.
    whole = list(collapse_addresses(outer))  # type: ignore[type-var]
    return all(any(one.subnet_of(other) for other in whole) for one in inner)  # type: ignore[arg-type]


def _rates(scene: Scene) -> None:
    limits = scene.configuration.sip.limits
    one, together = rate_of(limits.per_source), rate_of(limits.all)
    if one is None or together is None:
        return
    if one[0] > together[0] or one[0] / one[1] > together[0] / together[1]:
        given = scene.tree.at("sip", "limits").value
        key = "per_source" if isinstance(given, dict) and "per_source" in given else "all"
        scene.warn(
            ("sip", "limits", key),
            f"`per_source` ({limits.per_source}) is above `all` ({limits.all}): one source can use up what"
            " everybody shares",
        )


def _lists(scene: Scene) -> Iterator[tuple[Loc, Sequence[str]]]:
    file = scene.configuration
    for index, listener in enumerate(file.sip.listen):
        yield ("sip", "listen", index, "allow"), listener.allow
        yield ("sip", "listen", index, "deny"), listener.deny
    yield ("sip", "local_networks"), file.sip.local_networks
    yield ("sip", "ban", "never"), file.sip.ban.never
    for name, trunk in file.trunks.items():
        yield ("trunks", name, "allow_from"), trunk.allow_from


def _perhaps_a_network(scene: Scene, loc: Loc, network: str) -> None:
    """`10.0.0.0` without a mask is one address, and surely not meant so."""
    address, _, bits = network.partition("/")
    written = scene.tree.at(*loc).value
    if written != address or bits not in ("", "32") or not address.endswith(".0"):
        return
    octets = address.split(".")
    while octets and octets[-1] == "0":
        octets.pop()
    scene.warn(
        loc,
        f"{address} is one address: for the network write {address}/{_OCTETS * len(octets)}, for the address"
        f" {address}/32",
    )
