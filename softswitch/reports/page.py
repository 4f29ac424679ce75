"""A report as a page of HTML that loads nothing from anywhere."""

from __future__ import annotations

from html import escape

import matplotlib as mpl

from softswitch.reports.frame import style, svg
from softswitch.reports.plots import drawings
from softswitch.reports.report import Report
from softswitch.reports.tables import Table, callback_table, heat_table, table, total_table, wait_table

CSS = """
:root { color-scheme: light dark; --ink: #1d2530; --soft: #66707c; --line: #dde2e8 }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); max-width: 1260px; margin: 2em auto;
  padding: 0 1em }
h1 { font-size: 1.5em; margin-bottom: .1em } h2 { font-size: 1.1em; margin-top: 2em }
p.note { color: var(--soft); font-size: .9em; margin: .4em 0 }
.tiles { display: flex; flex-wrap: wrap; gap: .7em; margin: 1.2em 0 }
.tile { border: 1px solid var(--line); border-radius: 8px; padding: .5em .9em; min-width: 6.6em }
.tile b { display: block; font-size: 1.35em } .tile span { color: var(--soft); font-size: .85em }
figure { margin: 1em 0 0 } svg { width: 100%; height: auto; margin: .5em 0 } .wide { overflow-x: auto }
.wide { background: linear-gradient(90deg, Canvas 1.2em, #0000) 0 / 3em,
  linear-gradient(-90deg, Canvas 1.2em, #0000) 100% / 3em,
  linear-gradient(90deg, #8888, #0000) 0 / 1em, linear-gradient(-90deg, #8888, #0000) 100% / 1em;
  background-repeat: no-repeat; background-attachment: local, local, scroll, scroll }
.long { max-height: 32em; overflow-y: auto } .long th { position: sticky; top: 0; background: Canvas }
table { border-collapse: collapse; font-size: .8em; font-variant-numeric: tabular-nums; white-space: nowrap }
th { white-space: normal; vertical-align: bottom }
th, td { text-align: end; padding: .25em .36em; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: start } th { color: var(--soft); font-weight: 600 }
@media (max-width: 600px) { body { margin: 1em auto } figure { overflow-x: auto } svg { min-width: 480px }
  .tile { flex: 1 1 5.5em; min-width: 5.5em; padding: .4em .6em } }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa4b0; --line: #3a424d }
  svg { filter: invert(.915) hue-rotate(180deg) } }
@media print { .tile, svg, tr { break-inside: avoid } .long { max-height: none } }
"""


def html(report: Report, by: str) -> str:
    """The page; `by`: whose table and pictures come first."""
    words = report.words
    body = [f"<h1>{escape(report.title)}</h1>", *_notes(report), _tiles(report)]
    body.append(_headed(words.say(f"by.{by}"), table(report, by)))
    with mpl.rc_context(style(words)):
        body += [f"<figure>{svg(one)}</figure>" for one in drawings(report, by)]
    for name in ("queue", "agent", "day", "hour"):
        if name != by and (name != "agent" or report.agents):
            body.append(_headed(words.say(f"by.{name}"), table(report, name)))
    if report.callbacks:
        body.append(_headed(words.say("callbacks"), callback_table(report, by)))
    if report.total.offered:
        body.append(_headed(words.say("patience"), wait_table(report)))
        body.append(_headed(words.say("heat"), heat_table(report)))
    return (
        f'<!doctype html>\n<html lang="{words.language}" dir="{words.direction}">'
        '<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title>"
        f"<style>{CSS}</style></head>\n<body>{''.join(body)}</body></html>\n"
    )


def _notes(report: Report) -> list[str]:
    return [f'<p class="note">{escape(note)}</p>' for note in report.notes]


def _tiles(report: Report) -> str:
    tiles = (
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(head)}</span></div>'
        for head, value in total_table(report)
    )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _headed(name: str, of: Table) -> str:
    heads, rows = of
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    lines = (
        f"<tr><td><bdi>{escape(first)}</bdi></td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for first, *cells in rows
    )
    long = " long" if len(rows) > LONG else ""
    table_of_it = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return f'<h2>{escape(name)}</h2><div class="wide{long}">{table_of_it}</div>'


LONG = 32
"""Lines of a table that is rolled in its place: more than a month of days."""
