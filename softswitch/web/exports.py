"""/api/v1/export: the record for other programs, as `softswitch export` writes it, in a process of its own.

Whatever it writes is handed on at once, and waits while the client is slow: however long it is, it takes no
memory here. What fails before the first byte is a problem as others; what fails later breaks the connection
off, so that nobody takes a part for the whole.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from softswitch.access import Principal, Role
from softswitch.errands import begun
from softswitch.errors import ErrandFailed
from softswitch.kinds import Kind
from softswitch.ports import Journal
from softswitch.types import Seconds
from softswitch.web.api import PREFIX
from softswitch.web.guard import Guard
from softswitch.web.leaving import while_there
from softswitch.web.problems import PROBLEMS, SOON, Refused
from softswitch.web.reports import range_of, status_of_errand
from softswitch.web.routes import Routes

AT_ONCE = 2
"""Exports at the same time; more are refused."""

SLOWEST: Seconds = 60.0
"""How long a client may take for a bit: the database keeps what is read until it has been."""

KINDS = {
    "queue_log": ("text/plain; charset=utf-8", "queue_log"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
    "json": ("application/x-ndjson", "jsonl"),
}
"""Type and ending of each format."""

Form = Literal["queue_log", "csv", "parquet", "json"]


Bits = AsyncIterator[bytes]


class ExportDesk:
    """Has exports written, `AT_ONCE` at a time, and puts on record who took them."""

    def __init__(self, folder: Path, zone: str | None, journal: Journal) -> None:
        """`folder`: of the record; `zone`: whose days they tell of, None: the machine's."""
        self._folder = folder
        self._zone = None if zone is None else ZoneInfo(zone)
        self._environment = {} if zone is None else {"TZ": zone}
        self._journal = journal
        self._going_on = 0

    def today(self) -> date:
        """There."""
        return datetime.now(self._zone).date()

    @asynccontextmanager
    async def writing(self, form: str, first: date, last: date, by: str) -> AsyncIterator[Bits]:
        """What it writes, bit by bit. Raises Refused; the bits raise ErrandFailed."""
        if self._going_on >= AT_ONCE:
            raise Refused(503, f"{AT_ONCE} exports go on already; try again when they are done", SOON)
        self._going_on += 1
        try:
            options = {"--format": form, "--from": first, "--to": last, "--data": self._folder}
            arguments = ["--noted", *(f"{name}={value}" for name, value in options.items())]
            async with begun("softswitch", "export", *arguments, environment=self._environment) as errand:
                yield self._noted(errand.bits(), format=form, first=str(first), last=str(last), by=by)
        finally:
            self._going_on -= 1

    async def _noted(self, bits: Bits, **about: str) -> Bits:
        """On record before the first one is handed over."""
        begins = True
        async for bit in bits:
            if begins:
                self._journal.note(Kind.RECORD_EXPORTED, **about)
                begins = False
            yield bit


class Export(Response):
    """One, as it is written."""

    def __init__(self, desk: ExportDesk, form: str, first: date, last: date, by: str) -> None:
        kind, ending = KINDS[form]
        name = f"{'log' if form == 'queue_log' else 'calls'}-{first}-{last}.{ending}"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        super().__init__(None, media_type=kind, headers=headers)
        del self.headers["content-length"]  # nobody knows it yet
        self._desk = desk
        self._asked = (form, first, last, by)
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Raises Refused before the first byte; whoever goes away later only ends it."""
        try:
            await while_there(receive, self._sent(send))
        except Refused:
            if not self._begun:
                raise

    async def _sent(self, send: Send) -> None:
        async with self._desk.writing(*self._asked) as bits:
            try:
                async for bit in bits:
                    await self._begin(send)
                    async with asyncio.timeout(SLOWEST):
                        await send({"type": "http.response.body", "body": bit, "more_body": True})
            except ErrandFailed as error:
                if self._begun:
                    raise
                raise Refused(status_of_errand(error), str(error)) from None
        await self._begin(send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _begin(self, send: Send) -> None:
        if not self._begun:
            self._begun = True
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})


def export_routes(desk: ExportDesk, guard: Guard) -> Routes:
    """The only one."""
    router = Routes(prefix=PREFIX, tags=["the record"])
    kinds: dict[str, Any] = {kind.partition(";")[0]: {"schema": TEXT} for kind, _ in KINDS.values()}
    answers: dict[int | str, dict[str, Any]] = {
        **PROBLEMS,
        200: {"content": kinds, "description": "A file, of which nobody knows the length before its end."},
    }

    @router.get("/export", response_class=Response, responses=answers)
    async def export(
        who: Annotated[Principal, Depends(guard.needs(Role.SUPERVISOR))],
        format: Form,
        since: Annotated[date | None, Query(alias="from")] = None,
        until: Annotated[date | None, Query(alias="to")] = None,
    ) -> Response:
        """The calls of whole days, with numbers and names, for other programs. `from` and `to`: the first day
        and the last, both included, left out: today; on the clock of the opening hours. `queue_log`: in
        Asterisk's format; `json`: a record of `/api/v1/calls` in each line. Each export is on record.
        """
        first, last = range_of(since, until, desk.today())
        return Export(desk, format, first, last, who.name)

    return router


TEXT = {"type": "string"}
