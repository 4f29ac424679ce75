"""A report as the text of a mail: tables alone, styled in place, as mail programs show no more."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from softswitch.reports.cells import HEADS, cells
from softswitch.reports.report import Report
from softswitch.reports.tables import callback_table, heat_table, table, wait_table

FONT = "font:14px/1.4 system-ui,sans-serif;color:#1d2530"
CELL = "padding:3px 6px;border-bottom:1px solid #e6e9ee;text-align:right;white-space:nowrap"
HEAD = "padding:3px 6px;border-bottom:1px solid #e6e9ee;text-align:right;vertical-align:bottom"
"""Of several words one below the other: a mail is as narrow as its reader's window."""

HOUR = "padding:2px 4px;text-align:right"
FIRST = "padding:3px 9px;border-bottom:1px solid #e6e9ee;text-align:left;white-space:nowrap"


def html(report: Report, bys: Sequence[str]) -> str:
    """The whole of it in a line of figures, then a table for each of `bys`."""
    parts = [f'<h2 style="font-size:18px">{escape(report.title)}</h2>']
    total = list(zip(HEADS, cells(report.total)[1:], strict=True))
    parts.append(_table(("", ""), total))
    for by in bys:
        heads, rows = table(report, by)
        parts.append(f'<h3 style="font-size:15px">By {escape(by)}</h3>' + _table(heads, rows))
    if report.callbacks:
        heads, rows = callback_table(report, bys[0] if bys else "queue")
        parts.append('<h3 style="font-size:15px">Callbacks</h3>' + _table(heads, rows))
    heads, rows = wait_table(report)
    parts.append('<h3 style="font-size:15px">Abandonment by waiting time</h3>' + _table(heads, rows))
    parts.append('<h3 style="font-size:15px">Callers by weekday and hour</h3>' + _heat(report))
    parts += [f'<p style="color:#66707c;font-size:12px">{escape(note)}</p>' for note in report.notes]
    return f'<!doctype html><html lang="en"><body style="{FONT}">{"".join(parts)}</body></html>'


def text(report: Report) -> str:
    """For who reads no HTML."""
    total = zip(HEADS, cells(report.total)[1:], strict=True)
    lines = [report.title, "", *(f"{head + ':':<18}{value:>10}" for head, value in total)]
    return "\n".join([*lines, "", *report.notes]) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_line("th", heads, HEAD)] if any(heads) else []
    lines += [_line("td", row) for row in rows]
    style = "border-collapse:collapse;font-size:13px"
    return f'<table style="{style}" cellspacing="0">{"".join(lines)}</table>'


def _heat(report: Report) -> str:
    """The heat map, by the colour of each cell."""
    heads, rows = heat_table(report)
    most = max(int(report.heat.max()), 1)
    lines = [_line("th", heads, HOUR)]
    for row, counts in zip(rows, report.heat.tolist(), strict=True):
        shades = (f"{HOUR};background:{_shade(count / most)}" for count in counts)
        made = (f'<td style="{style}">{cell}</td>' for style, cell in zip((FIRST, *shades), row, strict=True))
        lines.append(f"<tr>{''.join(made)}</tr>")
    return f'<table style="border-collapse:collapse;font-size:11px" cellspacing="0">{"".join(lines)}</table>'


def _shade(part: float) -> str:
    """Between white and blue; mail programs know no transparency."""
    return "#" + "".join(f"{round(255 - 0.75 * part * (255 - full)):02x}" for full in (47, 109, 181))


def _line(tag: str, cells_of_it: Sequence[str], style: str = CELL) -> str:
    made = (
        f'<{tag} style="{style if place else FIRST}">{escape(cell)}</{tag}>'
        for place, cell in enumerate(cells_of_it)
    )
    return f"<tr>{''.join(made)}</tr>"
