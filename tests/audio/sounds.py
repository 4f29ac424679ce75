"""Sounds for tests, and how to measure them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray


def tone(rate: int, seconds: float, frequency: float = 440.0, level: float = 0.3) -> NDArray[np.float64]:
    return level * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


def write(path: Path, samples: NDArray[np.float64], rate: int, **how: str) -> Path:
    soundfile.write(path, samples, rate, **how)
    return path


def samples_of(pcm: bytes) -> NDArray[np.float64]:
    return np.frombuffer(pcm, dtype="<i2") / 32768.0


def loudest_frequency(samples: NDArray[np.float64], rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))
