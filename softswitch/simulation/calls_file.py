"""Calls as they came, from a CSV file: `time`, perhaps `queue`, `class`, `number`, `talk`, `patience`; or one
that `softswitch export --format csv` wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from math import inf
from pathlib import Path
from types import MappingProxyType

from softswitch.config.nearest import did_you_mean
from softswitch.errors import SimulationError
from softswitch.simulation.measured import seconds
from softswitch.simulation.patience import Wait
from softswitch.simulation.table import Cell, Table, heads_of, table
from softswitch.simulation.traffic import DAY, HOUR, Listed
from softswitch.types import QueueName, Seconds

KINDS = {"seconds": "seconds from the start", "clock": "a time of day", "date": "a date and a time"}

FAR: Seconds = 366 * DAY
"""No call of a file comes later."""

EXPORTED = frozenset(("start", "queues", "wait", "talk", "outcome"))
"""Columns by which an export is known."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What a file says."""

    calls: tuple[Listed, ...]
    """By time, from 0 on."""
    clock: Seconds | None
    """What the clock shows at 0, from midnight: the hour in which the first one came; None: unknown."""
    day: date | None
    """None: the file does not say."""
    span: Seconds
    """Until the end of the half-hour in which the last one came."""
    waits: Mapping[QueueName, tuple[Wait, ...]] = field(default_factory=dict)
    """Of an export, by queue: how long each one waited, and whether that one gave up."""

    def of(self, queue: QueueName) -> Calls:
        """Those of one queue, with the same moment 0."""
        own = tuple(call for call in self.calls if call.queue == queue)
        waits = {queue: self.waits[queue]} if queue in self.waits else {}
        return replace(self, calls=own, waits=waits)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the file."""

    kind: str
    """A key of `KINDS`."""
    at: Seconds
    """From the start, from midnight, or since the epoch."""
    ahead: Seconds = 0.0
    """Of a date with an offset: how far the clock there is ahead of UTC."""


def moment(text: str) -> Moment:
    """Of `185.5`, `08:31`, `08:31:05` or `2026-03-02 08:31:05`. Raises ValueError."""
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        if float(text) > FAR:
            raise ValueError(
                f"{text} seconds from the start are more than a year; if they are from 1970 on, write dates,"
                " as 2026-03-02 08:31:05"
            )
        return Moment("seconds", float(text))
    clock = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]+)?))?", text)
    if clock:
        hours, minutes, rest = int(clock[1]), int(clock[2]), float(clock[3] or 0)
        if hours < 24 and minutes < 60 and rest < 60:
            return Moment("clock", hours * HOUR + minutes * 60 + rest)
        raise ValueError(f"the clock has no {text}")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no time; write 08:31:05, 2026-03-02 08:31:05, or seconds from the start"
        ) from None
    ahead = found.utcoffset()
    at = found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    return Moment("date", at, ahead.total_seconds() if ahead else 0.0)


def queues_in(path: Path) -> list[str]:
    """Whom the calls of a file are for, in the order in which they come up; empty: it does not say."""
    column = "queues" if EXPORTED.issubset(heads := heads_of(path)) else "queue"
    if column not in heads:
        return []
    made = table(path, (column,), others=True)
    names = (row[made.columns[column]].text.split(" > ")[0].strip() for row in made.rows)
    return list(dict.fromkeys(name for name in names if name))


def calls(
    path: Path,
    queues: Collection[str],
    queue: QueueName | None,
    *,
    alone: bool = False,
    classes: Mapping[QueueName, Collection[str]] = MappingProxyType({}),
) -> Calls:
    """The calls of a file; those without a queue are for `queue`; `alone`: others are left out. `classes`: of
    priority, by queue, where it matters which there are. Raises SimulationError with every mistake,
    as file:line:column.
    """
    if EXPORTED.issubset(heads_of(path)):
        return _exported(path, queues, queue)
    made = table(path, ("time",), ("queue", "class", "number", "talk", "patience"))
    found: list[tuple[Moment, Listed]] = []
    before: Moment | None = None
    for row in made.rows:
        if (when := _time(made, row, before)) is None:
            continue
        before = when
        if (name := _queue(made, row, queues, queue)) is not None and (name == queue or not alone):
            found.append((when, _listed(made, row, when, name, classes.get(name))))
    made.check()
    if not found:
        raise SimulationError(f"{path}: no calls in it")
    return _from_zero(found)


def _exported(path: Path, queues: Collection[str], only: QueueName | None) -> Calls:
    """Of an export: the calls that waited in a queue, by the first one; if `only` is named, in that one."""
    made = table(path, tuple(EXPORTED), ("priority", "number"), others=True)
    found: list[tuple[Moment, Listed]] = []
    waits: dict[QueueName, list[Wait]] = {}
    before: Moment | None = None
    for row in made.rows:
        if (when := _time(made, row, before, "start")) is None:
            continue
        before = when
        cell, outcome = made.cell(row, "queues"), made.cell(row, "outcome")
        assert cell is not None
        assert outcome is not None
        name = cell.text.split(" > ")[0].strip()
        if not name or (only is not None and name != only):
            continue
        if name not in queues and only is None:
            made.wrong(
                cell, f"there is no queue {name!r}{did_you_mean(name, queues)}; or name one by --queue"
            )
            continue
        waited = made.read(row, "wait", seconds) or 0.0
        gave_up = outcome.text == "abandoned"
        talk = made.read(row, "talk", seconds) if outcome.text == "answered" else None
        number = made.cell(row, "number")
        found.append(
            (
                when,
                Listed(
                    when.at,
                    QueueName(name),
                    number=number.text.lstrip("'") if number else "",
                    talk=talk,
                    patience=waited if gave_up else None,
                ),
            )
        )
        waits.setdefault(QueueName(name), []).append((waited, gave_up))
    made.check()
    if not found:
        whom = f"queue {only!r}" if only else "any queue"
        raise SimulationError(f"{path}: no call in it waited in {whom}")
    return replace(_from_zero(found), waits={each: tuple(of) for each, of in waits.items()})


def _time(made: Table, row: tuple[Cell, ...], before: Moment | None, column: str = "time") -> Moment | None:
    cell = made.cell(row, column)
    assert cell is not None
    if not cell.text:
        made.wrong(cell, f"the {column} is missing")
        return None
    when = made.read(row, column, moment)
    if when is None or before is None:
        return when
    if when.kind != before.kind:
        made.wrong(
            cell, f"{column}: this is {KINDS[when.kind]}, and the line before has {KINDS[before.kind]}"
        )
        return None
    if when.at < before.at:
        hint = "; with a date before it the next day could begin here" if when.kind == "clock" else ""
        made.wrong(cell, f"{column}: {cell.text} is before the line above; sort the file by {column}{hint}")
        return None
    return when


def _queue(
    made: Table, row: tuple[Cell, ...], queues: Collection[str], usual: QueueName | None
) -> QueueName | None:
    cell = made.cell(row, "queue")
    if cell is None or not cell.text:
        if usual is None:
            made.wrong(cell or row[0], "of which queue? fill the column 'queue', or name one by --queue")
        return usual
    if cell.text not in queues:
        made.wrong(cell, f"there is no queue {cell.text!r}{did_you_mean(cell.text, queues)}")
        return None
    return QueueName(cell.text)


def _listed(
    made: Table, row: tuple[Cell, ...], when: Moment, queue: QueueName, classes: Collection[str] | None
) -> Listed:
    priority, number = made.cell(row, "class"), made.cell(row, "number")
    if priority and priority.text and classes is not None and priority.text not in (*classes, "default"):
        near = did_you_mean(priority.text, classes)
        made.wrong(priority, f"queue {queue} has no priority class {priority.text!r}{near}")
    return Listed(
        when.at,
        queue,
        priority.text if priority and priority.text else "default",
        number.text if number else "",
        made.read(row, "talk", seconds),
        made.read(row, "patience", lambda text: inf if text == "endless" else seconds(text)),
    )


def _from_zero(found: list[tuple[Moment, Listed]]) -> Calls:
    kind, ahead = found[0][0].kind, found[0][0].ahead
    first = found[0][0].at + ahead
    zero = 0.0 if kind == "seconds" else first // HOUR * HOUR
    moved = [replace(each, at=each.at + when.ahead - zero) for when, each in found]
    listed = tuple(sorted(moved, key=lambda each: each.at))  # clocks that were put back tell an hour twice
    span = (listed[-1].at // 1800 + 1) * 1800
    if kind == "seconds":
        return Calls(listed, None, None, span)
    day = datetime.fromtimestamp(zero, UTC).date() if kind == "date" else None
    return Calls(listed, zero % DAY, day, span)
