"""The figures of a leg's sound follow what the network does to its packets, both ways."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.testing.ear import Ear
from softswitch.testing.rtcp import Reporter
from softswitch.testing.voice import Voice
from softswitch.types import Quality
from tests.sip.conftest import House
from tests.sip.phone import Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def spoken(house: House, phone: Phone, ear: Ear, seconds: float, loses: int, delays: float) -> Quality:
    """What the switch thinks of a phone on such a network."""
    call, leg = await house.call_in(phone, sdp(ear.port))
    assert call.answered_sdp is not None
    voice = Voice(ear, call.answered_sdp)
    await asyncio.sleep(0.5)  # for the jitter buffer to find its depth
    voice.loses, voice.delays = loses, delays
    await asyncio.sleep(seconds)
    voice.stop()
    await asyncio.sleep(0.1)
    await call.bye()
    await leg.ended
    return leg.quality()


async def test_a_faultless_leg_has_the_best_score_of_its_codec(house: House, phone: Phone, ear: Ear) -> None:
    quality = await spoken(house, phone, ear, 1.0, loses=0, delays=0.0)
    assert (quality.lost, quality.far_lost, quality.round_trip) == (0, None, None)
    assert quality.mos is not None
    assert quality.mos > 4.2


async def test_lost_packets_are_counted_and_heard(house: House, phone: Phone, ear: Ear) -> None:
    quality = await spoken(house, phone, ear, 3.0, loses=20, delays=0.0)
    assert quality.lost == pytest.approx(7, abs=2)
    assert quality.mos is not None
    assert 3.5 < quality.mos < 4.25


async def test_packets_that_come_unevenly_are_jitter(house: House, phone: Phone, ear: Ear) -> None:
    quality = await spoken(house, phone, ear, 2.0, loses=0, delays=0.015)
    assert quality.jitter == pytest.approx(0.015, abs=0.009)
    assert quality.lost == 0


async def test_what_the_other_side_reports_is_kept_and_how_far_away_it_is(
    house: House, phone: Phone, ear: Ear
) -> None:
    reporter = await Reporter.open(ear.port + 1, lost=12, jitter=0.03)
    reporter.delay = 0.2
    call, leg = await house.call_in(phone, sdp(ear.port))
    try:
        async with asyncio.timeout(12):  # the first report comes after five seconds
            while not leg.quality().round_trip:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)
    finally:
        reporter.transport.close()
    await call.bye()
    await leg.ended
    quality = leg.quality()
    assert quality.far_lost == 12
    assert quality.far_jitter == pytest.approx(0.03, abs=0.001)
    assert quality.round_trip == pytest.approx(0.2, abs=0.1)
    assert quality.far_mos is not None
    assert 3.3 < quality.far_mos < 4.25, "between 3 % and 5 % lost, and a long way"
    assert quality.mos is None, "nothing came"
