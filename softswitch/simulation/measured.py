"""Numbers and durations that somebody measured, from CSV files."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import PydanticCustomError

from softswitch.config.quantities import parse_duration
from softswitch.errors import SimulationError
from softswitch.simulation.table import Cell, Table, table
from softswitch.types import Seconds


def seconds(text: str) -> Seconds:
    """Seconds of `185`, `185.5`, `3m`, `3:05` or `0:03:05`. Raises ValueError."""
    parts = text.split(":")
    if text.startswith("-"):
        raise ValueError(f"{text!r} is below 0")
    try:
        if 1 < len(parts) <= 3 and all(part.isdigit() for part in parts[:-1]):
            whole = sum(int(part) * 60 ** (len(parts) - 1 - place) for place, part in enumerate(parts[:-1]))
            return _sane(text, whole + float(parts[-1]))
        return _sane(text, float(text))
    except ValueError:
        try:
            return _sane(text, float(parse_duration(text)))
        except PydanticCustomError:
            raise ValueError(f"{text!r} is no duration; write seconds, as 185, or 3m, or 3:05") from None


def _sane(text: str, value: Seconds) -> Seconds:
    if not 0 <= value < 1e7:
        raise ValueError(f"{text!r} is no duration that a call could have")
    return value


def values(path: Path) -> tuple[Seconds, ...]:
    """The durations of a file with one column, `seconds`. Raises SimulationError."""
    made = table(path, ("seconds",))
    found = [value for row in made.rows if (value := _required(made, row)) is not None]
    made.check()
    if not found:
        raise SimulationError(f"{path}: no values under 'seconds'")
    return tuple(found)


def _required(made: Table, row: tuple[Cell, ...]) -> Seconds | None:
    if not row[0].text:
        made.wrong(row[0], "a value is missing")
    return made.read(row, "seconds", seconds)
