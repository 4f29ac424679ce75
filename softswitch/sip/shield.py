"""The shield of the running endpoint: `_shield.c` throws away, this file says what and counts it.

Whoever fails to prove itself too often is banned for a while; each failure is one line in the log, which
fail2ban can read (`deploy/fail2ban`):

    22:50:21.250              WARNING sip.auth_failed source=198.51.100.7 why="wrong password"
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pjsua2 as pj
import structlog

from softswitch.config.sip_settings import Hostility, Listen, Rate
from softswitch.registration.offences import Offences
from softswitch.sip import sources
from softswitch.sip._native import ffi, lib
from softswitch.sip.handshakes import REASON, Handshakes
from softswitch.sip.hosts import address_of
from softswitch.sip.lag import LagMeter
from softswitch.sip.options import EVERYWHERE
from softswitch.sip.sources import Network
from softswitch.types import Seconds

log = structlog.get_logger(__name__)

MAX_BANS = 4096
"""Bans at once, as many as the native table holds; beyond it the one that would end first ends."""

MAX_CONNECTIONS = 1024
"""TCP and TLS connections of one source at once, unless it is trusted: the phones of a large office."""

FIRST_MESSAGE = 30
"""Seconds until a message must have come over a new connection."""

_TRANSPORTS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}
_EVERY_LISTENER = -1


@dataclass(frozen=True, slots=True)
class Ban:
    """A source that is not heard for a while."""

    source: str
    """An IPv4 address, or an IPv6 network of 64 bits."""
    until: Seconds
    """On the monotonic clock."""
    why: str


class Shield:
    """Bans, access lists, limits and their counters."""

    def __init__(
        self, settings: Hostility, listen: tuple[Listen, ...], clock: Callable[[], Seconds] = time.monotonic
    ) -> None:
        """`clock`: the one that the native side reads, CLOCK_MONOTONIC."""
        self._settings = settings
        self._listen = listen
        self._clock = clock
        self._offences = Offences(settings.ban.failures, settings.ban.within)
        self._never: tuple[Network, ...] = ()
        self._peers: tuple[Network, ...] = ()
        self._bans: dict[Network, Ban] = {}
        self._known: dict[Network, int] = {}
        self._state: Any = lib.shield
        self._told: dict[str, int] = {}
        self.handshakes = Handshakes()
        """Of TLS, that failed."""
        self.meter = LagMeter(settings.limits.lag, self._late)
        """How late the loop is."""

    # For the endpoint. -------------------------------------------------------------------------------

    def open(self) -> None:
        """Take its place before the transactions; bans that there were are there again."""
        lib.shield_open(secrets.randbits(64))
        lib.tcp_open(MAX_CONNECTIONS, FIRST_MESSAGE)
        self._told = {}
        self.apply(self._settings, self._listen)
        for source, ban in self._bans.items():
            lib.shield_ban(sources.native(source)[0], ban.until)
        self.meter.start()

    def close(self) -> None:
        """Leave it; the library is about to end."""
        self.meter.stop()
        lib.tcp_close()
        lib.shield_close()

    def apply(self, settings: Hostility, listen: tuple[Listen, ...]) -> None:
        """Other settings, at once; bans stay, but for sources that are now never banned."""
        limits_change = settings.limits != self._settings.limits or not self._state.all_rate
        self._settings, self._listen = settings, listen
        self._never = tuple(map(ip_network, settings.ban.never))
        self._offences.allow(settings.ban.failures, settings.ban.within)
        self.meter.lateness.limit = settings.limits.lag
        self._fill()
        if limits_change:
            lib.shield_limit(*_tokens(settings.limits.per_source), *_tokens(settings.limits.all))

    def sweep(self) -> None:
        """What is done now and then: bans that have run out go, and what was thrown away is told."""
        now = self._clock()
        for source in [source for source, ban in self._bans.items() if ban.until <= now]:
            self._lift(source)
        self._report()

    # For everybody. ----------------------------------------------------------------------------------

    def failed(self, address: str, why: str) -> None:
        """Somebody at this address did not prove who it is; too often, and the source is banned."""
        source = sources.source_in(address)
        log.warning("sip.auth_failed", source=str(sources.read(address)), why=why)
        if self._is_trusted(source):
            return
        if self._offences.count(sources.written(source), self._clock(), self._known.get(source, 0)):
            self.ban(address, self._settings.ban.lasts, why)

    def ban(self, address: str, seconds: Seconds, why: str) -> bool:
        """Hear nothing from this source for so long. False: it is one that is never banned.

        Raises ValueError when it is no address.
        """
        source = sources.source_in(address)
        if self._is_trusted(source):
            return False
        if len(self._bans) >= MAX_BANS and source not in self._bans:
            self._lift(min(self._bans, key=lambda one: self._bans[one].until))
        ban = self._bans[source] = Ban(sources.written(source), self._clock() + seconds, why)
        lib.shield_ban(sources.native(source)[0], ban.until)
        log.warning("sip.banned", source=ban.source, seconds=seconds, why=why)
        return True

    def unban(self, address: str) -> bool:
        """Hear it again; False: it was not banned. Raises ValueError when it is no address."""
        source = sources.source_in(address)
        self._offences.forgive(sources.written(source))
        if source not in self._bans:
            return False
        self._lift(source)
        log.info("sip.unbanned", source=sources.written(source))
        return True

    def bans(self) -> list[tuple[Ban, Seconds]]:
        """Every ban with the seconds that are left of it, the longest first."""
        now = self._clock()
        left = [(ban, ban.until - now) for ban in self._bans.values() if ban.until > now]
        return sorted(left, key=lambda each: -each[1])

    def is_banned(self, address: str) -> bool:
        """Whether nothing is heard from there now. Raises ValueError when it is no address."""
        ban = self._bans.get(sources.source_in(address))
        return ban is not None and ban.until > self._clock()

    def known(self, address: str) -> None:
        """A phone that has registered from there: what it sends and nobody can read is answered, not only
        dropped. Each time counts: several phones may share an address.
        """
        source = sources.source_in(address)
        self._known[source] = self._known.get(source, 0) + 1
        lib.shield_know(sources.native(source)[0])

    def unknown(self, address: str) -> None:
        """One of them no more."""
        source = sources.source_in(address)
        self._known[source] = self._known.get(source, 0) - 1
        if self._known[source] <= 0:
            del self._known[source]
            lib.shield_unknow(sources.native(source)[0])

    def peers(self, networks: Iterable[str]) -> None:
        """The networks of our trunks, all of them: known, never banned, and without limits of requests."""
        peers = tuple(sorted(map(ip_network, networks), key=str))
        if peers != self._peers:
            self._peers = peers
            self._fill()

    def counts(self) -> dict[str, int]:
        """Requests thrown away since the start by reason, and connections that came to nothing."""
        named = self._thrown_away()
        return {**named, REASON: self.handshakes.count} if self.handshakes.count else named

    def _thrown_away(self) -> dict[str, int]:
        named = {}
        for index, count in enumerate(self._state.counts):
            name = lib.shield_reason(index)
            if name != ffi.NULL and count:
                named[ffi.string(name).decode()] = count
        return named

    @property
    def late(self) -> bool:
        """The loop is so late that new calls are refused."""
        return bool(self._state.late)

    # Within. -----------------------------------------------------------------------------------------

    def _is_trusted(self, source: Network) -> bool:
        return any(
            source.version == network.version and source.overlaps(network)
            for network in (*self._never, *self._peers)
        )

    def _lift(self, source: Network) -> None:
        del self._bans[source]
        lib.shield_unban(sources.native(source)[0])

    def _late(self, late: bool) -> None:
        self._state.late = late
        if late:
            log.warning("sip.late", limit=self.meter.lateness.limit, advice="new calls get 503 until then")
        else:
            log.info("sip.on_time", worst=self.meter.worst)

    def _fill(self) -> None:
        """All tables of networks and names; between two packets nobody sees them empty. Who is trusted now is
        banned no more.
        """
        for source in [source for source in self._bans if self._is_trusted(source)]:
            self._lift(source)
        lib.shield_clear()
        for listen in self._listen:
            access = listen.access
            number = _add_listener(listen)
            _add_networks(lib.SHIELD_ALLOW, number, map(ip_network, access.allow))
            _add_networks(lib.SHIELD_DENY, number, map(ip_network, access.deny))
        _add_networks(lib.SHIELD_TRUST, _EVERY_LISTENER, self._never)
        _add_networks(lib.SHIELD_PEER, _EVERY_LISTENER, self._peers)
        for name in self._settings.scanners:
            lib.shield_add_scanner(name.lower().encode())

    def _report(self) -> None:
        """One line, however many there were."""
        self.handshakes.report(self._clock())
        counts = self._thrown_away()
        news = {name: count - self._told.get(name, 0) for name, count in counts.items()}
        news = {name: count for name, count in news.items() if count}
        if news:
            latest = ffi.string(self._state.last_source).decode()
            log.warning("sip.shielded", **_underscored(news), latest=latest)
        self._told = counts


def _tokens(rate: Rate | None) -> tuple[float, float]:
    """Requests a second and at once; 0: as many as come."""
    return (rate.count / rate.per, float(rate.count)) if rate else (0.0, 0.0)


def _add_listener(listen: Listen) -> int:
    everywhere = listen.host in EVERYWHERE
    host = ("::" if listen.ipv6 else "0.0.0.0") if everywhere else address_of(listen.host, "sip.listen")
    address = sources.octets(sources.read(host))
    transport = _TRANSPORTS[listen.transport]
    added: int = lib.shield_add_listener(
        transport, address, everywhere, listen.port, bool(listen.access.allow)
    )
    return added


def _add_networks(kind: int, listener: int, networks: Iterable[Network]) -> None:
    for network in networks:
        if lib.shield_add_network(kind, listener, *sources.native(network)) < 0:
            log.error("sip.too_many_networks", left_out=str(network))


def _underscored(counts: Mapping[str, int]) -> dict[str, int]:
    return {name.replace(" ", "_"): count for name, count in counts.items()}
