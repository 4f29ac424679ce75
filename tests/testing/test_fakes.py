from __future__ import annotations

import asyncio
from math import inf

import pytest

from softswitch.errors import AudioError, LegGone, LegRefused
from softswitch.sound import Clip, Hear
from softswitch.spoken import Announcement
from softswitch.testing.fakes import (
    FakeEndpoint,
    FakeJournal,
    FakeMedia,
    FakeSpeech,
    answers,
    busy,
    drops_after_answer,
    never_answers,
    rejects,
)
from softswitch.testing.hearing import Heard
from softswitch.types import CallId, Language, LegEnd, LegState, Party, Prompt, Way

pytestmark = pytest.mark.virtual_time

CALLER = Party("100")
EN = Language("en")


def clip(label: str, seconds: float) -> Clip:
    return Clip(bytes(2 * round(seconds * 8000)), 8000, label)


async def test_a_leg_hears_a_clip_until_its_end_and_looped_music_for_ever():
    endpoint = FakeEndpoint()
    leg = endpoint.incoming("600")
    leg.answer()
    music = endpoint.media.player(clip("classical", 60), loop=True)
    speech = endpoint.media.player(clip("Welcome.", 2))
    leg.hear(Hear(music, 0.2), Hear(speech))
    await asyncio.sleep(1)
    assert leg.hears() == {"classical": 0.2, "Welcome.": 1.0}
    await asyncio.sleep(99)
    assert leg.hears() == {"classical": 0.2}
    assert leg.heard("Welcome.") == [Heard("Welcome.", 1.0, 0.0, 2.0)]
    assert leg.heard("classical") == [Heard("classical", 0.2, 0.0, inf)]


async def test_ducking_shows_as_spans_of_different_levels():
    endpoint = FakeEndpoint()
    leg = endpoint.incoming("600")
    leg.answer()
    music = endpoint.media.player(clip("classical", 60), loop=True)
    leg.hear(Hear(music))
    await asyncio.sleep(5)
    leg.hear(Hear(music, 0.2))
    await asyncio.sleep(3)
    leg.hear(Hear(music))
    leg.hear(Hear(music))
    await asyncio.sleep(1)
    assert [(span.level, span.start, span.end) for span in leg.heard()] == [
        (1.0, 0.0, 5.0),
        (0.2, 5.0, 8.0),
        (1.0, 8.0, inf),
    ]


async def test_a_closed_player_and_an_unanswered_leg_are_silent():
    endpoint = FakeEndpoint()
    leg = endpoint.incoming("600")
    with endpoint.media.player(clip("Welcome.", 9)) as speech:
        leg.hear(Hear(speech))
        await asyncio.sleep(1)
        leg.ring()
        assert leg.hears() == {}
        await asyncio.sleep(1)
        leg.answer()
        await asyncio.sleep(2)
    await asyncio.sleep(2)
    assert leg.heard() == [Heard("Welcome.", 1.0, 2.0, 4.0)]
    assert endpoint.media.open_players == []


async def test_two_legs_hear_each_other_while_both_are_answered():
    endpoint = FakeEndpoint({"sip:201@desk": answers(after=3, talks=10)})
    caller = endpoint.incoming("600", "+4822")
    caller.answer()
    agent = endpoint.dial(Way("sip:201@desk"), caller=caller.remote)
    caller.hear(Hear(agent))
    agent.hear(Hear(caller))
    await agent.answered()
    assert caller.hears() == {"201": 1.0}
    assert agent.hears() == {"+4822": 1.0}
    assert await asyncio.shield(agent.ended) == LegEnd(True, 200)
    await asyncio.sleep(1)
    assert caller.heard() == [Heard("201", 1.0, 3.0, 13.0)]


async def test_a_bridge_takes_no_clip_of_another_rate():
    with pytest.raises(ValueError, match="16000 Hz, the bridge runs at 8000 Hz"):
        FakeMedia().player(Clip(b"", 16000, "wide"))


@pytest.mark.parametrize(
    ("script", "status", "at", "rang"), [(busy(), 486, 0.0, False), (rejects(2.0), 603, 2.0, True)]
)
async def test_a_phone_refuses_as_its_script_says(script, status, at, rang):
    endpoint = FakeEndpoint({"sip:201@desk": script})
    leg = endpoint.dial(Way("sip:201@desk"), caller=CALLER)
    progress: list[int] = []
    leg.on_progress = progress.append
    with pytest.raises(LegRefused) as refused:
        await leg.answered()
    assert (refused.value.status, asyncio.get_running_loop().time()) == (status, at)
    assert progress == [180] * rang


async def test_ringing_that_the_switch_stops_ends_as_gone_not_refused():
    endpoint = FakeEndpoint({"sip:201@desk": never_answers()})
    leg = endpoint.dial(Way("sip:201@desk"), caller=CALLER)
    leg.after(20, leg.hangup)
    with pytest.raises(LegGone):
        await leg.answered()
    assert leg.ended.result() == LegEnd(False, 487)
    assert endpoint.live() == []


async def test_a_cancelled_caller_is_refused_with_487():
    caller = FakeEndpoint().incoming("201")
    caller.ring()
    caller.after(2, caller.hang_up)
    with pytest.raises(LegRefused, match="487"):
        await caller.answered()


async def test_a_phone_may_drop_in_the_very_moment_of_its_answer():
    endpoint = FakeEndpoint({"sip:201@desk": drops_after_answer(1.0)})
    leg = endpoint.dial(Way("sip:201@desk"), caller=CALLER)
    with pytest.raises(LegGone):
        await leg.answered()
    assert [state for _, state in leg.log] == ["ringing", "answered", "ended"]


async def test_a_number_without_a_phone_and_a_switch_without_slots_refuse():
    endpoint = FakeEndpoint({"sip:201@desk": never_answers()})
    with pytest.raises(LegRefused, match="404"):
        await endpoint.dial(Way("sip:299@desk"), caller=CALLER).answered()
    with pytest.raises(LegRefused, match="484"):
        endpoint.dial(Way("tel:201"), caller=CALLER)
    endpoint.slots = 1
    endpoint.dial(Way("sip:201@desk"), caller=CALLER)
    with pytest.raises(LegRefused, match="503"):
        endpoint.dial(Way("sip:201@desk"), caller=CALLER)


async def test_verbs_on_an_ended_leg_do_nothing():
    endpoint = FakeEndpoint()
    leg = endpoint.incoming("600")
    leg.answer()
    leg.hang_up()
    leg.hangup(486)
    leg.ring()
    leg.answer()
    leg.hold()
    leg.hear(Hear(endpoint.media.player(clip("late", 1))))
    assert leg.state is LegState.ENDED
    assert leg.ended.result() == LegEnd(True, 200)
    assert leg.heard() == []


async def test_hold_tells_the_switch_once_each_way():
    leg = FakeEndpoint().incoming("600")
    leg.answer()
    told: list[bool] = []
    leg.on_hold = told.append
    for verb in (leg.hold, leg.hold, leg.resume):
        verb()
    assert told == [True, False]


async def test_pressed_digits_wait_in_order():
    leg = FakeEndpoint().incoming("600")
    leg.after(1, leg.press, "2#")
    assert [await leg.digits.get(), await leg.digits.get()] == ["2", "#"]


async def test_speech_names_its_clips_and_can_be_slow_or_broken():
    speech = FakeSpeech()
    speech.durations["Welcome."] = 4.5
    speech.rendering = 0.3
    welcome = await speech.prompt(Prompt(say={EN: "Welcome."}), EN)
    assert (welcome.label, welcome.duration) == ("Welcome.", 4.5)
    assert asyncio.get_running_loop().time() == pytest.approx(0.3)
    told = await speech.announcement(Announcement(position=2, wait=60.0), EN)
    assert told.label == "en: position 2, wait 60"
    assert (await speech.music("silence")).duration == 0
    speech.broken.add("classical")
    with pytest.raises(AudioError, match="classical"):
        await speech.music("classical")


async def test_the_journal_keeps_notes_by_call():
    journal = FakeJournal()
    journal.note("CallArrived", CallId("a"), dialled="600")
    journal.note("CallArrived", CallId("b"), dialled="601")
    journal.note("CallEnded", CallId("a"))
    assert journal.kinds(CallId("a")) == ["CallArrived", "CallEnded"]
    assert [note.data["dialled"] for note in journal.find("CallArrived")] == ["600", "601"]
