"""What agents wrote on calls (`NotesWritten`). Of one agent on one call the last counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.rows import put
from softswitch.store.tables import call_notes
from softswitch.types import CallId

LOT = 500
"""Calls in one question."""


@dataclass(frozen=True, slots=True)
class CallNotes:
    """Of one agent on one call."""

    call: CallId
    agent: str
    at: float
    """When it was written last, seconds since the epoch."""
    queue: str
    by: str
    """Who wrote it."""
    notes: str
    disposition: str


def write(connection: Connection, events: Iterable[Recorded]) -> None:
    """Bring events into the table, in their order; those of other kinds are passed over."""
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for event in events:
        if event.kind == Kind.NOTES_WRITTEN and event.call is not None:
            agent, queue, by, notes, disposition = (
                _clean(event.data.get(name) or "")
                for name in ("agent", "queue", "by", "notes", "disposition")
            )
            rows[event.call, agent] = (
                *(event.call, agent, event.seq, event.at, queue, by),
                *(notes, disposition),
            )
    put(connection, call_notes, list(rows.values()))


def of_calls(connection: Connection, calls: Collection[str]) -> Mapping[str, list[CallNotes]]:
    """By call; a call on which nobody wrote is not there."""
    found: dict[str, list[CallNotes]] = defaultdict(list)
    wanted = list(dict.fromkeys(calls))
    for first in range(0, len(wanted), LOT):
        query = select(call_notes).where(call_notes.c.call.in_(wanted[first : first + LOT]))
        for row in connection.execute(query.order_by(call_notes.c.seq)):
            found[row.call].append(_notes(row))
    return found


def _notes(row: Row[Any]) -> CallNotes:
    return CallNotes(CallId(row.call), row.agent, row.at, row.queue, row.by, row.notes, row.disposition)


def _clean(value: object) -> str:
    """What every database holds: no lone surrogates, and no NUL."""
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "")
