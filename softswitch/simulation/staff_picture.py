"""How many agents each half-hour needs, as a picture and as a page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softswitch.reports.frame import BLUE, GREEN, GREY, ORANGE, RED, STYLE, svg
from softswitch.reports.page import CSS
from softswitch.simulation.pictures import legend, times
from softswitch.simulation.staffing import Staffing
from softswitch.simulation.traffic import HOUR


def png(title: str, found: Staffing, rostered: Sequence[int], in_shifts: Sequence[int]) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure = draw(found, rostered, in_shifts)
        figure.suptitle(title, fontsize=11, weight="bold", x=0.01, ha="left")
        figure.savefig(out, format="png", dpi=130, metadata={"Software": None})
    return out.getvalue()


def draw(found: Staffing, rostered: Sequence[int], in_shifts: Sequence[int]) -> Figure:
    """Calls, agents and service level over the day."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 6.6), layout="constrained")
        calls, agents, levels = figure.subplots(3, 1, sharex=True, height_ratios=(1, 1.4, 1.2))
        _calls(calls, found)
        _agents(agents, found, rostered, in_shifts)
        _levels(levels, found)
        demand = found.case.demand
        times(levels, demand.span, demand.opens)
    return figure


def _edges(found: Staffing) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(found.case.demand.profile.edges) / HOUR


def _calls(axes: Axes, found: Staffing) -> None:
    axes.stairs(found.case.demand.calls, _edges(found), fill=True, color=BLUE, alpha=0.75)
    axes.set_ylim(bottom=0)
    axes.set_title(f"Calls in {found.case.demand.step / 60:g} minutes")


def _agents(axes: Axes, found: Staffing, rostered: Sequence[int], in_shifts: Sequence[int]) -> None:
    edges = _edges(found)
    if in_shifts:
        axes.stairs(in_shifts, edges, fill=True, color="#e8ebef", label="in shifts")
    if tuple(rostered) != found.agents:
        axes.stairs(rostered, edges, color=GREY, lw=1.4, ls="--", label="to roster")
    axes.stairs(found.formula_agents, edges, color=ORANGE, lw=1.6, label=found.case.formula)
    axes.stairs(found.agents, edges, color=BLUE, lw=2.0, label="by simulation")
    axes.set_ylim(bottom=0)
    axes.set_title("Agents at work")
    legend(axes)


def _levels(axes: Axes, found: Staffing) -> None:
    edges = _edges(found)
    middle = (edges[:-1] + edges[1:]) / 2
    axes.axhline(100 * found.target.level, color=RED, lw=1.0, ls=":", label="target")
    axes.plot(middle, 100 * found.first.level, color=ORANGE, lw=1.5, label=f"{found.case.formula}, simulated")
    axes.plot(middle, 100 * found.final.level, color=BLUE, lw=1.8, label="corrected")
    if np.nansum(found.final.abandoned) > 0:
        axes.plot(middle, 100 * found.final.abandoned, color=GREEN, lw=1.2, label="abandoned")
    if found.target.abandoned is not None:
        axes.axhline(100 * found.target.abandoned, color=RED, lw=1.0, ls=":")
    axes.set_ylim(0, 102)
    axes.set_title(f"In % of callers: within {found.target.within:g} s")
    legend(axes)


def page(
    title: str,
    found: Staffing,
    numbers: tuple[Sequence[int], Sequence[int]],
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> str:
    """A page of HTML that loads nothing from anywhere."""
    head = "".join(f"<th>{escape(each.removeprefix('>'))}</th>" for each in heads)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    body = (
        f"<h1>{escape(title)}</h1>"
        f"<figure style='margin:0'>{svg(draw(found, *numbers))}</figure>"
        f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head>\n<body>{body}</body></html>\n"
    )
