"""The pictures of a report, by matplotlib: as SVG inside a page, or as pages of a PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from softswitch.reports.agents import AgentFigures
from softswitch.reports.callbacks import grouped
from softswitch.reports.figures import Figures
from softswitch.reports.frame import BLUE, GREEN, GREY, MOST, ORANGE, RED, beside, finish, finish_lines
from softswitch.reports.report import Report

DAYS = 2
"""Up to so many days, hours are drawn instead."""

DOTS = 62
"""Up to so many places each is a dot, too."""

Plot = Callable[[Axes, Report, str], None]
"""Draws one picture; the unit is that of its lines: hour or day."""


SHEET = (11.7, 8.3)
"""Inches: A4, lying."""


def drawings(report: Report, by: str) -> list[Figure]:
    """Every picture that has something to show, those of `by` first."""
    unit, made = _unit(report, by), []
    for plot, height in _plots(report, by):
        figure = Figure(figsize=(9.2, height), layout="constrained")
        plot(figure.subplots(), report, unit)
        made.append(figure)
    return made


def sheets(report: Report, by: str) -> list[Figure]:
    """The same on pages of A4, as many on each as fit."""
    pages: list[list[tuple[Plot, float]]] = []
    for plot, height in _plots(report, by):
        if not pages or sum(each for _, each in pages[-1]) + height > SHEET[1]:
            pages.append([])
        pages[-1].append((plot, height))
    return [_sheet(report, page, _unit(report, by)) for page in pages]


def _sheet(report: Report, plots: Sequence[tuple[Plot, float]], unit: str) -> Figure:
    margins = ConstrainedLayoutEngine(w_pad=0.35, h_pad=0.12)
    figure = Figure(figsize=SHEET, layout=margins)
    heights = [height for _, height in plots]
    rest = SHEET[1] - sum(heights)
    parts = figure.subfigures(len(plots) + 1, 1, height_ratios=[*heights, max(rest, 0.01)], squeeze=False)
    for part, (plot, _) in zip(parts[:, 0], plots, strict=False):
        plot(part.subplots(), report, unit)
    return figure


def _plots(report: Report, by: str) -> list[tuple[Plot, float]]:
    """Each with its height in inches."""
    if not report.total.offered:
        return []
    unit = _unit(report, by)
    over_time: list[tuple[Plot, float]] = [(_volumes, 2.75), (_waits, 2.75), (_levels, 2.75)]
    if any(one.estimate_error is not None for one in report.groups[unit]):
        over_time.append((_estimates, 2.4))
    if report.callbacks or report.total.voicemails:
        over_time.append((_afterwards, 2.4))
    ways: list[tuple[Plot, float]] = [(_patience, 2.75), (_heat, 2.75)]
    return {
        "queue": [*_of_queues(report), *ways, *over_time],
        "agent": [*_of_agents(report), *over_time, *ways],
    }.get(by, [*over_time, *ways, *_of_agents(report)[:1]])


def _unit(report: Report, by: str) -> str:
    """Days, unless hours are asked for, or there are few days."""
    return "hour" if by == "hour" or len(report.groups["day"]) <= DAYS else "day"


def _places(rows: Sequence[Any], unit: str) -> list[Any]:
    """Where each line is on the axis; days without a visit are left out."""
    return [int(one.label[:2]) if unit == "hour" else date.fromisoformat(one.label) for one in rows]


def _volumes(axes: Axes, report: Report, unit: str) -> None:
    rows, words = report.groups[unit], report.words
    places = _places(rows, unit)
    parts = {
        words.say(f"figure.{field}"): (colour, [getattr(one, field) for one in rows])
        for field, colour in PARTS
    }
    _stack(axes, places, parts)
    finish(axes, words, f"plot.callers.{unit}", places, unit)


PARTS = (("answered", BLUE), ("abandoned", ORANGE), ("short", "#f3cf9f"), ("turned_away", GREY))
"""What becomes of callers: figure and colour."""


def _stack(axes: Axes, places: Sequence[Any], parts: Mapping[str, tuple[str, list[int]]]) -> None:
    floor = [0] * len(places)
    for name, (colour, values) in parts.items():
        if any(values):
            axes.bar(places, values, 0.85, bottom=floor, color=colour, label=name)
        floor = [low + more for low, more in zip(floor, values, strict=True)]
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


WAITS = (
    ("wait_p95", RED, "line.p95"),
    ("wait_mean", BLUE, "line.mean"),
    ("wait_median", GREEN, "line.median"),
)
"""Lines of waits: figure, colour and name."""

LEVELS = (
    ("service_level", BLUE, "line.configured"),
    ("service_level_2", GREEN, "line.with_abandoned"),
)
"""Of service levels."""


def _waits(axes: Axes, report: Report, unit: str) -> None:
    _trace(axes, report, unit, WAITS)
    axes.set_ylabel(report.words.say("unit.seconds"))
    axes.set_ylim(bottom=0)
    finish(axes, report.words, f"plot.waits.{unit}", _places(report.groups[unit], unit), unit)


def _levels(axes: Axes, report: Report, unit: str) -> None:
    _trace(axes, report, unit, LEVELS, 100)
    axes.set_ylim(0, 102)
    axes.set_ylabel("%")
    finish(axes, report.words, f"plot.levels.{unit}", _places(report.groups[unit], unit), unit)


def _estimates(axes: Axes, report: Report, unit: str) -> None:
    lines = (("estimate_error", BLUE, "line.off_by"), ("wait_mean", GREY, "line.mean_wait"))
    _trace(axes, report, unit, lines)
    axes.set_ylabel(report.words.say("unit.seconds"))
    axes.set_ylim(bottom=0)
    finish(axes, report.words, f"plot.estimates.{unit}", _places(report.groups[unit], unit), unit)


def _trace(
    axes: Axes, report: Report, unit: str, lines: Sequence[tuple[str, str, str]], scale: float = 1
) -> None:
    rows = report.groups[unit]
    places = _places(rows, unit)
    for name, colour, label in lines:
        values = [scale * _number(getattr(one, name)) for one in rows]
        dot = "." if len(rows) <= DOTS else ""
        axes.plot(places, values, color=colour, label=report.words.say(label), marker=dot)


def _afterwards(axes: Axes, report: Report, unit: str) -> None:
    """Who was called back, or not, beside who left a message."""
    words = report.words
    back = {one.label: one for one in grouped(report.callbacks, unit)}
    left = {one.label: one.voicemails for one in report.groups[unit] if one.voicemails}
    labels = sorted(back.keys() | left.keys())
    places = [int(one[:2]) if unit == "hour" else date.fromisoformat(one) for one in labels]
    parts = {
        words.say(name): (colour, [getattr(back[one], field) if one in back else 0 for one in labels])
        for name, colour, field in (
            ("part.called_back", GREEN, "reached"),
            ("part.not_reached", RED, "not_reached"),
            ("part.withdrawn", GREY, "withdrawn"),
            ("part.to_be_called", "#a9c7e8", "waiting"),
        )
    }
    parts[words.say("part.message_left")] = ("#8a63b0", [left.get(one, 0) for one in labels])
    _stack(axes, places, parts)
    finish(axes, words, f"plot.afterwards.{unit}", places, unit)


# Of all callers --------------------------------------------------------------------------------------


def _patience(axes: Axes, report: Report, _: str) -> None:
    steps, words = report.impatience, report.words
    axes.bar(range(len(steps)), [100 * share for _, share, _ in steps], 0.8, color=ORANGE)
    axes.set_xticks(range(len(steps)), [words.drawn(words.spelt(low)) for low, _, _ in steps])
    axes.set_xlabel(words.say("after"))
    axes.set_ylabel("%")
    axes.set_title(words.drawn(words.say("patience.of")))


def _heat(axes: Axes, report: Report, _: str) -> None:
    week = report.words.weekdays()
    image = axes.imshow(report.heat[[day for day, _ in week]], cmap="Blues", aspect="auto", vmin=0)
    axes.set_yticks(range(7), [name for _, name in week])
    axes.set_xticks(range(24), [f"{hour:02}" for hour in range(24)])
    axes.grid(visible=False)
    axes.set_title(report.words.drawn(report.words.say("heat")))
    bar = axes.figure.colorbar(image, ax=axes, pad=0.01, aspect=14)
    bar.locator = MaxNLocator(integer=True, nbins=6)
    bar.update_ticks()
    bar.outline.set_visible(False)


# Queue by queue, agent by agent ----------------------------------------------------------------------


def _of_queues(report: Report) -> list[tuple[Plot, float]]:
    height = _height(len(report.groups["queue"]))
    return [(_queue_volumes, height), (_queue_waits, height), (_queue_levels, height)]


def _of_agents(report: Report) -> list[tuple[Plot, float]]:
    talkers = sum(1 for one in report.agents if one.calls)
    height = _height(talkers)
    return [(_talk, height), (_calls, height)] if talkers else []


def _height(lines: int) -> float:
    return 1.2 + 0.26 * min(MOST, lines)


def _queues(report: Report) -> list[Figures]:
    """The largest on top, which is the last."""
    return sorted(report.groups["queue"], key=lambda one: one.offered)[-MOST:]


def _queue_volumes(axes: Axes, report: Report, _: str) -> None:
    rows = _queues(report)
    floor = [0] * len(rows)
    for field, colour in PARTS:
        values = [getattr(one, field) for one in rows]
        if any(values):
            name = report.words.say(f"figure.{field}")
            axes.barh(range(len(rows)), values, 0.75, left=floor, color=colour, label=name)
        floor = [low + more for low, more in zip(floor, values, strict=True)]
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _finish_queues(axes, report, "plot.callers.queue", rows)


def _queue_waits(axes: Axes, report: Report, _: str) -> None:
    rows = _queues(report)
    for place, one in enumerate(rows):
        if one.wait_p95 is not None:
            axes.plot((0, one.wait_p95), (place, place), color="#dde2e8", linewidth=4, solid_capstyle="butt")
    for field, colour, name in WAITS:
        values = [_number(getattr(one, field)) for one in rows]
        axes.plot(values, range(len(rows)), "o", color=colour, label=report.words.say(name), markersize=5)
    axes.set_xlim(left=0)
    axes.set_xlabel(report.words.say("unit.seconds"))
    _finish_queues(axes, report, "plot.waits.queue", rows)


def _queue_levels(axes: Axes, report: Report, _: str) -> None:
    rows = _queues(report)
    for offset, (field, colour, name) in zip((0.2, -0.2), LEVELS, strict=True):
        values = [100 * _number(getattr(one, field)) for one in rows]
        places = [place + offset for place in range(len(rows))]
        axes.barh(places, values, 0.38, color=colour, label=report.words.say(name))
    axes.set_xlim(0, 102)
    axes.set_xlabel("%")
    _finish_queues(axes, report, "plot.levels.queue", rows)


def _finish_queues(axes: Axes, report: Report, title: str, rows: Sequence[Figures]) -> None:
    finish_lines(axes, report.words, title, [one.label for one in rows], len(report.groups["queue"]))


def _talk(axes: Axes, report: Report, _: str) -> None:
    words = report.words
    rows = sorted((one for one in report.agents if one.calls), key=_worked)[-MOST:]
    places = range(len(rows))
    unit, name = (3600, "hours") if max(map(_worked, rows), default=0.0) >= 3600 else (60, "minutes")
    talk, wrap_up = [one.talk / unit for one in rows], [one.wrap_up / unit for one in rows]
    axes.barh(places, talk, 0.75, color=BLUE, label=words.say("figure.talk"))
    if any(wrap_up):
        axes.barh(places, wrap_up, 0.75, left=talk, color=GREY, label=words.say("figure.wrap_up"))
    for place, one in zip(places, rows, strict=True):
        if one.occupancy is not None:
            beside(axes, words, _worked(one) / unit, place, words.share(one.occupancy, 0))
    axes.set_xlabel(words.say(f"unit.{name}"))
    axes.margins(x=0.06)
    finish_lines(axes, words, "plot.talk", [one.agent for one in rows], _talkers(report))


def _calls(axes: Axes, report: Report, _: str) -> None:
    words = report.words
    rows = sorted((one for one in report.agents if one.calls), key=lambda one: one.calls)[-MOST:]
    values, label = [one.calls for one in rows], words.say("line.conversations")
    axes.barh(range(len(rows)), values, 0.75, color=BLUE, label=label)
    for place, one in enumerate(rows):
        if one.talk_mean is not None:
            each = words.say("each", minutes=words.number(one.talk_mean / 60))
            beside(axes, words, one.calls, place, each)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.1)
    finish_lines(axes, words, "plot.calls", [one.agent for one in rows], _talkers(report))


def _talkers(report: Report) -> int:
    return sum(1 for one in report.agents if one.calls)


def _worked(one: AgentFigures) -> float:
    return one.talk + one.wrap_up


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
