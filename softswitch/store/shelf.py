"""Recordings for those who listen to them by an interface; whoever does is on record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from softswitch.ports import Journal, JsonValue
from softswitch.store.history import History
from softswitch.store.listening import Wanted, place_of
from softswitch.store.listenings import Listenings

MOST = 500
"""Files in one order to note that they were heard."""


class Shelf:
    """All of them."""

    def __init__(
        self,
        history: History,
        folder: Path,
        journal: Journal,
        agents_listen: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder`: of recordings; `agents_listen`: whether agents may, at the moment."""
        self._history = history
        self._folder = folder
        self._journal = journal
        self._agents_listen = agents_listen
        self._listenings = Listenings(clock)

    @property
    def agents_listen(self) -> bool:
        """Whether agents may listen to their own conversations."""
        return self._agents_listen()

    async def find(self, *, limit: int, **wanted: Any) -> list[dict[str, Any]]:
        """The newest first; `wanted`: as `listening.Wanted`. Raises StoreError."""
        return await self._history.recordings(Wanted(**wanted), limit)

    async def one(self, file: str) -> dict[str, Any] | None:
        """The one of that name. Raises StoreError."""
        return await self._history.recording(file)

    async def place_of(self, found: dict[str, Any]) -> Path:
        """Where it lies, whole. Raises NoSuch, NotNow."""
        return await asyncio.to_thread(place_of, self._folder, found)

    def heard(self, file: str, by: str, *, from_start: bool) -> None:
        """Somebody listens: put it on record, but for who goes on with what was begun."""
        if self._listenings.begins(file, by, from_start=from_start):
            self._journal.note("RecordingHeard", file=file, by=by, how="listened")


def note_copies(journal: Journal, files: Sequence[str], by: str) -> None:
    """Put on record that somebody takes copies."""
    for file in files:
        journal.note("RecordingHeard", file=file, by=by, how="exported")


def handlers(journal: Journal, by: str) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
    """The command of the control socket."""

    async def recordings_copied(files: Sequence[str]) -> JsonValue:
        note_copies(journal, [str(file) for file in files[:MOST]], by)
        return len(files[:MOST])

    return {"recordings_copied": recordings_copied}
