"""Bulletins: each change is on record; those of before a start come from the database."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from softswitch.access import COMMAND_LINE, Principal, Role
from softswitch.bulletins import Bulletin, Bulletins
from softswitch.calls.originator import known
from softswitch.calls.switch import Switch
from softswitch.errors import ControlError, NoSuch, NotAllowed, NotNow, StoreError
from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded, Store
from softswitch.promises import reads
from softswitch.store.bulletins import in_force
from softswitch.store.reading import reading
from softswitch.texts import BULLETIN, LINES
from softswitch.types import Seconds

MOST = 100
"""Bulletins at a time."""

LOOK: Seconds = 0.1
"""Between two looks whether the database has what was before the start."""

AGAIN: Seconds = 10.0
"""How long a database that cannot be read is left alone."""

log = structlog.get_logger(__name__)


class Notices:
    """An async context manager; belongs to the loop's thread."""

    def __init__(self, switch: Switch, folder: Path, store: Store) -> None:
        """`folder`: of the record."""
        self._switch = switch
        self._folder = folder
        self._store = store
        self._before = store.last
        self._there = Bulletins()
        self._loading: asyncio.Task[None] | None = None
        self._stale = True
        """What is in the database is to be read: a caller has been erased there, or nothing was read yet."""

    async def __aenter__(self) -> Self:
        self._loading = asyncio.create_task(self._load(), name="bulletins")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loading is not None
        self._loading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._loading

    def hear(self, event: Recorded) -> None:
        """The record's newest event (`Journal.subscribe`)."""
        self._there.hear(event.kind, event.at, event.data)
        if event.kind == Kind.CALLER_ERASED:
            self._stale = True
            if self._loading is not None and self._loading.done():
                self._loading = asyncio.create_task(self._load(), name="bulletins after an erasure")

    def entries(self) -> dict[str, dict[str, Any]]:
        """For the board, the newest first."""
        return {
            one.id: {
                "at": one.at,
                "by": _name(one.by),
                "text": one.text,
                "queues": list(one.queues),
                "until": one.until,
                "read": list(one.read),
            }
            for one in self._there.in_force(self._switch.clock.now())
        }

    def of(self, who: Principal, queues: Sequence[str]) -> list[Bulletin]:
        """Those in force that are for somebody, the newest first; supervisors see all. `queues`: which the
        agent serves.
        """
        there = self._there.in_force(self._switch.clock.now())
        return [one for one in there if who.role.allows(Role.SUPERVISOR) or one.is_for(queues)]

    def write(self, text: str, queues: Sequence[str], until: float | None, who: Principal) -> str:
        """Tell agents something; returns its id. Raises NoSuch, NotNow."""
        now = self._switch.clock.now()
        for queue in queues:
            known("queue", queue, self._switch.settings.engine.queues)
        if until is not None and until <= now:
            raise NotNow("`until` is a moment that is over already")
        if len(self._there.in_force(now)) >= MOST:
            raise NotNow(f"{MOST} bulletins are in force; withdraw some first")
        id = secrets.token_hex(4)
        data: dict[str, Any] = {"text": text, "queues": list(dict.fromkeys(queues)), "until": until}
        self._switch.journal.note(Kind.BULLETIN_WRITTEN, bulletin=id, by=who.name, **data)
        return id

    def read(self, id: str, who: Principal) -> None:
        """An agent confirms one; a second time changes nothing. Raises NoSuch, NotAllowed."""
        if who.agent is None:
            raise NotAllowed(f"{who.name} is no agent, of whom it would be known")
        if who.agent not in self._one(id).read:
            self._switch.journal.note(Kind.BULLETIN_READ, bulletin=id, agent=who.agent, by=who.name)

    def withdraw(self, id: str, who: Principal) -> None:
        """It is over now. Raises NoSuch."""
        self._one(id)
        self._switch.journal.note(Kind.BULLETIN_WITHDRAWN, bulletin=id, by=who.name)

    def _one(self, id: str) -> Bulletin:
        found = self._there.get(id, self._switch.clock.now())
        if found is None:
            raise NoSuch(f"no bulletin {id!r} is in force; /api/v1/bulletins lists those that are")
        return found

    async def _load(self) -> None:
        while self._store.health().loaded < self._before:  # noqa: ASYNC110 - the clerk tells nobody
            await asyncio.sleep(LOOK)
        while self._stale:
            self._stale = False
            try:
                self._there.load(await asyncio.to_thread(_read, self._folder, self._switch.clock.now()))
                continue
            except (SQLAlchemyError, StoreError) as error:
                log.warning("bulletins.wait", why=str(error).splitlines()[0])
                self._stale = True
            await asyncio.sleep(AGAIN)


def handlers(notices: Notices) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
    """The commands of the control socket."""

    @reads
    async def bulletins() -> JsonValue:
        return [{"id": id, **entry} for id, entry in notices.entries().items()]

    async def bulletin_write(text: str, queues: list[str], until: float | None = None) -> JsonValue:
        if len(text) > BULLETIN or not re.fullmatch(LINES, text):
            raise ControlError(f"a bulletin is a text of at most {BULLETIN} characters, in one line or more")
        return {"bulletin": notices.write(text, queues, until, COMMAND_LINE)}

    async def bulletin_withdraw(bulletin: str) -> JsonValue:
        notices.withdraw(bulletin, COMMAND_LINE)
        return {"bulletin": bulletin}

    return {each.__name__: each for each in (bulletins, bulletin_write, bulletin_withdraw)}


def _read(folder: Path, now: float) -> list[Bulletin]:
    with reading(folder) as connection:
        return in_force(connection, now)


def _name(by: str) -> str:
    """`user anna` is anna to people."""
    return by.removeprefix("user ")
