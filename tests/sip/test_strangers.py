"""RTP of somebody who is no part of the call: nobody hears it, and they get nothing that is for others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from softswitch.sip.leg import SipLeg
from softswitch.sound import Clip, Hear
from softswitch.testing.ear import Ear
from softswitch.testing.rtp import Packet
from softswitch.testing.voice import Voice, tone
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLER, STRANGER, OURS = 1630, 2150, 440
ELSEWHERE = "127.0.0.2"
"""Another host, as far as the switch can see."""
PRIVATE = "10.9.9.9"


@pytest_asyncio.fixture(loop_scope="module")
async def stranger() -> AsyncIterator[Ear]:
    with Ear(ELSEWHERE) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def neighbour() -> AsyncIterator[Ear]:
    """Somebody at another port of the caller's host."""
    with Ear() as opened:
        yield opened


async def call_in(house: House, phone: Phone, body: str) -> tuple[Dialog, SipLeg, tuple[str, int]]:
    call, leg = await house.call_in(phone, body)
    assert call.answered_sdp is not None
    return call, leg, call.answered_sdp


def speaks(ear: Ear, to: tuple[str, int], frequency: float) -> Voice:
    voice = Voice(ear, to)
    voice.say(tone(frequency))
    return voice


class Listener:
    """A second call, which hears the first one."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear

    @classmethod
    async def to(cls, leg: SipLeg, house: House, phone: Phone, ear: Ear) -> Listener:
        _, other, _ = await call_in(house, phone, sdp(ear.port))
        other.hear(Hear(leg))
        return cls(ear)

    async def hears(self, frequency: float) -> float:
        await asyncio.sleep(0.3)
        since = time.time()
        await asyncio.sleep(0.5)
        sound = self.ear.sound().between(since)
        return float(np.median(sound.tone_over_time(frequency, 0.05)))  # a jitter buffer may jump


def music() -> Clip:
    return Clip(tone(OURS).tobytes(), 8000, "ours")


async def test_a_flood_from_elsewhere_is_neither_heard_nor_answered(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear, stranger: Ear, neighbour: Ear
) -> None:
    _, leg, to = await call_in(house, phone, sdp(ear.port))
    listener = await Listener.to(leg, house, agent_phone, agent_ear)
    speaks(ear, to, CALLER)
    with house.endpoint.media.player(music(), loop=True) as player:
        leg.hear(Hear(player))
        await asyncio.sleep(0.3)
        for somebody in (stranger, neighbour):
            speaks(somebody, to, STRANGER)
            for number in range(500):
                somebody.send(Packet(0, number, number * 160, 99, bytes(160)).pack(), to)
                somebody.send(bytes(2000), to)
        rtcp = bytes.fromhex("80c80006000000630000000000000000000000000000000000000000")
        for _ in range(10):
            stranger.send(rtcp, (to[0], to[1] + 1))
        assert await listener.hears(CALLER) > 0.95
        assert await listener.hears(STRANGER) < 0.02
        since = time.time() - 0.5
        assert ear.sound().between(since).tone(OURS) > 0.95
        assert ear.sound().between(since).largest_gap() < 0.1
    assert not stranger.arrivals
    assert not neighbour.arrivals
    assert leg.quality().strangers > 500, "of 2,090; the burst is more than the socket holds"


@pytest.mark.parametrize("address", ["127.0.0.1", PRIVATE])
async def test_nothing_is_lost_of_a_phone_at_the_host_of_its_sdp_or_its_signalling(
    house: House, phone: Phone, ear: Ear, neighbour: Ear, address: str
) -> None:
    """It may send from another port than it named, and it is taken at its first packet."""
    _, leg, to = await call_in(house, phone, sdp(ear.port, address=address))
    for number in range(10):
        neighbour.send(Packet(0, number, number * 160, 99, bytes(160)).pack(), to)
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert (leg.quality().received, leg.quality().strangers) == (10, 0)


async def test_who_sends_before_the_phone_does_is_not_taken_for_it(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear, stranger: Ear
) -> None:
    """The phone is late by half a second: until then there is nobody better."""
    _, leg, to = await call_in(house, phone, sdp(ear.port))
    listener = await Listener.to(leg, house, agent_phone, agent_ear)
    speaks(stranger, to, STRANGER)
    await asyncio.sleep(0.5)
    speaks(ear, to, CALLER)
    assert await listener.hears(CALLER) > 0.95
    before = len(stranger.arrivals)
    await asyncio.sleep(0.3)
    assert len(stranger.arrivals) == before


async def test_a_phone_behind_nat_is_found_by_its_first_packet(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear, stranger: Ear
) -> None:
    """Its SDP names an address that leads nowhere; its RTP comes from where its signalling does."""
    call, leg, to = await call_in(house, phone, sdp(4000, address=PRIVATE))
    listener = await Listener.to(leg, house, agent_phone, agent_ear)
    speaks(ear, to, CALLER)
    speaks(stranger, to, STRANGER)
    assert await listener.hears(CALLER) > 0.95
    assert len(ear.arrivals) > 10
    assert not stranger.arrivals
    for direction in ("sendonly", "sendrecv"):
        assert (await call.invite(sdp(4000, direction, address=PRIVATE))).status == 200
    before = len(ear.arrivals)
    await asyncio.sleep(0.3)
    assert len(ear.arrivals) > before, "it is still known where the phone is"
    assert await listener.hears(CALLER) > 0.95


async def test_a_gateway_of_another_host_is_heard_where_nobody_else_sends(
    house: House, phone: Phone, agent_phone: Phone, agent_ear: Ear, stranger: Ear
) -> None:
    _, leg, to = await call_in(house, phone, sdp(4000, address=PRIVATE))
    listener = await Listener.to(leg, house, agent_phone, agent_ear)
    speaks(stranger, to, CALLER)
    assert await listener.hears(CALLER) > 0.95
    assert len(stranger.arrivals) > 10


async def test_another_address_in_the_sdp_is_where_sound_goes_and_comes_from(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear, neighbour: Ear
) -> None:
    call, leg, to = await call_in(house, phone, sdp(ear.port))
    listener = await Listener.to(leg, house, agent_phone, agent_ear)
    old = speaks(ear, to, STRANGER)
    await asyncio.sleep(0.3)
    assert (await call.invite(sdp(neighbour.port))).status == 200
    speaks(neighbour, to, CALLER)
    assert await listener.hears(CALLER) > 0.95
    assert len(neighbour.arrivals) > 10
    before = len(ear.arrivals)
    await asyncio.sleep(0.3)
    assert len(ear.arrivals) == before
    old.stop()


async def test_a_phone_whose_nat_gives_it_another_port_is_heard_again(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear, neighbour: Ear, stranger: Ear
) -> None:
    _, leg, to = await call_in(house, phone, sdp(ear.port))
    listener = await Listener.to(leg, house, agent_phone, agent_ear)
    voice = speaks(ear, to, CALLER)
    await asyncio.sleep(0.3)
    voice.stop()
    speaks(stranger, to, STRANGER)
    speaks(neighbour, to, CALLER)
    assert await listener.hears(CALLER) < 0.1
    await asyncio.sleep(1.8)
    assert await listener.hears(CALLER) > 0.95
    assert not stranger.arrivals
