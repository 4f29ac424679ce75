from __future__ import annotations

import numpy as np
import pytest

from softswitch.audio.limiter import limit
from softswitch.audio.loudness import SILENCE, integrated_loudness, true_peak
from tests.audio.sounds import tone


def _by_pyloudnorm(sound: np.ndarray, rate: int) -> float:
    import pyloudnorm  # which brings all of scipy: not for every process that only looks for tests

    return pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(sound)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_loudness_agrees_with_pyloudnorm_on_sound_that_comes_and_goes(rate: int) -> None:
    noise = np.random.default_rng(rate).normal(0, 0.1, rate * 8) * np.repeat([1, 0.001, 0.3, 0.03], rate * 2)
    reference = _by_pyloudnorm(noise, rate)
    assert integrated_loudness(noise, rate) == pytest.approx(reference, abs=0.01)


def test_loudness_of_a_full_scale_tone_is_what_the_recommendation_says() -> None:
    assert integrated_loudness(tone(48000, 3, 997, 1.0), 48000) == pytest.approx(-3.01, abs=0.01)


def test_loudness_of_a_long_sound_does_not_depend_on_the_pieces_it_is_measured_in() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 8000 * 65) * np.linspace(0.1, 1, 8000 * 65)
    reference = _by_pyloudnorm(noise, 8000)
    assert integrated_loudness(noise, 8000) == pytest.approx(reference, abs=0.01)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(100), np.zeros(16000)])
def test_silence_has_no_loudness(samples: np.ndarray) -> None:
    assert integrated_loudness(samples, 8000) == SILENCE


def test_a_sound_shorter_than_a_gating_block_is_measured_all_the_same() -> None:
    assert -25 < integrated_loudness(tone(8000, 0.2, 1000, 0.1), 8000) < -20


def test_the_true_peak_lies_between_the_samples() -> None:
    # A quarter of the rate, sampled at 45 degrees: every sample is at 0.707 of the peak.
    sampled = np.sin(np.pi / 2 * np.arange(4000) + np.pi / 4)
    assert np.abs(sampled).max() == pytest.approx(0.707, abs=0.001)
    assert true_peak(sampled, 8000) == pytest.approx(1.0, abs=0.05)


def test_the_limiter_keeps_peaks_below_the_ceiling_and_leaves_quiet_sound_alone() -> None:
    sound = np.concatenate([tone(8000, 1, level=0.1), tone(8000, 0.1, level=1.5), tone(8000, 1, level=0.1)])
    limited = limit(sound, 8000, 0.8)
    assert true_peak(limited, 8000) <= 0.81
    np.testing.assert_allclose(limited[:7900], sound[:7900], atol=1e-6)
    np.testing.assert_allclose(limited[9000:], sound[9000:], atol=1e-6)
