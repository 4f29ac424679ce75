"""A carrier's server that is taken out of the configuration: nothing stays registered there."""

from __future__ import annotations

import pytest

from softswitch.config.settings import Trunk, TrunkServer
from softswitch.config.sip_settings import SipSettings
from softswitch.sip.accounts import Registered
from softswitch.sip.trunk import Server
from softswitch.types import TrunkName

pytestmark = pytest.mark.virtual_time

OK, GONE = Registered(200, "OK", 300), Registered(200, "OK", 0)


class Account:
    """PJSUA's, as far as registering goes."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def create(self, _options: object, _default: bool) -> None:
        """It registers by itself."""

    def setRegistration(self, wanted: bool) -> None:
        self.asked.append(wanted)


def opened() -> tuple[Server, Account]:
    trunk = Trunk(
        TrunkName("t"), (TrunkServer("192.0.2.7"),), username="u", password="p", register=True, options=0
    )
    account = Account()
    server = Server(trunk, 0, account, None, lambda _: None)  # type: ignore[arg-type]
    server.open(SipSettings(), "acme.example")
    return server, account


async def test_a_registration_is_taken_back() -> None:
    server, account = opened()
    server._registration(OK)
    server.close()
    assert (account.asked, server.is_registered) == ([False], True)
    server._registration(GONE)
    assert not server.is_registered


async def test_one_that_is_on_its_way_is_waited_for_and_taken_back() -> None:
    server, account = opened()
    server.close()
    assert (account.asked, server.is_registered) == ([], True)
    server._registration(OK)
    assert (account.asked, server.is_registered) == ([False], True)
    server._registration(GONE)
    assert not server.is_registered


async def test_one_that_fails_leaves_nothing_to_take_back() -> None:
    server, account = opened()
    server.close()
    server._registration(Registered(408, "Request Timeout"))
    assert (account.asked, server.is_registered) == ([], False)


async def test_a_carrier_that_goes_on_granting_is_asked_once() -> None:
    server, account = opened()
    server._registration(OK)
    server.close()
    server._registration(OK)
    assert (account.asked, server.is_registered) == ([False], False)
