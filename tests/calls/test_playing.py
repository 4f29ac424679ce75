"""Sounds that an interface plays into a call."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.calls.operator import Operator, Sounds
from softswitch.calls.playing import Hearer
from softswitch.errors import ControlError, NoSuch, NotNow
from softswitch.testing.fakes import answers
from softswitch.types import Language, Prompt
from tests.calls.house import house
from tests.calls.office import office, talking

pytestmark = pytest.mark.virtual_time

BELL = Prompt({Language("en"): "Ding."})


def ringing_office():
    plain = office()
    return replace(plain, media=replace(plain.media, sounds={"bell": BELL}))


async def open_call(it):
    operator, (call,) = Operator(it.switch, it.supervisor), it.supervisor.calls
    return operator, call.id


def stopped(it):
    return [note.data["why"] for note in it.journal.find("SoundStopped")]


async def test_a_waiting_caller_hears_it_over_quieter_music_and_then_music_again() -> None:
    async with house({}, ringing_office()) as it:
        caller = it.call("600")
        await asyncio.sleep(1)
        operator, call = await open_call(it)
        await operator.play(call, Sounds("bell"), Hearer.CALLER, "user anna")
        assert caller.hears() == {"classical": 0.2, "Ding.": 1.0}
        await asyncio.sleep(3)
        assert caller.hears() == {"classical": 1.0}
        (played,) = it.journal.find("SoundPlayed")
        assert played.data == {"sound": "bell", "to": "caller", "by": "user anna", "seconds": 2.0}
        assert stopped(it) == ["ended"]
        caller.hang_up()
        await asyncio.sleep(1)


async def test_people_who_talk_hear_it_as_loud_as_each_other() -> None:
    async with house({"201": answers()}, ringing_office()) as it:
        caller, agent = await talking(it)
        operator, call = await open_call(it)
        await operator.play(call, Sounds(text="Time is up."), Hearer.BOTH, "x")
        assert caller.hears() == {"201": 1.0, "Time is up.": 1.0}
        assert agent.hears() == {"+48600100200": 1.0, "Time is up.": 1.0}
        await operator.play(call, Sounds("bell"), Hearer.AGENT, "x")
        assert caller.hears() == {"201": 1.0}
        assert agent.hears() == {"+48600100200": 1.0, "Ding.": 1.0}
        operator.stop_playing(call, "x")
        assert agent.hears() == {"+48600100200": 1.0}
        assert stopped(it) == ["replaced", "stopped"]
        with pytest.raises(NotNow, match="nothing is played"):
            operator.stop_playing(call, "x")
        assert [note.data["what"] for note in it.journal.find("Changed")] == ["play", "play", "stop-playing"]
        caller.hang_up()
        await asyncio.sleep(1)


async def test_it_goes_on_whatever_else_is_to_be_heard_and_ends_with_the_call() -> None:
    async with house({"201": answers(2.0)}, ringing_office()) as it:
        it.speech.durations["Ding."] = 30.0
        caller = it.call("600")
        await asyncio.sleep(1)
        operator, call = await open_call(it)
        await operator.play(call, Sounds("bell"), Hearer.CALLER, "x")
        await asyncio.sleep(2)
        assert caller.hears() == {"201": 1.0, "Ding.": 1.0}
        caller.hang_up()
        await asyncio.sleep(1)
        assert stopped(it) == ["over"]


async def test_what_cannot_be_played_is_said() -> None:
    async with house({}, ringing_office()) as it:
        caller = it.call("600")
        await asyncio.sleep(1)
        operator, call = await open_call(it)
        it.speech.broken.add("mute")
        for what, to, kind, says in (
            (Sounds("bel"), Hearer.CALLER, NoSuch, "did you mean 'bell'"),
            (Sounds(text="x", language="de"), Hearer.CALLER, NoSuch, "no language"),
            (Sounds(text="mute"), Hearer.CALLER, ControlError, "cannot be played"),
            (Sounds("bell"), Hearer.AGENT, NotNow, "nobody talks to the caller"),
        ):
            with pytest.raises(kind, match=says):
                await operator.play(call, what, to, "x")
        with pytest.raises(NoSuch, match="no call"):
            await operator.play("c1", Sounds("bell"), Hearer.CALLER, "x")
        assert caller.hears() == {"classical": 1.0}
        assert not it.journal.find("SoundPlayed")
        caller.hang_up()
        await asyncio.sleep(1)
