"""Recordings of real calls, listened to: who is on which side, keys, parts, a crash."""

from __future__ import annotations

import asyncio
import wave
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from softswitch.calls.recording import is_chosen
from softswitch.testing.phone import Phone
from softswitch.testing.sound import Sound
from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, House, open_house, voice
from tests.e2e.switch import Switch, until

THIRD_TONE = 2730


def settings(record: str, **recording: object) -> dict:
    return {
        "numbers": {"600": {"queue": "support"}, "2xx": {"agent": "dialled"}},
        "queues": {"support": {"strategy": "hunt", "music": "silence", "record": record}},
        "teams": {"support": {"agents": ["desk-201"]}},
        "recording": recording,
    }


@asynccontextmanager
async def house(folder: Path, record: str, **recording: object):
    own = {"desk-201": {"extension": "201"}, "desk-202": {"extension": "202"}}
    async with (
        open_house(folder, settings(record, **recording), own, own) as opened,
        Phone("100") as caller,
    ):
        yield opened, caller


async def talk(opened: House, caller: Phone):
    """A caller talks to the first agent."""
    call = await opened.dial(caller, "600")
    agent = await opened.picked_up("desk-201")
    await asyncio.sleep(0.3)
    return call, agent


def event(switch: Switch, kind: str, count: int = 1) -> list[dict]:
    """What was noted of that kind, as soon as there is so much of it."""

    def found() -> list[dict] | None:
        events = switch.events(kind)
        return events if len(events) >= count else None

    return until(found, 10, lambda: f"no {count} {kind}{switch.last_words()}")


def files(switch: Switch) -> list[Path]:
    return sorted((switch.data / "recordings").rglob("*.wav"))


def sides(file: Path) -> tuple[Sound, Sound]:
    """What the caller said, and the agent."""
    with wave.open(str(file)) as opened:
        assert opened.getnchannels() == 2
        both = np.frombuffer(opened.readframes(opened.getnframes()), "<i2").reshape(-1, 2)
    left, right = (both[:, side].astype(np.float32) / 32768 for side in (0, 1))
    return Sound(left), Sound(right)


async def ended(switch: Switch, count: int = 1) -> list[dict]:
    """Recordings that are over, and whose files are whole."""
    over = await asyncio.to_thread(event, switch, "RecordingEnded", count)
    await asyncio.sleep(0.3)
    return over


async def test_a_call_of_a_queue_is_on_file_with_caller_left_and_agent_right(tmp_path):
    async with house(tmp_path, "always") as (opened, caller):
        call, agent = await talk(opened, caller)
        await asyncio.sleep(2.0)
        await agent.hold()
        await asyncio.sleep(0.5)
        await agent.resume()
        await asyncio.sleep(1.0)
        call.bye()
        (over,) = await ended(opened.switch)
        (file,) = files(opened.switch)
        record = await asyncio.to_thread(opened.switch.record, call.call_id)
        left, right = sides(file)
        assert file == opened.switch.data / "recordings" / over["data"]["file"]
        assert record["recordings"] == [over["data"]["file"]]
        assert over["data"]["seconds"] == pytest.approx(left.duration, abs=0.03)
        assert left.duration == pytest.approx(record["talk"], abs=0.15)
        assert over["data"]["lost"] == 0
        for span in ((0.5, 2.0), (left.end - 0.8, left.end - 0.1)):
            assert voice(left.between(*span), CALLER_TONE) > 0.9
            assert voice(right.between(*span), AGENT_TONE) > 0.9
        assert file.stat().st_mode & 0o777 == 0o640


async def test_on_demand_the_agents_keys_begin_pause_and_end_it(tmp_path):
    async with house(tmp_path, "on-demand") as (opened, caller):
        call, agent = await talk(opened, caller)
        agent.press("*1")
        await asyncio.to_thread(event, opened.switch, "RecordingStarted")
        await asyncio.sleep(1.0)
        agent.press("*2")
        await asyncio.to_thread(event, opened.switch, "RecordingPaused")
        await asyncio.sleep(1.5)
        agent.press("*2")
        (resumed,) = await asyncio.to_thread(event, opened.switch, "RecordingResumed")
        await asyncio.sleep(0.7)
        agent.press("*1")
        (over,) = await ended(opened.switch)
        await asyncio.sleep(0.3)
        call.bye()
        (file,) = files(opened.switch)
        left, right = sides(file)
        (paused,) = opened.switch.events("RecordingPaused")
        began, again = paused["data"]["at"], resumed["data"]["at"]
        assert left.duration == pytest.approx(over["data"]["seconds"], abs=0.03)
        assert again - began > 1.5
        assert left.between(began + 0.06, again - 0.06).rms() == 0
        assert right.between(began + 0.06, again - 0.06).rms() == 0
        assert voice(left.between(0.2, began - 0.1), CALLER_TONE) > 0.9
        assert voice(left.between(again + 0.1, again + 0.5), CALLER_TONE) > 0.9


async def test_the_recording_follows_the_caller_to_another_agent(tmp_path):
    async with house(tmp_path, "always", announce={"say": "Recorded."}) as (opened, caller):
        call, agent = await talk(opened, caller)
        await asyncio.sleep(0.5)
        await agent.refer(opened.switch.uri("202"))
        second = await opened.agents["desk-202"].rung()
        second.say(tone(THIRD_TONE))
        second.answer()
        await second.until_answered()
        await asyncio.sleep(1.5)
        call.bye()
        await ended(opened.switch)
        (file,) = files(opened.switch)
        left, right = sides(file)
        assert voice(right.between(0.2, 0.7), AGENT_TONE) > 0.9
        assert voice(right.between(right.end - 1.0), THIRD_TONE) > 0.9
        assert voice(left.between(left.end - 1.0), CALLER_TONE) > 0.9
        assert opened.switch.events("RecordingAnnounced")


async def test_a_part_of_the_calls_is_recorded(tmp_path):
    async with house(tmp_path, "50%") as (opened, caller):
        for _ in range(8):
            call, _ = await talk(opened, caller)
            call.bye()
            await asyncio.to_thread(opened.switch.record, call.call_id)
        calls = {one["call"] for one in opened.switch.events("Connected")}
        recorded = {one["call"] for one in opened.switch.events("RecordingStarted")}
        assert len(calls) == 8
        assert recorded == {call for call in calls if is_chosen(call, 0.5)}


async def test_a_recording_that_a_crash_cut_is_whole_after_the_next_start(tmp_path):
    async with house(tmp_path, "always") as (opened, caller):
        await talk(opened, caller)
        await asyncio.sleep(2.0)
        await asyncio.to_thread(opened.switch.restart_after_a_crash)
        await asyncio.to_thread(event, opened.switch, "RecordingsRepaired")
        (file,) = files(opened.switch)
        left, right = sides(file)
        assert left.duration > 1.4
        assert voice(left.after(0.3), CALLER_TONE) > 0.9
        assert voice(right.after(0.3), AGENT_TONE) > 0.9
