"""Looks after the files of recordings while the switch runs: what a crash cut, and what is too old."""

from __future__ import annotations

import asyncio
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

    async def run(self) -> None:
        """Until cancelled. A folder that cannot be read is tried again an hour later."""
        started = self._clock.now()
        done = await asyncio.to_thread(repair, self._folder, started)
        if done:
            self._journal.note("RecordingsRepaired", count=len(done), files=self._named(done))
        while True:
            await self.delete()
            await asyncio.sleep(EVERY)

    async def delete(self) -> None:
        """Delete what is too old now."""
        keep = self._retention()
        if keep is None:
            return
        gone = await asyncio.to_thread(delete_older, self._folder, keep, self._clock.now())
        if gone:
            files = self._named(gone)
            self._journal.note("RecordingsDeleted", count=len(gone), files=files, days=round(keep / DAY))

    def _named(self, files: Sequence[Path]) -> list[str]:
        return [file.relative_to(self._folder).as_posix() for file in files[:NAMED]]
