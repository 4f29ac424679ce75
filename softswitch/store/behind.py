"""How far the database is behind the record's files: read from both, whether a switch runs or not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from softswitch.store.spool import backwards
from softswitch.store.tables import events

FAR = 2000
"""So many events are looked at for the eldest that waits; with more, it is older than that one."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What waits."""

    events: int = 0
    """So many are in files, and not in the database."""
    since: float | None = None
    """Since when, in seconds since the epoch; of more than `FAR`, at least since then."""


def behind(connection: Connection, folder: Path) -> Behind:
    """What of a data folder's record has not come into its database. Raises SQLAlchemyError."""
    loaded: int = connection.execute(select(func.max(events.c.seq))).scalar() or 0
    newest, since = loaded, None
    for looked, event in enumerate(backwards(folder)):
        if event.seq <= loaded or looked >= FAR:
            break
        newest, since = max(newest, event.seq), event.at
    return Behind(newest - loaded, since)
