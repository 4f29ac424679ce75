"""What a database said last, for the time while it is away: who was known then is known still.

Only an answer that was good is kept, and what changes it makes all be forgotten; while the database is away
nobody can change anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from softswitch.errors import StoreError
from softswitch.types import Seconds

T = TypeVar("T")

HOLDS: Seconds = 12 * 3600.0
"""How long an answer stands in for the database, as long as a session lasts."""

PAUSE: Seconds = 2.0
"""How long a database that failed is not asked where an answer is known: each question may take seconds."""

MOST = 1000
"""Answers that are kept; those of who came last."""


class Lately(Generic[T]):
    """For the loop; questions are asked in threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, T]] = {}
        self._again = float("-inf")
        self._changes = 0

    def forget(self) -> None:
        """Something has changed."""
        self._known.clear()
        self._changes += 1

    async def ask(self, key: str, question: Callable[[], T | None]) -> T | None:
        """The answer of now, else that of the last time. Raises StoreError: there is neither."""
        if self._clock() < self._again and (known := self._answer(key)) is not None:
            return known
        changes = self._changes
        try:
            found = await asyncio.to_thread(question)
        except StoreError:
            self._again = self._clock() + PAUSE
            if (known := self._answer(key)) is not None:
                return known
            raise
        self._again = float("-inf")
        self._known.pop(key, None)
        if found is not None and changes == self._changes:
            self._known[key] = (self._clock(), found)
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return found

    def _answer(self, key: str) -> T | None:
        at, found = self._known.get(key, (float("-inf"), None))
        return found if self._clock() - at < HOLDS else None
