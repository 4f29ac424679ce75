"""A report as the bytes of a file: for machines, or as a page with pictures."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from typing import Any

from softswitch.reports.agents import AgentFigures
from softswitch.reports.callbacks import CallbackFigures, grouped
from softswitch.reports.callbacks import figures as callback_figures
from softswitch.reports.figures import Figures
from softswitch.reports.report import Report
from softswitch.reports.tables import NEXT
from softswitch.store.encoding import dumps

PARTS = ("figures", "callbacks", "heat", "waits")
"""Tables that CSV has; a file has one of them."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Names for machines, the same in every language."""

Row = dict[str, Any]


def written(report: Report, bys: Sequence[str], form: str, part: str = "figures") -> bytes:
    """As `json`, `csv`, `html` or `pdf`; of `bys` the first counts, but in a PDF. `part`: of CSV."""
    if form == "pdf":
        from softswitch.reports.paper import pdf  # noqa: PLC0415 - matplotlib takes its time

        return pdf(report, bys)
    if form == "html":
        from softswitch.reports.page import html  # noqa: PLC0415

        return html(report, bys[0]).encode("utf-8", "replace")
    return _json(report, bys[0]) if form == "json" else _csv(report, bys[0], part)


def _json(report: Report, by: str) -> bytes:
    whole = {
        "title": report.title,
        "notes": report.notes,
        "by": by,
        "rows": _figures(report, by),
        "total": _rounded(report.total),
        "callbacks": {
            "rows": _callbacks(report, by),
            "total": _rounded(callback_figures(report.callbacks, "total")),
        },
        "heat": report.heat.tolist(),
        "abandonment_by_wait": report.impatience,
    }
    return (dumps(whole) + "\n").encode()


def _csv(report: Report, by: str, part: str) -> bytes:
    names, rows = _PARTS[part](report, by)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def _figures(report: Report, by: str) -> list[Row]:
    return [_rounded(one) for one in (report.agents if by == "agent" else report.groups[by])]


def _callbacks(report: Report, by: str) -> list[Row]:
    return [_rounded(one) for one in grouped(report.callbacks, by)]


def _heat(report: Report) -> list[Row]:
    return [
        {"weekday": day, **{f"{hour:02}": count for hour, count in enumerate(counts)}}
        for day, counts in zip(WEEKDAYS, report.heat.tolist(), strict=True)
    ]


def _waits(report: Report) -> list[Row]:
    return [
        {"from": low, "to": NEXT[low], "there": there, "hung_up": round(share, 4)}
        for low, share, there in report.impatience
    ]


def _names(kind: type[Figures | AgentFigures | CallbackFigures]) -> list[str]:
    return [each.name for each in dataclasses.fields(kind)]


_PARTS: Mapping[str, Any] = {
    "figures": lambda report, by: (_names(AgentFigures if by == "agent" else Figures), _figures(report, by)),
    "callbacks": lambda report, by: (_names(CallbackFigures), _callbacks(report, by)),
    "heat": lambda report, _: (["weekday", *(f"{hour:02}" for hour in range(24))], _heat(report)),
    "waits": lambda report, _: (["from", "to", "there", "hung_up"], _waits(report)),
}


def _rounded(one: Figures | AgentFigures | CallbackFigures) -> Row:
    values = {name: getattr(one, name) for name in _names(type(one))}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def _harmless(value: object) -> object:
    """A spreadsheet takes text that begins so for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value
