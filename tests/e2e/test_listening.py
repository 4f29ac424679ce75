"""What callers and agents really hear: recognised in the received RTP, measured in time."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
import pytest_asyncio

from softswitch.audio.speech import SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.spoken import Announcement
from softswitch.testing.recognise import find, level_over_time
from softswitch.testing.sound import Sound, write_wav
from softswitch.testing.voice import pcm_of
from softswitch.types import Language, Prompt
from tests.e2e.house import AGENT_TONE, CALLER_TONE, open_house, voice
from tests.e2e.stories import AGENTS, CONFIGURATION, MUSIC, PIECES, STORIES, WELCOME, WORKSHOP

pytestmark = [pytest.mark.xdist_group("listening"), pytest.mark.long]

EN, PL = Language("en"), Language("pl")
DUCKED = 0.2
CUT = 0.1
"""Seconds within which speech and music must stop when the agent answers."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(request, tmp_path_factory):
    """Every story that a test here asks for, played at the same time on one switch."""
    folder = tmp_path_factory.mktemp("listening")
    asked = {
        name
        for item in request.session.items
        if item.module is request.module
        for name in item.fixturenames
        if name in STORIES
    }
    async with open_house(folder, CONFIGURATION, AGENTS) as house:
        plays = [STORIES[name](house) for name in sorted(asked)]
        heard = dict(zip(sorted(asked), await asyncio.gather(*plays), strict=True))
        for name, story in heard.items():
            write_wav(folder / f"{name}.wav", [s for s in (story.by_caller, story.by_agent) if s.duration])
        yield heard


def _story(name):
    @pytest.fixture(name=name)
    def story(told):
        return told[name]

    return story


journey, sudden, holding, held, keys, codecs, tcp, late, neighbours, g722, opus, polish = map(_story, STORIES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sounds():
    """Clips as the switch renders them."""
    pieces = {piece: (MUSIC / f"{piece}.ogg",) for piece in PIECES}
    async with SpeechService(MediaSettings(music=pieces)) as speech:
        return {
            "welcome": pcm_of(await speech.prompt(Prompt(say={EN: WELCOME}), EN)),
            "workshop": pcm_of(await speech.prompt(Prompt(say={EN: WORKSHOP}), EN)),
            "first": pcm_of(await speech.announcement(Announcement(position=1), EN)),
            "pierwszy": pcm_of(await speech.announcement(Announcement(position=1), PL)),
            **{piece: pcm_of(await speech.music(piece)) for piece in PIECES},
        }


def levels(sounds, sound: Sound, window: float = 0.1) -> np.ndarray:
    """At which level the prelude is in a sound, which must begin with nothing but music."""
    place = find(sounds["prelude"], sound.after(0.0, 1.5))
    assert place, f"the music is not recognised: {place}"
    return level_over_time(sounds["prelude"], sound, place.at, window)


def silent_after(sound: Sound, moment: float, seconds: float = 1.0) -> float:
    """How long after a moment something was still heard, in seconds; 0 when nothing was."""
    last = sound.between(moment, moment + seconds).last_heard()
    return 0.0 if last is None else last - moment


def test_the_menu_s_prompt_is_heard_from_the_answer_on(journey, sounds):
    sound = journey.by_caller
    found = find(sounds["welcome"][:12000], sound)
    assert found.score > 0.9
    assert sound.start + found.at - journey.caller.moments["answered"] < 0.5


def test_a_key_cuts_the_prompt(journey, sounds):
    said = find(sounds["welcome"][:12000], journey.by_caller)
    pressed = journey.moments["pressed"] - journey.by_caller.start - said.at
    level = level_over_time(sounds["welcome"], journey.by_caller.after(said.at), 0.0, 0.1)
    key = round(pressed * 10)
    assert len(sounds["welcome"]) / 8000 > pressed + 1.5, "the prompt would have gone on"
    assert np.nanmedian(level[key - 5 : key]) == pytest.approx(1.0, abs=0.1)
    assert abs(np.nanmedian(level[key + 3 : key + 8])) < 0.2


def test_each_queue_plays_its_own_piece(journey, neighbours, sounds):
    waiting = journey.by_caller.between(journey.moments["pressed"] + 0.6).after(0.0, 1.3)
    assert np.nanmedian(levels(sounds, waiting)) == pytest.approx(1.0, abs=0.1)
    assert not find(sounds["elise"], waiting)
    elsewhere = neighbours.by_caller.between(neighbours.caller.moments["answered"] + 0.5).after(0.0, 1.5)
    assert find(sounds["elise"], elsewhere)
    assert not find(sounds["prelude"], elsewhere)


def test_the_place_in_the_queue_is_said_over_ducked_music(journey, sounds):
    waiting = journey.by_caller.between(journey.moments["pressed"] + 0.5, journey.agent.moments["answered"])
    said = find(sounds["first"], waiting)
    assert said.score > 0.8
    assert said.at == pytest.approx(1.6, abs=0.6), "two seconds after joining"
    length = len(sounds["first"]) / 8000
    music = levels(sounds, waiting)
    before = music[: int((said.at - 0.1) * 10)]
    during = music[int((said.at + 0.3) * 10) : int((said.at + length - 0.3) * 10)]
    after = music[int((said.at + length + 0.4) * 10) :]
    assert np.nanmedian(before) == pytest.approx(1.0, abs=0.1)
    assert np.nanmedian(during) == pytest.approx(DUCKED, abs=0.08)
    assert np.nanmedian(after) == pytest.approx(1.0, abs=0.1)
    assert len(after) > 10


def test_caller_and_agent_hear_each_other(journey):
    since = journey.moments["connected"] + 0.3
    assert voice(journey.by_caller.between(since, since + 1.5), AGENT_TONE) > 0.95
    assert voice(journey.by_agent.between(since, since + 1.5), CALLER_TONE) > 0.95


def test_the_music_ends_within_100_ms_of_the_answer(journey):
    """The agent's tone is known, so what else is heard is the music's rest."""
    answered = journey.agent.moments["answered"]
    sound = journey.by_caller.between(answered, answered + 0.5)
    agent = sound.tone_over_time(AGENT_TONE, 0.02) > 0.7
    rest = np.flatnonzero((sound.rms_over_time(0.02) > 0.003) & ~agent)
    assert not len(rest) or (rest[-1] + 1) * 0.02 < CUT + 0.02
    assert agent[-10:].all()


def test_the_agent_hears_nothing_but_the_caller(journey):
    pure = journey.by_agent.after(0.3).tone_over_time(CALLER_TONE, 0.1)[:15]
    assert np.mean(pure > 0.95) > 0.8


def test_the_agent_s_phone_shows_who_calls_and_for_which_queue(journey):
    invite = journey.agent.invite
    assert "600100200" in invite.get("from")
    assert "Front desk" in invite.get("from")
    assert "Jan Kowalski" in invite.get("from")
    assert "600100200" in invite.get("p-asserted-identity")


def test_speech_and_music_end_within_100_ms_when_the_agent_answers_in_mid_sentence(sudden, sounds):
    answered = sudden.agent.moments["answered"]
    waiting = sudden.by_caller.between(None, answered)
    said = find(sounds["first"][:8000], waiting)
    assert said, "the announcement had begun"
    would_end = sudden.by_caller.start + said.at + len(sounds["first"]) / 8000
    assert would_end - answered > 0.4, "the announcement would have gone on"
    assert silent_after(sudden.by_caller, answered) < CUT
    assert voice(sudden.by_agent.between(answered + 0.3), CALLER_TONE) > 0.95


@pytest.mark.parametrize("way", ["sendonly", "inactive", "0.0.0.0"])
@pytest.mark.parametrize("side", ["holding", "held"])
def test_the_held_party_hears_music_and_after_it_the_voice_again(holding, held, sounds, side, way):
    story = {"holding": holding, "held": held}[side]
    sound, tone = (story.by_caller, AGENT_TONE) if side == "holding" else (story.by_agent, CALLER_TONE)
    begun, ended = story.moments[f"{way} held"], story.moments[f"{way} resumed"]
    waiting = sound.between(begun + 0.3, ended - 0.1)
    assert np.nanmedian(levels(sounds, waiting)) == pytest.approx(1.0, abs=0.1)
    assert voice(waiting, tone) < 0.3
    assert voice(sound.between(ended + 0.3, ended + 0.9), tone) > 0.95


def test_keys_typed_ahead_pass_through_two_menus(keys, sounds):
    sound = keys.by_caller
    assert find(sounds["welcome"][:4000], sound), "it had begun"
    assert not find(sounds["workshop"], sound), "the second prompt is not heard at all"
    assert keys.agent.moments["invited"] - keys.moments["pressed"] < 0.8


@pytest.mark.parametrize("name", ["codecs", "tcp", "late"])
def test_both_hear_each_other(codecs, tcp, late, name):
    story = {"codecs": codecs, "tcp": tcp, "late": late}[name]
    since = story.agent.moments["answered"] + 0.4
    assert voice(story.by_caller.between(since, since + 1.0), AGENT_TONE) > 0.95
    assert voice(story.by_agent.between(since, since + 1.0), CALLER_TONE) > 0.95


def test_the_language_that_was_chosen_rules_what_is_said_after(polish, sounds):
    waiting = polish.by_caller.between(polish.moments["pressed"], polish.agent.moments["answered"])
    assert find(sounds["pierwszy"], waiting)
    assert not find(sounds["first"], waiting)


def test_a_customer_number_that_was_keyed_in_reaches_the_agent_s_phone(polish):
    assert polish.agent.invite.get("x-customer-number") == "1234"


@pytest.mark.parametrize(("name", "payload_type"), [("g722", 9), ("opus", 96)])
def test_a_wideband_caller_gets_a_stream_in_that_codec(g722, opus, name, payload_type):
    story = {"g722": g722, "opus": opus}[name]
    packets = [one for one in story.caller.ear.arrivals if one.packet.payload_type == payload_type]
    lasted = packets[-1].at - packets[0].at
    assert lasted > 1.5
    assert len(packets) / lasted == pytest.approx(50, abs=5)
    assert story.agent.ear.sound().duration > 1.0


def test_callers_who_wait_together_hear_the_same_music_at_the_same_moment(neighbours, sounds):
    begun = neighbours.neighbour.moments["answered"] + 0.5
    one = neighbours.by_caller.between(begun, begun + 1.5)
    other = neighbours.neighbour.ear.sound().between(begun, begun + 1.5)
    together = find(one.between(begun + 0.4, begun + 1.1), other)
    assert together.score > 0.9
    assert together.at == pytest.approx(0.4, abs=0.06)


@pytest.mark.parametrize("name", list(STORIES))
def test_no_stream_has_a_gap(told, name):
    story = told[name]
    sounds = {"caller": story.by_caller, "agent": story.by_agent}
    holder = {"holding": "agent", "held": "caller"}.get(name)
    gaps = {who: sound.largest_gap() for who, sound in sounds.items() if who != holder}
    assert max(gaps.values()) < 0.1, "who holds may be sent nothing; all others hear on"
