"""The record's past, for whoever asks again and again: queries in threads, connections kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.ports import JsonValue, Recorded
from softswitch.store import call_notes, contacts
from softswitch.store.call_notes import CallNotes
from softswitch.store.call_record import CallRecord
from softswitch.store.database import shown, why
from softswitch.store.encoding import of_row
from softswitch.store.listening import Wanted, find, find_one
from softswitch.store.reading import events_of, open_of, reasoning
from softswitch.store.tables import calls, events
from softswitch.types import CallId

T = TypeVar("T")


class History:
    """Every method raises StoreError when the database cannot be read."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is opened yet."""
        self._engine = engine

    @classmethod
    def of(cls, folder: Path) -> History:
        """The past of a data folder. Raises StoreError: it has no record."""
        return cls(open_of(folder))

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    async def find(
        self,
        *,
        limit: int,
        since: float | None = None,
        until: float | None = None,
        before: int | None = None,
        equal: Mapping[str, str | None] = MappingProxyType({}),
    ) -> list[CallRecord]:
        """Records of calls that ended, the newest first; None: whichever.

        `since`, `until`: calls that began then or later, and before, in seconds since the epoch; `before`:
        that ended before this event; `equal`: number (the caller's), queue (the last), agent (who talked
        last), outcome.
        """
        query = select(calls.c.record).order_by(calls.c.seq.desc()).limit(limit)
        for name, value in equal.items():
            if value is not None:
                query = query.where(calls.c[name] == value)
        if since is not None:
            query = query.where(calls.c.start >= since)
        if until is not None:
            query = query.where(calls.c.start < until)
        if before is not None:
            query = query.where(calls.c.seq < before)
        found = await self._ask(lambda connection: connection.execute(query).scalars().all())
        return [_record(text) for text in found]

    async def call(self, id: str) -> CallRecord | None:
        """One call's record."""
        query = select(calls.c.record).where(calls.c.id == id)
        found = await self._ask(lambda connection: connection.execute(query).scalar())
        return None if found is None else _record(found)

    async def events_of(self, id: str) -> list[Recorded]:
        """One call's events, in order; of one in progress those so far."""
        return await self._ask(lambda connection: events_of(connection, CallId(id)))

    async def why(self, id: str) -> list[dict[str, JsonValue]]:
        """Why a call came to whom it came."""
        return reasoning(await self.events_of(id))

    async def events(self, after: int, limit: int) -> Sequence[Recorded]:
        """The events that follow one, in order."""
        return await self._ask(lambda connection: _events(connection, after, limit))

    async def recordings(self, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
        """Files of the index of recordings, the newest first."""
        return await self._ask(lambda connection: find(connection, wanted, limit))

    async def recording(self, file: str) -> dict[str, Any] | None:
        """One of them."""
        return await self._ask(lambda connection: find_one(connection, file))

    async def notes_of(self, calls: Sequence[str]) -> Mapping[str, list[CallNotes]]:
        """What agents wrote on calls."""
        return await self._ask(lambda connection: call_notes.of_calls(connection, calls))

    async def talked(self, call: str) -> contacts.Found | None:
        """Who talked in a call; see `contacts.talked`."""
        return await self._ask(lambda connection: contacts.talked(connection, call))

    async def earlier(self, number: str | None, call: str, limit: int) -> list[contacts.Found]:
        """Earlier contacts of who is in a call; `number`: who that is, None: as the record says."""
        return await self._ask(
            lambda connection: contacts.earlier(
                connection, contacts.number_of(connection, call) if number is None else number, call, limit
            )
        )

    async def day_of(self, agent: str, since: float) -> contacts.Found:
        """An agent's day; see `contacts.day_of`."""
        return await self._ask(lambda connection: contacts.day_of(connection, agent, since))

    async def _ask(self, question: Callable[[Connection], T]) -> T:
        def ask() -> T:
            with self._connected() as connection:
                return question(connection)

        return await asyncio.to_thread(ask)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(
                f"the record in {shown(self._engine.url)} cannot be read: {why(error)}"
            ) from None


def _record(text: str) -> CallRecord:
    return CallRecord.from_json(json.loads(text))


def _events(connection: Connection, after: int, limit: int) -> list[Recorded]:
    query = select(events).where(events.c.seq > after).order_by(events.c.seq).limit(limit)
    return [of_row(row) for row in connection.execute(query)]
