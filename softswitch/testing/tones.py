"""The two tones of a key (ITU-T Q.23), as a phone that has nothing else sounds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LOW = (697, 770, 852, 941)
HIGH = (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")


def key_sound(
    key: str,
    rate: int = 8000,
    *,
    seconds: float = 0.1,
    pause: float = 0.1,
    level: float = 0.2,
    twist: float = 0.0,
    off: float = 0.0,
) -> npt.NDArray[np.float64]:
    """One key as samples from -1 to 1, with the pause after it.

    `level` is the peak of the louder tone; `twist` says by how many decibels the high one is above the
    low one; `off` is the part by which both frequencies are wrong. Raises ValueError for what is no key.
    """
    row = next((row for row, keys in enumerate(KEYS) if key in keys), None)
    if row is None or len(key) != 1:
        raise ValueError(f"{key!r} is no key; there are {''.join(KEYS)}")
    at = 2 * np.pi * (1 + off) * np.arange(round(seconds * rate)) / rate
    low = 10 ** (min(0.0, -twist) / 20) * np.sin(LOW[row] * at)
    high = 10 ** (min(0.0, twist) / 20) * np.sin(HIGH[KEYS[row].index(key)] * at)
    return np.concatenate([level * (low + high), np.zeros(round(pause * rate))])
