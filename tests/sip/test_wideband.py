"""A bridge at 16 kHz: callers with different codecs share the samples of what they hear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest
import pytest_asyncio

from softswitch.config.settings import MediaSettings
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sound import Clip, Hear
from softswitch.testing.ear import Ear
from tests.sip.conftest import House, free_port, settings
from tests.sip.phone import Dialog, Phone, sdp
from tests.sip.test_hearing import listen

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATE = 16000
G722, PCMU = "9", "0"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endpoint() -> AsyncIterator[SipEndpoint]:
    sip = replace(settings(free_port()), codecs=("g722", "pcmu"))
    running = SipEndpoint(sip, MediaSettings(sample_rate=RATE), lambda leg: None)
    async with running:
        yield running


def sound_of(frequency: float) -> Clip:
    wave = 0.3 * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)
    return Clip(np.round(wave * 32767).astype("<i2").tobytes(), RATE, f"{frequency:g} Hz")


async def test_wideband_callers_on_the_same_music_leave_it_as_loud_as_it_is(
    house: House, phone: Phone
) -> None:
    """The encoder of G.722 divides in place: nobody else may hear that."""
    house.auto = True
    ears = [Ear(port=house.port + 20 + 2 * number) for number in range(6)]
    legs = []
    for ear, codec in zip(ears, (PCMU, G722, G722, PCMU, G722, PCMU), strict=True):
        await Dialog(phone).invite(sdp(ear.port, codecs=codec))
        leg = await house.caller()
        await leg.answered()
        legs.append(leg)
    with house.endpoint.media.player(sound_of(500), loop=True) as music:
        for leg in legs:
            leg.hear(Hear(music))
        first = await listen(ears[0])
        levels = [ears[number].sound().between(first.start).rms() for number in (0, 3, 5)]
    for ear in ears:
        ear.close()
    assert levels == pytest.approx([0.3 / 2**0.5] * 3, rel=0.1)
