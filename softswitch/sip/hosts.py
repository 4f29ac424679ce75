"""Who resolves names: PJSIP's own resolver asks the name servers of the machine without blocking the loop."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

from softswitch.errors import EndpointError

LOCAL_SERVER = "127.0.0.1"
"""What resolv.conf(5) says is asked when no name server is named."""

MAX_SERVERS = 4


def name_servers(path: Path = Path("/etc/resolv.conf")) -> list[str]:
    """IPv4 addresses of the machine's name servers; never empty.

    Without any, PJSIP would resolve by getaddrinfo(), and the whole switch would wait for it.
    """
    found = [words[1] for words in _lines(path) if words[0] == "nameserver" and len(words) > 1]
    return [server for server in found if _is_ipv4(server)][:MAX_SERVERS] or [LOCAL_SERVER]


def known_hosts(path: Path = Path("/etc/hosts")) -> dict[str, str]:
    """IPv4 addresses by name, as the machine's hosts file has them; `localhost` always."""
    found = {"localhost": "127.0.0.1"}
    for address, *names in _lines(path):
        if _is_ipv4(address):
            found.update((name.lower(), address) for name in names)
    return found


def address_of(host: str, setting: str) -> str:
    """The address of a host in the configuration, of a name that of IPv4. PJSIP would ask again at each call.

    Raises EndpointError that names the setting.
    """
    if _is_ipv4(host) or ":" in host:
        return host
    try:
        return str(socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0])
    except (OSError, UnicodeError) as error:  # UnicodeError: an empty part, or one of over 63 characters
        why = getattr(error, "strerror", None) or "no name can be so"
        raise EndpointError(
            f"{setting}: {host} has no IPv4 address ({why}). Write the address itself, or correct the name.",
            setting,
            host,
        ) from None


def own_address(*, ipv6: bool = False) -> str:
    """The address of the interface that leads outwards; no packet is sent."""
    family, outside, local = (
        (socket.AF_INET6, "2001:db8::1", "::1") if ipv6 else (socket.AF_INET, "192.0.2.1", LOCAL_SERVER)
    )
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((outside, 9))
            return str(probe.getsockname()[0]).partition("%")[0]
    except OSError:
        return local


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if words:
            yield words


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
