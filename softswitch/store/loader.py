"""Moves the record from its lines into the database; the clerk's work, in a process of its own.

    lines (events.jsonl) --tail--> Loader --one transaction a batch--> events, projections, notes

Everything is in the lines before anybody hears of it, and calls wait for neither. So a database that is slow,
full or away is only late: the loader says so loudly, tries again, and goes on where the last batch ended.
Which that was stands in the database itself: after a crash at any moment nothing is missing and nothing is
there twice.

| state | is left by |
|---|---|
| connecting | the tables are there and belong to this record: loading; an error: failing |
| loading | an error: failing |
| failing | `RETRY` seconds: connecting |
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import structlog
from sqlalchemy import Connection, Engine, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.parcels import Mail
from softswitch.ports import Recorded
from softswitch.store import database
from softswitch.store.encoding import of_row
from softswitch.store.mails import post
from softswitch.store.projections import Folds, clean, resume
from softswitch.store.rows import add, put
from softswitch.store.tables import events, notes
from softswitch.store.tail import Lines, Tail, number_of, older
from softswitch.store.turns import beside_others
from softswitch.types import CallId, Seconds

PAUSE: Seconds = 0.2
"""How long lines gather before they go into the database together."""

LOADED: Seconds = 0.5
"""How long they do while there are `MANY`: a transaction and a wake-up cost the same for one as for all."""

MANY = 250
"""Events of one gathering."""

RETRY: Seconds = 2.0
"""How long a failing database is left alone."""

ALARM: Seconds = 60.0
"""How often a failure that lasts is logged."""

BATCH = 1000
"""Events in one transaction."""

IDENTITY, FOLD_FROM = "record", "fold_from"
"""Names in `notes`: whose record this is; the first event of the eldest call that was in progress."""

IDENTITY_FILE = "record.id"
"""In the folder of a record."""

SERVICE = "service"
"""The name in `notes` of how the service level is counted since the last start or reload."""

Letters = Callable[[Recorded], Iterable[Mail]]
"""The mails that an event leads to."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How far the database is."""

    last: int
    """The highest sequence number in it."""
    problem: str | None
    """Why nothing goes in at the moment; None: all is well."""


class Loader:
    """From the first `step` to `close`."""

    def __init__(
        self,
        lines: Lines,
        identity: str,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        letters: Mapping[str, Letters] = MappingProxyType({}),
    ) -> None:
        """`identity` tells this record from others; `letters`: the mails that an event leads to, by its
        kind, posted in the transaction that brings it into the database, so once each. Nothing is opened yet.
        """
        self._lines = lines
        self._identity = identity
        self._engine = engine
        self._clock = clock
        self._letters = letters
        self._fold = Folds()
        self._tail = Tail(lines)
        self._loaded = 0
        self._problem: str | None = None
        self._alarmed_at: float | None = None
        self._ready = self._many = False

    def close(self) -> None:
        """Let go of files and connections."""
        self._tail.close()
        self._engine.dispose()

    @property
    def state(self) -> Loaded:
        """How far it is."""
        return Loaded(self._loaded, self._problem)

    @property
    def pause(self) -> Seconds:
        """Until the next step."""
        if self._problem is not None:
            return RETRY
        return LOADED if self._many else PAUSE

    @property
    def open_calls(self) -> tuple[CallId, ...]:
        """Calls that have not ended, as far as it has loaded."""
        return self._fold.open_calls

    def step(self) -> bool:
        """Load all that is there; False when the database failed. Blocks."""
        try:
            if not self._ready:
                self._connect()
            before = self._loaded
            while lines := self._tail.read(self._loaded, BATCH):
                self._load(lines)
                self._forget()
                if self._problem is not None:
                    self._recovered()
        except (SQLAlchemyError, StoreError, OSError) as error:
            self._ready = False
            self._failed(error)
            return False
        self._many = self._loaded - before >= MANY
        if self._problem is not None:
            self._recovered()
        return True

    # The database ------------------------------------------------------------------------------------

    def _connect(self) -> None:
        database.migrate(self._engine)
        with self._engine.begin() as connection:
            self._claim(connection)
            self._loaded = connection.execute(select(func.max(events.c.seq))).scalar() or 0
            since = int(note_of(connection, FOLD_FROM) or self._loaded + 1)
            self._fold = resume(connection)
            for event in read(connection, since):
                self._fold.again(event)
        self._tail.begin(self._loaded)
        self._ready = True

    def _claim(self, connection: Connection) -> None:
        owner = note_of(connection, IDENTITY)
        if owner is None:
            connection.execute(insert(notes).values(name=IDENTITY, value=self._identity))
        elif owner != self._identity:
            raise StoreError(
                f"this database holds the record of another data folder ({owner}); give each switch a "
                "database of its own, or put the old folder back"
            )

    def _load(self, lines: Sequence[tuple[Recorded, str]]) -> None:
        """One batch: events, the calls that they ended, and how far that is."""
        rows = [(one.seq, one.at, clean(one.kind), one.call, data, one.version) for one, data in lines]
        self._tail.sync()
        for one, _ in lines:
            self._fold.apply(one)
        with self._engine.begin() as connection:
            beside_others(connection)
            add(connection, events, rows)
            self._fold.write(connection)
            for one, _ in lines:
                if "service" in one.data:
                    set_note(connection, SERVICE, json.dumps(one.data["service"]))
                if one.kind in self._letters:
                    for mail in self._letters[one.kind](one):
                        post(connection, mail, time.time())
            set_note(connection, FOLD_FROM, str(self._fold.since or lines[-1][0].seq + 1))
        self._loaded = lines[-1][0].seq

    def _forget(self) -> None:
        """Older files of which the database has everything are not needed any more."""
        for file in older(self._lines.path.parent):
            if number_of(file) <= self._loaded:
                file.unlink()

    # Trouble -----------------------------------------------------------------------------------------

    def _failed(self, error: Exception) -> None:
        self._problem, now = database.why(error), self._clock()
        if self._alarmed_at is None or now - self._alarmed_at >= ALARM:
            self._alarmed_at = now
            log.error(
                "DatabaseFailing",
                problem=self._problem,
                database=database.shown(self._engine.url),
                loaded=self._loaded,
                advice="calls go on, and are on record in files, which are loaded when it works again",
            )

    def _recovered(self) -> None:
        self._problem = self._alarmed_at = None
        log.warning("DatabaseWorking", loaded=self._loaded)


def identity(folder: Path) -> str:
    """By what the record of a folder is told from others: made once, and kept there.

    Raises StoreError when it cannot be.
    """
    file = folder / IDENTITY_FILE
    try:
        if not file.exists():
            file.write_text(secrets.token_hex(8))
        return file.read_text().strip()
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error


def read(connection: Connection, since: int = 0) -> Iterable[Recorded]:
    """Events from a sequence number on, in order, as they are needed."""
    query = select(events).where(events.c.seq >= since).order_by(events.c.seq)
    for row in connection.execute(query.execution_options(yield_per=BATCH)):
        yield of_row(row)


def note_of(connection: Connection, name: str) -> str | None:
    """What `notes` has under a name."""
    found: str | None = connection.execute(select(notes.c.value).where(notes.c.name == name)).scalar()
    return found


def set_note(connection: Connection, name: str, value: str) -> None:
    """Put it there, in place of what there was."""
    put(connection, notes, [(name, value)])
