"""`softswitch export`: the record for other programs, row by row, however long it is."""

from __future__ import annotations

import csv
import io
import json
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection, func, or_, select

from softswitch.commands.behind import say_behind
from softswitch.commands.noting import note_export
from softswitch.commands.report import Range
from softswitch.commands.sheets import inert
from softswitch.errors import NobodyCalled, StoreError
from softswitch.kinds import Kind
from softswitch.store.encoding import dumps
from softswitch.store.loader import BATCH, read
from softswitch.store.looking_back import attendance_before
from softswitch.store.members import Members
from softswitch.store.queue_log import QueueLog
from softswitch.store.reading import reading
from softswitch.store.stints import ONLINE
from softswitch.store.tables import call_notes, calls, events, stints

FORMATS = ("queue_log", "csv", "parquet", "json")

LEAD = 6 * 3600.0
"""Seconds before the range from which on events are read, for calls that were in progress."""

LOT = 10_000
"""Rows of one row group in Parquet."""

COLUMNS: dict[str, str] = {
    "id": "string", "start": "double", "end": "double", "number": "string", "name": "string",
    "dialled": "string", "trunk": "string", "language": "string", "menus": "string", "digits": "string",
    "queues": "string", "priority": "string", "wait": "double", "agent": "string", "outside": "string",
    "answered": "double", "talk": "double", "held": "double", "outcome": "string", "ended_by": "string",
    "status": "int64", "reason": "string", "disposition": "string", "notes": "string",
}  # fmt: skip
"""Of CSV and Parquet: from a call's record, with the types of Arrow; moments are seconds since the epoch."""

SOUND: dict[str, str] = {
    "codec": "string", "received": "int64", "sent": "int64", "lost": "int64", "late": "int64",
    "jitter": "double", "round_trip": "double", "mos": "double",
    "far_lost": "int64", "far_jitter": "double", "far_mos": "double",
}  # fmt: skip
"""Of each side's sound, as `caller_mos`: from `types.Quality`."""

SIDES = ("caller", "agent")

COLUMNS |= {f"{side}_{name}": kind for side in SIDES for name, kind in SOUND.items()}


def export(folder: Path, days: Range, form: str, out: Path | None, *, noted: bool = False) -> None:
    """`noted`: it is on record already that somebody takes this. Raises ControlError; StoreError: a file
    cannot be written, something is missing, or there is nothing to export.
    """
    if form == "parquet":
        _arrow()
        if out is None and sys.stdout.isatty():
            raise StoreError("Parquet does not go to a terminal; name a file with --out calls.parquet")
    with reading(folder) as connection, ExitStack() as stack:
        say_behind(connection, folder)
        total = _count(connection, days, form)
        if not total:
            raise NobodyCalled(f"the record has no {'event' if form == 'queue_log' else 'call'} of {days}")
        if not noted:
            note_export(folder, form, str(days.first), str(days.last))
        file = sys.stdout.buffer if out is None else stack.enter_context(_writing(out))
        step = stack.enter_context(_progress(form, total, shown=out is not None))
        written = _WRITERS[form](connection, days, file, step)
    if out is not None:
        print(f"{out}: {written:,} {'lines' if form == 'queue_log' else 'calls'} of {days}")


@contextmanager
def _writing(out: Path) -> Iterator[BinaryIO]:
    """The file is there when it is whole, and not before."""
    half = out.with_name(f"{out.name}.part")
    try:
        with half.open("wb") as file:
            yield file
        half.replace(out)
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}") from None
    finally:
        half.unlink(missing_ok=True)


@contextmanager
def _progress(form: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not (shown and screen.is_terminal)) as progress:
        bar = progress.add_task(f"writing {form}", total=total)
        yield lambda more: progress.advance(bar, more)


def _count(connection: Connection, days: Range, form: str) -> int:
    if form == "queue_log":
        first, last = span(connection, days.since, days.until)
        return last - first
    query = select(func.count()).where(calls.c.start >= days.since, calls.c.start < days.until)
    found: int = connection.execute(query).scalar_one()
    return found


def seq_at(connection: Connection, at: float) -> int:
    """The number of the first event not before a moment: found by halving, as numbers grow with time."""
    low = connection.execute(select(func.min(events.c.seq))).scalar()
    high = connection.execute(select(func.max(events.c.seq))).scalar()
    if low is None or high is None:
        return 0
    high += 1
    while low < high:
        middle = (low + high) // 2
        query = (
            select(events.c.seq, events.c.at).where(events.c.seq >= middle).order_by(events.c.seq).limit(1)
        )
        row = connection.execute(query).one()
        if row.at < at:
            low = row.seq + 1
        else:
            high = middle
    return int(low)


def span(connection: Connection, since: float, until: float) -> tuple[int, int]:
    """The number of the first event of [since, until), and that after the last one. Where the clock was wrong
    for a while, numbers do not grow with time: what calls and agents' times say counts too.
    """
    first, last = seq_at(connection, since), seq_at(connection, until)
    column, stint = calls.c, stints.c
    ended = select(func.min(column.seq), func.max(column.seq)).where(
        column.start >= since, column.start < until
    )
    low, high = connection.execute(ended).one()
    if low is not None:
        call = select(column.id).where(column.seq == low).limit(1).scalar_subquery()
        begun = connection.execute(select(func.min(events.c.seq)).where(events.c.call == call)).scalar()
        first, last = min(first, begun or low), max(last, high + 1)
    times = select(func.min(stint.seq), func.max(stint.seq)).where(stint.start >= since, stint.start < until)
    low, high = connection.execute(times).one()
    return (first, last) if low is None else (min(first, low), max(last, high + 1))


def members_before(connection: Connection, seq: int) -> Members:
    """Who takes calls just before an event, by its number."""
    at = connection.execute(select(events.c.at).where(events.c.seq >= seq).order_by(events.c.seq).limit(1))
    moment, stint = at.scalar() or 0.0, stints.c
    query = select(stint.agent).where(
        stint.state == ONLINE, stint.seq < seq, or_(stint.end.is_(None), stint.end >= moment)
    )
    there = connection.execute(query.order_by(stint.seq)).scalars().all()
    return Members(there, attendance_before(connection, seq))


Step = Callable[[int], None]


def _queue_log(connection: Connection, days: Range, file: BinaryIO, step: Step) -> int:
    first, last = span(connection, days.since, days.until)
    begin = min(first, seq_at(connection, days.since - LEAD))
    folded, written, begun = QueueLog(members_before(connection, begin)), 0, False
    for count, event in enumerate(read(connection, begin), 1):
        of_before = event.kind == Kind.SWITCH_STARTING or "last_seen" in event.data  # a crash, perhaps
        if event.seq >= last and event.at >= days.until and not of_before:
            break
        if not begun and event.at >= days.since and not of_before:
            written += _put(folded.standing(days.since), days, file)
            begun = True
        written += _put(folded.apply(event), days, file)
        if count % BATCH == 0:
            step(BATCH)
    return written + _put(folded.close(), days, file)


def _put(lines: Iterable[str], days: Range, file: BinaryIO) -> int:
    wanted = [line for line in lines if int(days.since) <= int(line.partition("|")[0]) < days.until]
    for line in wanted:
        file.write(f"{line}\n".encode("utf-8", "replace"))
    return len(wanted)


def _records(connection: Connection, days: Range, step: Step) -> Iterator[dict[str, Any]]:
    wrote, column = call_notes.c, calls.c
    query = (
        select(column.id, column.record, wrote.agent, wrote.at, wrote.notes, wrote.disposition)
        .outerjoin(call_notes, wrote.call == column.id)
        .where(column.start >= days.since, column.start < days.until)
        .order_by(column.start, column.seq, wrote.seq)
    )
    rows = connection.execution_options(yield_per=BATCH).execute(query)
    for _, lines in groupby(rows, key=lambda row: row.id):
        first, *more = lines
        notes = [_notes(row) for row in (first, *more) if row.agent is not None]
        yield {**json.loads(first.record), "notes": notes}
        step(1)


def _notes(row: Any) -> dict[str, Any]:
    return {"agent": row.agent, "at": row.at, "notes": row.notes, "disposition": row.disposition}


def _json(connection: Connection, days: Range, file: BinaryIO, step: Step) -> int:
    count = 0
    for count, record in enumerate(_records(connection, days, step), 1):  # noqa: B007 - it is returned
        file.write(f"{dumps(record)}\n".encode("utf-8", "replace"))
    return count


def _csv(connection: Connection, days: Range, file: BinaryIO, step: Step) -> int:
    text = io.TextIOWrapper(file, "utf-8", "replace", newline="", write_through=True)
    writer, count = csv.writer(text, lineterminator="\n"), 0
    writer.writerow(COLUMNS)
    for count, record in enumerate(_records(connection, days, step), 1):  # noqa: B007 - it is returned
        cells = _cells(record)
        for name in ("start", "end", "answered"):
            if cells[name] is not None:
                moment = datetime.fromtimestamp(cells[name]).astimezone()
                cells[name] = moment.isoformat(timespec="milliseconds")
        writer.writerow([inert(value) for value in cells.values()])
    text.detach()
    return count


def _cells(record: dict[str, Any]) -> dict[str, Any]:
    found = {name: record.get(name) for name in COLUMNS}
    for name in ("menus", "queues"):
        found[name] = " > ".join(found[name] or ())
    for name in ("disposition", "notes"):
        found[name] = " > ".join(filter(None, (one[name] for one in record["notes"])))
    for side in SIDES:
        sound = record.get(f"{side}_media") or {}
        found |= {f"{side}_{name}": sound.get(name) for name in SOUND}
    return found


def _parquet(connection: Connection, days: Range, file: BinaryIO, step: Step) -> int:
    arrow, parquet = _arrow()
    kinds = {"string": arrow.string(), "double": arrow.float64(), "int64": arrow.int64()}
    schema = arrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    records, count = map(_cells, _records(connection, days, step)), 0
    with parquet.ParquetWriter(file, schema) as writer:
        while lot := list(islice(records, LOT)):
            writer.write_table(arrow.Table.from_pylist(lot, schema=schema))
            count += len(lot)
    return count


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise StoreError(
            "Parquet needs pyarrow, which is not installed here: "
            f"{shlex.quote(sys.executable)} -m pip install pyarrow; --format csv needs nothing"
        ) from None
    return pyarrow, pyarrow.parquet


_WRITERS: dict[str, Callable[[Connection, Range, BinaryIO, Step], int]] = {
    "queue_log": _queue_log,
    "csv": _csv,
    "parquet": _parquet,
    "json": _json,
}
