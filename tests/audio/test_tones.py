"""The ringing tone."""

from __future__ import annotations

import numpy as np
import pytest

from softswitch.audio.tones import ringback


@pytest.mark.parametrize("rate", [8000, 16000])
def test_ringback_is_a_second_of_425_hz_in_every_five(rate: int) -> None:
    clip = ringback(rate)
    samples = np.frombuffer(clip.pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples[:rate]))
    assert clip.duration == pytest.approx(5.0)
    assert int(spectrum.argmax()) == 425
    assert not samples[rate:].any()
