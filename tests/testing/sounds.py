"""Sounds made for these tests: broken chords as music, buzzing syllables as speech, another by each seed."""

from __future__ import annotations

import numpy as np

from softswitch.testing.g711 import PCMU, Samples
from softswitch.testing.sound import Sound


def music(seed: int, seconds: float = 20.0) -> Samples:
    dice = np.random.default_rng(seed)
    total = np.zeros(round(seconds * 8000) + 16000)
    place = 0
    while place < len(total) - 16000:
        length = int(dice.choice([2000, 4000]))
        time = np.arange(2 * length) / 8000
        for _ in range(3):
            pitch = 220 * 2 ** (dice.integers(0, 30) / 12)
            partials = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 4))
            total[place : place + 2 * length] += partials * np.exp(-4000 * time / length)
        place += length
    return scaled(total[: round(seconds * 8000)])


def speech(seed: int, seconds: float = 3.0) -> Samples:
    dice = np.random.default_rng(seed)
    size = round(seconds * 8000)
    time = np.arange(size) / 8000
    pitch = 110 + 20 * np.sin(2 * np.pi * 0.7 * time + seed)
    buzz = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / 8000)) + dice.normal(0, 0.3, size)
    vowels = np.repeat(dice.uniform(0.1, 0.9, size // 1200 + 1), 1200)[:size]
    shaped = np.zeros(size)
    for n in range(1, size):
        shaped[n] = vowels[n] * shaped[n - 1] + buzz[n]
    return scaled(shaped * np.clip(np.sin(2 * np.pi * 3.3 * time), 0, 1))


def scaled(samples: np.ndarray, rms: float = 0.07) -> Samples:
    return (samples / np.sqrt(np.mean(samples**2)) * rms * 32767).clip(-32768, 32767).astype(np.int16)


def heard(seconds: float, *parts: tuple[Samples, float, float]) -> Sound:
    """What a G.711 phone hears of sounds, each with its start in seconds and its level."""
    mixed = np.zeros(round(seconds * 8000))
    for samples, start, level in parts:
        place = round(start * 8000)
        piece = samples[: len(mixed) - place]
        mixed[place : place + len(piece)] += piece * level
    coded = PCMU.encode(mixed.clip(-32768, 32767).astype(np.int16))
    return Sound((PCMU.decode(coded) / 32768.0).astype(np.float32))
