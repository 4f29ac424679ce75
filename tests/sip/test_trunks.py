"""Carriers at the real endpoint: whose calls are theirs, and in which order their servers are tried."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any, cast

import pytest
import pytest_asyncio

from softswitch.config.settings import Trunk, TrunkServer
from softswitch.sip.accounts import Registered
from softswitch.sip.trunk import State
from softswitch.sip.trunks import Trunks
from softswitch.testing.fakes import FakeJournal
from softswitch.types import TrunkName
from softswitch.web import models
from tests.sip.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMED, AT_HOME, BY_LOGIN, BOTH = map(TrunkName, ("named", "at-home", "by-login", "both"))
NETWORK = ip_network("203.0.113.0/24")


def trunk(name: TrunkName, *hosts: str, **more: object) -> tuple[TrunkName, Trunk]:
    servers = tuple(TrunkServer(host) for host in hosts)
    return name, Trunk(name, servers, options=0.0, **more)  # type: ignore[arg-type]


CARRIERS = dict([
    trunk(NAMED, "198.51.100.1", allow_from=(NETWORK,)),
    trunk(AT_HOME, "198.51.100.2", "198.51.100.3"),
    trunk(BY_LOGIN, "198.51.100.4", inbound="branch", inbound_password="secret"),
    trunk(BOTH, "198.51.100.5", allow_from=(ip_network("192.0.2.7/32"),), inbound="b", inbound_password="c"),
])  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def trunks(house: House) -> AsyncIterator[Trunks]:
    carriers = Trunks(house.endpoint, FakeJournal())
    carriers.apply(CARRIERS)
    yield carriers
    carriers.apply({})
    await carriers.close()


@pytest.mark.parametrize(
    ("source", "whose"),
    [
        ("203.0.113.9", NAMED),
        ("198.51.100.1", None),
        ("198.51.100.2", AT_HOME),
        ("198.51.100.3", AT_HOME),
        ("198.51.100.4", None),
        ("192.0.2.7", BOTH),
        ("198.51.100.5", None),
        ("192.0.2.8", None),
        ("::1", None),
        ("nonsense", None),
    ],
)
async def test_an_address_is_a_carriers_only_where_the_configuration_says_so(
    trunks: Trunks, source: str, whose: TrunkName | None
) -> None:
    assert trunks.match(source) == whose


async def test_two_accounts_at_one_carrier_are_told_apart_by_the_contact_that_is_called(
    trunks: Trunks,
) -> None:
    names = [TrunkName("sales"), TrunkName("service")]
    own = dict(zip(names, ("+48221234560", "+48229999999"), strict=True))
    trunks.apply(
        dict(
            trunk(name, "192.0.2.30", username=f"user-{name}", caller_id=own[name], channels=1)
            for name in names
        )
    )
    for called in ("+48229999999", "0048229999999", "48229999999", "22 999 99 99"):
        assert trunks.match("192.0.2.30", called) == "service", "it is its number"
    assert trunks.match("192.0.2.30", "user-service") == "service"
    assert trunks.match("192.0.2.30", "user-sales") == "sales"
    assert trunks.match("192.0.2.30", "+48221234567") == "sales", "the first, where nothing tells"
    assert trunks.match("192.0.2.31", "user-sales") is None, "what it says is not its address"
    trunks._servers[names[0]][0].account.legs += 1
    assert trunks.match("192.0.2.30", "+48221234567") == "service", "the first has no channel left"
    assert trunks.match("192.0.2.30", "user-sales") == "sales"
    trunks._servers[names[0]][0].account.legs -= 1
    trunks.apply(CARRIERS)


async def test_a_call_comes_in_by_the_account_of_its_server(trunks: Trunks, house: House) -> None:
    accounts = house.endpoint.accounts.trunks
    assert trunks.account(AT_HOME, "198.51.100.3") == accounts[AT_HOME, 1].getId()
    assert trunks.account(NAMED, "203.0.113.9") == accounts[NAMED, 0].getId()
    assert trunks.account(TrunkName("gone"), "203.0.113.9") is None


async def test_addresses_that_prove_a_call_are_never_banned(trunks: Trunks, house: House) -> None:
    shield = house.endpoint.shield
    for source in ("203.0.113.9", "198.51.100.2"):
        assert not shield.ban(source, 60, "a test")
    assert shield.ban("198.51.100.4", 60, "it proves nothing")
    trunks.apply({})
    assert shield.ban("203.0.113.9", 60, "a carrier no more")
    for source in ("198.51.100.4", "203.0.113.9"):
        shield.unban(source)


async def test_a_server_that_is_down_is_tried_last(trunks: Trunks) -> None:
    first, second = trunks.ways(AT_HOME, "+48600300400")
    assert (first.uri, second.uri) == ("sip:+48600300400@198.51.100.2", "sip:+48600300400@198.51.100.3")
    trunks._servers[AT_HOME][0].state = State.DOWN
    assert [way.server for way in trunks.ways(AT_HOME, "1")] == [1, 0]
    assert trunks.ways(TrunkName("gone"), "1") == []
    assert not trunks.has_room(TrunkName("gone"))


async def test_calls_from_before_a_reload_take_channels_too(trunks: Trunks) -> None:
    trunks.apply(dict([trunk(NAMED, "198.51.100.1", channels=1)]))
    (server,) = trunks._servers[NAMED]
    server.account.legs += 1
    assert not trunks.has_room(NAMED)
    trunks.apply(dict([trunk(NAMED, "198.51.100.9", channels=1)]))
    assert not trunks.has_room(NAMED)
    server.account.legs -= 1
    assert trunks.has_room(NAMED)
    trunks.apply(CARRIERS)


async def test_calls_that_found_no_channel_are_on_record_and_in_the_table(house: House) -> None:
    journal = FakeJournal()
    carriers = Trunks(house.endpoint, journal)
    carriers.apply(dict([trunk(AT_HOME, "198.51.100.2", channels=1)]))
    carriers.turn_away(AT_HOME)
    carriers.turn_away(AT_HOME)
    await asyncio.sleep(1.1)
    (event,) = journal.find("CallsTurnedAway")
    assert event.data == {"why": "channels", "trunk": AT_HOME, "count": 2, "limit": 1}
    (line,) = cast(list[dict[str, Any]], carriers.describe())
    assert line["problem"] == "channels: all busy, 2 calls turned away"
    assert models.Trunk.model_validate(line).model_dump() == line, "the API has all of it"
    carriers.apply({})
    await carriers.close()


@pytest.mark.may_block  # it collects garbage
async def test_a_changed_trunk_has_an_account_that_outlives_the_one_before(
    trunks: Trunks, house: House
) -> None:
    """PJSUA gives the old one's number to the new one, which the end of the old one must not take along."""
    for number in range(3):
        before = list(
            trunks._servers.get(AT_HOME, ())
        )  # as a question by OPTIONS that is on its way holds it
        trunks.apply(dict([trunk(AT_HOME, "198.51.100.2", f"198.51.100.{number + 3}")]))
        del before
        gc.collect()
        assert house.endpoint.accounts.trunks[AT_HOME, 0].isValid()
        assert house.endpoint.accounts.trunks[AT_HOME, 1].isValid()
    trunks.apply(CARRIERS)


async def test_both_troubles_of_a_server_are_told(trunks: Trunks) -> None:
    (server, *_) = trunks._servers[AT_HOME]
    server._heard(None)
    assert server.problem == "OPTIONS: no answer"
    server._registration(Registered(408, "Request Timeout"))
    assert server.problem == "REGISTER: 408 Request Timeout; OPTIONS: no answer"
