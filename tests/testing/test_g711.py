from __future__ import annotations

import numpy as np
import pytest

from softswitch.testing.g711 import PCMA, PCMU


def test_codes_mean_what_the_recommendation_says():
    assert PCMU.decode(bytes([0x00, 0x80, 0xFF, 0x7F])).tolist() == [-32124, 32124, 0, 0]
    assert PCMA.decode(bytes([0xAA, 0x2A, 0xD5, 0x55])).tolist() == [32256, -32256, 8, -8]


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_every_code_survives_decoding_and_encoding(law):
    values = law.decode(bytes(range(256)))
    assert (law.decode(law.encode(values)) == values).all()


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_quantisation_stays_37_db_under_a_loud_sine(law):
    sine = (12000 * np.sin(2 * np.pi * 440 / 8000 * np.arange(8000))).astype(np.int16)
    error = law.decode(law.encode(sine)).astype(float) - sine
    assert 10 * np.log10(np.mean(sine.astype(float) ** 2) / np.mean(error**2)) > 37


@pytest.mark.parametrize("law", [PCMU, PCMA])
def test_the_silence_code_is_the_quietest(law):
    assert abs(int(law.decode(bytes([law.silence]))[0])) <= 8
