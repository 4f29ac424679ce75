"""Persons who were forgotten while the record is made anew: what was folded before knows them still. Their
rows are made once more of what is left of the events, before they can take the place of others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Column, Connection, Table, select, update

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store import call_notes
from softswitch.store.calls import rebuild
from softswitch.store.encoding import of_row
from softswitch.store.forgetting import lots
from softswitch.store.index import Tape, TapeFold
from softswitch.store.projections import clean, write_calls
from softswitch.store.rows import Cells
from softswitch.store.tables import bulletins, calls, events, recordings, voicemails
from softswitch.store.tables import call_notes as note_table

_CALL_OF: Mapping[Table, Column[str]] = {
    calls: calls.c.id,
    recordings: recordings.c.call,
    voicemails: voicemails.c.call,
    note_table: note_table.c.call,
}
"""Tables that know persons, and where their call stands."""


def read_again(connection: Connection, scratch: Connection, table: Table, rows: Collection[Cells]) -> None:
    """Bring rows of a table, as they are in `scratch`, up to what the events say now; these are in
    `connection`. Tables that know no persons stay as they are. Raises SQLAlchemyError.
    """
    if table is bulletins:
        place = list(table.columns).index(table.c.seq)
        for lot in lots(sorted({row[place] for row in rows})):
            for event in _told(connection, events.c.seq, lot):
                text = clean(str(event.data.get("text", "")))
                scratch.execute(update(bulletins).where(bulletins.c.seq == event.seq).values(text=text))
    elif table in _CALL_OF:
        place = list(table.columns).index(_CALL_OF[table])
        for lot in lots(sorted({row[place] for row in rows})):
            _calls_again(scratch, list(_told(connection, events.c.call, lot)))


def _told(connection: Connection, column: Column[object], values: Sequence[object]) -> Iterator[Recorded]:
    for row in connection.execute(select(events).where(column.in_(values)).order_by(events.c.seq)):
        yield of_row(row)


def _calls_again(scratch: Connection, told: Sequence[Recorded]) -> None:
    """What is known of persons in these calls; `told`: all of their events."""
    write_calls(scratch, list(rebuild(told)))
    call_notes.write(scratch, told)
    fold = TapeFold()
    for event in told:
        for tape in fold.apply(event):
            if isinstance(tape, Tape):
                named = recordings.c.file == clean(tape.file)
                scratch.execute(update(recordings).where(named).values(number=clean(tape.number)))
        if event.kind == Kind.VOICEMAIL_LEFT:
            names = {name: clean(str(event.data.get(name) or "")) for name in ("number", "name")}
            scratch.execute(update(voicemails).where(voicemails.c.seq == event.seq).values(names))
