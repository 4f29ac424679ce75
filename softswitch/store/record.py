"""The record of a switch: lines first, and from there into the database (`ports.Store`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from softswitch.ports import Recorded, StoreHealth
from softswitch.store.database import database_url, default_url, open_database
from softswitch.store.loader import Loader, identity
from softswitch.store.outbox import Outbox
from softswitch.store.reading import note_url
from softswitch.store.spool import Spool


class Record:
    """Open from the beginning; `close` ends it."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """`url` of the database; None: a file in the folder.

        Raises StoreError: the folder cannot be written, another switch does, or the URL is none. A database
        that does not work is only late.
        """
        database = self._database = database_url(url or default_url(folder))
        self._spool = Spool(folder)
        try:
            note_url(folder, database)
            self._loader = Loader(self._spool.lines, identity(folder), open_database(database))
        except BaseException:
            self._spool.close()
            raise
        self._loader.start()

    def outbox(self) -> Outbox:
        """How far receivers of events are, on a connection of its own."""
        return Outbox(open_database(self._database))

    @property
    def last(self) -> int:
        """See `ports.Store`."""
        return self._spool.last

    def append(self, event: Recorded) -> None:
        """See `ports.Store`."""
        self._spool.append(event)

    def health(self) -> StoreHealth:
        """See `ports.Store`."""
        loaded = self._loader.state
        return replace(self._spool.health(), loaded=loaded.last, database_problem=loaded.problem)

    def close(self) -> None:
        """See `ports.Store`."""
        self._spool.close()
        self._loader.close()
