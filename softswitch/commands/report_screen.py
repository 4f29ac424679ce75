"""A report on the screen: everything that a page has, drawn with letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from softswitch.commands.table import foreign
from softswitch.fitting import Cell, Fitting
from softswitch.reports.report import Report
from softswitch.reports.tables import callback_table, heat_table, table, wait_table

BELOW = (
    *("short", "voicemails", "hold", "estimate error", "estimate off by", "wrap-up", "turned away"),
    *("service level 2", "declined", "talk", "median", "paused", "abandonment", "talk mean"),
)
"""What goes below its row on a narrow terminal, the first first."""

SHADES = " ░▒▓█"
"""From nobody to most."""

COLOUR = "blue"

DAY = 4
"""Letters of a weekday, and a blank."""

BAR = 24
"""Letters that stand for everybody."""


def shown(report: Report, by: str, screen: Console) -> Iterator[RenderableType]:
    """The figures by `by`, callbacks if there were any, the heat map, and when callers lose patience."""
    yield Text(report.title, style="bold")
    yield from (Text(note, style="dim") for note in report.notes[:1])
    yield _fitting(*table(report, by))
    if report.callbacks:
        yield Text("Callbacks", style="bold")
        yield _fitting(*callback_table(report, by))
    if report.total.offered:
        yield Text("Callers by weekday and hour\n", style="bold")
        yield from _heat(report, screen.width)
        yield Text("\nAbandonment by waiting time, of those who still waited", style="bold")
        yield _waits(report)


def _fitting(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Fitting:
    below = tuple(f">{head}" for head in BELOW)
    named: list[tuple[Cell, ...]] = [(foreign(row[0]), *row[1:]) for row in rows]
    return Fitting((heads[0], *(f">{head}" for head in heads[1:])), named, below)


def _heat(report: Report, width: int) -> Iterator[Text]:
    """Numbers where there is room for them, else shades."""
    heads, rows = heat_table(report)
    most = int(report.heat.max())
    room = 1 + max(2, len(f"{most}"))
    if DAY + 24 * room <= width:
        yield Text(" " * DAY + "".join(f"{head:>{room}}" for head in heads[1:]), style="dim")
        for day, *counts in rows:
            numbers = ("." if count == "0" else count for count in counts)
            yield Text(f"{day:{DAY}}" + "".join(f"{number:>{room}}" for number in numbers))
        return
    yield Text(" " * DAY + "".join(f"{head:6}" for head in heads[1::3]), style="dim")
    for (day, *_), line in zip(rows, report.heat.tolist(), strict=True):
        shades = "".join(2 * SHADES[-(-count * (len(SHADES) - 1) // most)] for count in line)
        yield Text(f"{day:{DAY}}").append(shades, style=COLOUR)
    yield Text(f"{SHADES[-1]} is {most:,} callers, the most of any hour of the week", style="dim")


def _waits(report: Report) -> Fitting:
    heads, rows = wait_table(report)
    bars = (SHADES[-1] * round(BAR * part) for _, part, _ in report.impatience)
    lines: list[tuple[Cell, ...]] = [
        (*row, Text(bar, style="yellow")) for row, bar in zip(rows, bars, strict=True)
    ]
    return Fitting((*(f">{head}" for head in heads), ""), lines)
