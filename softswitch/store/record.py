"""The record of a switch, as the switch keeps it: lines, with where they go from there (`ports.Store`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from softswitch.ports import Recorded, StoreHealth
from softswitch.store.database import database_url, default_url
from softswitch.store.left import left_in
from softswitch.store.reading import note_url
from softswitch.store.spool import Spool


class Record:
    """Open from the beginning; `close` ends it."""

    def __init__(self, folder: Path, url: str | None = None, *, in_memory: int = 100_000) -> None:
        """`url` of the database; None: a file in the folder. `in_memory`: how many events wait for a full
        disk.

        Raises StoreError: the folder cannot be written, another switch does, or the URL is none. A database
        that does not work is only late.
        """
        database = database_url(url or default_url(folder))
        self._spool = Spool(folder, limit=in_memory, loaded=left_in(database, folder))
        self.loaded: Callable[[], tuple[int, str | None]] = lambda: (0, None)
        """How far the database is, and why not further, says whoever loads it."""
        try:
            note_url(folder, database)
        except BaseException:
            self._spool.close()
            raise

    @property
    def last(self) -> int:
        """See `ports.Store`."""
        return self._spool.last

    def append(self, event: Recorded) -> None:
        """See `ports.Store`."""
        self._spool.append(event)

    def health(self) -> StoreHealth:
        """See `ports.Store`."""
        last, problem = self.loaded()
        return replace(self._spool.health(), loaded=last, database_problem=problem)

    def close(self) -> None:
        """See `ports.Store`."""
        self._spool.close()
