"""Reports that are mailed at fixed times: made when they are due, and posted once.

How far each line of `reports` is stands in `notes`, and moves in the transaction that posts its mails: over
a crash at any moment none is missing, and none is there twice. A line that is new, or was changed, begins
with its next moment.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, delete, insert, select

from softswitch.config.settings import ReportSettings
from softswitch.errands import run
from softswitch.errors import ErrandFailed
from softswitch.outbound.courier import Clock, Courier
from softswitch.outbound.mail import Tell
from softswitch.outbound.schedule import due, name_of, span
from softswitch.parcels import Attachment, Mail
from softswitch.store.mails import post
from softswitch.store.tables import notes
from softswitch.types import Seconds

LOOK: Seconds = 1.0
"""Between two looks for what is due."""

AGAIN: Seconds = 60.0
"""How long one that could not be made is left alone."""

LIMIT: Seconds = 300.0
"""How long one may take."""

PREFIX = "report:"
"""Before a line's name in `notes`."""

Maker = Callable[[ReportSettings, float], Awaitable[Any]]
"""Makes what `commands.letter` writes. Raises ErrandFailed."""

log = structlog.get_logger(__name__)


class Rounds:
    """The lines in force, from `apply` to `close`."""

    def __init__(
        self, engine: Engine, make: Maker, tell: Tell, loaded: Callable[[], bool], clock: Clock | None = None
    ) -> None:
        """`loaded`: whether the database has all that happened so far."""
        self._engine = engine
        self._make = make
        self._tell = tell
        self._loaded = loaded
        self._clock = clock or Clock()
        self._reports: dict[str, ReportSettings] = {}
        self._failed: dict[tuple[str, float], float] = {}
        """When those are tried again that could not be made, by line and moment."""
        self._changed = True
        self._courier = Courier("reports", self._serve)

    def apply(self, reports: Iterable[ReportSettings]) -> None:
        """Put lines in force."""
        self._reports = {name_of(one): one for one in reports}
        self._changed = True
        if self._reports:
            self._courier.start()

    def close(self) -> None:
        """Stop; what is due then is sent after the next start."""
        self._courier.close()

    async def _serve(self) -> None:
        working = asyncio.create_task(self._work())
        await self._courier.closed()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("reports.trouble", why=str(error).splitlines()[0] if str(error) else repr(error))
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """Make and post all that is due. Raises what the database raises."""
        now = self._clock.now()
        if not self._loaded():
            return
        reports = self._reports
        with self._engine.begin() as connection:
            if self._changed:
                _forget(connection, reports.keys())
                self._changed = False
            last = {name: _begun(connection, name, now) for name in reports}
        for name, report in reports.items():
            for at in due(report, last[name], now):
                if now < self._failed.get((name, at), 0.0) or not await self._send(name, report, at):
                    break

    async def _send(self, name: str, report: ReportSettings, at: float) -> bool:
        known: dict[str, Any] = {"to": list(report.to), "due": datetime.fromtimestamp(at, UTC).isoformat()}
        try:
            letter = await self._make(report, at)
        except ErrandFailed as error:
            if (name, at) not in self._failed:
                self._tell("ReportFailed", **known, why=str(error)[:400])
            self._failed[name, at] = self._clock.now() + AGAIN
            return False
        self._failed = {key: again for key, again in self._failed.items() if key[0] != name}
        key = f"report {name} {at:.0f}"
        files = tuple(Attachment(one["name"], base64.b64decode(one["data"])) for one in letter["files"])
        with self._engine.begin() as connection:
            for to in report.to:
                mail = Mail(key, to, letter["subject"], letter["text"], letter["html"], files)
                post(connection, mail, self._clock.now())
            _set(connection, name, at)
        self._tell("ReportPosted", **known, report=letter["subject"])
        return True


def maker(folder: Path) -> Maker:
    """Makes letters from the record in a folder, in a process of its own."""

    async def make(report: ReportSettings, at: float) -> Any:
        first, last = span(report, at)
        order = {
            "first": first.isoformat(), "last": last.isoformat(), "range": report.range,
            "queue": report.queue, "by": report.by, "attach": report.attach,
            "language": report.language,
        }  # fmt: skip
        environment = {} if report.zone is None else {"TZ": report.zone}
        arguments = ("softswitch.commands.letter", str(folder), json.dumps(order))
        return json.loads(await run(*arguments, limit=LIMIT, environment=environment))

    return make


def _forget(connection: Connection, names: Iterable[str]) -> None:
    """How far lines were that are not there any more."""
    known = [PREFIX + name for name in names]
    connection.execute(delete(notes).where(notes.c.name.startswith(PREFIX), notes.c.name.not_in(known)))


def _begun(connection: Connection, name: str, now: float) -> float:
    """The moment up to which a line is done; a new one begins now."""
    found = connection.execute(select(notes.c.value).where(notes.c.name == PREFIX + name)).scalar()
    if found is None:
        _set(connection, name, now)
        return now
    return float(found)


def _set(connection: Connection, name: str, at: float) -> None:
    connection.execute(delete(notes).where(notes.c.name == PREFIX + name))
    connection.execute(insert(notes).values(name=PREFIX + name, value=repr(at)))
