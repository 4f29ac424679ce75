"""Recordings as those look for them who listen: read from the index, and found on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from softswitch.errors import NoSuch, NotNow
from softswitch.store.recordings import measure
from softswitch.store.tables import recordings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recordings; None: whichever."""

    since: float | None = None
    """That began then or later, seconds since the epoch."""
    until: float | None = None
    """That began before."""
    queue: str | None = None
    agent: str | None = None
    """Who talks in it."""
    number: str | None = None
    """The caller's."""
    own: str | None = None
    """The agent who talks in all of it."""
    before: int | None = None
    """That began before this event."""
    there: bool = False
    """Not those that are deleted, or go on."""


def find(connection: Connection, wanted: Wanted, limit: int | None = None) -> list[dict[str, Any]]:
    """The newest first."""
    query = _query(wanted).order_by(recordings.c.seq.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def find_one(connection: Connection, file: str) -> dict[str, Any] | None:
    """The one of that name."""
    row = connection.execute(select(recordings).where(recordings.c.file == file)).first()
    return None if row is None else _row(row)


def _query(wanted: Wanted) -> Select[Any]:
    table, query = recordings.c, select(recordings)
    if wanted.since is not None:
        query = query.where(table.start >= wanted.since)
    if wanted.until is not None:
        query = query.where(table.start < wanted.until)
    if wanted.before is not None:
        query = query.where(table.seq < wanted.before)
    if wanted.there:
        query = query.where(table.deleted.is_(None), table.seconds.is_not(None))
    for column, value in ((table.queue, wanted.queue), (table.number, wanted.number)):
        if value is not None:
            query = query.where(column == value)
    for column, name in ((table.agent, wanted.agent), (table.own, wanted.own)):
        if name is not None:
            query = query.where((" " + column + " ").contains(f" {name} ", autoescape=True))
    return query


def _row(row: Row[Any]) -> dict[str, Any]:
    found = dict(row._mapping)
    found["agents"], found["own"] = found.pop("agent").split(), found["own"].split()
    return found


def place_of(folder: Path, found: dict[str, Any]) -> Path:
    """Where a recording of the index lies, whole. Blocks.

    Raises NoSuch: it is gone, or would be somewhere else than in the folder; NotNow: it is still written.
    """
    name = str(found["file"])
    if found["deleted"] is not None:
        raise NoSuch(f"the recording {name} was deleted")
    top, file = folder.resolve(), (folder / name).resolve()
    if not file.is_relative_to(top) or not file.is_file():
        raise NoSuch(f"the recording {name} is not in {folder} any more; somebody has moved or deleted it")
    try:
        whole = measure(file)
    except OSError as error:
        raise NoSuch(f"the recording {name} cannot be read: {error.strerror}") from None
    if whole is None:
        raise NotNow(f"the recording {name} is still being written; ask again when the call is over")
    return file
