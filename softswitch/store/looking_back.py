"""Reads the newest events, back to where a start needs them: from the files, and behind those from the
database, which has what is in no file any more. Blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.attendance import CHANGING, Attendance
from softswitch.store.database import why
from softswitch.store.encoding import of_row
from softswitch.store.reading import open_of
from softswitch.store.spool import backwards
from softswitch.store.tables import calls, events

MOST = 500_000
"""Events that are read at most: half a minute's reading."""

BATCH = 5000


def read_back(folder: Path, today: float) -> tuple[list[Recorded], str]:
    """All events since `today`, and before it as far as agents' states go back, in their order; and why some
    may be missing, empty: none is.
    """
    found: list[Recorded] = []
    if _gather(found, backwards(folder), today) or (found and found[-1].seq == 1):
        return found[::-1], ""
    try:
        whole = _from_database(folder, found, today)
    except (SQLAlchemyError, StoreError, OSError) as error:
        return found[::-1], f"the database cannot be read: {why(error)}" if found else ""
    return found[::-1], "" if whole else f"only the last {MOST} events were read"


def faces(folder: Path, since: float, most: int) -> list[tuple[str, str, float]]:
    """The last calls since a moment whose callers talked to an agent, in their order: number, agent, start.

    Raises StoreError, SQLAlchemyError.
    """
    query = select(calls.c.number, calls.c.agent, calls.c.start).where(
        calls.c.start >= since, calls.c.agent != "", calls.c.number != ""
    )
    engine = open_of(folder)
    try:
        if not inspect(engine).has_table(calls.name):  # a new one
            return []
        with engine.connect() as connection:
            rows = connection.execute(query.order_by(calls.c.seq.desc()).limit(most)).all()
    finally:
        engine.dispose()
    return [(number, agent, start) for number, agent, start in reversed(rows)]


def attendance_before(connection: Connection, seq: int) -> Attendance:
    """Who is paused and signed out just before an event, by its number."""
    found: list[Recorded] = []
    for event in _rows(connection, seq):
        if event.kind == Kind.SWITCH_STARTING:
            break
        if event.kind in CHANGING:
            found.append(event)
        if event.kind == Kind.STATE_KEPT:
            break
    attendance = Attendance()
    for event in reversed(found):
        attendance.hear(event)
    return attendance


def _gather(found: list[Recorded], newest_first: Iterator[Recorded], today: float) -> bool:
    """Add events until it is enough. Returns whether it was."""
    started = any(event.kind == Kind.SWITCH_STARTED for event in found)
    bottom = False
    for event in newest_first:
        if bottom and event.at < today:
            return True
        found.append(event)
        started = started or event.kind == Kind.SWITCH_STARTED
        bottom = bottom or event.kind == Kind.STATE_KEPT or (started and event.kind == Kind.SWITCH_STARTING)
        if len(found) >= MOST:
            return False
    return bottom and found[-1].at < today


def _from_database(folder: Path, found: list[Recorded], today: float) -> bool:
    engine = open_of(folder)
    try:
        if not inspect(engine).has_table(events.name):
            return True
        with engine.connect() as connection:
            return _gather(found, _rows(connection, found[-1].seq if found else None), today) or bool(
                found and found[-1].seq == 1
            )
    finally:
        engine.dispose()


def _rows(connection: Connection, before: int | None) -> Iterator[Recorded]:
    while True:
        query = select(events).order_by(events.c.seq.desc()).limit(BATCH)
        if before is not None:
            query = query.where(events.c.seq < before)
        rows = connection.execute(query).all()
        for row in rows:
            yield of_row(row)
        if len(rows) < BATCH:
            return
        before = rows[-1].seq
