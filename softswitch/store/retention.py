"""The end of the time for which the record knows who called: a few calls at a time, the eldest first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from softswitch.ports import JsonValue, Recorded
from softswitch.store.encoding import of_row
from softswitch.store.forgetting import Counts, forget, forget_events
from softswitch.store.loader import note_of, set_note
from softswitch.store.personal import LONE, forgotten
from softswitch.store.scrubbing import scrub
from softswitch.store.tables import calls, events

POSITION = "forgotten"
"""In `notes`: the number of the last event of the last call that was forgotten."""

LOT = 100
"""Calls in one transaction."""


def expire(engine: Engine, folder: Path, before: float) -> Iterator[Counts]:
    """Forget who called in calls that ended before a moment (seconds since the epoch), in the database and in
    the files of the record. Yields what was done, after every little. Raises SQLAlchemyError, OSError.

    How far it is stands in the database: after a crash it goes on there.
    """
    with engine.connect() as connection:
        began = int(note_of(connection, POSITION) or 0)
    last = began
    while True:
        with engine.begin() as connection:
            counts, position = _expire_some(connection, last, before)
            if position == last:
                break
            set_note(connection, POSITION, str(position))
        last = position
        yield counts
    if last > began:
        yield from (Counts() for _ in scrub(folder, last, lambda event: _old(event, before), lambda _: False))


def _expire_some(connection: Connection, after: int, before: float) -> tuple[Counts, int]:
    query = select(calls.c.id, calls.c.seq, calls.c.end).where(calls.c.seq > after).order_by(calls.c.seq)
    rows = connection.execute(query.limit(LOT)).all()
    old = [place for place, row in enumerate(rows, 1) if row.end < before]
    if not old:
        return Counts(), after
    rows = rows[: old[-1]]  # whatever a wrong clock says of one: calls are in the order of their ends
    upto = rows[-1].seq
    counts = forget(connection, [row.id for row in rows])
    lone = select(events).where(
        events.c.seq > after, events.c.seq <= upto, events.c.kind.in_(LONE), events.c.call.is_(None)
    )
    found = [of_row(row) for row in connection.execute(lone)]
    counts.add(forget_events(connection, found))
    return counts, upto


def _old(event: Recorded, before: float) -> dict[str, JsonValue] | None:
    if event.at >= before or (event.call is None and event.kind not in LONE):
        return None
    data = dict(forgotten(event.kind, event.data))
    return None if data == event.data else data


def expired(connection: Connection, before: float) -> int:
    """How many calls are to be forgotten."""
    position = int(note_of(connection, POSITION) or 0)
    old = select(func.count()).select_from(calls).where(calls.c.seq > position, calls.c.end < before)
    found: int = connection.execute(old).scalar_one()
    return found
