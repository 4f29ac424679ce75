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


PAIRS = (("g722", "opus"), ("opus", "opus"), ("g711", "g722"), ("g711", "opus"))


async def test_what_is_above_4_khz_passes_between_wideband_phones_and_the_rest_to_all(tmp_path):
    async with running(tmp_path, SETTINGS) as switch:
        talks = (talk(switch, tmp_path, 201 + 2 * place, *pair) for place, pair in enumerate(PAIRS))
        heard = await asyncio.gather(*talks)
    for pair, (parts, codecs) in zip(PAIRS, heard, strict=True):
        wide = "g711" not in pair
        assert codecs == [CODECS[one] for one in pair]
        for low, high, mirrored in parts:
            assert low > (0.3 if wide else 0.8), pair
            assert (high > 0.1) is wide, pair
            assert mirrored < 0.01, "a mirror image of what the narrow side cannot carry"


async def talk(switch, folder, number, codec, other):
    """Two phones talk, of that number and the next: what each heard of the other's two tones, and of a mirror
    image of the upper one; and the codecs of the record.
    """
    async with (
        desk(folder, str(number), codec, ONE) as one,
        desk(folder, str(number + 1), other, TWO) as two,
    ):
        await one.register(REALM, home(switch))
        await two.register(REALM, home(switch))
        await one.tell("dial", f"sip:{number + 1}@{REALM}")
        await two.until("CALL_INCOMING")
        await two.answer()
        await one.until("CALL_ESTABLISHED")
        await asyncio.sleep(2.5)
        await one.hangup()
        parts = [
            [part(phone, low), part(phone, high), part(phone, 8000 - high)]
            for phone, (low, high) in ((one, TWO), (two, ONE))
        ]
        dialled = str(number + 1)
        (record,) = await asyncio.to_thread(switch.records, lambda record: record["dialled"] == dialled)
        return parts, [record["caller_media"]["codec"], record["agent_media"]["codec"]]


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
