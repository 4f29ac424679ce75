"""All carriers: which servers a call goes by, and whose call it is that comes in (`ports.Carriers`).

A call that comes in is a carrier's by the address that it comes from, or by credentials (`admission.py`), and
by nothing else that it says: From is written by anybody.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote

import pjsua2 as pj
import structlog

from softswitch.config.settings import Trunk
from softswitch.ports import Journal, JsonValue
from softswitch.sip.accounts import TrunkAccount
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.hosts import known_hosts
from softswitch.sip.trunk import Server, State
from softswitch.types import Seconds, TrunkName, Way

log = structlog.get_logger(__name__)

FAREWELL: Seconds = 1.0
"""How long the end waits for answers to what unregisters."""

RESOLVED_EVERY: Seconds = 300.0
"""How often the addresses of servers are looked up by whose addresses a carrier is known."""

SHORTEST = 6
"""Digits with which a number is told from others, without its country's."""

_SAFE = "+-_.!~*'()&=$,"
"""What may stand unescaped in the user part of a URI, in a telephone number at least."""


class Trunks:
    """The trunks in force."""

    def __init__(self, endpoint: SipEndpoint, journal: Journal) -> None:
        self._endpoint = endpoint
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._trunks: dict[TrunkName, Trunk] = {}
        self._servers: dict[TrunkName, list[Server]] = {}
        self._retired: list[Server] = []
        """Of trunks that are no more, whose calls go on."""
        self._resolved: dict[str, frozenset[IPv4Address | IPv6Address]] = {}
        """Addresses by host, of trunks without `allow_from`."""
        self._timer: asyncio.TimerHandle | None = None
        self._turned_away: dict[TrunkName, int] = {}
        """Calls for which a trunk had no channel, within the last second."""

    def apply(self, trunks: Mapping[TrunkName, Trunk]) -> None:
        """Put settings in force: what has not changed goes on, also its registration."""
        for name in [name for name in self._servers if self._trunks[name] != trunks.get(name)]:
            self._retire(name)
        for name, trunk in trunks.items():
            if name not in self._servers:
                self._servers[name] = list(self._open(trunk))
        self._trunks = dict(trunks)
        self._resolve()

    async def close(self) -> None:
        """Unregister everywhere; waits a moment for the answers."""
        if self._timer is not None:
            self._timer.cancel()
        servers = [*self._all(), *self._retired]
        for server in servers:
            server.close()
        deadline = self._loop.time() + FAREWELL
        while any(server.is_registered for server in servers) and self._loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    # Out ---------------------------------------------------------------------------------------------

    def ways(self, trunk: TrunkName, number: str) -> Sequence[Way]:
        """How a number, in the carrier's form, is called: the servers in the order to try them."""
        servers = sorted(self._servers.get(trunk, ()), key=lambda server: server.state is State.DOWN)
        return [server.way(quote(number, safe=_SAFE)) for server in servers]

    def has_room(self, trunk: TrunkName) -> bool:
        """Whether one more call by this trunk is within its channels."""
        limit = self._trunks[trunk].channels if trunk in self._trunks else 0
        return limit is None or self._calls(trunk) < limit

    def is_up(self, trunk: TrunkName) -> bool:
        """Whether a server is not known to be down."""
        return any(server.state is not State.DOWN for server in self._servers.get(trunk, ()))

    def turn_away(self, trunk: TrunkName) -> None:
        """A call that came by this trunk found all its channels busy; the record is told within a second."""
        if not self._turned_away:
            self._loop.call_later(1.0, self._note_turned_away)
        self._turned_away[trunk] = self._turned_away.get(trunk, 0) + 1

    def _note_turned_away(self) -> None:
        counts, self._turned_away = self._turned_away, {}
        for name, count in counts.items():
            limit = self._trunks[name].channels if name in self._trunks else None
            self._journal.note("CallsTurnedAway", why="channels", trunk=name, count=count, limit=limit)
            for server in self._servers.get(name, ()):
                server.turned_away(count)

    def unheard(self, way: Way) -> None:
        """A call found nobody at this server."""
        for server in self._servers.get(way.trunk, ()) if way.trunk else ():
            if server.place == way.server:
                server.suspect()

    # In ----------------------------------------------------------------------------------------------

    def match(self, source: str, called: str = "") -> TrunkName | None:
        """Whose address this is.

        `called`, the user of the request URI, tells two accounts at one carrier apart: each is called at the
        contact that it registered, or by its number. Where that tells nothing, one with a free channel.
        """
        address = _address(source)
        if address is None:
            return None
        found = [trunk for trunk in self._trunks.values() if self._is_from(address, trunk)]
        if len(found) > 1:
            found.sort(key=lambda trunk: (not _is_called(trunk, called), not self.has_room(trunk.name)))
        return found[0].name if found else None

    def _is_from(self, address: IPv4Address | IPv6Address, trunk: Trunk) -> bool:
        return _within(address, trunk.allow_from) or bool(
            trunk.by_address and self._at_home(trunk.name, address)
        )

    def account(self, trunk: TrunkName, source: str) -> int | None:
        """PJSUA's account by which a call of a trunk comes in; None: it has none."""
        servers = [*self._at_home(trunk, _address(source)), *self._servers.get(trunk, ())]
        return servers[0].account.getId() if servers else None

    def describe(self) -> list[JsonValue]:
        """A line for each server, for `softswitch trunks`."""
        return [server.describe(self._calls(server.trunk.name)) for server in self._all()]

    # Inside ------------------------------------------------------------------------------------------

    def _all(self) -> Iterator[Server]:
        for servers in self._servers.values():
            yield from servers

    def _calls(self, trunk: TrunkName) -> int:
        """Those by the trunk as it was before a reload are the carrier's, too."""
        retired = [server for server in self._retired if server.trunk.name == trunk]
        return sum(server.account.legs for server in (*self._servers.get(trunk, ()), *retired))

    def _open(self, trunk: Trunk) -> Iterator[Server]:
        accounts = self._endpoint.accounts
        domain = self._endpoint.domain
        for place in range(len(trunk.servers)):
            account = TrunkAccount(self._endpoint.incoming, trunk.domain or domain)
            server = Server(trunk, place, account, self._endpoint.pinger, self._changed)
            try:
                server.open(self._endpoint.settings, domain)
            except pj.Error as error:
                log.error("trunk.not_opened", trunk=trunk.name, server=server.name, why=error.reason)
                continue
            accounts.trunks[trunk.name, place] = account
            yield server

    def _retire(self, name: TrunkName) -> None:
        for server in self._servers.pop(name):
            server.close()
            self._endpoint.accounts.trunks.pop((name, server.place), None)
            self._retired.append(server)
        self._bury()

    def _bury(self) -> None:
        """An account whose calls have ended can go; PJSUA needs it until then."""
        for server in [one for one in self._retired if not one.account.legs and not one.is_registered]:
            self._retired.remove(server)
            server.account.close()
            # Not shutdown(): PJSUA gives the account's number to the next one, and the destructor,
            # whenever that comes, would delete whoever has it then.
            pj.Account.__swig_destroy__(server.account)

    def _changed(self, server: Server) -> None:
        self._trust()  # it may have registered at another address
        kind, why = ("TrunkUp", "") if server.state is State.UP else ("TrunkDown", server.problem)
        data: dict[str, JsonValue] = {"trunk": server.trunk.name, "server": server.name}
        self._journal.note(kind, **data, **({"why": why} if why else {}))

    # Addresses ---------------------------------------------------------------------------------------

    def _addresses(self, server: Server) -> frozenset[IPv4Address | IPv6Address]:
        host = server.trunk.servers[server.place].host
        found = self._resolved.get(host, frozenset())
        return found | _literal(server.answered_from) if server.answered_from else found

    def _at_home(self, trunk: TrunkName, address: IPv4Address | IPv6Address | None) -> list[Server]:
        """The servers that have this address."""
        return [server for server in self._servers.get(trunk, ()) if address in self._addresses(server)]

    def _resolve(self) -> None:
        """Look up the hosts; off the loop, unless they are addresses or this machine knows them."""
        if self._timer is not None:
            self._timer.cancel()
        known = known_hosts()
        for server in self._all():
            host = server.trunk.servers[server.place].host
            if at_once := _literal(known.get(host.lower(), host)):
                self._resolved[host] = at_once
            else:
                asked = self._loop.run_in_executor(None, _look_up, host)
                asked.add_done_callback(partial(self._looked_up, host))
        self._trust()
        self._bury()
        self._timer = self._loop.call_later(RESOLVED_EVERY, self._resolve)

    def _trust(self) -> None:
        """Carriers' addresses are never banned, and send as much as they have: those that prove a call."""
        named = (str(network) for trunk in self._trunks.values() for network in trunk.allow_from)
        servers = [server for server in self._all() if server.trunk.by_address]
        found = (str(address) for server in servers for address in self._addresses(server))
        self._endpoint.shield.peers({*named, *found})

    def _looked_up(self, host: str, asked: asyncio.Future[frozenset[IPv4Address | IPv6Address]]) -> None:
        if asked.cancelled():
            return
        if error := asked.exception():
            log.warning("trunk.unknown_host", host=host, why=str(error), advice="name it in allow_from")
        else:
            self._resolved[host] = asked.result()
            self._trust()


def _is_called(trunk: Trunk, called: str) -> bool:
    """Whether a call to this user of a request URI is for the trunk's account, or its number in any form."""
    if called == trunk.username:
        return True
    digits, own = re.sub(r"\D", "", called).lstrip("0"), (trunk.caller_id or "").lstrip("+")
    return len(digits) >= SHORTEST and bool(own) and own.endswith(digits)


def _look_up(host: str) -> frozenset[IPv4Address | IPv6Address]:
    found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    return frozenset(ip_address(str(entry[4][0])) for entry in found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    return next(iter(_literal(text)), None)


def _literal(text: str) -> frozenset[IPv4Address | IPv6Address]:
    try:
        return frozenset({ip_address(text)})
    except ValueError:
        return frozenset()


def _within(address: IPv4Address | IPv6Address, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)
