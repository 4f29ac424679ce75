"""The pictures of a report, by matplotlib: as SVG inside a page, or as pages of a PDF."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softswitch.reports.agents import AgentFigures
from softswitch.reports.figures import Figures
from softswitch.reports.report import Report

DAYS = 2
"""Up to so many days, hours are drawn instead."""

AGENTS = 25
"""So many agents are drawn, those who talked most."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

BLUE, ORANGE, GREY, GREEN, RED = "#2f6db5", "#e08a1e", "#b3bac4", "#3a9a5b", "#c8423b"

STYLE: dict[Any, Any] = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.titlelocation": "left",
    "axes.titleweight": "bold", "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e6e9ee",
    "axes.axisbelow": True, "axes.edgecolor": "#8a929c", "legend.frameon": False,
    "svg.hashsalt": "softswitch", "text.parse_math": False,
}  # fmt: skip


def drawings(report: Report) -> list[Figure]:
    """Every picture that has something to show."""
    if not report.total.offered:
        return []
    with mpl.rc_context(STYLE):
        made = [
            _draw(report, _volumes),
            _draw(report, _waits),
            _draw(report, _levels),
            _draw(report, _patience),
        ]
        made.append(_draw(report, _heat, 2.9))
        talkers = [one for one in report.agents if one.calls]
        if talkers:
            made.append(_draw(report, _talk, 1.2 + 0.24 * min(AGENTS, len(talkers))))
    return made


def svg(figure: Figure) -> str:
    """As an element to put into a page."""
    out = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _draw(report: Report, plot: Callable[[Axes, Report], None], height: float = 2.8) -> Figure:
    figure = Figure(figsize=(9.2, height), layout="constrained")
    plot(figure.subplots(), report)
    return figure


def _series(report: Report) -> tuple[Sequence[Any], list[Figures], float, str]:
    """Places, figures, width of a bar, and what a place is; days without a visit are left out."""
    days = report.groups["day"]
    if len(days) > DAYS:
        return [date.fromisoformat(one.label) for one in days], days, 0.9, "day"
    hours = report.groups["hour"]
    return [int(one.label[:2]) for one in hours], hours, 0.8, "hour"


def _volumes(axes: Axes, report: Report) -> None:
    places, rows, width, unit = _series(report)
    floor = [0] * len(rows)
    parts: Mapping[str, tuple[str, list[int]]] = {
        "answered": (BLUE, [one.answered for one in rows]),
        "abandoned": (ORANGE, [one.abandoned for one in rows]),
        "short": ("#f3cf9f", [one.short for one in rows]),
        "turned away": (GREY, [one.turned_away for one in rows]),
    }
    for name, (colour, values) in parts.items():
        if any(values):
            axes.bar(places, values, width, bottom=floor, color=colour, label=name)
        floor = [low + more for low, more in zip(floor, values, strict=True)]
    _finish(axes, f"Callers by {unit}", places, unit)


def _waits(axes: Axes, report: Report) -> None:
    places, rows, _, unit = _series(report)
    for name, colour in (("wait_p95", RED), ("wait_mean", BLUE), ("wait_median", GREEN)):
        label = {"wait_p95": "95th percentile", "wait_mean": "mean", "wait_median": "median"}[name]
        axes.plot(
            places, [_number(getattr(one, name)) for one in rows], color=colour, label=label, marker="."
        )
    axes.set_ylabel("seconds")
    axes.set_ylim(bottom=0)
    _finish(axes, f"Waits of those answered, by {unit}", places, unit)


def _levels(axes: Axes, report: Report) -> None:
    places, rows, _, unit = _series(report)
    lines = (("service_level", BLUE, "as configured"), ("service_level_2", GREEN, "with the abandoned"))
    for name, colour, label in lines:
        values = [100 * _number(getattr(one, name)) for one in rows]
        axes.plot(places, values, color=colour, label=label, marker=".")
    axes.set_ylim(0, 102)
    axes.set_ylabel("%")
    _finish(axes, f"Service level by {unit}", places, unit)


def _patience(axes: Axes, report: Report) -> None:
    steps = report.impatience
    labels = [_seconds(low) for low, _, _ in steps]
    axes.bar(range(len(steps)), [100 * share for _, share, _ in steps], 0.8, color=ORANGE)
    axes.set_xticks(range(len(steps)), labels)
    axes.set_xlabel("after waiting for")
    axes.set_ylabel("%")
    axes.set_title("Abandonment by waiting time, of those who still waited")


def _heat(axes: Axes, report: Report) -> None:
    image = axes.imshow(report.heat, cmap="Blues", aspect="auto", vmin=0)
    axes.set_yticks(range(7), WEEKDAYS)
    axes.set_xticks(range(24), [f"{hour:02}" for hour in range(24)])
    axes.grid(visible=False)
    axes.set_title("Callers by weekday and hour")
    bar = axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=14)
    bar.outline.set_visible(False)


def _talk(axes: Axes, report: Report) -> None:
    rows = sorted((one for one in report.agents if one.calls), key=_worked)[-AGENTS:]
    names = [one.agent if len(one.agent) <= 24 else one.agent[:23] + "…" for one in rows]
    places = range(len(rows))
    unit, name = (3600, "hours") if max(map(_worked, rows), default=0.0) >= 3600 else (60, "minutes")
    talk, wrap_up = [one.talk / unit for one in rows], [one.wrap_up / unit for one in rows]
    axes.barh(places, talk, 0.75, color=BLUE, label="talk")
    if any(wrap_up):
        axes.barh(places, wrap_up, 0.75, left=talk, color=GREY, label="wrap-up")
    for place, one in zip(places, rows, strict=True):
        if one.occupancy is not None:
            text = f" {one.occupancy:.0%}"
            axes.text(_worked(one) / unit, place, text, va="center", fontsize=8, color="#555")
    axes.set_yticks(places, names)
    axes.set_xlabel(name)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    more = f" (the {AGENTS} who talked most)" if sum(1 for one in report.agents if one.calls) > AGENTS else ""
    axes.set_title(f"Talk and occupancy by agent{more}")


def _worked(one: AgentFigures) -> float:
    return one.talk + one.wrap_up


def _finish(axes: Axes, title: str, places: Sequence[Any], unit: str) -> None:
    axes.set_title(title)
    if unit == "hour":
        axes.set_xticks(range(24), [f"{hour:02}" for hour in range(24)])
        axes.set_xlim(-0.6, 23.6)
    else:
        axes.set_xlim(places[0] - timedelta(days=1), places[-1] + timedelta(days=1))
    axes.legend(loc="upper right", bbox_to_anchor=(1, 1.16), ncols=3)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _seconds(value: float) -> str:
    return f"{value:g} s" if value < 60 else f"{value / 60:g} min"
