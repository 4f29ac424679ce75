"""Calls whose other side sends nothing any more."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from softswitch.sip.leg import SipLeg
from softswitch.testing.ear import Ear
from softswitch.testing.voice import Voice
from softswitch.types import LegEnd
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE, ON_HOLD = 1.0, 3.0
LATE = 1.5
"""Every leg is looked at once a second."""


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def impatient(house: House) -> AsyncIterator[None]:
    house.endpoint.silence.apply(PATIENCE, ON_HOLD)
    yield
    house.endpoint.silence.apply(0, 0)


async def answered(house: House, phone: Phone, ear: Ear) -> tuple[Dialog, SipLeg, Voice]:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(ear.port))
    leg = await house.caller()
    await leg.answered()
    assert call.answered_sdp is not None
    return call, leg, Voice(ear, call.answered_sdp)


async def lives_on(leg: SipLeg, seconds: float) -> bool:
    await asyncio.wait([leg.ended], timeout=seconds)
    return not leg.ended.done()


async def test_a_phone_that_stops_sending_is_hung_up_with_a_reason(
    house: House, phone: Phone, ear: Ear
) -> None:
    _, leg, voice = await answered(house, phone, ear)
    assert await lives_on(leg, PATIENCE + LATE)
    voice.stop()
    assert await lives_on(leg, PATIENCE / 2)
    async with asyncio.timeout(PATIENCE + LATE):
        end = await asyncio.shield(leg.ended)
    assert end == LegEnd(False, 408, "No RTP for 1s")
    bye = await phone.wait(lambda m: m.first.startswith("BYE "))
    assert bye.header("Reason") == 'SIP;cause=408;text="No RTP for 1s"'


async def test_who_has_never_sent_anything_is_hung_up_too(house: House, phone: Phone, ear: Ear) -> None:
    _, leg, voice = await answered(house, phone, ear)
    voice.stop()
    assert not await lives_on(leg, PATIENCE + LATE)


@pytest.mark.parametrize("direction", ["sendonly", "inactive", "recvonly"])
async def test_who_holds_may_be_silent_for_longer(
    house: House, phone: Phone, ear: Ear, direction: str
) -> None:
    call, leg, voice = await answered(house, phone, ear)
    voice.stop()
    await call.invite(sdp(ear.port, direction))
    assert await lives_on(leg, PATIENCE + LATE)
    async with asyncio.timeout(ON_HOLD):
        assert (await asyncio.shield(leg.ended)).reason == "No RTP for 3s"


async def test_patience_begins_anew_with_the_end_of_a_hold(house: House, phone: Phone, ear: Ear) -> None:
    call, leg, voice = await answered(house, phone, ear)
    voice.stop()
    await call.invite(sdp(ear.port, "inactive"))
    assert await lives_on(leg, PATIENCE + LATE)
    await call.invite(sdp(ear.port))
    assert await lives_on(leg, PATIENCE / 2)
    assert not await lives_on(leg, PATIENCE + LATE)


async def test_rtcp_alone_is_a_sign_of_life(house: House, phone: Phone, ear: Ear) -> None:
    """A muted phone may send no sound, and still reports on what it hears (RFC 3550 section 6.4.2)."""
    _, leg, voice = await answered(house, phone, ear)
    voice.stop()
    host, port = voice.to
    report = struct.pack("!BBHIIIIIII", 0x81, 201, 7, 1, 2, 0, 0, 0, 0, 0)
    for _ in range(round((PATIENCE + LATE) * 5)):
        ear.send(report, (host, port + 1))
        assert await lives_on(leg, 0.2)


async def test_patience_may_be_endless(house: House, phone: Phone, ear: Ear) -> None:
    house.endpoint.silence.apply(0, 0)
    _, leg, voice = await answered(house, phone, ear)
    voice.stop()
    assert await lives_on(leg, PATIENCE + LATE)
