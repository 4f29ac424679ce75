"""Call progress tones, made rather than recorded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from softswitch.sound import Clip
from softswitch.types import Cue, Seconds

RINGBACK = "ringback"

FREQUENCY = 425.0
"""Hz; with one second on and four off the ringing tone of most of Europe (ITU-T E.180)."""

ON: Seconds = 1.0
PERIOD: Seconds = 5.0
PEAK = 0.1
"""Of full scale: about -23 dBFS."""
EDGE: Seconds = 0.01
"""Fade at both ends of the tone, so that it does not click."""


BEEP: Seconds = 0.12
CUES = {
    Cue.ON: (660.0, 880.0),
    Cue.OFF: (880.0, 660.0),
    Cue.REFUSED: (220.0, 220.0),
    Cue.SPEAK: (1000.0,),
}
"""Hz of the beeps of each: up, down, low, and a long one, apart from the tones of keys and of calls."""

LONG: Seconds = 0.4
"""A beep that is alone."""


def cue(kind: Cue, rate: int) -> Clip:
    """Two beeps, one after the other, or a long one, at `rate` samples per second."""
    lasts = BEEP if len(CUES[kind]) > 1 else LONG
    pcm = b"".join(_tone(frequency, lasts, rate).tobytes() for frequency in CUES[kind])
    return Clip(pcm, rate, kind)


def ringback(rate: int) -> Clip:
    """One period of the ringing tone, to be looped, at `rate` samples per second."""
    tone = _tone(FREQUENCY, ON, rate)
    rest = bytes(2 * (round(PERIOD * rate) - tone.size))
    return Clip(tone.tobytes() + rest, rate, RINGBACK)


def _tone(frequency: float, lasts: Seconds, rate: int) -> NDArray[np.int16]:
    time = np.arange(round(lasts * rate)) / rate
    fade = np.clip(np.minimum(time, lasts - time) / EDGE, 0.0, 1.0)
    tone = PEAK * fade * np.sin(2 * np.pi * frequency * time)
    return np.round(tone * 32767).astype("<i2")
