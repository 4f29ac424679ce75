"""The tables of a report, as heads and rows of text: the same on the screen, in a page, a PDF and a mail."""

from __future__ import annotations

from itertools import pairwise

from softswitch.reports.callbacks import figures, grouped
from softswitch.reports.cells import AGENT_FIGURES, CALLBACK_FIGURES, FIGURES, cells, label
from softswitch.reports.report import WAIT_STEPS, Report

Row = tuple[str, ...]
Table = tuple[Row, list[Row]]
"""Heads, and a row for each line."""


def total_table(report: Report) -> list[Row]:
    """Each figure of the whole, as its head and its cell."""
    values = cells(report.total, FIGURES, report.words)
    return [*zip(_heads(report, "figure", FIGURES), values, strict=True)]


def table(report: Report, by: str) -> Table:
    """A line for each hour, day, agent or queue; the total is the last one, but for agents."""
    words = report.words
    if by == "agent":
        heads = (words.say("head.agent"), *_heads(report, "figure", AGENT_FIGURES))
        return heads, [(one.agent, *cells(one, AGENT_FIGURES, words)) for one in report.agents]
    rows = [(label(one.label, by, words), *cells(one, FIGURES, words)) for one in report.groups[by]]
    rows.append((words.say("total"), *cells(report.total, FIGURES, words)))
    return (words.say(f"head.{by}"), *_heads(report, "figure", FIGURES)), rows


def callback_table(report: Report, by: str) -> Table:
    """What became of callbacks; by queue where agents are asked for."""
    words, by = report.words, "queue" if by == "agent" else by
    lines = [(label(one.label, by, words), one) for one in grouped(report.callbacks, by)]
    lines.append((words.say("total"), figures(report.callbacks, "total")))
    heads = (words.say(f"head.{by}"), *_heads(report, "callback", CALLBACK_FIGURES))
    return heads, [(name, *cells(one, CALLBACK_FIGURES, words)) for name, one in lines]


def heat_table(report: Report) -> Table:
    """Callers by weekday, a line each, in the order of a week there, and hour."""
    counts = report.heat.tolist()
    rows = [(name, *map(str, counts[day])) for day, name in report.words.weekdays()]
    return ("", *(f"{hour:02}" for hour in range(24))), rows


def wait_table(report: Report) -> Table:
    """Abandonment by waiting time."""
    words = report.words
    return _heads(report, "patience", ("from", "there", "gone", "share")), [
        (words.spelt(low), words.count(there), words.spelt(NEXT[low]), words.share(part))
        for low, part, there in report.impatience
    ]


NEXT = dict(pairwise(WAIT_STEPS))
"""Where the step ends that begins there."""


def _heads(report: Report, kind: str, names: Row) -> Row:
    return tuple(report.words.say(f"{kind}.{name}") for name in names)
