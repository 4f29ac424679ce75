"""What the last run of a switch has left, as its database has it.

The files know more: lines are in them before they are in the database. But files can be deleted, or come from
a backup, and then the database is what says which numbers have been given out.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from softswitch.kinds import Kind
from softswitch.store.database import open_database
from softswitch.store.loader import FOLD_FROM, IDENTITY, IDENTITY_FILE, identity, note_of
from softswitch.store.spool import Left
from softswitch.store.tables import events, notes
from softswitch.types import CallId


def left_in(url: URL, folder: Path) -> Left | None:
    """None: the database is new, away, or that of another folder's record. Blocks, for some seconds."""
    file = url.database if url.get_backend_name() == "sqlite" else None
    if not (folder / IDENTITY_FILE).exists() or (file and not Path(file).exists()):
        return None
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            known = inspect(connection).has_table(notes.name)
            ours = known and note_of(connection, IDENTITY) == identity(folder)
            return _left(connection) if ours else None
    except (SQLAlchemyError, OSError):
        return None  # whoever loads it says so
    finally:
        engine.dispose()


def _left(connection: Connection) -> Left | None:
    column = events.c
    newest = connection.execute(select(column.seq, column.at).order_by(column.seq.desc()).limit(1)).first()
    if newest is None:
        return None
    since = int(note_of(connection, FOLD_FROM) or newest.seq)
    bounds = column.kind.in_((Kind.CALL_ARRIVED, Kind.CALL_ENDED))
    told = select(column.call, column.kind).where(column.seq >= since, bounds).order_by(column.seq)
    still: dict[CallId, None] = {}
    for call, kind in connection.execute(told):
        if kind == Kind.CALL_ARRIVED:
            still[call] = None
        else:
            still.pop(call, None)
    return Left(newest.seq, newest.at, tuple(still))
