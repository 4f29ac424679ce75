"""Callbacks, folded from events: what reports count, and what a start goes on with.

What is open stands in the database too, so that the fold goes on from there after a restart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.tables import callbacks
from softswitch.types import CallId

KINDS = frozenset(
    (
        *(Kind.CALLBACK_WANTED, Kind.CALLBACK_TRIED, Kind.CALLBACK_NOT_REACHED, Kind.CALLBACK_RESTING),
        *(Kind.CALLBACK_ENDED, Kind.CALLER_MOVED),
    )
)
"""Of the events that tell of one."""


@dataclass(slots=True)
class Callback:
    """One case."""

    id: CallId
    """The call in which it was wanted."""
    seq: int
    """The number of the event that began it."""
    queue: str
    number: str
    """Whom to call; empty once that is over."""
    name: str
    language: str
    priority: str
    preferred: str
    """An agent's name, or empty."""
    standing: float
    """Since when the place in line counts, seconds since the epoch, UTC."""
    wanted: float
    needs: Mapping[str, int] = field(default_factory=dict)
    attempts: int = 0
    """In vain so far."""
    again: float | None = None
    """When the next attempt may be; None: when it is the turn, or the queue opens."""
    result: str = ""
    """`reached`, or a `LeaveReason`; empty: it is open."""
    ended: float | None = None
    waited: float | None = None
    """Seconds until they talked, or nobody tried any more."""
    agent: str = ""
    """Who has talked to the customer."""
    calls: list[str] = field(default_factory=list)
    """The attempts, in order."""

    def cells(self) -> tuple[Any, ...]:
        """A row of the table."""
        needs, calls = json.dumps(dict(self.needs)), json.dumps(self.calls)
        return (
            *(self.id, self.seq, self.queue, self.number, self.name, self.language, self.priority, needs),
            *(self.preferred, self.standing, self.wanted, self.attempts, self.again, self.result),
            *(self.ended, self.waited, self.agent, calls),
        )


class CallbackFold:
    """Turns events, in their order, into cases."""

    def __init__(self, open_ones: Iterable[Callback] = ()) -> None:
        self._open = {one.id: one for one in open_ones}

    def apply(self, event: Recorded) -> Callback | None:
        """Take an event; the case that it began or changed."""
        if event.kind not in KINDS or event.call is None:
            return None
        data: Mapping[str, Any] = event.data
        if event.kind == Kind.CALLBACK_WANTED:
            begun = self._open[event.call] = _begun(event, event.call, data)
            return begun
        case = self._open.get(CallId(str(data.get("callback") or event.call)))
        if case is None:
            return None
        match event.kind:
            case Kind.CALLBACK_TRIED:
                case.calls.append(event.call)
                case.again = None
            case Kind.CALLBACK_NOT_REACHED:
                case.attempts = int(data.get("attempt", case.attempts + 1))
            case Kind.CALLER_MOVED:
                case.queue = str(data.get("to") or case.queue)
                case.priority = str(data.get("priority") or case.priority)
            case Kind.CALLBACK_RESTING:
                pause = data.get("pause")
                case.again = None if pause is None else event.at + float(pause)
            case Kind.CALLBACK_ENDED:
                case.result, case.ended = str(data.get("result", "")), event.at
                case.agent, case.again = str(data.get("agent") or ""), None
                case.waited = float(data.get("waited", event.at - case.wanted))
                case.number = case.name = ""  # nobody is called any more: the calls' own records say who
                del self._open[case.id]
        return case


def _begun(event: Recorded, call: CallId, data: Mapping[str, Any]) -> Callback:
    texts = ("queue", "number", "name", "language", "priority", "preferred")
    queue, number, name, language, priority, preferred = (str(data.get(each) or "") for each in texts)
    return Callback(
        *(call, event.seq, queue, number, name, language, priority, preferred),
        standing=float(data.get("standing") or event.at),
        wanted=event.at,
        needs={str(skill): int(level) for skill, level in dict(data.get("needs") or {}).items()},
    )


def open_callbacks(connection: Connection) -> list[Callback]:
    """Those that are not over, the first wanted first."""
    query = select(callbacks).where(callbacks.c.result == "").order_by(callbacks.c.seq)
    return [_of(row) for row in connection.execute(query)]


def case_of(connection: Connection, call: str) -> Callback | None:
    """The case that was wanted in a call."""
    row = connection.execute(select(callbacks).where(callbacks.c.id == call)).first()
    return None if row is None else _of(row)


def _of(row: Row[Any]) -> Callback:
    return Callback(
        *(CallId(row.id), row.seq, row.queue, row.number, row.name, row.language, row.priority),
        *(row.preferred, row.standing, row.wanted, json.loads(row.needs), row.attempts, row.again),
        *(row.result, row.ended, row.waited, row.agent, json.loads(row.calls)),
    )
