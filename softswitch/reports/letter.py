"""A report as the text of a mail: tables alone, styled in place, as mail programs show no more."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from softswitch.reports.report import Report
from softswitch.reports.tables import Row, callback_table, heat_table, table, total_table, wait_table
from softswitch.reports.wording import Words

FONT = "font:14px/1.4 system-ui,sans-serif;color:#1d2530"
CELL = "padding:3px 6px;border-bottom:1px solid #e6e9ee;text-align:{end};white-space:nowrap"
HEAD = "padding:3px 6px;border-bottom:1px solid #e6e9ee;text-align:{end};vertical-align:bottom"
"""Of several words one below the other: a mail is as narrow as its reader's window."""

HOUR = "padding:2px 4px;text-align:{end}"
FIRST = "padding:3px 9px;border-bottom:1px solid #e6e9ee;text-align:{start};white-space:nowrap"
"""The sides are named by `_sides`: mail programs know left and right alone."""


def html(report: Report, bys: Sequence[str]) -> str:
    """The whole of it in a line of figures, then a table for each of `bys`."""
    words = report.words
    parts = [f'<h2 style="font-size:18px">{escape(report.title)}</h2>']
    parts.append(_table(words, ("", ""), total_table(report)))
    tables = [(f"by.{by}", table(report, by)) for by in bys]
    if report.callbacks:
        tables.append(("callbacks", callback_table(report, bys[0] if bys else "queue")))
    tables.append(("patience", wait_table(report)))
    parts += [_head(words, name) + _table(words, heads, rows) for name, (heads, rows) in tables]
    parts.append(_head(words, "heat") + _heat(report))
    parts += [f'<p style="color:#66707c;font-size:12px">{escape(note)}</p>' for note in report.notes]
    return (
        f'<!doctype html><html lang="{words.language}" dir="{words.direction}">'
        f'<body dir="{words.direction}" style="{FONT}">{"".join(parts)}</body></html>'
    )


def text(report: Report) -> str:
    """For who reads no HTML."""
    total = total_table(report)
    width = max(len(head) for head, _ in total) + 2
    lines = [report.title, "", *(f"{head + ':':<{width}}{value:>10}" for head, value in total)]
    return "\n".join([*lines, "", *report.notes]) + "\n"


def _head(words: Words, name: str) -> str:
    return f'<h3 style="font-size:15px">{escape(words.say(name))}</h3>'


def _table(words: Words, heads: Row, rows: Sequence[Row]) -> str:
    lines = [_line(words, "th", heads, HEAD)] if any(heads) else []
    lines += [_line(words, "td", row) for row in rows]
    style = "border-collapse:collapse;font-size:13px"
    return f'<table style="{style}" cellspacing="0">{"".join(lines)}</table>'


def _heat(report: Report) -> str:
    """The heat map, by the colour of each cell."""
    words = report.words
    heads, rows = heat_table(report)
    most = max(int(report.heat.max()), 1)
    lines = [_line(words, "th", heads, HOUR)]
    for name, *counts in rows:
        shades = (f"{HOUR};background:{_shade(int(count) / most)}" for count in counts)
        styles = (_sides(words, style) for style in (FIRST, *shades))
        made = (
            f'<td style="{style}">{cell}</td>' for style, cell in zip(styles, (name, *counts), strict=True)
        )
        lines.append(f"<tr>{''.join(made)}</tr>")
    return f'<table style="border-collapse:collapse;font-size:11px" cellspacing="0">{"".join(lines)}</table>'


def _shade(part: float) -> str:
    """Between white and blue; mail programs know no transparency."""
    return "#" + "".join(f"{round(255 - 0.75 * part * (255 - full)):02x}" for full in (47, 109, 181))


def _line(words: Words, tag: str, cells: Sequence[str], style: str = CELL) -> str:
    made = (
        f'<{tag} style="{_sides(words, style if place else FIRST)}">{escape(cell)}</{tag}>'
        for place, cell in enumerate(cells)
    )
    return f"<tr>{''.join(made)}</tr>"


def _sides(words: Words, style: str) -> str:
    start, end = ("right", "left") if words.leftward else ("left", "right")
    return style.format(start=start, end=end)
