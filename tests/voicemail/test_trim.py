"""The silence at both ends of a message."""

from __future__ import annotations

import numpy as np
import pytest

from softswitch.audio.trim import LEFT, trim
from tests.voicemail.office import RATE, quiet, speech


@pytest.mark.parametrize("noise", [0.0, 0.0005])
def test_silence_at_both_ends_goes_but_for_a_fifth_of_a_second(noise: float) -> None:
    whole = np.concatenate(
        [quiet(2.0, noise), speech(1.5), quiet(0.7, noise), speech(1.0), quiet(8.0, noise)]
    )
    trimmed = trim(whole, RATE)
    assert trimmed.speech == pytest.approx(3.2, abs=0.05)
    assert len(trimmed.pcm) / RATE == pytest.approx(3.2 + 2 * LEFT, abs=0.05)
    assert not np.abs(trimmed.pcm[: round(0.15 * RATE)]).max() > 200


def test_a_quiet_voice_is_a_voice() -> None:
    trimmed = trim(np.concatenate([quiet(1.0, 0.0003), speech(2.0, 0.02), quiet(1.0, 0.0003)]), RATE)
    assert trimmed.speech == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("noise", [0.0, 0.001])
def test_silence_and_the_noise_of_a_line_are_nothing(noise: float) -> None:
    trimmed = trim(quiet(5.0, noise), RATE)
    assert (trimmed.speech, len(trimmed.pcm)) == (0.0, 0)


def test_a_click_is_no_voice() -> None:
    trimmed = trim(np.concatenate([quiet(1.0), speech(0.02), quiet(1.0), speech(1.0), quiet(1.0)]), RATE)
    assert trimmed.speech == pytest.approx(1.0, abs=0.05)


def test_speech_without_silence_stays_whole() -> None:
    pcm = speech(1.0)
    assert np.array_equal(trim(pcm, RATE).pcm, pcm)
    assert trim(pcm[:10], RATE).speech == 0.0
