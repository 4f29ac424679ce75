from __future__ import annotations

import asyncio
import wave

import numpy as np
import pytest

from softswitch.testing.ear import Arrival, Ear, timeline
from softswitch.testing.g711 import LAWS
from softswitch.testing.recognise import find
from softswitch.testing.rtp import Packet
from softswitch.testing.sound import Sound, write_wav
from softswitch.testing.voice import Voice, tone
from tests.testing import sounds

THERE = ("127.0.0.1", 4000)


def stream(seconds: float, *, at: float = 100.0, timestamp: int = 0, ssrc: int = 1) -> list[Arrival]:
    """A 400 Hz tone in PCMU, packet by packet, as if nothing ever were late."""
    samples = tone(400, seconds)
    return [
        Arrival(
            at + place / 8000,
            Packet(
                0,
                place // 160,
                (timestamp + place) % 2**32,
                ssrc,
                LAWS[0].encode(samples[place : place + 160]),
            ),
            THERE,
        )
        for place in range(0, len(samples), 160)
    ]


def test_packets_become_sound_by_their_timestamps_across_the_wrap():
    arrivals = stream(1.0, timestamp=2**32 - 4000)
    sound = timeline(reversed_pairs(arrivals))
    assert sound.duration == pytest.approx(1.0)
    assert sound.tone(400) > 0.99
    assert sound.start == 100.0


def reversed_pairs(arrivals: list[Arrival]) -> list[Arrival]:
    """Every second packet overtakes the one before; the first stays, for it sets the start."""
    swapped = arrivals[:1]
    for index in range(1, len(arrivals) - 1, 2):
        swapped += [arrivals[index + 1], arrivals[index]]
    return swapped + arrivals[len(swapped) :]


def test_lost_packets_are_silence_and_a_gap():
    arrivals = stream(1.0)
    sound = timeline(arrivals[:20] + arrivals[25:])
    assert [(round(gap.at, 3), round(gap.seconds, 3)) for gap in sound.gaps()] == [(100.38, 0.12)]
    assert sound.rms_over_time(0.1)[4] == 0.0


def test_a_new_stream_is_placed_by_its_arrival():
    sound = timeline(stream(0.5) + stream(0.5, at=101.0, timestamp=777_777, ssrc=2))
    assert sound.duration == pytest.approx(1.5)
    assert sound.between(100.5, 101.0).rms() == 0.0
    assert sound.between(101.0).tone(400) > 0.99


def test_a_sender_that_does_not_count_its_pause_is_placed_by_arrival_too():
    sound = timeline(stream(0.5) + stream(0.5, at=101.0, timestamp=4000))
    assert sound.duration == pytest.approx(1.5)


def test_nothing_heard_is_an_empty_sound():
    sound = timeline([])
    assert (sound.duration, sound.rms(), sound.tone(400), sound.gaps(), sound.first_heard()) == (
        0,
        0,
        0,
        [],
        None,
    )


def test_tones_are_told_apart_over_time():
    sound = sounds.heard(1.0, (tone(440, 0.5), 0.0, 1.0), (tone(1000, 0.5), 0.5, 1.0))
    assert (sound.tone_over_time(440, 0.1)[:5] > 0.95).all()
    assert (sound.tone_over_time(440, 0.1)[5:] < 0.05).all()
    assert (sound.tone_over_time(1000, 0.1)[5:] > 0.95).all()


def test_the_moments_of_first_and_last_sound_are_found():
    sound = sounds.heard(2.0, (tone(440, 0.5), 0.7, 1.0))
    assert sound.first_heard() == pytest.approx(0.7, abs=0.011)
    assert sound.last_heard() == pytest.approx(1.2, abs=0.011)


def test_a_wav_keeps_channels_at_their_moments(tmp_path):
    caller = Sound(np.full(800, 0.5, np.float32), start=10.0)
    agent = Sound(np.full(800, -0.5, np.float32), start=10.05)
    write_wav(tmp_path / "both.wav", [caller, agent])
    with wave.open(str(tmp_path / "both.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 1200)
        frames = np.frombuffer(file.readframes(1200), "<i2").reshape(-1, 2)
    assert frames[0].tolist() == [16384, 0]
    assert frames[1000].tolist() == [0, -16384]


async def test_a_voice_is_heard_by_an_ear_without_gaps_and_with_its_keys():
    with Ear() as listener, Ear() as mouth:
        voice = Voice(mouth, ("127.0.0.1", listener.port), payload_type=8)
        voice.say(sounds.speech(1, 0.4))
        await asyncio.sleep(0.5)
        voice.press("15#", frames=2, pause=1)
        await asyncio.sleep(0.35)
        voice.stop()
        await asyncio.sleep(0.03)
    sound = listener.sound()
    assert listener.digits() == "15#"
    assert find(sounds.speech(1, 0.4), sound).score > 0.6
    assert len(listener.arrivals) == voice.sent
    assert sound.duration == pytest.approx(0.85, abs=0.06)


async def test_datagrams_that_are_no_rtp_are_kept_apart():
    with Ear() as listener, Ear() as mouth:
        mouth.send(b"hello", ("127.0.0.1", listener.port))
        await asyncio.sleep(0.01)
    assert listener.strange == [b"hello"]
    assert listener.arrivals == []
