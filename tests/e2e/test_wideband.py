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


@pytest.mark.parametrize(
    ("codec", "other"), [("g722", "opus"), ("opus", "opus"), ("g711", "g722"), ("g711", "opus")]
)
async def test_what_is_above_4_khz_passes_between_wideband_phones_and_the_rest_to_all(tmp_path, codec, other):
    wide = "g711" not in (codec, other)
    async with (
        running(tmp_path, SETTINGS) as switch,
        desk(tmp_path, "201", codec, ONE) as one,
        desk(tmp_path, "202", other, TWO) as two,
    ):
        await one.register(REALM, home(switch))
        await two.register(REALM, home(switch))
        await one.tell("dial", f"sip:202@{REALM}")
        await two.until("CALL_INCOMING")
        await two.answer()
        await one.until("CALL_ESTABLISHED")
        await asyncio.sleep(2.5)
        await one.hangup()
        for phone, (low, high) in ((one, TWO), (two, ONE)):
            assert part(phone, low) > (0.3 if wide else 0.8)
            assert (part(phone, high) > 0.1) is wide
            assert part(phone, 8000 - high) < 0.01, "a mirror image of what the narrow side cannot carry"
        (record,) = await asyncio.to_thread(switch.records, lambda record: record["dialled"] == "202")
        assert record["caller_media"]["codec"] == CODECS[codec]
        assert record["agent_media"]["codec"] == CODECS[other]


@pytest.mark.parametrize(("codec", "wide"), [("g722", True), ("opus", True), ("g711", False)])
async def test_a_wideband_caller_hears_the_sharp_sounds_of_the_menu(tmp_path, codec, wide):
    async with running(tmp_path, SETTINGS) as switch, desk(tmp_path, "201", codec) as caller:
        await caller.register(REALM, home(switch))
        await caller.dial(f"sip:610@{REALM}")
        await asyncio.sleep(3.0)
        await caller.hangup()
        frequencies, power = caller.spectrum(last=2.5)
        assert (float(power[frequencies > 4300].sum()) > 0.003) is wide
