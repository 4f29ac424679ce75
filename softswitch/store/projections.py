"""All that is read off the events, and its tables: of calls, agents, recordings, messages, notes ...

What a fold has finished waits until it is written, in the transaction of the events that finished it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter

from sqlalchemy import Connection, select, update

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store import bulletins, call_notes, index, tables, voicemails
from softswitch.store import callbacks as of_callbacks
from softswitch.store import calls as of_calls
from softswitch.store import offers as of_offers
from softswitch.store import stints as of_stints
from softswitch.store import visits as of_visits
from softswitch.store.call_record import CallRecord
from softswitch.store.callbacks import Callback, CallbackFold, open_callbacks
from softswitch.store.calls import CallFold
from softswitch.store.index import Change, Tape, TapeFold
from softswitch.store.offers import Offer, OfferFold
from softswitch.store.rows import Cells, put
from softswitch.store.stints import Stint, StintFold, moment
from softswitch.store.tables import callbacks, calls, events, recordings, stints, talks, visits
from softswitch.store.visits import Talk, Visit, VisitFold
from softswitch.types import CallId

TABLES = (
    *(calls, visits, talks, stints, recordings, callbacks, tables.voicemails),
    *(tables.call_notes, tables.offers, tables.bulletins, tables.bulletin_reads),
)
"""Those that can be made anew."""


Take = Callable[[Recorded], object]
"""Hears of an event."""


class Folds:
    """Every fold, and what waits to be written."""

    def __init__(self, agents: StintFold | None = None, cases: CallbackFold | None = None) -> None:
        self._cases = cases or CallbackFold()
        self._calls, self._visits, self._agents = CallFold(), VisitFold(), agents or StintFold()
        self._tapes, self._offers = TapeFold(), OfferFold()
        self.callbacks: dict[str, Callback] = {}
        self.calls: list[CallRecord] = []
        self.visits: dict[int, Visit] = {}
        self.talks: dict[int, Talk] = {}
        self.stints: dict[tuple[int, str], Stint] = {}
        self.tapes: dict[str, Tape] = {}
        self.changes: list[Change] = []
        self.messages: list[Recorded] = []
        self.notes: list[Recorded] = []
        self.offers: list[Offer] = []
        self.bulletins: list[Recorded] = []
        self._takes = self._by_kind()

    def _by_kind(self) -> Mapping[str, Sequence[Take]]:
        """Who is told of which events: most concern one fold or two."""
        takes: dict[str, list[Take]] = {}
        kinds: Sequence[tuple[Iterable[str], Take]] = (
            (of_calls.KINDS, self._take_call),
            (of_visits.KINDS, self._take_visit),
            (of_stints.KINDS, self._take_stint),
            (index.KINDS, self._take_tape),
            (of_callbacks.KINDS, self._take_case),
            (of_offers.KINDS, self._take_offer),
            (voicemails.KINDS, self.messages.append),
            ((Kind.NOTES_WRITTEN,), self.notes.append),
            (bulletins.KINDS, self.bulletins.append),
        )
        for some, take in kinds:
            for kind in some:
                takes.setdefault(kind, []).append(take)
        return takes

    @property
    def since(self) -> int | None:
        """The number of the first event of the eldest call that has not ended, or on which notes are still
        written; None: there is none.
        """
        return min((seq for seq in (self._calls.since, self._visits.since) if seq is not None), default=None)

    @property
    def open_calls(self) -> tuple[CallId, ...]:
        """Calls that have not ended."""
        return self._calls.open

    def again(self, event: Recorded) -> None:
        """Take an event that is in the database, with what it finished: the calls in progress need it."""
        self._calls.apply(event)
        self._visits.apply(event)
        self._tapes.apply(event)
        self._offers.apply(event)

    def apply(self, event: Recorded) -> None:
        """Take the next event."""
        for take in self._takes.get(event.kind, ()):
            take(event)
        self._agents.passed = event

    def _take_call(self, event: Recorded) -> None:
        if (record := self._calls.apply(event)) is not None:
            self.calls.append(record)

    def _take_visit(self, event: Recorded) -> None:
        for one in self._visits.apply(event):
            if isinstance(one, Visit):
                self.visits[one.seq] = one
            else:
                self.talks[one.seq] = one

    def _take_stint(self, event: Recorded) -> None:
        for stint in self._agents.apply(event):
            self.stints[stint.seq, stint.agent] = stint

    def _take_tape(self, event: Recorded) -> None:
        for each in self._tapes.apply(event):
            if isinstance(each, Tape):
                self.tapes[each.file] = each
            else:
                self.changes.append(each)

    def _take_case(self, event: Recorded) -> None:
        if (case := self._cases.apply(event)) is not None:
            self.callbacks[case.id] = case

    def _take_offer(self, event: Recorded) -> None:
        self.offers.extend(self._offers.apply(event))

    def write(self, connection: Connection) -> None:
        """Put what is finished into the tables, in place of what was there."""
        write_calls(connection, self.calls)
        put(connection, visits, [_cells(one) for one in self.visits.values()])
        put(connection, talks, [_cells(one) for one in self.talks.values()])
        put(connection, stints, [_cells(one) for one in self.stints.values()])
        put(connection, recordings, [_tape(one) for one in self.tapes.values()])
        _change(connection, self.changes)
        put(connection, callbacks, [_clean(one.cells()) for one in self.callbacks.values()])
        voicemails.write(connection, self.messages)
        call_notes.write(connection, self.notes)
        bulletins.write(connection, self.bulletins)
        put(connection, tables.offers, [_cells(one) for one in self.offers])
        for written in (self.calls, self.changes, self.messages, self.notes, self.offers, self.bulletins):
            written.clear()
        for kept in (self.visits, self.talks, self.stints, self.tapes, self.callbacks):
            kept.clear()


def resume(connection: Connection) -> Folds:
    """The folds as the last batch left them, but for calls in progress, which `again` tells."""
    query = select(stints).where(stints.c.end.is_(None))
    there = [Stint(row.seq, row.agent, row.state, row.start) for row in connection.execute(query)]
    last = connection.execute(select(events).order_by(events.c.seq.desc()).limit(1)).first()
    last_seen = 0.0
    if last is not None:
        last_seen = moment(Recorded(last.seq, last.at, last.kind, last.call, json.loads(last.data)))
    return Folds(StintFold(there, last_seen), CallbackFold(open_callbacks(connection)))


def write_calls(connection: Connection, records: Sequence[CallRecord]) -> None:
    """Put records of calls into the table, in place of those that were there."""
    put(connection, calls, [_row(record) for record in records])


_COLUMNS = {Visit: visits, Talk: talks, Stint: stints, Offer: tables.offers}
_FIELDS = {kind: attrgetter(*(column.name for column in of.columns)) for kind, of in _COLUMNS.items()}


def _cells(one: Visit | Talk | Stint | Offer) -> Cells:
    return _clean(_FIELDS[type(one)](one))


def _clean(cells: Cells) -> Cells:
    return tuple([clean(value) if isinstance(value, str) else value for value in cells])


def _tape(tape: Tape) -> Cells:
    return (
        clean(tape.file),
        tape.seq,
        tape.call,
        clean(tape.queue),
        clean(tape.number),
        clean(" ".join(tape.agents)),
        clean(" ".join(sorted(tape.own))),
        tape.start,
        tape.seconds,
        tape.bytes,
        None,
    )


def _change(connection: Connection, changes: Iterable[Change]) -> None:
    """Put down what became of files, where it is known."""
    for change in changes:
        values = {name: value for name, value in asdict(change).items() if value is not None}
        file = clean(values.pop("file"))
        if values:
            connection.execute(update(recordings).where(recordings.c.file == file).values(values))


def _row(record: CallRecord) -> Cells:
    return (
        record.id,
        record.seq,
        record.start,
        record.end,
        clean(record.number),
        clean(record.dialled),
        clean(record.queues[-1]) if record.queues else "",
        clean(record.agent),
        record.outcome,
        record.wait,
        record.talk,
        clean(record.line()),
        clean(record.outside),
    )


def clean(text: str) -> str:
    """What every database holds: no lone surrogates, and no NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "")
