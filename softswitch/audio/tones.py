"""Call progress tones, made rather than recorded."""

from __future__ import annotations

import numpy as np

from softswitch.sound import Clip
from softswitch.types import Seconds

RINGBACK = "ringback"

FREQUENCY = 425.0
"""Hz; with one second on and four off the ringing tone of most of Europe (ITU-T E.180)."""

ON: Seconds = 1.0
PERIOD: Seconds = 5.0
PEAK = 0.1
"""Of full scale: about -23 dBFS."""
EDGE: Seconds = 0.01
"""Fade at both ends of the tone, so that it does not click."""


def ringback(rate: int) -> Clip:
    """One period of the ringing tone, to be looped, at `rate` samples per second."""
    time = np.arange(round(ON * rate)) / rate
    fade = np.clip(np.minimum(time, ON - time) / EDGE, 0.0, 1.0)
    tone = np.zeros(round(PERIOD * rate))
    tone[: time.size] = PEAK * fade * np.sin(2 * np.pi * FREQUENCY * time)
    return Clip(np.round(tone * 32767).astype("<i2").tobytes(), rate, RINGBACK)
