"""How many calls come in each half-hour, or other equal step, from a CSV file: `time` and `calls`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from softswitch.errors import SimulationError
from softswitch.simulation.calls_file import moment
from softswitch.simulation.table import Cell, Table, table
from softswitch.simulation.traffic import DAY, HOUR, Profile
from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class Day:
    """What a file says."""

    profile: Profile
    opens: Seconds
    """The first time, from midnight."""


def day(path: Path) -> Day:
    """The steps of a file. Raises SimulationError with every mistake, as file:line:column."""
    made = table(path, ("time", "calls"))
    found: list[tuple[Cell, Seconds, float]] = []
    for row in made.rows:
        when, calls = made.read(row, "time", _clock), made.read(row, "calls", _count)
        for cell, name in zip(row, made.columns, strict=True):
            if not cell.text:
                made.wrong(cell, f"{name} is missing")
        if when is not None and calls is not None:
            found.append((row[made.columns["time"]], when, calls))
    made.check()
    if len(found) < 2:
        raise SimulationError(f"{path}: a profile has at least two lines, as `08:00,25` and `08:30,40`")
    found = _through_midnight(found)
    step = _step(made, found)
    made.check()
    opens = found[0][1]
    edges = tuple(when - opens for _, when, _ in found)
    rates = tuple(calls * HOUR / step for _, _, calls in found)
    return Day(Profile((*edges, edges[-1] + step), rates), opens)


def _through_midnight(found: list[tuple[Cell, Seconds, float]]) -> list[tuple[Cell, Seconds, float]]:
    """The same with times after midnight as those of the next day, where a night goes on without a hole."""
    first, step = found[0][1], found[1][1] - found[0][1]
    lifted = found[:1]
    for cell, when, calls in found[1:]:
        due = lifted[-1][1] + step
        goes_on = due >= DAY and when == due - DAY and when < first
        lifted.append((cell, when + DAY if goes_on else when, calls))
    return lifted


def _step(made: Table, found: list[tuple[Cell, Seconds, float]]) -> Seconds:
    """How long each step is; where it is another one is noted."""
    step = found[1][1] - found[0][1]
    if step <= 0:
        made.wrong(
            found[1][0], f"time: {found[1][0].text} is not after the line above; sort the file by time"
        )
        return step
    for (_, before, _), (cell, when, _) in pairwise(found):
        due = before + step
        if when < before:
            made.wrong(cell, f"time: {cell.text} is before the line above; sort the file by time")
        elif when == before:
            made.wrong(cell, f"time: {cell.text} is there twice")
        elif when > due:
            made.wrong(cell, f"time: {_shown(due)} is missing before this line; write 0 calls if none came")
        elif when < due:
            made.wrong(cell, f"time: expected {_shown(due)}: the first lines are {step / 60:g} minutes apart")
    return step


def _clock(text: str) -> Seconds:
    found = moment(text)
    if found.kind == "date":
        raise ValueError(f"{text}: a profile is of any day; write the time alone, as 08:30")
    if found.kind == "seconds":
        raise ValueError(f"{text} is no time of day; write it as 08:30")
    return found.at


def _count(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e7:
        raise ValueError(f"{text!r} is no number of calls")
    return value


def _shown(at: Seconds) -> str:
    minutes = round(at % DAY / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
