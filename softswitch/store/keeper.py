"""Looks after the files of recordings while the switch runs: what a crash cut, and what is too old."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from softswitch.ports import Clock, Journal
from softswitch.store.recordings import delete_older, repair
from softswitch.types import Seconds

EVERY: Seconds = 3600.0
"""Between two looks for files that are too old."""

NAMED = 20
"""Files that one event names."""

DAY: Seconds = 86400.0


class Keeper:
    """All of it is done on a thread, off the loop."""

    def __init__(
        self, folder: Path, retention: Callable[[], Seconds | None], journal: Journal, clock: Clock
    ) -> None:
        """`retention`: how long files are kept, at the moment; None: for ever."""
        self._folder = folder
        self._retention = retention
        self._journal = journal
        self._clock = clock
        self._over = threading.Event()

    async def run(self) -> None:
        """Until cancelled. A folder that cannot be read is tried again an hour later."""
        try:
            done = await asyncio.to_thread(repair, self._folder, self._clock.now(), self._over.is_set)
            if done:
                self._journal.note("RecordingsRepaired", count=len(done), files=self._named(done))
            while True:
                await self.delete()
                await asyncio.sleep(EVERY)
        finally:
            self._over.set()  # nobody waits for a thread that has many files to go

    async def delete(self) -> None:
        """Delete what is too old now."""
        keep = self._retention()
        if keep is None:
            return
        now, over = self._clock.now(), self._over.is_set
        gone = await asyncio.to_thread(delete_older, self._folder, keep, now, over)
        if gone:
            files = self._named(gone)
            self._journal.note("RecordingsDeleted", count=len(gone), files=files, days=round(keep / DAY))

    def _named(self, files: Sequence[Path]) -> list[str]:
        return [file.relative_to(self._folder).as_posix() for file in files[:NAMED]]
