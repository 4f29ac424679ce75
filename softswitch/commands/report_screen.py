"""A report on the screen: everything that a page has, drawn with letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.text import Text

from softswitch.commands.table import foreign
from softswitch.fitting import Cell, Fitting
from softswitch.reports.report import Report
from softswitch.reports.tables import Row, callback_table, heat_table, table, wait_table
from softswitch.reports.wording import Words

BELOW = (
    *("short", "voicemails", "held", "estimate_error_share", "estimate_error", "wrap_up", "turned_away"),
    *("service_level_2", "declined", "talk", "wait_median", "paused", "abandonment", "talk_mean"),
)
"""Figures that go below their row on a narrow terminal, the first first."""

OF_CALLBACKS = ("attempts", "withdrawn", "waiting", "wait_mean")
"""The same, of callbacks."""

SHADES = " ░▒▓█"
"""From nobody to most."""

COLOUR = "blue"

BAR = 24
"""Letters that stand for everybody."""


def shown(report: Report, by: str, screen: Console) -> Iterator[RenderableType]:
    """The figures by `by`, callbacks if there were any, the heat map, and when callers lose patience."""
    words = report.words
    yield Text(report.title, style="bold")
    yield from (Text(note, style="dim") for note in report.ways)
    yield _fitting(words, *table(report, by))
    if report.callbacks:
        yield Text(words.say("callbacks"), style="bold")
        yield _fitting(words, *callback_table(report, by))
    if report.total.offered:
        yield Text(words.say("heat") + "\n", style="bold")
        yield from _heat(report, screen.width)
        yield Text("\n" + words.say("patience.of"), style="bold")
        yield _waits(report)


def _fitting(words: Words, heads: Row, rows: Sequence[Row]) -> Fitting:
    below = (
        *(f">{words.say(f'figure.{name}')}" for name in BELOW),
        *(f">{words.say(f'callback.{name}')}" for name in OF_CALLBACKS),
    )
    named: list[tuple[Cell, ...]] = [(foreign(row[0]), *row[1:]) for row in rows]
    return Fitting((heads[0], *(f">{head}" for head in heads[1:])), named, below)


def _heat(report: Report, width: int) -> Iterator[Text]:
    """Numbers where there is room for them, else shades."""
    heads, rows = heat_table(report)
    most = int(report.heat.max())
    day, room = max(cell_len(row[0]) for row in rows) + 1, 1 + max(2, len(f"{most}"))
    if day + 24 * room <= width:
        yield Text(" " * day + "".join(f"{head:>{room}}" for head in heads[1:]), style="dim")
        for name, *counts in rows:
            numbers = ("." if count == "0" else count for count in counts)
            yield Text(set_cell_size(name, day) + "".join(f"{number:>{room}}" for number in numbers))
        return
    yield Text(" " * day + "".join(f"{head:6}" for head in heads[1::3]), style="dim")
    for name, *counts in rows:
        shades = "".join(2 * SHADES[-(-int(count) * (len(SHADES) - 1) // most)] for count in counts)
        yield Text(set_cell_size(name, day)).append(shades, style=COLOUR)
    words = report.words
    yield Text(words.say("heat.most", shade=SHADES[-1], count=words.count(most)), style="dim")


def _waits(report: Report) -> Fitting:
    heads, rows = wait_table(report)
    bars = (SHADES[-1] * round(BAR * part) for _, part, _ in report.impatience)
    lines: list[tuple[Cell, ...]] = [
        (*row, Text(bar, style="yellow")) for row, bar in zip(rows, bars, strict=True)
    ]
    return Fitting((*(f">{head}" for head in heads), ""), lines)
