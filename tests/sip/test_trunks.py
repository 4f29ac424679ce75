"""Whose call it is that comes in: by its address, and never by guess."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
import pytest_asyncio

from softswitch.config.settings import Trunk, TrunkServer
from softswitch.sip.trunks import Trunks
from softswitch.testing.fakes import FakeJournal
from softswitch.types import TrunkName
from tests.sip.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def trunk(name: str, host: str, allow_from: str = "") -> Trunk:
    networks = (ip_network(allow_from),) if allow_from else ()
    server = (TrunkServer(host),)
    return Trunk(TrunkName(name), server, username=f"user-{name}", allow_from=networks, options=0)


@pytest_asyncio.fixture(loop_scope="module")
async def trunks(house: House) -> AsyncIterator[Trunks]:
    made = Trunks(house.endpoint, FakeJournal())
    yield made
    made.apply({})
    await made.close()


def apply(trunks: Trunks, *them: Trunk) -> None:
    trunks.apply({one.name: one for one in them})


def name_of(trunks: Trunks, source: str, called: str = "600") -> str | None:
    found = trunks.match(source, called)
    return found[0] if found else None


async def test_a_trunk_is_known_by_its_servers_or_by_the_networks_that_are_named(trunks: Trunks) -> None:
    apply(trunks, trunk("one", "192.0.2.7"), trunk("two", "192.0.2.8", "198.51.100.0/24"))
    assert name_of(trunks, "192.0.2.7") == "one"
    assert name_of(trunks, "192.0.2.8") is None, "only the networks that are named"
    assert name_of(trunks, "198.51.100.9") == "two"
    assert name_of(trunks, "192.0.2.9", called="user-one") is None, "what it says is not its address"
    assert name_of(trunks, "nonsense") is None


async def test_two_accounts_at_one_carrier_are_told_apart_by_the_contact_that_is_called(
    trunks: Trunks,
) -> None:
    apply(trunks, trunk("sales", "192.0.2.7"), trunk("service", "192.0.2.7"))
    assert name_of(trunks, "192.0.2.7", called="user-service") == "service"
    assert name_of(trunks, "192.0.2.7", called="user-sales") == "sales"
    sales, service = (trunks.match("192.0.2.7", f"user-{name}") for name in ("sales", "service"))
    assert sales is not None
    assert service is not None
    assert sales[1] != service[1], "each by its own account"
    assert name_of(trunks, "192.0.2.7", called="+48221234567") == "sales", "the first, where nothing tells"
