"""A switch that is reloaded and stopped while calls go on."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from softswitch.audio.speech import SpeechService
from softswitch.calls.supervisor import CLOSING
from softswitch.config.settings import MediaSettings
from softswitch.testing.phone import Phone, Refused
from softswitch.testing.recognise import find
from softswitch.testing.voice import pcm_of
from softswitch.types import Language
from tests.e2e.house import AGENT_TONE, CALLER_TONE, open_house, voice
from tests.e2e.switch import until

CONFIGURATION = {
    "sip": {"drain": "20s"},
    "media": {"languages": ["en"]},
    "numbers": {"600": {"queue": "support"}, "601": {"queue": "empty"}},
    "queues": {"support": {}, "empty": {}},
    "teams": {"support": {"agents": ["desk"]}, "empty": {"agents": []}},
}


async def until_event(house, kind, count=1):
    def there():
        return len(house.switch.events(kind)) >= count

    await asyncio.to_thread(until, there, 10, lambda: f"no {kind}{house.switch.last_words()}")


async def talking(house, caller):
    answering = asyncio.create_task(house.picked_up("desk"))
    call = await house.dial(caller, "600")
    return call, await answering


async def test_a_reload_touches_no_call_and_a_broken_file_changes_nothing(tmp_path):
    async with (
        open_house(tmp_path, CONFIGURATION, ["desk"]) as house,
        Phone("100") as talker,
        Phone("101") as waiter,
    ):
        call, agent = await talking(house, talker)
        waiting = await house.dial(waiter, "601")
        await asyncio.sleep(0.3)
        with pytest.raises(Refused, match="404"):
            await house.dial(waiter, "602")

        phones = {"desk": {"dial": house.agents["desk"].contact}}
        numbers = CONFIGURATION["numbers"] | {"602": {"queue": "empty"}}
        house.switch.configure(CONFIGURATION | {"numbers": numbers, "agents": phones})
        reloaded = time.time()
        house.switch.signal(signal.SIGHUP)
        await until_event(house, "SettingsLoaded")
        another = await house.dial(waiter, "602")

        house.switch.configure(CONFIGURATION | {"numbers": {"600": {"queue": "suport"}}, "agents": phones})
        house.switch.signal(signal.SIGHUP)
        await until_event(house, "SettingsRefused")
        assert "suport" in str(house.switch.events("SettingsRefused")[0]["data"])
        await asyncio.sleep(0.7)
        for heard in (call.ear.sound(), agent.ear.sound(), waiting.ear.sound()):
            assert heard.between(reloaded).largest_gap() < 0.1
        assert voice(call.ear.sound().between(time.time() - 0.5), AGENT_TONE) > 0.9
        assert waiting.ear.sound().between(time.time() - 0.5).rms() > 0.003
        for one in (call, waiting, another):
            assert not one.over
            one.bye()


async def test_sigterm_takes_no_new_calls_tells_the_waiting_and_lets_the_talking_finish(tmp_path):
    async with (
        open_house(tmp_path, CONFIGURATION, ["desk"]) as house,
        Phone("100") as talker,
        Phone("101") as waiter,
    ):
        call, agent = await talking(house, talker)
        waiting = await house.dial(waiter, "601")
        house.switch.signal(signal.SIGTERM)
        await until_event(house, "SwitchDraining")
        with pytest.raises(Refused, match="503") as refused:
            await house.dial(waiter, "601")
        assert refused.value.response.get("retry-after")
        assert await waiting.until_ended() == "them"
        async with SpeechService(MediaSettings()) as speech:
            closing = pcm_of(await speech.prompt(CLOSING.prompt, Language("en")))
        assert find(closing, waiting.ear.sound())
        assert not call.over
        since = time.time()
        await asyncio.sleep(0.5)
        assert voice(agent.ear.sound().between(since), CALLER_TONE) > 0.9
        call.bye()
        await asyncio.to_thread(house.switch.wait)
    assert house.switch.events("SwitchStopped")


async def test_a_second_sigterm_stops_at_once(tmp_path):
    async with open_house(tmp_path, CONFIGURATION, ["desk"]) as house, Phone("100") as talker:
        call, agent = await talking(house, talker)
        house.switch.signal(signal.SIGTERM)
        await until_event(house, "SwitchDraining")
        begun = time.monotonic()
        house.switch.signal(signal.SIGTERM)
        assert [await call.until_ended(), await agent.until_ended()] == ["them", "them"]
        await asyncio.to_thread(house.switch.wait)
        assert time.monotonic() - begun < 3
    (record,) = house.switch.records(lambda record: True)
    assert record["ended_by"] == "switch"
