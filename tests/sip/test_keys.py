"""Keys of phones that can only sound them, and of phones that tell them as well."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.sip._native import lib
from softswitch.sip.leg import MOST_KEYS, SipLeg
from softswitch.testing.ear import Ear
from softswitch.testing.voice import Voice
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")


def offer(ear: Ear, direction: str = "sendrecv") -> str:
    """Without telephone events."""
    lines = sdp(ear.port, direction, "0").split("\r\n")
    return "\r\n".join(line for line in lines if ":101 " not in line)


async def connected(house: House, phone: Phone, ear: Ear, body: str) -> tuple[Dialog, SipLeg, Voice]:
    call, leg = await house.call_in(phone, body)
    assert call.answered_sdp is not None
    voice = Voice(ear, call.answered_sdp)
    await asyncio.sleep(0.2)
    return call, leg, voice


async def keys_of(leg: SipLeg, within: float = 1.0) -> str:
    await asyncio.sleep(within)
    return "".join(leg.digits.get_nowait() for _ in range(leg.digits.qsize()))


async def test_tones_are_keys_while_keys_are_awaited(house: House, phone: Phone, ear: Ear) -> None:
    ports = lib.media_ports()
    _, leg, voice = await connected(house, phone, ear, offer(ear))
    voice.press_by_tones("12")
    assert await keys_of(leg) == ""
    leg.await_keys(True)
    voice.press_by_tones("2580")
    assert await keys_of(leg, 1.5) == "2580"
    leg.await_keys(False)
    voice.press_by_tones("3")
    assert await keys_of(leg) == ""
    voice.stop()
    leg.hangup()
    await asyncio.sleep(0.1)
    assert lib.media_ports() == ports


async def test_nobody_listens_for_tones_of_a_phone_that_tells_its_keys(
    house: House, phone: Phone, ear: Ear
) -> None:
    _, leg, voice = await connected(house, phone, ear, sdp(ear.port))
    ports = lib.media_ports()
    leg.await_keys(True)
    await asyncio.sleep(0.1)
    assert lib.media_ports() == ports
    voice.press_by_tones("1")
    voice.press("2")
    assert await keys_of(leg) == "2"
    voice.stop()


async def test_a_key_that_is_sounded_and_told_by_info_counts_once(
    house: House, phone: Phone, ear: Ear
) -> None:
    call, leg, voice = await connected(house, phone, ear, offer(ear))
    leg.await_keys(True)
    for _ in range(2):
        voice.press_by_tones("5")
        await asyncio.sleep(0.15)
        call.send("INFO", "Signal=5\r\nDuration=100\r\n", Content_Type="application/dtmf-relay")
        assert (await call.final("INFO")).status == 200
        await asyncio.sleep(0.2)
    assert await keys_of(leg, 0.2) == "55"
    voice.stop()


async def test_where_both_are_listened_for_a_key_that_comes_both_ways_counts_once(
    house: House, phone: Phone, ear: Ear
) -> None:
    _, leg, voice = await connected(house, phone, ear, sdp(ear.port))
    leg.await_keys(True, tones=True)
    voice.press_by_tones("1")
    assert await keys_of(leg, 0.5) == "1", "a tone alone"
    voice.press("1")
    assert await keys_of(leg, 0.5) == "1", "a telephone-event alone"
    voice.press_by_tones("1")
    await asyncio.sleep(0.12)
    voice.press("1")
    assert await keys_of(leg, 0.7) == "1", "the tone first"
    voice.press("1")
    voice.press_by_tones("1")
    assert await keys_of(leg, 0.7) == "1", "the telephone-event first"
    voice.press("12")
    assert await keys_of(leg, 0.7) == "12"
    leg.await_keys(False)
    voice.press_by_tones("1")
    assert await keys_of(leg, 0.5) == ""
    voice.stop()


async def test_tones_are_still_heard_after_the_phone_held_the_call(
    house: House, phone: Phone, ear: Ear
) -> None:
    call, leg, voice = await connected(house, phone, ear, offer(ear))
    leg.await_keys(True)
    await call.invite(offer(ear, "sendonly"))
    await call.invite(offer(ear))
    assert call.answered_sdp is not None
    voice.to = call.answered_sdp
    await asyncio.sleep(0.2)
    voice.press_by_tones("9")
    assert await keys_of(leg) == "9"
    voice.stop()


async def test_keys_that_nobody_reads_are_kept_up_to_a_limit(house: House, phone: Phone, ear: Ear) -> None:
    _, leg, voice = await connected(house, phone, ear, sdp(ear.port))
    for _ in range(2 * MOST_KEYS):
        leg.pressed("1")
    assert leg.digits.qsize() == MOST_KEYS
    voice.stop()
    leg.hangup()
