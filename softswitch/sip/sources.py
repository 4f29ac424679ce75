"""Addresses in the shield's form: 16 octets, IPv4 mapped into IPv6 (RFC 4291 section 2.5.5.2)."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_MAPPED = bytes(10) + b"\xff\xff"

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def read(text: str) -> Address:
    """An address as it is written, also `[2001:db8::1]` and `fe80::1%eth0`. Raises ValueError: it is none."""
    address = ip_address(text.strip("[]").partition("%")[0].partition("/")[0])
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def octets(address: Address) -> bytes:
    """In the shield's form."""
    return address.packed if isinstance(address, IPv6Address) else _MAPPED + address.packed


def source_of(address: Address) -> Network:
    """Who has this address: for IPv6 the whole network of 64 bits, of which a phone has its pick."""
    return ip_network(f"{address}/{64 if isinstance(address, IPv6Address) else 32}", strict=False)


@lru_cache(maxsize=4096)
def source_in(text: str) -> Network:
    """Who has the address that is written. Raises ValueError: it is none."""
    return source_of(read(text))


def written(source: Network) -> str:
    """A source for people: an IPv4 address, or an IPv6 network."""
    return str(source.network_address) if source.version == 4 else str(source)


def native(network: Network) -> tuple[bytes, int]:
    """In the shield's form, with the number of bits."""
    return octets(network.network_address), network.prefixlen + (96 if network.version == 4 else 0)
