"""Takes the persons out of calls that have ended: of their events, and of all that is read off them.

`forget` does it for some calls, within a transaction of its caller. Whatever else is kept of a call joins in
here: its rows in `forget`, its files in `files_of` and `messages_of`.
"""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, select, update

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store import call_notes
from softswitch.store.calls import rebuild
from softswitch.store.encoding import dumps, of_row
from softswitch.store.loader import set_note
from softswitch.store.mails import id_by
from softswitch.store.personal import forgotten
from softswitch.store.projections import clean, write_calls
from softswitch.store.tables import deliveries, events, mails, recordings, voicemails
from softswitch.store.turns import REWRITTEN, beside_others
from softswitch.types import CallId

T = TypeVar("T")


@dataclass(slots=True)
class Counts:
    """How much it was, or would be."""

    calls: int = 0
    events: int = 0
    recordings: int = 0
    """Files."""
    voicemails: int = 0
    """Messages, with their files."""
    deliveries: int = 0
    """Events that receivers had not taken yet, or never."""

    def add(self, other: Counts) -> None:
        """Both together."""
        for each in dataclasses.fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def forget(connection: Connection, some: Collection[CallId]) -> Counts:
    """Take the persons out of these calls; all of their events must be in the database. Those of which that
    was done before are not counted.
    """
    if not some:
        return Counts()
    beside_others(connection)
    of_call: dict[CallId, list[Recorded]] = defaultdict(list)
    query = select(events).where(events.c.call.in_(list(some))).order_by(events.c.seq)
    counts = forget_events(connection, (of_row(row) for row in connection.execute(query)), of_call)
    records = [record for told in of_call.values() for record in rebuild(told)]
    write_calls(connection, records)
    named = recordings.c.call.in_(list(some))
    connection.execute(update(recordings).where(named, recordings.c.number != "").values(number=""))
    named = voicemails.c.call.in_(list(some))
    connection.execute(update(voicemails).where(named).values(number="", name=""))
    for told in of_call.values():
        call_notes.write(connection, told)  # what is left of them
    _forget_mails(connection, (event for told in of_call.values() for event in told))
    counts.calls = len(of_call) if counts.events else 0
    return counts


def _forget_mails(connection: Connection, some: Iterable[Recorded]) -> None:
    """Mails that bring messages, whether they are out or wait: they name the caller."""
    ids = []
    for event in some:
        data: Any = event.data
        if event.kind == Kind.VOICEMAIL_LEFT:
            ids += [id_by(f"voicemail {data.get('file')}", str(to)) for to in data.get("to", ())]
    for lot in lots(ids):
        connection.execute(delete(mails).where(mails.c.id.in_(lot)))


def forget_events(
    connection: Connection, some: Iterable[Recorded], left: dict[CallId, list[Recorded]] | None = None
) -> Counts:
    """Take the persons out of events, and do not deliver these any more. `left`: takes what is left of each
    call's events.
    """
    changed, seen = [], []
    for event in some:
        data = forgotten(event.kind, event.data)
        seen.append(event.seq)
        if data != event.data:
            changed.append({"number": event.seq, "text": clean(dumps(data))})
        if left is not None and event.call is not None:
            left[event.call].append(event._replace(data=data))
    if changed:
        statement = update(events).where(events.c.seq == bindparam("number")).values(data=bindparam("text"))
        connection.execute(statement, changed)
        set_note(connection, REWRITTEN, str(time.time_ns()))
    gone = 0
    for lot in lots(seen):
        gone += connection.execute(delete(deliveries).where(deliveries.c.seq.in_(lot))).rowcount
    return Counts(events=len(changed), deliveries=gone)


def count(connection: Connection, some: Sequence[CallId]) -> Counts:
    """How much `forget` would change, and how many recordings there are."""
    counts = Counts()
    for lot in lots(some):
        query = select(events).where(events.c.call.in_(lot))
        found = [of_row(row) for row in connection.execute(query)]
        changed = [event for event in found if forgotten(event.kind, event.data) != event.data]
        waiting = select(func.count()).select_from(deliveries).join(events, events.c.seq == deliveries.c.seq)
        counts.add(
            Counts(
                calls=len({event.call for event in changed}),
                events=len(changed),
                recordings=len(files_of(connection, lot)),
                voicemails=len(messages_of(connection, lot)),
                deliveries=connection.execute(waiting.where(events.c.call.in_(lot))).scalar_one(),
            )
        )
    return counts


def files_of(connection: Connection, some: Sequence[CallId]) -> list[str]:
    """The recordings of these calls that are not deleted, within the folder of recordings; also those that
    are not in the index.
    """
    query = select(events).where(events.c.call.in_(list(some)), events.c.kind == Kind.RECORDING_STARTED)
    begun = [str(of_row(row).data.get("file", "")) for row in connection.execute(query)]
    gone = select(recordings.c.file).where(
        recordings.c.call.in_(list(some)), recordings.c.deleted.is_not(None)
    )
    deleted = set(connection.execute(gone).scalars())
    return [file for file in dict.fromkeys(begun) if file and file not in deleted]


def messages_of(connection: Connection, some: Sequence[CallId]) -> list[dict[str, str]]:
    """The messages that were left in these calls and are not deleted: `file`, within the folder of messages,
    and `mailbox`.
    """
    column = voicemails.c
    query = select(column.file, column.mailbox).where(column.call.in_(list(some)), column.deleted.is_(None))
    return [{"file": row.file, "mailbox": row.mailbox} for row in connection.execute(query)]


def lots(some: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """So many at a time."""
    return (some[first : first + size] for first in range(0, len(some), size))
