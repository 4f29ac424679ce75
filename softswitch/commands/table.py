"""How tables and durations look, the same in every command."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

WIDE = 160
"""Columns when the output is no terminal: a table in a file or a pipe is not squeezed, unless the environment
has COLUMNS (shells keep theirs to themselves, so somebody wants it)."""


SENTENCE = 24
"""Columns that a sentence can be read in, on several lines."""


def console() -> Console:
    """Standard output."""
    terminal, columns = Console(), os.environ.get("COLUMNS", "")
    if terminal.is_terminal:
        return terminal
    return Console(width=int(columns) if columns.isdecimal() and int(columns) else WIDE)


def table(*columns: str, title: str | None = None) -> Table:
    """A table; a column whose name begins with > is aligned to the right."""
    made = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(
            column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
    return made


def fitting(
    screen: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[RenderableType]],
    expendable: Sequence[str],
    sentences: str = "",
) -> Table:
    """A table of `rows`, each with a cell for every column; expendable columns go, first to last, until it
    fits the screen. Before that the column `sentences` is narrowed down to `SENTENCE`.
    """
    unbound = screen.options.update(width=10 * WIDE)
    for count in range(len(expendable) + 1):
        made = _table_of(columns, rows, expendable[:count])
        flexible = [column for column in made.columns if column.header == sentences]
        for column in flexible:
            column.max_width = SENTENCE
        spare = screen.width - screen.measure(made, options=unbound).maximum
        for column in flexible:
            column.max_width = SENTENCE + spare if spare >= 0 else None
        if spare >= 0:
            break
    return made


def _table_of(
    columns: Sequence[str], rows: Sequence[Sequence[RenderableType]], hidden: Sequence[str]
) -> Table:
    made = table(*(column for column in columns if column not in hidden))
    for row in rows:
        made.add_row(*(cell for column, cell in zip(columns, row, strict=True) if column not in hidden))
    return made


def foreign(text: str) -> Text:
    """Text that came over the network, unable to take control of the terminal."""
    return Text("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text))


def doing(state: str) -> str:
    """What an agent is doing, or why none could be offered a call, in words. A call outside the queues is not
    one with somebody outside: the agent dialled it, took it over, or a colleague sent the caller there.
    """
    return "in a call" if state == "outside-call" else state


def print_json(value: object) -> None:
    """A result for machines."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def duration(seconds: float | None) -> str:
    """`4.2 s`, `1:05`, `2:00:00`; a dash for nothing."""
    if seconds is None or seconds < 0:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def when(at: float, now: datetime) -> str:
    """Local time, with the date unless that is today's."""
    moment = datetime.fromtimestamp(at).astimezone()
    return moment.strftime("%H:%M:%S" if moment.date() == now.date() else "%Y-%m-%d %H:%M:%S")
