"""Who listens to a file at the moment: whoever goes on with what was begun does not begin again."""

from __future__ import annotations

import time
from collections.abc import Callable

from softswitch.types import Seconds

GOES_ON: Seconds = 600.0
"""Who asks for a later part of a file within this time still listens to it."""

REMEMBERED = 1000
"""Listenings that may go on."""


class Listenings:
    """All of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard: dict[tuple[str, str], float] = {}

    def begins(self, file: str, by: str, *, from_start: bool) -> bool:
        """Somebody asks for sound; whether a listening begins by that. `from_start`: of the file."""
        key, now = (by, file), self._clock()
        begins = from_start or now - self._heard.pop(key, float("-inf")) > GOES_ON
        self._heard[key] = now
        if len(self._heard) > REMEMBERED:
            del self._heard[next(iter(self._heard))]
        return begins
