"""A sound that the REST API plays to somebody who waits, over real SIP and RTP."""

from __future__ import annotations

import asyncio

import soundfile

from softswitch.testing.phone import Phone
from softswitch.testing.voice import RATE, tone
from tests.e2e.house import last_second, voice
from tests.e2e.test_web_api import get, house_with_api, post

BELL = 2150
"""Hz: no note of the music."""


async def test_a_caller_hears_it_over_the_music_until_it_is_stopped(tmp_path):
    soundfile.write(tmp_path / "bell.wav", tone(BELL, 20.0), RATE)
    sounds = {"sounds": {"bell": {"play": str(tmp_path / "bell.wav")}}}
    async with house_with_api(tmp_path, more=sounds) as (house, api), Phone("100") as phone:
        call = await house.dial(phone, "601")
        await asyncio.sleep(1.0)
        assert voice(last_second(call.ear.sound()), BELL) < 0.2
        (live,) = await get(api, "/calls/live")
        await post(api, f"/calls/{live['call']}/play", {"sound": "bell"})
        await asyncio.sleep(1.7)
        assert voice(last_second(call.ear.sound()), BELL) > 0.8
        await post(api, f"/calls/{live['call']}/stop-playing")
        await asyncio.sleep(1.7)
        after = last_second(call.ear.sound())
        assert voice(after, BELL) < 0.2
        assert after.rms() > 0.003, "and the music goes on"
        both = await api.post(f"/calls/{live['call']}/play", json={"sound": "bell", "text": "x"})
        assert (both.status_code, "either sound or text" in both.text) == (422, True)
