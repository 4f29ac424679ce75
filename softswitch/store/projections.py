"""All that is read off the events, and its tables: calls, visits, talks, stints and recordings.

What a fold has finished waits until it is written, in the transaction of the events that finished it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, tuple_, update

from softswitch.ports import Recorded
from softswitch.store.calls import CallFold, CallRecord
from softswitch.store.encoding import dumps
from softswitch.store.index import Change, Tape, TapeFold
from softswitch.store.stints import Stint, StintFold, moment
from softswitch.store.tables import calls, events, recordings, stints, talks, visits
from softswitch.store.visits import Talk, Visit, VisitFold
from softswitch.types import CallId

TABLES = (calls, visits, talks, stints, recordings)
"""Those that can be made anew."""


class Folds:
    """Every fold, and what waits to be written."""

    def __init__(self, agents: StintFold | None = None) -> None:
        self._calls, self._visits, self._agents = CallFold(), VisitFold(), agents or StintFold()
        self._tapes = TapeFold()
        self.calls: list[CallRecord] = []
        self.visits: list[Visit] = []
        self.talks: list[Talk] = []
        self.stints: dict[tuple[int, str], Stint] = {}
        self.tapes: dict[str, Tape] = {}
        self.changes: list[Change] = []

    @property
    def since(self) -> int | None:
        """The number of the first event of the eldest call that has not ended; None: there is none."""
        return self._calls.since

    @property
    def open_calls(self) -> tuple[CallId, ...]:
        """Calls that have not ended."""
        return self._calls.open

    def again(self, event: Recorded) -> None:
        """Take an event that is in the database, with what it finished: the calls in progress need it."""
        self._calls.apply(event)
        self._visits.apply(event)
        self._tapes.apply(event)

    def apply(self, event: Recorded) -> None:
        """Take the next event."""
        if (record := self._calls.apply(event)) is not None:
            self.calls.append(record)
        for one in self._visits.apply(event):
            if isinstance(one, Visit):
                self.visits.append(one)
            else:
                self.talks.append(one)
        for stint in self._agents.apply(event):
            self.stints[stint.seq, stint.agent] = stint
        for each in self._tapes.apply(event):
            if isinstance(each, Tape):
                self.tapes[each.file] = each
            else:
                self.changes.append(each)

    def write(self, connection: Connection) -> None:
        """Put what is finished into the tables, in place of what was there."""
        write_calls(connection, self.calls)
        _write(connection, visits, self.visits)
        _write(connection, talks, self.talks)
        if self.stints:
            keys = tuple_(stints.c.seq, stints.c.agent).in_([(seq, clean(name)) for seq, name in self.stints])
            connection.execute(delete(stints).where(keys))
            connection.execute(insert(stints), [_cells(one) for one in self.stints.values()])
        _write_tapes(connection, self.tapes.values(), self.changes)
        self.calls, self.visits, self.talks, self.stints = [], [], [], {}
        self.tapes, self.changes = {}, []


def resume(connection: Connection) -> Folds:
    """The folds as the last batch left them, but for calls in progress, which `again` tells."""
    query = select(stints).where(stints.c.end.is_(None))
    there = [Stint(row.seq, row.agent, row.state, row.start) for row in connection.execute(query)]
    last = connection.execute(select(events).order_by(events.c.seq.desc()).limit(1)).first()
    last_seen = 0.0
    if last is not None:
        last_seen = moment(Recorded(last.seq, last.at, last.kind, last.call, json.loads(last.data)))
    return Folds(StintFold(there, last_seen))


def write_calls(connection: Connection, records: Sequence[CallRecord]) -> None:
    """Put records of calls into the table, in place of those that were there."""
    if not records:
        return
    latest = {record.id: record for record in records}
    connection.execute(delete(calls).where(calls.c.id.in_(list(latest))))
    connection.execute(insert(calls), [_row(record) for record in latest.values()])


def _write(connection: Connection, table: Table, rows: Sequence[Visit] | Sequence[Talk]) -> None:
    if rows:
        connection.execute(delete(table).where(table.c.seq.in_([one.seq for one in rows])))
        connection.execute(insert(table), [_cells(one) for one in rows])


def _write_tapes(connection: Connection, tapes: Collection[Tape], changes: Sequence[Change]) -> None:
    if tapes:
        rows = [_tape_row(tape) for tape in tapes]
        connection.execute(delete(recordings).where(recordings.c.file.in_([row["file"] for row in rows])))
        connection.execute(insert(recordings), rows)
    for change in changes:
        values = {name: value for name, value in dataclasses.asdict(change).items() if value is not None}
        file = clean(values.pop("file"))
        if values:
            connection.execute(update(recordings).where(recordings.c.file == file).values(values))


def _tape_row(tape: Tape) -> dict[str, Any]:
    return {
        **{name: getattr(tape, name) for name in ("seq", "call", "start", "seconds", "bytes")},
        **{name: clean(getattr(tape, name)) for name in ("file", "queue", "number")},
        "agent": clean(" ".join(tape.agents)),
        "own": clean(" ".join(sorted(tape.own))),
        "deleted": None,
    }


def _cells(one: Visit | Talk | Stint) -> dict[str, Any]:
    values = {each.name: getattr(one, each.name) for each in dataclasses.fields(one)}
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}


def _row(record: CallRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "seq": record.seq,
        "start": record.start,
        "end": record.end,
        "number": clean(record.number),
        "dialled": clean(record.dialled),
        "queue": clean(record.queues[-1]) if record.queues else "",
        "agent": clean(record.agent),
        "outcome": record.outcome,
        "wait": record.wait,
        "talk": record.talk,
        "record": clean(dumps(record.to_json())),
    }


def clean(text: str) -> str:
    """What every database holds: no lone surrogates, and no NUL."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "")
