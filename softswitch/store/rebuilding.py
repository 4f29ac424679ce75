"""Makes anew what is read off the events: calls, visits, talks, the times of agents, the index of
recordings, while a switch that runs loads on.

Everything is folded once more into a database of its own, a file that nobody else sees and that is gone at
the end. Then rows are compared with those that are there, some at a time, and what differs is put right. Each
such slice is a short transaction that nobody else writes beside, and begins with the events that have come
since: so a row is as it was before, or right, wherever this is cut off. Between slices others write. Callers
who are forgotten meanwhile do not come back: from then on rows that differ are read off their events again.

SQLite keeps the file in /var/tmp, or where SQLITE_TMPDIR says; it is about as large as these tables are.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, Table, create_engine, delete, func, select
from sqlalchemy.exc import OperationalError

from softswitch.store.encoding import of_row
from softswitch.store.loader import BATCH, note_of
from softswitch.store.projections import TABLES, Folds
from softswitch.store.rereading import read_again
from softswitch.store.rows import put
from softswitch.store.tables import events, metadata
from softswitch.store.turns import REWRITTEN, alone

LOT = 500
"""Rows, or groups of rows with the same first key, in one slice."""

ATTEMPTS = 5
"""How often it asks for a database that others have."""

REST = 1.0
"""Between two slices nothing is done for so many times as long as the last one took."""

Progress = Callable[[int], None]


def rebuild(engine: Engine, progress: Progress = lambda _: None) -> tuple[int, int]:
    """Fold every event again and put right what differs. Returns how many events and calls.

    `progress` hears how many more events are done. Raises SQLAlchemyError.
    """
    with _scratch() as scratch:
        rebuilding = _Rebuilding(engine, scratch, progress)
        rebuilding.fold()
        for table in TABLES:
            rebuilding.put_right(table)
        return rebuilding.events, rebuilding.calls


@contextmanager
def _scratch() -> Iterator[Connection]:
    """A database without a name, which SQLite deletes by itself."""
    options: Any = {"creator": lambda: sqlite3.connect(""), "poolclass": StaticPool}
    engine = create_engine("sqlite://", **options)
    try:
        with engine.connect() as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            metadata.create_all(connection)
            yield connection
    finally:
        engine.dispose()


class _Rebuilding:
    """From the first event to the last row."""

    def __init__(self, engine: Engine, scratch: Connection, progress: Progress) -> None:
        self._engine = engine
        self._scratch = scratch
        self._progress = progress
        self._folds = Folds()
        self._last = 0
        self.events = self.calls = 0
        with engine.connect() as connection:
            self._rewritten = note_of(connection, REWRITTEN)

    def fold(self) -> None:
        """Take all events that are there."""
        more = True
        while more:
            with self._engine.connect() as connection:
                more = self._take(connection)

    def _take(self, connection: Connection) -> bool:
        """Some more events; whether there may be others."""
        query = select(events).where(events.c.seq > self._last).order_by(events.c.seq).limit(BATCH)
        rows = connection.execute(query).all()
        for row in rows:
            self._folds.apply(of_row(row))
        if rows:
            self._last = rows[-1].seq
            self.events += len(rows)
            self.calls += len(self._folds.calls)
            self._folds.write(self._scratch)
            self._progress(len(rows))
        return len(rows) == BATCH

    def put_right(self, table: Table) -> None:
        """First what is there, then what is missing."""
        for step in (self._right, self._add):
            after: Any = None
            while True:
                began = time.monotonic()
                lot = _patiently(step, table, after)
                if not lot:
                    break
                after = lot[-1]
                time.sleep(REST * (time.monotonic() - began))

    def _right(self, table: Table, after: Any) -> list[Any]:
        """The next rows that are there."""
        with self._slice() as connection:
            lot = _keys(connection, table, after)
            self._compare(connection, table, lot)
            return lot

    def _add(self, table: Table, after: Any) -> list[Any]:
        """The next rows that should be there. The others are looked for first, which keeps nobody waiting."""
        lot = _keys(self._scratch, table, after)
        with self._engine.connect() as connection:
            query = select(_first(table)).where(_first(table).in_(lot))
            missing = sorted(set(lot) - set(connection.execute(query).scalars()))
        if missing:
            with self._slice() as connection:
                self._compare(connection, table, missing)
        return lot

    @contextmanager
    def _slice(self) -> Iterator[Connection]:
        """A transaction of which nobody else changes anything, with all events so far folded."""
        with self._engine.begin() as connection:
            alone(connection)
            while self._take(connection):
                pass
            yield connection

    def _compare(self, connection: Connection, table: Table, lot: Sequence[Any]) -> None:
        there, right = _rows(connection, table, lot), _rows(self._scratch, table, lot)
        if note_of(connection, REWRITTEN) != self._rewritten:
            differ = [row for key, row in right.items() if there.get(key) != row]
            read_again(connection, self._scratch, table, differ)
            right = _rows(self._scratch, table, lot)
        names = [column.name for column in table.primary_key]
        for key in there.keys() - right.keys():
            statement = delete(table)
            for name, value in zip(names, key, strict=True):
                statement = statement.where(table.c[name] == value)
            connection.execute(statement)
        put(connection, table, [row for key, row in right.items() if there.get(key) != row])


def _patiently(step: Callable[[Table, Any], list[Any]], table: Table, after: Any) -> list[Any]:
    """A step; again, if others had the database for too long."""
    patience = ATTEMPTS
    while True:
        try:
            return step(table, after)
        except OperationalError:
            patience -= 1
            if not patience:
                raise


def _first(table: Table) -> Any:
    return next(iter(table.primary_key))


def _keys(connection: Connection, table: Table, after: Any) -> list[Any]:
    """The next values of the first key, as this database orders them."""
    column = _first(table)
    query = select(column).distinct().order_by(column).limit(LOT)
    return list(connection.execute(query if after is None else query.where(column > after)).scalars())


def _rows(connection: Connection, table: Table, lot: Sequence[Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """All of them, by their whole key."""
    places = [list(table.columns).index(column) for column in table.primary_key]
    found = (tuple(row) for row in connection.execute(select(table).where(_first(table).in_(lot))))
    return {tuple(row[place] for place in places): row for row in found}


def count_events(connection: Connection) -> int:
    """How many there are."""
    found: int = connection.execute(select(func.count()).select_from(events)).scalar_one()
    return found
