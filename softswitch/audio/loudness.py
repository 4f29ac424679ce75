"""How loud a sound is to people: integrated loudness and true peak of mono sound, after ITU-R BS.1770-4.

The K-weighting filters are applied as a frequency response, since a recursive filter has no fast form in
numpy. Their impulse response is over in a few hundredths of a second, so sound is taken in pieces, each
with half a second of history before it: memory stays flat however long the piece is.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]
"""Mono, full scale is 1.0."""

SILENCE = -math.inf
"""The loudness of what never rises above the absolute gate."""

_HOP = 0.1
"""Seconds between the starts of two gating blocks: 400 ms, overlapping by three quarters."""
_HOPS_PER_BLOCK = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
"""LUFS of a mean square of one, for a mono channel."""


def integrated_loudness(samples: Samples, rate: int) -> float:
    """Gated loudness in LUFS of mono sound; SILENCE when nothing passes the gate.

    Sound shorter than one block of 400 ms counts as a single block.
    """
    power = _hop_power(samples, rate)
    if len(power) >= _HOPS_PER_BLOCK:
        power = np.convolve(power, np.full(_HOPS_PER_BLOCK, 1 / _HOPS_PER_BLOCK), mode="valid")
    elif len(power):
        power = np.array([power.mean()])
    heard = power[power > _power(_ABSOLUTE_GATE)]
    if not len(heard):
        return SILENCE
    gate = heard.mean() * 10 ** (_RELATIVE_GATE / 10)
    return _loudness(float(heard[heard > gate].mean()))


def true_peak(samples: Samples, rate: int) -> float:
    """The highest magnitude on and between the samples; 1.0 is full scale."""
    return float(peaks(samples, rate).max(initial=0.0))


def peaks(samples: Samples, rate: int) -> NDArray[np.float32]:
    """For each sample, the highest magnitude between its two neighbours, four times oversampled."""
    coarse = samples.astype(np.float32)
    fine = soxr.resample(coarse, rate, 4 * rate, quality="HQ")[: 4 * len(coarse)]
    fine = np.abs(np.pad(fine, (0, 4 * len(coarse) - len(fine)))).reshape(-1, 4).max(axis=1, initial=0.0)
    # The resampler's own low pass dulls what is close to half the sample rate: the samples count as well.
    before = np.concatenate([np.zeros(1, dtype=np.float32), fine])[:-1]
    return np.asarray(np.maximum.reduce([np.abs(coarse), before, fine]), dtype=np.float32)


def _loudness(power: float) -> float:
    return _OFFSET + 10 * math.log10(power)


def _power(loudness: float) -> float:
    return float(10 ** ((loudness - _OFFSET) / 10))


def _hop_power(samples: Samples, rate: int) -> NDArray[np.float64]:
    """The K-weighted mean square of each whole 100 ms; of all there is when that is less."""
    hop = min(round(rate * _HOP), max(1, len(samples)))
    piece, history = min(300 * hop, len(samples)), rate // 2
    size = 1 << (piece + 2 * history - 1).bit_length()
    response = _k_weighting(rate, size)
    powers = []
    for start in range(0, len(samples), piece or 1):
        first = max(0, start - history)
        heard = np.asarray(samples[first : start + piece], dtype=np.float64)
        weighted = np.fft.irfft(np.fft.rfft(heard, size) * response, size)[start - first : len(heard)]
        whole = weighted[: len(weighted) // hop * hop].reshape(-1, hop)
        powers.append((whole**2).mean(axis=1))
    return np.concatenate(powers) if powers else np.zeros(0)


@lru_cache(maxsize=8)
def _k_weighting(rate: int, size: int) -> NDArray[np.complex128]:
    """The two filters of BS.1770-4 annex 1 at the bins of an FFT of `size`.

    The recommendation lists coefficients for 48 kHz only; these are the analogue parameters behind them
    (Brecht De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018),
    which give the same coefficients at 48 kHz and the same response at every other rate.
    """
    gain, shelf_q, shelf_hz = 3.999843853973347, 0.7071752369554193, 1681.9744509555319
    pass_q, pass_hz = 0.5003270373238773, 38.13547087613982
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)

    k = math.tan(math.pi * shelf_hz / rate)
    high = 10 ** (gain / 20)
    band = high**0.499666774155
    shelf = (high + band * k / shelf_q + k * k) + 2 * (k * k - high) * z
    shelf += (high - band * k / shelf_q + k * k) * z**2
    shelf /= (1 + k / shelf_q + k * k) + 2 * (k * k - 1) * z + (1 - k / shelf_q + k * k) * z**2

    k = math.tan(math.pi * pass_hz / rate)
    high_pass = (1 - z) ** 2 / (
        1 + (2 * (k * k - 1) * z + (1 - k / pass_q + k * k) * z**2) / (1 + k / pass_q + k * k)
    )
    return np.asarray(shelf * high_pass, dtype=np.complex128)
