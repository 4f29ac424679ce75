"""A look-ahead limiter: loud speech is turned down for a few milliseconds instead of clipped."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from softswitch.audio.loudness import Samples, peaks

LOOK_AHEAD = 0.005
"""Seconds in which the gain falls before a peak, and rises after it."""


def limit(samples: Samples, rate: int, ceiling: float) -> NDArray[np.float32]:
    """`samples` with no true peak above `ceiling` (1.0 is full scale); quiet passages are left as they are.

    Each sample's gain is what the peak around it allows; the lowest gain of a window, averaged over a window
    of the same length, is a smooth curve that never lies above any of them.
    """
    samples = samples.astype(np.float32)
    if not len(samples):
        return samples
    height = peaks(samples, rate)
    if height.max() <= ceiling:
        return samples
    allowed = ceiling / np.maximum(height, ceiling)
    width = 2 * max(1, round(rate * LOOK_AHEAD)) + 1
    around = np.pad(allowed, width - 1, mode="edge")
    lowest = sliding_window_view(around, width).min(axis=-1)
    gain = np.convolve(lowest, np.full(width, 1 / width), mode="valid")
    return np.asarray(samples * gain, dtype=np.float32)
