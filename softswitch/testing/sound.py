"""A stretch of sound with the moment at which it was heard, and plain measurements on it."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from softswitch.testing.rtp import RATE

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A time in which no packet came."""

    at: float
    """When it began, in seconds since the epoch."""
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono samples from -1 to 1 at 8000 Hz.

    Moments (`start`, `since`, `until`, what methods return) are seconds since the epoch.
    """

    samples: Floats
    start: float = 0.0
    """When the first sample was heard."""
    arrivals: npt.NDArray[np.float64] | None = None
    """When each packet came; None for sound that never was on a wire."""

    @property
    def end(self) -> float:
        """When the last sample was heard."""
        return self.start + self.duration

    @property
    def duration(self) -> float:
        """In seconds."""
        return len(self.samples) / RATE

    def between(self, since: float | None = None, until: float | None = None) -> Sound:
        """The part between two moments; outside of the sound there is nothing."""
        first = 0 if since is None else self._index(since)
        last = len(self.samples) if until is None else self._index(until)
        arrivals = self.arrivals
        if arrivals is not None:
            low = -np.inf if since is None else since
            high = np.inf if until is None else until
            arrivals = arrivals[(arrivals >= low) & (arrivals < high)]
        return Sound(self.samples[first : max(first, last)], self.start + first / RATE, arrivals)

    def after(self, seconds: float, length: float | None = None) -> Sound:
        """The part that starts so many seconds into it."""
        since = self.start + seconds
        return self.between(since, None if length is None else since + length)

    def _index(self, moment: float) -> int:
        return min(max(round((moment - self.start) * RATE), 0), len(self.samples))

    def rms(self) -> float:
        """Loudness of the whole; 0.0 for nothing."""
        return (
            float(np.sqrt(np.mean(np.square(self.samples, dtype=np.float64)))) if len(self.samples) else 0.0
        )

    def rms_over_time(self, window: float = 0.02) -> npt.NDArray[np.float64]:
        """Loudness of one window after the other."""
        frames = self._frames(window)
        loudness: npt.NDArray[np.float64] = np.sqrt(np.mean(np.square(frames, dtype=np.float64), axis=1))
        return loudness

    def tone(self, frequency: float) -> float:
        """The share of the power that lies at one frequency, 0 to 1 (a Goertzel filter over the whole)."""
        return float(_tone_share(self.samples[None, :], frequency)[0]) if len(self.samples) else 0.0

    def tone_over_time(self, frequency: float, window: float = 0.02) -> npt.NDArray[np.float64]:
        """The same by window: a clean tone gives nearly 1, other sound and silence nearly 0."""
        return _tone_share(self._frames(window), frequency)

    def last_heard(self, threshold: float = 0.003, window: float = 0.01) -> float | None:
        """The moment after which every window stays below an RMS; None if it was never that loud."""
        loud = np.flatnonzero(self.rms_over_time(window) > threshold)
        return None if not len(loud) else self.start + (int(loud[-1]) + 1) * window

    def first_heard(self, threshold: float = 0.003, window: float = 0.01) -> float | None:
        """The moment at which a window first exceeds an RMS; None if none does."""
        loud = np.flatnonzero(self.rms_over_time(window) > threshold)
        return None if not len(loud) else self.start + int(loud[0]) * window

    def gaps(self, over: float = 0.04) -> list[Gap]:
        """Times longer than `over` between two arrivals, longest first."""
        if self.arrivals is None or len(self.arrivals) < 2:
            return []
        waits = np.diff(self.arrivals)
        found = [Gap(float(self.arrivals[i]), float(waits[i])) for i in np.flatnonzero(waits > over)]
        return sorted(found, key=lambda gap: -gap.seconds)

    def largest_gap(self) -> float:
        """The longest time between two arrivals, in seconds."""
        gaps = self.gaps(over=0.0)
        return gaps[0].seconds if gaps else 0.0

    def _frames(self, window: float) -> Floats:
        size = round(window * RATE)
        count = len(self.samples) // size
        return self.samples[: count * size].reshape(count, size)

    def write(self, path: Path) -> None:
        """Save as a 16-bit WAV."""
        write_wav(path, [self])


def write_wav(path: Path, channels: Sequence[Sound]) -> None:
    """Save several sounds as the channels of one 16-bit WAV, each at its own moment of one timeline."""
    start = min(sound.start for sound in channels)
    offsets = [round((sound.start - start) * RATE) for sound in channels]
    length = max(offset + len(sound.samples) for offset, sound in zip(offsets, channels, strict=True))
    mixed = np.zeros((length, len(channels)), "<i2")
    for column, (offset, sound) in enumerate(zip(offsets, channels, strict=True)):
        scaled = np.clip(sound.samples * 32768.0, -32768, 32767)
        mixed[offset : offset + len(sound.samples), column] = scaled.astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(mixed.tobytes())


def _tone_share(frames: Floats, frequency: float) -> npt.NDArray[np.float64]:
    """Power at one frequency over all power, for each row: twice the squared magnitude of one DFT term."""
    size = frames.shape[1]
    wave_ = np.exp(-2j * np.pi * frequency / RATE * np.arange(size))
    at_frequency = 2 * np.abs(frames @ wave_) ** 2 / size**2
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    return np.where(power > 1e-8, at_frequency / np.maximum(power, 1e-8), 0.0)
