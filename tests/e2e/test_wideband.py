"""Wideband phones (baresip with G.722 and Opus) on a bridge at 16 kHz hear what lies above 4 kHz."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.e2e.baresip import Baresip
from tests.e2e.test_registering import CONFIGURATION, REALM, home, running

pytestmark = pytest.mark.may_block

SETTINGS = CONFIGURATION | {
    "media": {"languages": ["en"], "sample_rate": 16000},
    "numbers": {"2xx": {"agent": "dialled"}, "610": {"menu": "reception"}},
    "agents": {
        f"desk-{number}": {"name": f"Desk {number}", "login": str(number), "password": f"secret-{number}"}
        for number in range(201, 209)
    },
    "menus": {"reception": {"say": "Sixty-six thrushes sing songs of the sea. Press six."}},
}
CODECS = {"g711": "PCMU/8000", "g722": "G722/16000", "opus": "opus/48000"}
RATE = 16000
ONE, TWO = (900.0, 5300.0), (1300.0, 6100.0)
"""Hz: what either phone says, a tone that any phone hears and one for wideband alone."""


def part(phone, frequency):
    """How much of the last second that a phone heard lies at one frequency."""
    frequencies, power = phone.spectrum()
    return float(power[np.abs(frequencies - frequency) < 40].sum())


def desk(folder, user, codec, speaks=0.0):
    return Baresip(folder, user, password=f"secret-{user}", speaks=speaks, codec=codec, rate=RATE)


async def test_what_is_above_4_khz_passes_between_wideband_phones_and_the_rest_to_all(tmp_path):
    pairs = (("g722", "opus"), ("opus", "opus"), ("g711", "g722"), ("g711", "opus"))
    async with running(tmp_path, SETTINGS) as switch, asyncio.TaskGroup() as group:
        for number, (codec, other) in enumerate(pairs):
            group.create_task(talk(switch, tmp_path, (201 + 2 * number, codec), (202 + 2 * number, other)))


async def talk(switch, folder, caller, called):
    """Two phones, by number and codec, hear each other, and what lies above 4 kHz if both can."""
    (first, codec), (second, other) = caller, called
    wide = "g711" not in (codec, other)
    async with (
        desk(folder, str(first), codec, ONE) as one,
        desk(folder, str(second), other, TWO) as two,
    ):
        await one.register(REALM, home(switch))
        await two.register(REALM, home(switch))
        await one.tell("dial", f"sip:{second}@{REALM}")
        await two.until("CALL_INCOMING")
        await two.answer()
        await one.until("CALL_ESTABLISHED")
        await asyncio.sleep(2.5)
        await one.hangup()
        for phone, (low, high) in ((one, TWO), (two, ONE)):
            assert part(phone, low) > (0.3 if wide else 0.8), (codec, other)
            assert (part(phone, high) > 0.1) is wide, (codec, other)
            assert part(phone, 8000 - high) < 0.01, "a mirror image of what the narrow side cannot carry"
        (record,) = await asyncio.to_thread(switch.records, lambda record: record["dialled"] == str(second))
        assert record["caller_media"]["codec"] == CODECS[codec]
        assert record["agent_media"]["codec"] == CODECS[other]


async def test_a_wideband_caller_hears_the_sharp_sounds_of_the_menu(tmp_path):
    async def listen(user, codec, wide):
        async with desk(tmp_path, user, codec) as caller:
            await caller.register(REALM, home(switch))
            await caller.dial(f"sip:610@{REALM}")
            await asyncio.sleep(3.0)
            await caller.hangup()
            frequencies, power = caller.spectrum(last=2.5)
            assert (float(power[frequencies > 4300].sum()) > 0.003) is wide, codec

    async with running(tmp_path, SETTINGS) as switch, asyncio.TaskGroup() as group:
        for user, codec, wide in (("201", "g722", True), ("202", "opus", True), ("203", "g711", False)):
            group.create_task(listen(user, codec, wide))
