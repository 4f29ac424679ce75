"""Reports over the API. They are made by a process of their own, `softswitch report`: figures of a year and
plots are seconds of work, for which no call must wait.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from softswitch.access import Role
from softswitch.errands import run
from softswitch.errors import ErrandFailed
from softswitch.types import Seconds
from softswitch.web.api import PREFIX, Text
from softswitch.web.frame import language_of
from softswitch.web.guard import Guard
from softswitch.web.leaving import while_there
from softswitch.web.problems import PROBLEMS, Refused
from softswitch.web.routes import Routes

AT_ONCE = 2
"""Reports that are made at the same time; the next one waits its turn."""

WAITING = 20
"""Those that wait; more are refused."""

LIMIT: Seconds = 60.0
"""How long one may take."""

NOBODY = 4
"""What `softswitch report` ends with when nobody called."""

KINDS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}

By = Literal["hour", "day", "agent", "queue"]
Form = Literal["json", "csv", "html", "pdf"]
Tongue = Literal["en", "pl", "he"]
Part = Literal["figures", "callbacks", "heat", "waits"]


class Callbacks(BaseModel):
    """What became of those who wanted to be called back."""

    rows: list[dict[str, Any]]
    """A line for each hour, day or queue: by queue where agents are asked for."""
    total: dict[str, Any]


class ReportBody(BaseModel):
    """A report."""

    title: str
    notes: list[str]
    """How it is counted, in sentences."""
    by: By
    rows: list[dict[str, Any]]
    """A line for each hour, day, agent or queue: shares are 0 to 1, times are seconds."""
    total: dict[str, Any]
    callbacks: Callbacks
    heat: list[list[int]]
    """Callers by weekday, Monday first, and hour."""
    abandonment_by_wait: list[list[float]]
    """From which wait on, share that hung up before the next step, of how many."""


class ReportDesk:
    """Makes reports, `AT_ONCE` at a time."""

    def __init__(self, folder: Path, zone: str | None = None) -> None:
        """`folder`: of the record; `zone`: whose days they tell of, None: the machine's."""
        self._folder = folder
        self._zone = None if zone is None else ZoneInfo(zone)
        self._environment: Mapping[str, str] = {} if zone is None else {"TZ": zone}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    def today(self) -> date:
        """There."""
        return datetime.now(self._zone).date()

    async def make(self, request: Request, first: date, last: date, queue: str | None, **how: str) -> bytes:
        """The report; `how`: `by`, `format`, `part`, `language`. One whose client goes away is ended. Raises
        Refused.
        """
        if self._waiting >= WAITING:
            raise Refused(503, f"{WAITING} reports wait to be made already", {"Retry-After": "30"})
        try:
            return await while_there(request.receive, self._in_turn(first, last, queue, how))
        except ErrandFailed as error:
            raise Refused(status_of_errand(error), str(error)) from None

    async def _in_turn(self, first: date, last: date, queue: str | None, how: Mapping[str, str]) -> bytes:
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            options = {"from": str(first), "to": str(last), "data": str(self._folder), **how}
            options |= {} if queue is None else {"queue": queue}
            arguments = [f"--{name}={value}" for name, value in options.items()]
            return await run("softswitch", "report", *arguments, limit=LIMIT, environment=self._environment)
        finally:
            self._places.release()


def status_of_errand(error: ErrandFailed) -> int:
    """What a client is told who wanted it."""
    return 404 if error.status == NOBODY else 503


def report_routes(desk: ReportDesk, guard: Guard) -> Routes:
    """The route; the page that uses it is one of `frame`."""
    router = Routes(tags=["the record"])
    supervisors = [Depends(guard.needs(Role.SUPERVISOR))]
    answers: dict[int | str, dict[str, Any]] = {
        **PROBLEMS,
        200: {"model": ReportBody, "content": {kind.partition(";")[0]: {} for kind in KINDS.values()}},
    }

    @router.get(f"{PREFIX}/report", dependencies=supervisors, response_class=Response, responses=answers)
    async def report(  # noqa: PLR0913, PLR0917 - each can be asked for
        request: Request,
        since: Annotated[date | None, Query(alias="from")] = None,
        until: Annotated[date | None, Query(alias="to")] = None,
        queue: Text | None = None,
        by: By = "day",
        format: Form = "json",
        part: Part = "figures",
        language: Tongue | None = None,
        download: bool = False,
    ) -> Response:
        """Volumes, waits, service level, talk and occupancy of whole days. `from` and `to`: the first day and
        the last, both included, left out: today; on the clock of the opening hours. `by`: a line for each.
        html and pdf have plots; csv is one table, `part`, the others have all. `language`: of titles, heads
        and plots; left out: what the client likes best of them. `download`: as a file.
        """
        first, last = range_of(since, until, desk.today())
        of_csv = part if format == "csv" else "figures"
        how = {"by": by, "format": format, "part": of_csv, "language": language or language_of(request)}
        made = await desk.make(request, first, last, queue, **how)
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
        if format == "html":
            headers["Content-Security-Policy"] = OF_A_REPORT
        if download:
            what = f"by-{by}" if part == "figures" or format != "csv" else part
            headers["Content-Disposition"] = f'attachment; filename="report-{first}-{last}-{what}.{format}"'
        return Response(made, media_type=KINDS[format], headers=headers)

    return router


OF_A_REPORT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "sandbox"
)
"""A report has its styles and pictures in itself, and runs nothing."""


def range_of(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The first day and the last. Raises Refused."""
    first = since or until or today
    last = until or max(first, today)
    if last < first:
        raise Refused(422, f"from {first} is after to {last}; swap them")
    if last.year > 9998 or first.year < 1971 or last - first > timedelta(days=3700):
        raise Refused(422, "ask for ten years at most, from 1971 on")
    return first, last
