"""Finds a known clip in what was heard: alone, ducked, under other sound, or cut off in its middle.

The tool is normalised cross-correlation by FFT. Speech and music carry most of their power in few low
partials, which correlate with anything of the same pitch; so both sides first pass a filter that flattens
their spectrum, after which only the clip itself correlates with the clip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from softswitch.testing.g711 import Samples
from softswitch.testing.rtp import RATE
from softswitch.testing.sound import Sound

Floats = npt.NDArray[np.float64]

BAND = (300.0, 3400.0)
"""Hz that telephones carry."""

LIKE = 0.3
"""A score from which on it is the clip: other sentences of one synthetic voice reach 0.12, and the clip
itself has 0.95 over music at level 0.2, 0.7 over music as loud as it, 0.2 under music five times as loud."""

CLEAR = 10.0
"""A prominence that other music does not reach, whose repeated notes can fit well in many places."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where something fits best, and how sure that is."""

    at: float
    """Where the clip's first sample lies, in seconds from the sound's first; negative: it began before."""
    score: float
    """Cosine of the two, spectra flattened: 1 is the clip alone, whatever its level."""
    prominence: float
    """The best fit over the typical one, in standard deviations of all fits."""

    def __bool__(self) -> bool:
        """Whether the clip is really there."""
        return self.score >= LIKE and self.prominence >= CLEAR


def as_floats(what: Sound | Samples) -> Floats:
    """Samples from -1 to 1."""
    if isinstance(what, Sound):
        return what.samples.astype(np.float64)
    return what.astype(np.float64) / 32768.0


def find(clip: Sound | Samples, heard: Sound | Samples) -> Found:
    """Where in `heard` the clip lies.

    Either may be the longer one: a prompt in a whole call, or two heard seconds in an hour of music (then
    `at` is minus the place in the music). A part of the clip is enough, though the score falls with it.
    """
    needle, hay = as_floats(clip), as_floats(heard)
    if not needle.any() or not hay.any():
        return Found(0.0, 0.0, 0.0)
    size = 1 << (len(needle) + len(hay) - 1).bit_length()
    needle_spectrum, hay_spectrum = np.fft.rfft(needle, size), np.fft.rfft(hay, size)
    flat = _flattening(needle_spectrum, hay_spectrum, size)
    needle_spectrum *= flat
    hay_spectrum *= flat
    fits = np.fft.irfft(hay_spectrum * np.conj(needle_spectrum), size)
    needle_power = np.cumsum(np.fft.irfft(needle_spectrum, size)[: len(needle)] ** 2)
    hay_power = np.cumsum(np.fft.irfft(hay_spectrum, size)[: len(hay)] ** 2)
    lags = np.arange(-len(needle) + 1, len(hay))
    fits = fits[lags % size]
    best = int(np.argmax(fits))
    lag = int(lags[best])
    overlap = np.sqrt(_part(needle_power, -lag, len(hay) - lag) * _part(hay_power, lag, lag + len(needle)))
    return Found(lag / RATE, float(fits[best] / max(overlap, 1e-12)), float(fits[best] / np.std(fits)))


def level_over_time(clip: Samples, heard: Sound, at: float, window: float = 0.1) -> Floats:
    """The level at which a clip is in the heard sound, by window; nan where the clip itself is silent.

    `at` is what `find` says; the clip is taken as looped. The value is the least-squares one, so other sound
    at the same time blurs it (average a few windows) but does not shift it.
    """
    expected = as_floats(clip)
    place = round(-at * RATE)
    expected = np.take(expected, np.arange(place, place + len(heard.samples)), mode="wrap")
    size = round(window * RATE)
    count = len(expected) // size
    mine = np.diff(expected, prepend=0.0)[: count * size].reshape(count, size)
    theirs = np.diff(as_floats(heard), prepend=0.0)[: count * size].reshape(count, size)
    power = np.sum(mine**2, axis=1)
    audible = power > 1e-6 * size
    products = np.sum(mine * theirs, axis=1)
    return np.where(audible, products / np.where(audible, power, 1.0), np.nan)


def _part(running: Floats, first: int, last: int) -> float:
    """The sum of values from `first` up to `last`, cut to what is there, of a running sum."""
    low, high = max(first, 0), min(last, len(running))
    if high <= low:
        return 0.0
    return float(running[high - 1] - (running[low - 1] if low else 0.0))


def _flattening(one: npt.NDArray[np.complex128], other: npt.NDArray[np.complex128], size: int) -> Floats:
    """A smooth filter that evens out the spectrum which two sounds share, within the telephone band."""
    frequencies = np.fft.rfftfreq(size, 1 / RATE)
    bands = np.minimum((frequencies / 31.25).astype(np.int64), 127)
    total = np.zeros(128)
    for spectrum in (one, other):
        power = np.bincount(bands, np.abs(spectrum) ** 2, 128) / np.bincount(bands, minlength=128)
        total += power / power.sum()
    smooth = np.convolve(total, np.hanning(5) / np.hanning(5).sum(), mode="same")
    gain = 1 / np.sqrt(smooth + 1e-3 * smooth.max())
    flat = np.interp(frequencies, (np.arange(128) + 0.5) * 31.25, gain)
    return np.where((frequencies >= BAND[0]) & (frequencies <= BAND[1]), flat, 0.0)
