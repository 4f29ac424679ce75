"""What the switch says by itself, recognised in real RTP: announcements and messages over music in three
languages, and what an agent alone hears before being connected.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from softswitch.audio.speech import SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.spoken import Announcement, Introduction
from softswitch.testing.phone import Phone
from softswitch.testing.recognise import find, level_over_time
from softswitch.testing.sound import Sound
from softswitch.testing.voice import pcm_of, tone
from softswitch.types import Language, Prompt
from tests.e2e.house import AGENT_TONE, CALLER_TONE, open_house, voice
from tests.e2e.stories import MUSIC

pytestmark = [pytest.mark.xdist_group("voice"), pytest.mark.long]

CALLERS = {"en": "44207946000", "pl": "48600100200", "he": "97235550100"}
"""In the order in which they come."""
MESSAGES = {
    "en": "You will find your invoice in our application, too.",
    "pl": "Fakturę znajdą Państwo także w aplikacji.",
    "he": "החשבונית שלכם נמצאת גם ביישום.",
}
CONFIGURATION: dict[str, Any] = {
    "media": {"languages": list(CALLERS)},
    "numbers": {"600": {"queue": "support"}},
    "callers": [
        {"name": "Poland", "match": ["48*"], "language": "pl"},
        {"name": "Israel", "match": ["972*"], "language": "he"},
    ],
    "queues": {
        "support": {
            "label": "Support",
            "music": "prelude",
            "ring": "60s",
            "announce": {"position": True, "callers": True, "first": "2s"},
            "messages": [{"say": MESSAGES, "first": "2s"}],
            "whisper": True,
        }
    },
    "music": {"prelude": [str(MUSIC / "prelude.ogg")]},
    "teams": {"support": {"agents": ["desk-201"]}},
}


@dataclass
class Heard:
    """What came to each phone."""

    callers: dict[str, Sound]
    agent: Sound
    answered: float
    """When the agent picked up."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def heard(tmp_path_factory):
    """Three callers wait; the first of them is answered once everything has been said."""
    folder = tmp_path_factory.mktemp("voice")
    async with (
        open_house(folder, CONFIGURATION, ["desk-201"]) as house,
        Phone(CALLERS["en"]) as english,
        Phone(CALLERS["pl"]) as polish,
        Phone(CALLERS["he"]) as hebrew,
    ):
        ringing = asyncio.create_task(house.agents["desk-201"].rung())
        calls = [await house.dial(phone, "600") for phone in (english, polish, hebrew)]
        incoming = await ringing
        incoming.ring()
        await asyncio.sleep(16)
        incoming.say(tone(AGENT_TONE))
        answered = time.time()
        incoming.answer()
        await incoming.until_answered()
        await asyncio.sleep(5)
        sounds = {language: call.ear.sound() for language, call in zip(CALLERS, calls, strict=True)}
        assert len(house.switch.events("Announced")) == 3
        assert len(house.switch.events("MessageHeard")) == 3
        for call in calls:
            call.bye()
        yield Heard(sounds, incoming.ear.sound(), answered)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clips():
    """The same as the switch renders it, on its own."""
    languages = tuple(map(Language, CALLERS))
    media = MediaSettings(languages=languages, music={"prelude": (MUSIC / "prelude.ogg",)})
    made = {}
    async with SpeechService(media) as speech:
        for place, language in enumerate(languages, start=1):
            what = Announcement(position=place, callers=3)
            made[language] = pcm_of(await speech.announcement(what, language))
            made[language, "message"] = pcm_of(await speech.prompt(Prompt(MESSAGES), language))
        made["whisper"] = pcm_of(await speech.introduction(Introduction("Support", 22.0), languages[0]))
        made["music"] = pcm_of(await speech.music("prelude"))
    return made


@pytest.mark.parametrize("language", CALLERS)
def test_each_caller_is_told_in_the_own_language_over_ducked_music(heard, clips, language) -> None:
    waiting = heard.callers[language].between(until=heard.answered)
    said = find(clips[language], waiting)
    assert said.score > 0.8, said
    assert said.at == pytest.approx(2.0, abs=0.7)
    for other in set(CALLERS) - {language}:
        assert not find(clips[other], waiting)
    place = find(clips["music"], waiting.after(0.0, 1.5))
    music = level_over_time(clips["music"], waiting, place.at, 0.1)
    before, first = music[: int((said.at - 0.1) * 10)], int((said.at + 0.3) * 10)
    during = music[first : first + int(len(clips[language]) / 800) - 6]
    assert np.nanmedian(before) == pytest.approx(1.0, abs=0.1)
    assert np.nanmedian(during) == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize("language", CALLERS)
def test_a_message_that_is_due_at_the_same_time_follows_the_announcement(heard, clips, language) -> None:
    waiting = heard.callers[language].between(until=heard.answered)
    said, message = find(clips[language], waiting), find(clips[language, "message"], waiting)
    assert message.score > 0.8, message
    assert message.at > said.at + len(clips[language]) / 8000 + 0.8


def test_the_agent_alone_hears_who_comes_and_then_the_caller(heard, clips) -> None:
    whispered = find(clips["whisper"], heard.agent)
    length = len(clips["whisper"]) / 8000
    assert whispered.score > 0.8, whispered
    for sound in heard.callers.values():
        assert not find(clips["whisper"], sound)
    during = heard.agent.after(whispered.at, length)
    assert voice(during, CALLER_TONE) < 0.2
    talking = heard.agent.after(whispered.at + length + 0.4, 1.0)
    assert voice(talking, CALLER_TONE) > 0.8


def test_the_caller_has_music_until_the_agent_has_heard_it(heard, clips) -> None:
    caller, length = heard.callers["en"], len(clips["whisper"]) / 8000
    meanwhile = caller.between(heard.answered + 0.3, heard.answered + length - 0.2)
    assert find(clips["music"], meanwhile)
    assert voice(meanwhile, AGENT_TONE) < 0.2
    talking = caller.between(heard.answered + length + 0.7, heard.answered + length + 1.7)
    assert voice(talking, AGENT_TONE) > 0.8
    assert not find(clips["music"], talking)
