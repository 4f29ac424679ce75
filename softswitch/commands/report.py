"""`softswitch report`: the figures of a range, as a table, for machines, or as a page with pictures."""

from __future__ import annotations

import csv
import dataclasses
import io
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text
from sqlalchemy import Connection

from softswitch.commands.behind import say_behind
from softswitch.commands.table import console, fitting, foreign
from softswitch.config.nearest import did_you_mean
from softswitch.errors import NobodyCalled, StoreError
from softswitch.reports.agents import AgentFigures, agent_figures
from softswitch.reports.callbacks import Wanted, grouped
from softswitch.reports.callbacks import figures as callback_figures
from softswitch.reports.figures import Figures, columns
from softswitch.reports.letter import callback_table, table
from softswitch.reports.report import Report, make
from softswitch.store.encoding import dumps
from softswitch.store.ranges import (
    callbacks_between,
    extent,
    queues_seen,
    services,
    stints_between,
    talks_between,
    visits_between,
)
from softswitch.store.reading import reading
from softswitch.store.voicemails import left_between

BYS = ("hour", "day", "agent", "queue")
FORMATS = ("table", "csv", "json", "html", "pdf")

EXPENDABLE = (
    *(
        "short",
        "voicemails",
        "hold",
        "estimate error",
        "estimate off by",
        "wrap-up",
        "turned away",
        "service level 2",
        "talk",
        "median",
    ),
    *("paused", "abandonment", "talk mean"),
)
"""What a narrow terminal does without, the least first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """Whole days, the last one included, by the machine's clock."""

    first: date
    last: date

    @property
    def since(self) -> float:
        """Seconds since the epoch."""
        return datetime(self.first.year, self.first.month, self.first.day).timestamp()

    @property
    def until(self) -> float:
        """Seconds since the epoch; outside of it."""
        after = self.last + timedelta(days=1)
        return datetime(after.year, after.month, after.day).timestamp()

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def day_of(text: str, option: str) -> date:
    """A date as people write it on a command line. Raises StoreError that says how."""
    today = date.today()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        return words.get(text.lower()) or date.fromisoformat(text)
    except ValueError as error:
        raise StoreError(
            f"{option} {text!r} is no date ({error}); write 2026-03-31, today or yesterday"
        ) from None


def range_of(since: str, until: str | None) -> Range:
    """From two dates, both included. Raises StoreError."""
    first, last = day_of(since, "--from"), day_of(until or "today", "--to")
    if last < first:
        raise StoreError(f"--from {first} is after --to {last}; swap them")
    return Range(first, last)


def print_report(folder: Path, days: Range, queue: str | None, by: str, form: str, out: Path | None) -> None:
    """`softswitch report`. Raises StoreError."""
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise StoreError("a PDF does not go to a terminal; name a file with --out report.pdf")
    with reading(folder) as connection:
        say_behind(connection, folder)
        report = report_of(connection, days, queue)
    if form == "table" and out is None:
        print_table(report, by)
        return
    made = written(report, [by], form)
    if out is None:
        sys.stdout.buffer.write(made)
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}") from None
    print(f"{out}: {report.title}, {report.total.offered:,} callers")


def report_of(connection: Connection, days: Range, queue: str | None = None) -> Report:
    """All figures of a range. Raises StoreError: nobody called then, or there is no such queue."""
    since, until = days.since, days.until
    visits = columns(visits_between(connection, since, until, queue))
    if not len(visits):
        raise NobodyCalled(_why_empty(connection, days, queue))
    online, paused = stints_between(connection, since, until)
    agents = agent_figures(
        talks_between(connection, since, until, queue), online, paused, whole=queue is None
    )
    title = f"Queue {queue}, {days}" if queue else f"All queues, {days}"
    wanted = tuple(Wanted(*row) for row in callbacks_between(connection, since, until, queue))
    messages = left_between(connection, since, until, queue)
    made = make(title, visits, agents, services(connection), queue, messages=messages)
    return dataclasses.replace(made, callbacks=wanted)


def _why_empty(connection: Connection, days: Range, queue: str | None) -> str:
    known = queues_seen(connection)
    if queue is not None and queue not in known:
        return f"nobody has waited in a queue {queue!r}{did_you_mean(queue, known)}"
    there = extent(connection)
    if there is None:
        return "the record has no caller in a queue yet; if it has older events, run `softswitch rebuild`"
    first, last = (datetime.fromtimestamp(at).date() for at in there)
    whom = f"in queue {queue} " if queue else ""
    return f"nobody waited {whom}on {days}; the record has callers from {first} to {last}"


def print_table(report: Report, by: str) -> None:
    """On the screen."""
    screen = console()
    heads, rows = table(report, by)
    shown: list[tuple[RenderableType, ...]] = [(foreign(row[0]), *row[1:]) for row in rows]
    screen.print(Text(report.title, style="bold"))
    screen.print(Text(report.notes[0], style="dim"))
    screen.print(fitting(screen, (heads[0], *(f">{head}" for head in heads[1:])), shown, _hidden(heads)))
    if report.callbacks:
        heads, rows = callback_table(report, by)
        called: list[tuple[RenderableType, ...]] = [(foreign(row[0]), *row[1:]) for row in rows]
        screen.print(Text("Callbacks", style="bold"))
        screen.print(fitting(screen, (heads[0], *(f">{head}" for head in heads[1:])), called, ()))


def _hidden(heads: Sequence[str]) -> tuple[str, ...]:
    return tuple(f">{head}" for head in EXPENDABLE if head in heads)


def _rows(report: Report, by: str) -> list[Figures] | list[AgentFigures]:
    return report.agents if by == "agent" else report.groups[by]


def written(report: Report, bys: Sequence[str], form: str) -> bytes:
    """As bytes of a file; of `bys` the first counts, but in a PDF."""
    by = bys[0]
    if form in ("html", "pdf"):
        from softswitch.reports.page import html, pdf  # noqa: PLC0415 - matplotlib takes its time

        return pdf(report, bys) if form == "pdf" else html(report, by).encode("utf-8", "replace")
    rows = [_rounded(one) for one in _rows(report, by)]
    if form == "json":
        total = _rounded(report.total)
        heat, steps = report.heat.tolist(), report.impatience
        whole = {"title": report.title, "notes": report.notes, "by": by, "rows": rows, "total": total}
        whole |= {"callbacks": _callbacks(report, by)}
        return (dumps(whole | {"heat": heat, "abandonment_by_wait": steps}) + "\n").encode()
    if form == "csv":
        out = io.StringIO()
        kind = AgentFigures if by == "agent" else Figures
        writer = csv.DictWriter(out, [each.name for each in dataclasses.fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
        return out.getvalue().encode("utf-8", "replace")
    heads, lines = table(report, by)
    screen = Console(file=io.StringIO(), width=200)
    screen.print(fitting(screen, heads, lines, ()))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().encode()


def _callbacks(report: Report, by: str) -> dict[str, Any]:
    lines = grouped(report.callbacks, by)
    total = callback_figures(report.callbacks, "total")
    return {"rows": [dataclasses.asdict(one) for one in lines], "total": dataclasses.asdict(total)}


def _rounded(one: Figures | AgentFigures) -> dict[str, Any]:
    values = {each.name: getattr(one, each.name) for each in dataclasses.fields(one)}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def _harmless(value: object) -> object:
    """A spreadsheet takes text that begins so for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value
