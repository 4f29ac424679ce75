"""Recorded parts stand for what they are named by; the voice says what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
from structlog.testing import capture_logs

from softswitch.audio import voices
from softswitch.audio.loudness import integrated_loudness
from softswitch.audio.recorded import GAP, slug_of
from softswitch.audio.render import SPEECH_LOUDNESS
from softswitch.audio.speech import SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.spoken import Announcement, Introduction
from softswitch.types import Language
from tests.audio.sounds import loudest_frequency, samples_of, tone, write
from tests.audio.test_speech import ToneVoice

EN, PL = Language("en"), Language("pl")


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> ToneVoice:
    voice = ToneVoice()
    monkeypatch.setattr(voices, "built_in", lambda: voice)
    return voice


@pytest.fixture
async def speech(tmp_path: Path, voice: ToneVoice) -> AsyncIterator[SpeechService]:
    media = MediaSettings(languages=(EN, PL), prompts=tmp_path / "recorded")
    async with SpeechService(media, cache=tmp_path / "cache") as service:
        yield service


def record(folder: Path, language: str, name: str, frequency: float, rate: int = 16000) -> None:
    """Half a second of a tone, with silence around it that is not to be heard."""
    where = folder / "recorded" / language
    where.mkdir(parents=True, exist_ok=True)
    silence = np.zeros(rate // 2)
    sound = tone(rate, 0.5, frequency)
    write(where / f"{name}.wav", np.concatenate([silence, sound, silence]), rate)


def frequencies(pcm: bytes, parts: int) -> list[int]:
    """The tone of each part, all being as long as each other."""
    samples = samples_of(pcm)
    return [round(loudest_frequency(part, 8000), -1) for part in np.array_split(samples, parts)]


async def test_a_sentence_is_joined_of_its_recorded_parts(speech, voice, tmp_path) -> None:
    record(tmp_path, "en", "there-are", 500)
    record(tmp_path, "en", "three", 700, rate=44100)
    record(tmp_path, "en", "callers-waiting", 900, rate=8000)
    clip = await speech.announcement(Announcement(callers=3), EN)
    assert clip.label == "There are three callers waiting."
    assert frequencies(clip.pcm, 3) == [500, 700, 900]
    assert clip.duration == pytest.approx(3 * 0.52 + 2 * GAP, abs=0.05)
    assert integrated_loudness(samples_of(clip.pcm), 8000) == pytest.approx(SPEECH_LOUDNESS, abs=1.5)
    assert not voice.spoken


async def test_a_number_can_be_joined_of_its_words(speech, voice, tmp_path) -> None:
    record(tmp_path, "pl", "w-kolejce-czekają", 500)
    record(tmp_path, "pl", "dwadzieścia", 600)
    record(tmp_path, "pl", "dwie", 700)
    record(tmp_path, "pl", "osoby", 900)
    clip = await speech.announcement(Announcement(callers=22), PL)
    assert frequencies(clip.pcm, 4) == [500, 600, 700, 900]
    assert not voice.spoken


async def test_names_with_their_accents_apart_are_found_as_a_mac_packs_them(speech, voice, tmp_path) -> None:
    for name, frequency in (("w-kolejce-czekają", 500), ("dwadzieścia", 600), ("dwie", 700), ("osoby", 900)):
        record(tmp_path, "pl", normalize("NFD", name), frequency)
    clip = await speech.announcement(Announcement(callers=22), PL)
    assert frequencies(clip.pcm, 4) == [500, 600, 700, 900]
    assert not voice.spoken
    assert slug_of(normalize("NFD", "dwadzieścia")) == "dwadzieścia"


async def test_the_voice_says_what_is_not_recorded(speech, voice, tmp_path) -> None:
    record(tmp_path, "en", "there-are", 500)
    await speech.announcement(Announcement(callers=3), EN)
    assert voice.spoken == ["three", "callers waiting."]


async def test_a_whole_sentence_goes_before_its_parts(speech, voice, tmp_path) -> None:
    record(tmp_path, "en", "there-are", 500)
    record(tmp_path, "en", "there-are-three-callers-waiting", 800)
    clip = await speech.announcement(Announcement(callers=3), EN)
    assert loudest_frequency(samples_of(clip.pcm), 8000) == pytest.approx(800, abs=2)


async def test_of_an_introduction_the_queue_is_a_part(speech, voice, tmp_path) -> None:
    record(tmp_path, "en", "billing-desk", 500)
    await speech.introduction(Introduction("Billing desk", 125.0), EN)
    assert voice.spoken == [", waiting", "two", "minutes."]


async def test_a_broken_part_is_spoken_and_logged(speech, voice, tmp_path) -> None:
    record(tmp_path, "en", "there-are", 500)
    (tmp_path / "recorded" / "en" / "three.wav").write_text("broken")
    with capture_logs() as logs:
        await speech.announcement(Announcement(callers=3), EN)
    assert voice.spoken == ["three", "callers waiting."]
    assert len(logs) == 1


async def test_a_reload_takes_another_folder(speech, voice, tmp_path) -> None:
    record(tmp_path / "other", "en", "you-are-next-in-line", 800)
    await speech.announcement(Announcement(position=1), EN)
    speech.reload(replace(speech.media, prompts=tmp_path / "other" / "recorded"))
    clip = await speech.announcement(Announcement(position=1), EN)
    assert loudest_frequency(samples_of(clip.pcm), 8000) == pytest.approx(800, abs=2)
    assert voice.spoken == ["You are next in line."]
