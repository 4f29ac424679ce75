"""The real endpoint on loopback, and telephones around it.

PJSIP takes a quarter of a second to start, so a file's tests share one endpoint; each leaves no leg behind.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from functools import cache

import pytest
import pytest_asyncio

from softswitch.config.settings import MediaSettings
from softswitch.config.sip_settings import Listen, SipSettings
from softswitch.ports import Leg
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.leg import SipLeg
from softswitch.testing.ear import Ear
from tests.sip.phone import Dialog, Phone


@cache
def block() -> tuple[int, socket.socket]:
    """A hundred ports that only this test run uses, and the socket that says so to other runs.

    They lie below what switches on this machine use for RTP.
    """
    for port in range(12000, 16000, 100):
        guard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            guard.bind(("127.0.0.1", port + 39))
        except OSError:
            guard.close()
            continue
        return port, guard
    raise OSError("every block of ports from 12000 to 15999 is in use")


def free_port() -> int:
    """A port for the switch, with the next 99 for whoever speaks with it."""
    return block()[0]


def settings(port: int) -> SipSettings:
    """A small switch on loopback."""
    listen = (Listen("udp", "127.0.0.1", port), Listen("tcp", "127.0.0.1", port))
    return SipSettings(listen=listen, rtp_ports=(port + 40, port + 99), max_calls=50)


class House:
    """The endpoint, and the legs that have come in."""

    def __init__(self, endpoint: SipEndpoint) -> None:
        self.endpoint = endpoint
        self.port = endpoint.settings.listen[0].port
        self.arrived: asyncio.Queue[SipLeg] = asyncio.Queue()
        self.auto = False
        """Answer every call at once."""

    def welcome(self, leg: Leg) -> None:
        assert isinstance(leg, SipLeg)
        self.arrived.put_nowait(leg)
        if self.auto:
            leg.answer()

    async def caller(self) -> SipLeg:
        """The next leg that came in."""
        async with asyncio.timeout(5):
            return await self.arrived.get()

    async def call_in(self, phone: Phone, body: str) -> tuple[Dialog, SipLeg]:
        """A phone calls, and is answered: both ends."""
        self.auto = True
        call = Dialog(phone)
        await call.invite(body)
        leg = await self.caller()
        await leg.answered()
        return call, leg


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint() -> AsyncIterator[SipEndpoint]:
    running = SipEndpoint(settings(free_port()), MediaSettings(), lambda leg: None)
    async with running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def house(endpoint: SipEndpoint) -> AsyncIterator[House]:
    built = House(endpoint)
    endpoint._on_incoming = built.welcome
    yield built
    for leg in tuple(endpoint.legs.values()):
        leg.hangup()
    for player in tuple(endpoint.media.players):
        player.close()
    await asyncio.sleep(0)
    assert not endpoint.legs
    assert endpoint.gate.state.callers == 0
    assert endpoint.foreign_callbacks == 0, "a callback came on another thread than the loop's"


@pytest_asyncio.fixture(loop_scope="module")
async def phone(house: House) -> AsyncIterator[Phone]:
    opened = await Phone.open(house.port + 10, ("127.0.0.1", house.port))
    yield opened
    opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def agent_phone(house: House) -> AsyncIterator[Phone]:
    opened = await Phone.open(house.port + 11, ("127.0.0.1", house.port))
    yield opened
    opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def ear(house: House) -> AsyncIterator[Ear]:
    with Ear(port=house.port + 20) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def agent_ear(house: House) -> AsyncIterator[Ear]:
    with Ear(port=house.port + 22) as opened:
        yield opened


@pytest.fixture
def agent_uri(house: House) -> str:
    """Where `agent_phone` is."""
    return f"sip:201@127.0.0.1:{house.port + 11}"
