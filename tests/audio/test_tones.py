"""The ringing tone."""

from __future__ import annotations

import numpy as np
import pytest

from softswitch.audio.tones import BEEP, CUES, LONG, cue, ringback
from softswitch.types import Cue


@pytest.mark.parametrize("rate", [8000, 16000])
def test_ringback_is_a_second_of_425_hz_in_every_five(rate: int) -> None:
    clip = ringback(rate)
    samples = np.frombuffer(clip.pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples[:rate]))
    assert clip.duration == pytest.approx(5.0)
    assert int(spectrum.argmax()) == 425
    assert not samples[rate:].any()


def test_the_tone_before_a_message_is_one_long_beep() -> None:
    clip = cue(Cue.SPEAK, 8000)
    spectrum = np.abs(np.fft.rfft(np.frombuffer(clip.pcm, "<i2").astype(float), 8000))
    assert int(spectrum.argmax()) == 1000
    assert clip.duration == pytest.approx(LONG)


@pytest.mark.parametrize("kind", [kind for kind in Cue if kind is not Cue.SPEAK])
def test_a_cue_is_two_beeps_that_tell_it_from_the_others(kind: Cue) -> None:
    clip = cue(kind, 8000)
    beeps = np.frombuffer(clip.pcm, "<i2").astype(float).reshape(2, -1)
    peaks = [int(np.abs(np.fft.rfft(beep, 8000)).argmax()) for beep in beeps]
    assert peaks == pytest.approx(CUES[kind], abs=3)
    assert clip.duration == pytest.approx(2 * BEEP)
    assert len({cue(each, 8000).pcm for each in Cue}) == len(Cue)
