"""The silence at both ends of a message: found and cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softswitch.types import Seconds

FRAME: Seconds = 0.02

FLOOR = 10 ** (-50 / 20)
"""Of full scale: nothing below is a voice."""

BELOW_LOUDEST = 10 ** (-35 / 20)
"""Whatever is so far below the message's loud parts is the noise around them."""

RUN = 3
"""Frames in a row that are loud: one alone is a click."""

LEFT: Seconds = 0.2
"""What stays of the silence at either end."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What is left."""

    pcm: NDArray[np.int16]
    speech: Seconds
    """From the first sound to the last; 0: there was none."""


def trim(pcm: NDArray[np.int16], rate: int) -> Trimmed:
    """Cut the silence at both ends of mono samples, but for `LEFT`; in between it stays."""
    size = round(FRAME * rate)
    frames = pcm[: len(pcm) // size * size].astype(np.float32).reshape(-1, size) / 32768
    if not len(frames):
        return Trimmed(pcm[:0], 0.0)
    levels = np.sqrt(np.mean(frames**2, axis=1))
    loud = levels >= max(FLOOR, float(np.percentile(levels, 95)) * BELOW_LOUDEST)
    runs = np.flatnonzero(np.convolve(loud, np.ones(RUN, np.int64), "valid") == RUN)
    if not len(runs):
        return Trimmed(pcm[:0], 0.0)
    first, last = int(runs[0]), int(runs[-1]) + RUN
    margin = round(LEFT * rate)
    kept = pcm[max(0, first * size - margin) : last * size + margin]
    return Trimmed(kept, (last - first) * FRAME)
