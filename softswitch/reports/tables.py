"""The tables of a report, as heads and rows of text: the same on the screen, in a page, a PDF and a mail."""

from __future__ import annotations

from itertools import pairwise

from softswitch.reports.callbacks import HEADS as CALLBACK_HEADS
from softswitch.reports.callbacks import figures, grouped
from softswitch.reports.cells import AGENT_HEADS, HEADS, agent_cells, callback_cells, cells, share, spelt
from softswitch.reports.report import WAIT_STEPS, Report

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""Heads, and a row for each line."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def table(report: Report, by: str) -> Table:
    """A line for each hour, day, agent or queue; the total is the last one, but for agents."""
    if by == "agent":
        return ("agent", *AGENT_HEADS), [agent_cells(one) for one in report.agents]
    return (by, *HEADS), [cells(one) for one in (*report.groups[by], report.total)]


def callback_table(report: Report, by: str) -> Table:
    """What became of callbacks; by queue where agents are asked for."""
    by = "queue" if by == "agent" else by
    lines = [*grouped(report.callbacks, by), figures(report.callbacks, "total")]
    return (by, *CALLBACK_HEADS), [callback_cells(one) for one in lines]


def heat_table(report: Report) -> Table:
    """Callers by weekday, a line each, and hour."""
    rows = zip(WEEKDAYS, report.heat.tolist(), strict=True)
    return ("", *(f"{hour:02}" for hour in range(24))), [(day, *map(str, counts)) for day, counts in rows]


def wait_table(report: Report) -> Table:
    """Abandonment by waiting time."""
    heads = ("waited for", "still there", "hung up before", "share")
    return heads, [
        (spelt(low), f"{there:,}", spelt(NEXT[low]), share(part)) for low, part, there in report.impatience
    ]


NEXT = dict(pairwise(WAIT_STEPS))
"""Where the step ends that begins there."""
