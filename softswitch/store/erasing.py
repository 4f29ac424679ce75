"""Erases all of one person, by number: in the database, in the files of the record, recordings, messages.

| step | after a crash in it |
|---|---|
| every event is searched for the number: calls, changes of no call, bulletins | nothing is changed |
| recordings of these calls are deleted, and messages left in them | the calls are found again |
| the record's files are changed where they stand | the calls are found again |
| events, calls and the index, some calls in one transaction | the calls that are left are found again |
| SQLite's log is emptied | the next time, or by itself |

So it can be run again until it finds nothing. Calls in progress are left out; they are told apart by whoever
loads the record. So are calls in which a callback was wanted that is open: the number is still needed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from softswitch.ports import JsonValue, Recorded
from softswitch.routing import SEPARATORS
from softswitch.store import bulletins
from softswitch.store.callbacks import open_callbacks
from softswitch.store.database import empty_log
from softswitch.store.encoding import of_row
from softswitch.store.forgetting import Counts, count, files_of, forget, forget_events, lots, messages_of
from softswitch.store.personal import SEARCHED, forgotten
from softswitch.store.scrubbing import scrub
from softswitch.store.somebody import Somebody
from softswitch.store.tables import events
from softswitch.store.turns import beside_others
from softswitch.types import CallId

SPAN = 20_000
"""Events searched at a time."""

LOT = 50
"""Calls in one transaction."""

MESSAGES = "voicemail"
"""The folder of messages, within that of the record."""

NAMED = 50
"""Files that one message names."""


@dataclass(slots=True)
class Found:
    """What there is of somebody."""

    calls: dict[CallId, None] = field(default_factory=dict)
    lone: set[int] = field(default_factory=set)
    """Events of no call."""
    going_on: int = 0
    """Calls in progress, or to be called back, which are left out."""


@dataclass(frozen=True, slots=True)
class Searched:
    """How far the search is."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Gone:
    """What is about to be deleted."""

    files: list[str]
    """Of recordings."""
    messages: list[dict[str, str]] = field(default_factory=list)
    """Voicemail: `file` and `mailbox`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to erase, or what was erased."""

    counts: Counts
    going_on: int


class Eraser:
    """One errand. Its steps raise SQLAlchemyError and OSError; each of them is short."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        recordings: Path,
        somebody: Somebody,
        open_calls: Collection[CallId] = (),
    ) -> None:
        """`folder`: of the record; `recordings`: theirs; `open_calls`: in progress. Messages are in
        `MESSAGES` of the record's folder.
        """
        self._engine = engine
        self._folder = folder
        self._recordings = recordings
        self._somebody = somebody
        self._open = frozenset(open_calls)
        self._found = Found()
        self._searched = 0

    def look(self) -> Iterator[Searched | Outcome]:
        """Find everything; the last thing is an Outcome: what there is."""
        with self._engine.connect() as connection:
            last: int = connection.execute(select(func.max(events.c.seq))).scalar() or 0
            self._open |= {case.id for case in open_callbacks(connection)}
        self._searched = last
        for first in range(0, last, SPAN):
            with self._engine.connect() as connection:
                self._search(connection, first)
            yield Searched(min(first + SPAN, last), last)
        found = self._found
        found.going_on = sum(1 for call in found.calls if call in self._open)
        for call in self._open:
            found.calls.pop(call, None)
        counts = Counts(events=len(found.lone))
        for lot in lots(list(found.calls), LOT):
            with self._engine.connect() as connection:
                counts.add(count(connection, lot))
            yield Searched(last, last)
        yield Outcome(counts, found.going_on)

    def erase(self) -> Iterator[Gone | Outcome]:
        """Erase what `look` has found; the last thing is an Outcome: what was done."""
        found, counts = self._found, Counts()
        calls = list(found.calls)
        for lot in lots(calls, LOT):
            with self._engine.connect() as connection:
                files = files_of(connection, lot)
                messages = messages_of(connection, lot)
            for some in lots(files, NAMED):
                yield Gone(list(some))
                for file in some:
                    counts.recordings += _delete(self._recordings, file)
            for left in lots(messages, NAMED):
                yield Gone([], list(left))
                for message in left:
                    _delete(self._folder / MESSAGES, message["file"])
                    counts.voicemails += 1
        trace = self._somebody.trace.encode()
        for _ in scrub(self._folder, self._searched, self._left, lambda line: trace in line):
            yield Gone([])
        for lot in lots(calls, LOT):
            with self._engine.begin() as connection:
                counts.add(forget(connection, lot))
            yield Gone([])
        with self._engine.begin() as connection:
            beside_others(connection)
            lone = _events(connection, found.lone)
            counts.add(forget_events(connection, lone))
            bulletins.forget(connection, lone)
        empty_log(self._engine)
        yield Outcome(counts, found.going_on)

    def _search(self, connection: Connection, first: int) -> None:
        trace = self._somebody.trace
        text = _without_separators(events.c.data) if trace.isdigit() else events.c.data
        query = select(events).where(
            events.c.seq > first, events.c.seq <= first + SPAN, text.contains(trace, autoescape=True)
        )
        for row in connection.execute(query.order_by(events.c.seq)):
            data: dict[str, Any] = json.loads(row.data)
            if not self._somebody.is_in(data):
                continue
            if row.call is not None:
                self._found.calls[CallId(row.call)] = None
            elif row.kind in SEARCHED and forgotten(row.kind, data) != data:
                self._found.lone.add(row.seq)

    def _left(self, event: Recorded) -> dict[str, JsonValue] | None:
        """What is left of a line, where it is one of those that were found."""
        if event.call not in self._found.calls and event.seq not in self._found.lone:
            return None
        data = dict(forgotten(event.kind, event.data))
        return None if data == event.data else data


def _without_separators(text: ColumnElement[str]) -> ColumnElement[str]:
    """`600-100-200` as 600100200; the rest of the text is only looked through."""
    for one in SEPARATORS:
        text = func.replace(text, one, "")
    return text


def _delete(folder: Path, name: str) -> int:
    top, file = folder.resolve(), (folder / name).resolve()
    if not file.is_relative_to(top) or not file.exists():
        return 0
    file.unlink()
    return 1


def _events(connection: Connection, numbers: Collection[int]) -> list[Recorded]:
    rows = connection.execute(select(events).where(events.c.seq.in_(list(numbers)))) if numbers else ()
    return [of_row(row) for row in rows]
