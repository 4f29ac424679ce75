"""Simulated days as pictures, by matplotlib: one configuration, or two side by side."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softswitch.reports.cells import clocked
from softswitch.reports.frame import BLUE, GREEN, GREY, ORANGE, RED, STYLE, svg
from softswitch.reports.page import CSS
from softswitch.reports.wording import ENGLISH
from softswitch.simulation.compared import TOTAL, Simulated, differences
from softswitch.simulation.series import Series
from softswitch.simulation.traffic import DAY, HOUR
from softswitch.types import Seconds

COLOURS = (BLUE, ORANGE, GREEN, RED, "#7b5ea7", "#4aa3a2", "#8c6d46")
QUEUES = 7
"""So many queues have lines of their own; more would be a tangle."""
TICKS = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 168)
"""Hours between two times on the axis."""


def png(title: str, found: Sequence[Simulated]) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure = draw(found)
        figure.suptitle(title, fontsize=11, weight="bold", x=0.01, ha="left")
        figure.savefig(out, format="png", dpi=130, metadata={"Software": None})
    return out.getvalue()


def draw(found: Sequence[Simulated]) -> Figure:
    """Callers, waits, line, service level and agents over the day; a column for each configuration."""
    rows: Sequence[Callable[[Axes, Simulated], None]] = (_callers, _waits, _line, _levels, _agents)
    with mpl.rc_context(STYLE):
        width = (9.2, 14.0, 18.5)[min(len(found), 3) - 1]
        figure = Figure(figsize=(width, 2.1 * len(rows)), layout="constrained")
        all_axes = figure.subplots(len(rows), len(found), sharex=True, sharey="row", squeeze=False)
        for column, one in enumerate(found):
            for row, plot in enumerate(rows):
                axes = all_axes[row][column]
                plot(axes, one)
                if row == 0 and len(found) > 1:
                    axes.set_title(f"{one.label}\n{axes.get_title(loc='left')}")
            times(all_axes[-1][column], one.plan.traffic.span, one.plan.traffic.clock)
        for axes in all_axes[:, 0]:  # a row has one scale, of all that is in it
            axes.set_ylim(bottom=0)
    return figure


def _parts(one: Simulated) -> list[tuple[str, Series, str, float]]:
    """Name, series, colour and width of the line of each queue, or of the only one."""
    names = [*one.parts]
    if len(names) == 1 or len(names) - 1 > QUEUES:
        return [("", one.series(TOTAL), BLUE, 1.8)]
    return [
        (name, one.series(name), colour, 1.5)
        for name, colour in zip((name for name in names if name != TOTAL), COLOURS, strict=False)
    ]


def _middle(series: Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (series.edges[:-1] + series.edges[1:]) / 2 / HOUR


def _callers(axes: Axes, one: Simulated) -> None:
    series = one.series(TOTAL)
    width = np.diff(series.edges) / HOUR * 0.9
    other = np.maximum(series.calls - series.answered - series.abandoned, 0.0)
    floor = np.zeros(len(series.calls))
    parts = (
        ("answered", series.answered, BLUE),
        ("abandoned", series.abandoned, ORANGE),
        ("other", other, GREY),
    )
    for name, values, colour in parts:
        if values.any():
            axes.bar(_middle(series), values, width, bottom=floor, color=colour, label=name)
        floor = floor + values
    step = series.edges[1] - series.edges[0]
    axes.set_title(f"Callers in {step:g} seconds" if step < 60 else f"Callers in {step / 60:g} minutes")
    legend(axes)


def _waits(axes: Axes, one: Simulated) -> None:
    for name, series, colour, width in _parts(one):
        axes.plot(_middle(series), series.wait_mean, color=colour, lw=width, label=name)
    axes.set_title("Mean wait, in seconds")
    legend(axes)


def _line(axes: Axes, one: Simulated) -> None:
    for name, series, colour, width in _parts(one):
        axes.stairs(series.waiting, series.edges / HOUR, color=colour, lw=width, label=name)
    axes.set_title("Callers in the line, mean")
    legend(axes)


def _levels(axes: Axes, one: Simulated) -> None:
    parts = _parts(one)
    for name, series, colour, width in parts:
        level = series.service_level(one.formula(name or TOTAL))
        axes.plot(_middle(series), 100 * level, color=colour, lw=width, label=name)
    axes.set_ylim(0, 102)
    axes.set_title("Service level, in %")
    legend(axes)


def _agents(axes: Axes, one: Simulated) -> None:
    series = one.series(TOTAL)
    hours = series.edges / HOUR
    axes.stairs(series.there, hours, fill=True, color="#dfe3e8", label="there")
    axes.stairs(series.busy, hours, fill=True, color=BLUE, alpha=0.75, label="talk and notes")
    axes.set_title("Agents: there, and occupied")
    legend(axes)


def legend(axes: Axes) -> None:
    """What the lines are, above the picture."""
    handles, labels = axes.get_legend_handles_labels()
    if any(labels):
        axes.legend(handles, labels, loc="upper right", bbox_to_anchor=(1, 1.2), ncols=len(labels))


def times(axes: Axes, span: Seconds, clock: Seconds | None) -> None:
    """Times of the day, or hours from the start; `clock`: at the start, from midnight."""
    hours, zero = span / HOUR, (clock or 0.0) / HOUR
    step = next((each for each in TICKS if hours / each <= 13), hours / 12)
    first = np.ceil(zero / step) * step
    places = np.arange(first, zero + hours + 1e-9, step) - zero
    axes.set_xlim(0, hours)
    if clock is None:
        axes.set_xticks(places)
        axes.set_xlabel("hours")
        return
    moments = [round((zero + place) * 60) % int(DAY / 60) for place in places]
    axes.set_xticks(places, [f"{moment // 60:02}:{moment % 60:02}" for moment in moments])


HEADS = (
    "calls",
    "answered",
    "abandonment",
    "service level",
    "wait mean",
    "p95",
    "waiting",
    "most",
    "occupancy",
)


def page(title: str, found: Sequence[Simulated]) -> str:
    """A page of HTML that loads nothing from anywhere."""
    body = [f"<h1>{escape(title)}</h1>", '<p class="note">Simulated. Waits are of those answered.</p>']
    body.append(_table(found))
    body.append(f"<figure style='margin:0'>{svg(draw(found))}</figure>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head>\n<body>{''.join(body)}</body></html>\n"
    )


def _table(found: Sequence[Simulated]) -> str:
    rows: list[tuple[str, ...]] = []
    for part in found[0].parts:
        rows += [(_name(part, one, found), *_cells(one, part)) for one in found if part in one.parts]
        if len(found) == 2 and part in found[1].parts:
            between = differences(found[0].parts[part], found[1].parts[part])
            rows.append(("difference", *_differing({name: each.mean for name, each in between.items()})))
    head = "".join(f"<th>{escape(one)}</th>" for one in ("", *HEADS))
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def _name(part: str, one: Simulated, found: Sequence[Simulated]) -> str:
    return part if len(found) == 1 else f"{part}, {one.label}"


def _cells(one: Simulated, part: str) -> tuple[str, ...]:
    value = {name: each.mean for name, each in one.spreads(part).items()}
    return (
        *(f"{value[name] or 0:,.0f}" for name in ("calls", "answered")),
        *(ENGLISH.share(value[name]) for name in ("abandoned_share", "service_level")),
        *(clocked(value[name]) for name in ("mean_wait_s", "wait_p95_s")),
        f"{value['mean_waiting'] or 0:,.1f}",
        f"{value['most_waiting'] or 0:,.0f}",
        ENGLISH.share(value["occupancy"]),
    )


def _differing(value: dict[str, float | None]) -> tuple[str, ...]:
    def signed(name: str, times: float = 1.0, unit: str = "", digits: int = 0) -> str:
        found = value[name]
        return "-" if found is None else f"{found * times:+,.{digits}f}{unit}"

    return (
        signed("calls"),
        signed("answered"),
        signed("abandoned_share", 100, " points", 1),
        signed("service_level", 100, " points", 1),
        signed("mean_wait_s", unit=" s"),
        signed("wait_p95_s", unit=" s"),
        signed("mean_waiting", digits=1),
        signed("most_waiting"),
        signed("occupancy", 100, " points", 1),
    )
