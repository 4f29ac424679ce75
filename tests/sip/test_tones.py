"""Keys heard in sound: every key with what ITU-T Q.24 allows, and never in speech or music."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import soxr

from softswitch.audio.speech import SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.sip.tones import keys_in
from softswitch.spoken import Announcement
from softswitch.testing.tones import key_sound
from softswitch.types import Language

Floats = npt.NDArray[np.float64]

ALL = "0123456789*#ABCD"
LANGUAGES = ("en", "pl", "he")
MUSIC = sorted((Path(__file__).parents[2] / "media/music").glob("*.ogg"))
FASTEST = 20e-6
"""Seconds for 20 ms of sound, in tests: 2 us where nothing else runs."""

rates = pytest.mark.parametrize("rate", [8000, 16000])


def heard(sound: Floats, rate: int) -> str:
    return keys_in((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), rate)


def pressed(keys: str, rate: int, **how: float) -> Floats:
    """Keys one after the other, the first after a moment that no block begins at."""
    parts = [key_sound(key, rate, **how) for key in keys]
    return np.concatenate([np.zeros(rate // 77), *parts])


@rates
def test_every_key_is_heard_once_however_long_it_is_held(rate: int) -> None:
    for seconds in (0.04, 0.05, 0.1, 1.0):
        assert heard(pressed(ALL, rate, seconds=seconds, pause=0.04), rate) == ALL


@rates
def test_a_key_pressed_again_is_another_press(rate: int) -> None:
    assert heard(pressed("5555", rate, seconds=0.05, pause=0.04), rate) == "5555"


@rates
def test_a_lost_packet_makes_no_second_press(rate: int) -> None:
    sound = pressed("7", rate, seconds=0.4)
    for start in np.arange(0.1, 0.3, 0.0017):
        broken = sound.copy()
        broken[int(start * rate) : int((start + 0.02) * rate)] = 0
        assert heard(broken, rate) == "7"


@rates
def test_frequencies_may_be_off_by_a_little_and_not_by_much(rate: int) -> None:
    for off in (-0.015, 0.015):
        assert heard(pressed(ALL, rate, off=off), rate) == ALL
    for off in (-0.035, 0.035):
        assert heard(pressed(ALL, rate, off=off, seconds=0.2), rate) == ""


@rates
def test_one_tone_may_be_louder_than_the_other_by_a_little_and_not_by_much(rate: int) -> None:
    for twist in (-7.5, 4.0):
        assert heard(pressed(ALL, rate, twist=twist), rate) == ALL
    for twist in (-13.0, 7.0):
        assert heard(pressed(ALL, rate, twist=twist), rate) == ""


@rates
def test_loud_and_faint_keys_are_heard_and_the_faintest_is_noise(rate: int) -> None:
    for level in (0.45, 0.1, 0.02, 0.008):
        assert heard(pressed(ALL, rate, level=level), rate) == ALL
    assert heard(pressed(ALL, rate, level=0.001), rate) == ""


@rates
def test_keys_are_heard_over_noise(rate: int) -> None:
    noise = np.random.default_rng(7)
    for _ in range(20):
        sound = pressed(ALL, rate, level=0.2, seconds=0.06, pause=0.06)
        assert heard(sound + noise.normal(0, 0.2 * 10 ** (-12 / 20), len(sound)), rate) == ALL


@rates
def test_a_click_that_is_too_short_is_no_key(rate: int) -> None:
    for start in range(0, 110, 7):
        click = np.concatenate([np.zeros(start), pressed(ALL, rate, seconds=0.02, pause=0.05)])
        assert heard(click, rate) == ""


@rates
def test_noise_single_tones_and_two_tones_of_one_group_are_no_keys(rate: int) -> None:
    at = 2 * np.pi * np.arange(5 * rate) / rate
    noise = np.random.default_rng(3).normal(0, 0.2, 60 * rate)
    assert heard(noise, rate) == ""
    for tones in ((697,), (1336,), (697, 941), (1209, 1633), (440, 480), (350, 440), (425,), (400, 450)):
        assert heard(sum((0.2 * np.sin(tone * at) for tone in tones), np.zeros(5 * rate)), rate) == ""


@rates
@pytest.mark.parametrize("piece", MUSIC, ids=lambda path: path.stem)
def test_there_are_no_keys_in_the_music(piece: Path, rate: int) -> None:
    sound, recorded = soundfile.read(piece)
    mono = sound.mean(axis=1) if sound.ndim > 1 else sound
    assert heard(soxr.resample(mono, recorded, rate), rate) == ""


@rates
@pytest.mark.parametrize("language", LANGUAGES)
async def test_there_are_no_keys_in_speech(language: str, rate: int, tmp_path: Path) -> None:
    media = MediaSettings(sample_rate=rate, languages=(Language(language),))
    async with SpeechService(media, cache=tmp_path) as speech:
        for number in range(1, 12):
            clip = await speech.announcement(Announcement(number, 60.0 * number), Language(language))
            for part in (1.0, 0.2):
                sound = np.frombuffer(clip.pcm, "<i2") / 32768.0
                assert heard(part * sound, rate) == "", clip.label


@rates
def test_listening_costs_microseconds(rate: int) -> None:
    noise = (np.random.default_rng(5).normal(0, 0.1, 20 * rate) * 32767).astype("<i2").tobytes()
    begun = time.thread_time()  # of this thread: others may have the core meanwhile
    keys_in(noise, rate)
    assert (time.thread_time() - begun) / 1000 < FASTEST
