"""Tables in CSV files, with the place of every cell: mistakes are shown as an editor would find them.

Comma, semicolon or tab, whichever the first line has; the first line names the columns; cells may be quoted.
Where no comma parts the cells, numbers may have one, as spreadsheets of many countries write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from softswitch.config.nearest import did_you_mean
from softswitch.errors import Problem, SimulationError

SHOWN = 12
"""So many mistakes of a file are listed."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; `text` is empty where there is nothing."""

    text: str
    line: int
    column: int


@dataclass(slots=True)
class Table:
    """A file, and what is wrong with it."""

    path: Path
    columns: Mapping[str, int] = field(default_factory=dict)
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    separator: str = ","

    def cell(self, row: Sequence[Cell], name: str) -> Cell | None:
        """The cell of a column; None: there is no such column."""
        place = self.columns.get(name)
        return None if place is None else row[place]

    def wrong(self, cell: Cell, message: str) -> None:
        """Note a mistake."""
        width = max(1, len(cell.text))
        self.problems.append(Problem(str(self.path), cell.line, cell.column, message, width))

    def read(self, row: Sequence[Cell], name: str, parse: Callable[[str], T]) -> T | None:
        """What a cell means; None: it is empty or not there, or wrong, which is noted. `parse` raises
        ValueError that says what was expected.
        """
        cell = self.cell(row, name)
        if cell is None or not cell.text:
            return None
        text = cell.text
        if self.separator != "," and re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", text):
            both = text.replace(",", ""), text.replace(",", ".")
            self.wrong(cell, f"{name}: {text} may be {both[0]} or {both[1]}; write it as one of these")
            return None
        if self.separator != "," and re.fullmatch(r"[0-9]+,[0-9]+", text):
            text = text.replace(",", ".")
        try:
            return parse(text)
        except ValueError as error:
            self.wrong(cell, f"{name}: {error}")
            return None

    def check(self) -> None:
        """Raises SimulationError with all that was noted."""
        if not self.problems:
            return
        shown = [str(problem) for problem in sorted(self.problems)[:SHOWN]]
        more = len(self.problems) - len(shown)
        raise SimulationError("\n".join(shown + ([f"and {more:,} more like these"] if more else [])))


def table(
    path: Path, required: Sequence[str], optional: Sequence[str] = (), *, others: bool = False
) -> Table:
    """The rows of a file; `others`: it may have more columns. Raises SimulationError: it cannot be read, or
    its columns are others.
    """
    made = Table(path)
    lines = _text(path).replace("\r\n", "\n").split("\n")  # names may have other ends of lines
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise SimulationError(f"{path}: it is empty; the first line names the columns: {', '.join(required)}")
    made.separator = separator = max(",;\t", key=lines[0].count)
    heads = list(_cells(lines[0], 1, separator))
    known = (*required, *optional)
    names = [head.text.strip().lower() for head in heads]
    for head, name in zip(heads, names, strict=True):
        if name not in known:
            if others:
                continue
            made.wrong(head, f"unknown column {head.text!r}{did_you_mean(name, known)}")
        elif names.count(name) > 1:
            made.wrong(head, f"column {name!r} is there twice")
    if missing := [name for name in required if name not in names]:
        made.wrong(Cell(lines[0], 1, 1), f"column {missing[0]!r} is missing from the first line")
    made.check()
    made.columns = {name: place for place, name in enumerate(names)}
    for number, line in enumerate(lines[1:], start=2):
        row = tuple(_cells(line, number, separator))
        if not line.strip():
            made.wrong(Cell("", number, 1), "an empty line in the middle: was something cut out here?")
        elif len(row) != len(heads):
            made.wrong(row[-1], f"{len(row)} values, and the first line names {len(heads)} columns")
        else:
            made.rows.append(row)
    return made


def heads_of(path: Path) -> list[str]:
    """The names of the columns, in small letters. Raises SimulationError: it cannot be read."""
    first = _text(path).split("\n", 1)[0].rstrip("\r")
    separator = max(",;\t", key=first.count)
    return [cell.text.strip().lower() for cell in _cells(first, 1, separator)]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SimulationError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SimulationError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


def _cells(line: str, number: int, separator: str) -> Iterator[Cell]:
    at = 0
    while True:
        start = at
        if line[at : at + 1] == '"':
            at += 1
            text = ""
            while at < len(line):
                if line[at] == '"' and line[at + 1 : at + 2] != '"':
                    break
                at += line[at] == '"'
                text += line[at]
                at += 1
            at = min(at + 1, len(line))
            end = line.find(separator, at)
        else:
            end = line.find(separator, at)
            text = line[at : end if end >= 0 else None].strip()
        yield Cell(text, number, start + 1)
        if end < 0:
            return
        at = end + 1
