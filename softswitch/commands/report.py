"""`softswitch report`: the figures of a range, as a table, for machines, or as a page with pictures."""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection

from softswitch.commands.behind import say_behind
from softswitch.commands.report_files import written
from softswitch.commands.report_screen import shown
from softswitch.commands.table import console
from softswitch.config.nearest import LISTED, nearest
from softswitch.errors import NobodyCalled, StoreError
from softswitch.reports.agents import agent_figures
from softswitch.reports.callbacks import Wanted
from softswitch.reports.figures import columns
from softswitch.reports.report import Report, make
from softswitch.reports.wording import ENGLISH, Words, words_of
from softswitch.store.ranges import (
    callbacks_between,
    extent,
    offers_between,
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

EARLIEST, LATEST = 1970, 9998
"""Years in which a day has a beginning and an end that clocks know."""

WIDEST = 200
"""Columns of a table in a file."""


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
        found = words.get(text.lower()) or date.fromisoformat(text)
    except ValueError as error:
        why = "" if str(error).startswith("Invalid") else f" ({error})"  # of ISO 8601: it says no more
        raise StoreError(f"{option} {text!r} is no date{why}; write 2026-03-31, today or yesterday") from None
    if not EARLIEST <= found.year <= LATEST:
        raise StoreError(f"{option} {text}: days are of the years {EARLIEST} to {LATEST}")
    return found


def range_of(since: str, until: str | None) -> Range:
    """From two dates, both included. Raises StoreError."""
    first, last = day_of(since, "--from"), day_of(until or "today", "--to")
    if last < first and until is None:
        raise StoreError(f"--from {first} is in the future, as today is {last}")
    if last < first:
        raise StoreError(f"--from {first} is after --to {last}; swap them")
    return Range(first, last)


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """How a report shall look."""

    by: str
    """Of `BYS`."""
    form: str
    """Of `FORMATS`."""
    part: str = "figures"
    """Of CSV."""
    language: str = "en"
    """Of `wording.LANGUAGES`."""


def print_report(folder: Path, days: Range, queue: str | None, wish: Wish, out: Path | None = None) -> None:
    """`softswitch report`. Raises StoreError."""
    by, form = wish.by, wish.form
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise StoreError("a PDF does not go to a terminal; name a file with --out report.pdf")
    with reading(folder) as connection:
        say_behind(connection, folder)
        report = report_of(connection, days, queue, words_of(wish.language))
    if form == "table" and out is None:
        screen = console()
        screen.print(*shown(report, by, screen), sep="\n")
        return
    made = _drawn(report, by) if form == "table" else written(report, [by], form, wish.part)
    if out is None:
        sys.stdout.buffer.write(made)
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}") from None
    print(f"{out}: {report.title}, {report.total.offered:,} callers")


def _drawn(report: Report, by: str) -> bytes:
    """What a wide terminal shows, for a file."""
    screen = Console(file=io.StringIO(), width=WIDEST)
    screen.print(*shown(report, by, screen), sep="\n")
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().encode()


def report_of(
    connection: Connection, days: Range, queue: str | None = None, words: Words = ENGLISH
) -> Report:
    """All figures of a range. Raises StoreError: nobody called then, or there is no such queue."""
    since, until = days.since, days.until
    visits = columns(visits_between(connection, since, until, queue))
    wanted = tuple(Wanted(*row) for row in callbacks_between(connection, since, until, queue))
    messages = left_between(connection, since, until, queue)
    if not (len(visits) or wanted or messages):
        raise NobodyCalled(_why_empty(connection, days, queue, words))
    online, paused = stints_between(connection, since, until)
    talks, offers = (read(connection, since, until, queue) for read in (talks_between, offers_between))
    agents = agent_figures(talks, offers, online, paused, whole=queue is None)
    told = words.days(days.first, days.last)
    title = words.say("title.queue", queue=queue, days=told) if queue else words.say("title.all", days=told)
    made = make(title, visits, agents, services(connection), queue, messages=messages, words=words)
    return dataclasses.replace(made, callbacks=wanted)


def _why_empty(connection: Connection, days: Range, queue: str | None, words: Words) -> str:
    known = queues_seen(connection)
    if queue is not None and queue not in known:
        return _unknown(queue, known, words)
    there = extent(connection)
    if there is None:
        return words.say("nobody.record")
    first, last = (words.day(datetime.fromtimestamp(at).date()) for at in there)
    when = {"days": words.days(days.first, days.last), "first": first, "last": last}
    return words.say("nobody.queue_days", queue=queue, **when) if queue else words.say("nobody.days", **when)


def _unknown(queue: str, known: Sequence[str], words: Words) -> str:
    says = words.say("nobody.queue", queue=f"{queue!r}")
    if meant := nearest(queue, known):
        return says + words.say("nobody.meant", queue=f"{meant!r}")
    return says + words.say("nobody.known", names=", ".join(known)) if 0 < len(known) <= LISTED else says
