"""Looks after the files of recordings while the switch runs: what a crash cut, and what is too old."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from softswitch.ports import Clock, Journal
from softswitch.store.recordings import delete_older, measure, repair
from softswitch.types import Seconds

EVERY: Seconds = 3600.0
"""Between two looks for files that are too old."""

NAMED = 50
"""Files that one event names; of more files there are more events."""

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
            for some in _lots(done):
                seconds, sizes = await asyncio.to_thread(_lengths, some)
                files = self._named(some)
                self._journal.note(
                    "RecordingsRepaired", count=len(some), files=files, seconds=seconds, bytes=sizes
                )
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
        for some in _lots(gone):
            files = self._named(some)
            self._journal.note("RecordingsDeleted", count=len(some), files=files, days=round(keep / DAY))

    def _named(self, files: Sequence[Path]) -> list[str]:
        return [file.relative_to(self._folder).as_posix() for file in files]


def _lots(files: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """So many that one event can name them: the index is made of these names."""
    return (files[first : first + NAMED] for first in range(0, len(files), NAMED))


def _lengths(files: Sequence[Path]) -> tuple[list[Seconds], list[int]]:
    measured = [_length(file) for file in files]
    return [seconds for seconds, _ in measured], [size for _, size in measured]


def _length(file: Path) -> tuple[Seconds, int]:
    """In seconds and in bytes; nothing of one that is gone, as it was empty."""
    try:
        return measure(file) or (0.0, 0)
    except OSError:
        return 0.0, 0
