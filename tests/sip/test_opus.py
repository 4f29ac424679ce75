"""Opus as phones send it that could play music in stereo."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from itertools import cycle

import numpy as np
import pytest
import soundfile

from softswitch.sip.leg import SipLeg
from softswitch.sound import Hear
from softswitch.testing.ear import Ear
from softswitch.testing.rtp import Packet
from softswitch.types import LegState
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp
from tests.sip.test_hearing import listen

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPUS, RATE, FRAME = 96, 48000, 960
OFFER = ("a=rtpmap:96 opus/48000/2", "a=fmtp:96 stereo=1;sprop-stereo=1;useinbandfec=1", "")
LEVEL = 0.3


def stereo(frequency: float, seconds: float) -> list[bytes]:
    """A tone on both channels as Opus packets of 20 ms: libsndfile writes them into an Ogg file."""
    side = LEVEL * np.sin(2 * np.pi * frequency / RATE * np.arange(round(seconds * RATE)))
    file = io.BytesIO()
    soundfile.write(file, np.stack([side, side], axis=1), RATE, format="OGG", subtype="OPUS")
    return list(_packets(file.getvalue()))[10:-2]


def _packets(ogg: bytes) -> Iterator[bytes]:
    """What the pages of an Ogg file carry (RFC 3533 section 6)."""
    at, packet = 0, b""
    while at < len(ogg):
        lengths = ogg[at + 27 : at + 27 + ogg[at + 26]]
        at += 27 + len(lengths)
        for length in lengths:
            packet += ogg[at : at + length]
            at += length
            if length < 255:
                yield packet
                packet = b""


async def _speak(ear: Ear, to: tuple[str, int], packets: list[bytes]) -> None:
    """Fifty packets a second until cancelled."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number, payload in enumerate(cycle(packets)):
        ear.send(Packet(OPUS, number, number * FRAME, 4711, payload, number == 0).pack(), to)
        await asyncio.sleep(begun + 0.02 * (number + 1) - loop.time())


async def test_a_caller_who_sends_stereo_is_as_loud_as_one_who_does_not(
    house: House, phone: Phone, ear: Ear, agent_phone: Phone, agent_ear: Ear
) -> None:
    house.auto = True
    call, other = Dialog(phone), Dialog(agent_phone)
    await call.invite(sdp(ear.port, codecs=str(OPUS)) + "\r\n".join(OFFER))
    await other.invite(sdp(agent_ear.port))
    caller, listener = await _answered(house), await _answered(house)
    listener.hear(Hear(caller))
    assert call.answered_sdp is not None
    speaking = asyncio.create_task(_speak(ear, call.answered_sdp, stereo(1000, 1.0)))
    await asyncio.sleep(0.4)
    heard = await listen(agent_ear, 0.4)
    speaking.cancel()
    assert heard.tone(1000) > 0.95
    assert heard.rms() == pytest.approx(LEVEL / 2**0.5, rel=0.1)


async def _answered(house: House) -> SipLeg:
    leg = await house.caller()
    await leg.answered()
    assert leg.state is LegState.ANSWERED
    return leg
