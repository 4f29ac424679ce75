"""Messages while waiting: at their own times, over the music, and never into an announcement."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest

from softswitch.acd.settings import AnnounceSettings
from softswitch.config.settings import Message, SwitchSettings
from softswitch.testing.fakes import answers, drops_after_answer
from softswitch.types import Language, LegState, Prompt
from tests.calls.house import SUPPORT, house, queue, settings

pytestmark = pytest.mark.virtual_time

APP = Prompt({Language("en"): "See our app.", Language("pl"): "Zobacz aplikację."})
WEB = Prompt({Language("en"): "See our web."})


def with_messages(*messages: Message, **changes: object) -> SwitchSettings:
    """Nobody answers, unless `changes` say so."""
    return replace(settings(queue(**{"agents": ()} | changes)), messages={SUPPORT: messages})


async def test_a_message_is_heard_over_ducked_music_first_and_then_every_so_often() -> None:
    async with house({}, with_messages(Message(APP, first=60.0, every=90.0))) as it:
        caller = it.call()
        await asyncio.sleep(59)
        assert caller.heard_labels() == ["classical"]
        await asyncio.sleep(2)
        assert caller.hears() == {"See our app.": 1.0, "classical": 0.2}
        await asyncio.sleep(2)
        assert caller.hears() == {"classical": 1.0}
        await asyncio.sleep(180)
        starts = [span.start - caller.log[0][0] for span in caller.heard("See our app.")]
        assert starts == pytest.approx([60, 150, 240], abs=0.2)
        assert [note.data for note in it.journal.find("MessageHeard")] == 3 * [
            {"queue": "support", "message": 1}
        ]
        caller.hang_up()


async def test_one_without_every_is_heard_once() -> None:
    async with house({}, with_messages(Message(APP, first=5.0))) as it:
        caller = it.call()
        await asyncio.sleep(600)
        assert len(caller.heard("See our app.")) == 1
        caller.hang_up()


async def test_a_caller_hears_the_own_language() -> None:
    async with house({}, with_messages(Message(APP, first=5.0))) as it:
        caller = it.call(number="+48999123")
        await asyncio.sleep(6)
        assert caller.hears() == {"Zobacz aplikację.": 1.0, "classical": 0.2}
        caller.hang_up()


async def test_what_is_due_together_is_said_one_after_the_other_the_announcement_first() -> None:
    told = AnnounceSettings(position=True, first=30.0)
    messages = (Message(APP, first=30.0), Message(WEB, first=30.0))
    async with house({}, with_messages(*messages, announce=told)) as it:
        caller = it.call()
        await asyncio.sleep(45)
        spans = [span for span in caller.heard() if span.label != "classical"]
        assert [span.label for span in spans] == ["en: position 1", "See our app.", "See our web."]
        assert all(later.start - before.end >= 0.9 for before, later in itertools.pairwise(spans))
        caller.hang_up()


async def test_an_announcement_waits_for_the_end_of_a_message_and_goes_before_the_next() -> None:
    told = AnnounceSettings(position=True, first=31.0)
    messages = (Message(APP, first=30.0), Message(WEB, first=30.5))
    async with house({}, with_messages(*messages, announce=told)) as it:
        caller = it.call()
        await asyncio.sleep(45)
        spans = [span for span in caller.heard() if span.label != "classical"]
        assert [span.label for span in spans] == ["See our app.", "en: position 1", "See our web."]
        assert spans[0].end - spans[0].start == pytest.approx(2.0)
        caller.hang_up()


async def test_a_message_is_cut_within_a_tenth_of_a_second_of_the_answer() -> None:
    changed = {"agents": ("desk-201",)}
    async with house({"201": answers(after=6.0)}, with_messages(Message(APP, first=5.0), **changed)) as it:
        it.speech.seconds = 8.0
        caller = it.call()
        await asyncio.sleep(7)
        answered = next(at for at, what in it.endpoint.dialled[0].log if what == "answered")
        assert 0 <= caller.heard("See our app.")[0].end - answered < 0.1
        assert caller.hears() == {"201": 1.0}
        await asyncio.sleep(60)
        assert len(caller.heard("See our app.")) == 1
        caller.hang_up()


async def test_messages_go_on_when_the_agent_was_gone_in_the_moment_of_answering() -> None:
    changed = {"agents": ("desk-201",), "retry": 500.0}
    phones = {"201": drops_after_answer(after=10.0, delay=0.0)}
    async with house(phones, with_messages(Message(APP, first=5.0, every=20.0), **changed)) as it:
        caller = it.call()
        await asyncio.sleep(50)
        starts = [span.start - caller.log[0][0] for span in caller.heard("See our app.")]
        assert starts == pytest.approx([5, 25, 45], abs=0.2)
        caller.hang_up()


async def test_one_that_cannot_be_had_leaves_the_music_on_and_the_others_in_place() -> None:
    messages = (Message(APP, first=5.0, every=20.0), Message(WEB, first=7.0, every=20.0))
    async with house({}, with_messages(*messages)) as it:
        it.speech.broken.add("See our app.")
        caller = it.call()
        await asyncio.sleep(30)
        assert caller.heard_labels() == ["classical", "See our web."]
        assert len(caller.heard("See our web.")) == 2
        caller.hang_up()


async def test_who_hangs_up_takes_what_was_due_along() -> None:
    async with house({}, with_messages(Message(APP, first=5.0, every=20.0))) as it:
        caller = it.call()
        caller.after(6.0, caller.hang_up)
        await asyncio.sleep(100)
        assert caller.state is LegState.ENDED
        assert len(it.journal.find("MessageHeard")) == 1


async def test_an_announcement_that_came_late_is_not_said_again_at_once() -> None:
    told = AnnounceSettings(position=True, first=0.0, every=5.0)
    config = with_messages(Message(APP, first=4.5), announce=told)
    async with house({}, config) as it:
        it.speech.durations["See our app."] = 6.5
        caller = it.call()
        await asyncio.sleep(60)
        begun = [note.at for note in it.journal.find("Announced")]
        gaps = [after - before for before, after in itertools.pairwise(begun)]
        assert min(gaps) >= 3.5, begun
        assert max(gaps[1:]) <= 9.0, begun
        caller.hang_up()


async def test_a_message_that_came_late_is_not_heard_again_at_once() -> None:
    config = with_messages(Message(APP, first=6.0, every=9.0), Message(WEB, first=5.0))
    async with house({}, config) as it:
        it.speech.durations["See our web."] = 8.0
        caller = it.call()
        await asyncio.sleep(60)
        heard = [note.at for note in it.journal.find("MessageHeard") if note.data["message"] == 1]
        assert min(after - before for before, after in itertools.pairwise(heard)) >= 6.3, heard
        caller.hang_up()
