"""The timeline as a picture: a row for each caller, a row for each agent, coloured by what they did when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from softswitch.demo.story import CallerLine, Doing, Span, Story

PHASES = {
    Doing.ARRIVING: "#cfd8dc",
    Doing.MENU: "#90a4d4",
    Doing.WAITING: "#ffd54f",
    Doing.RINGING: "#ff9f43",
    Doing.WRAP_UP: "#d7ccc8",
}
LABELS = {
    Doing.MENU: "in the menu",
    Doing.WAITING: "waiting, with music",
    Doing.RINGING: "a phone rings for them",
    Doing.WRAP_UP: "wrap-up",
}
AGENTS = ("#2e9e6b", "#3d7fc4", "#a45bb5", "#c4572f", "#6b8e23", "#8c6d46")
"""Talking, by agent: the same colour in the caller's row and the agent's."""

INK = "#263238"
BAR = 0.62


def draw(story: Story, path: Path, title: str) -> None:
    """Write the picture as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second of import
    from matplotlib.figure import Figure  # noqa: PLC0415

    callers = list(story.callers.values())
    agents = list(story.agents.values())
    rows = len(callers) + len(agents) + 1
    figure = Figure(figsize=(13, 1.7 + 0.36 * rows), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    start = story.start or 0.0
    end = max([line.ended or line.arrived for line in callers], default=start) + 0.5
    colours = {agent.name: AGENTS[number % len(AGENTS)] for number, agent in enumerate(agents)}
    for row, caller in enumerate(callers):
        _bars(axes, row, caller.spans, start, end, colours)
        _mark_end(axes, row, caller, start)
    for row, agent in enumerate(agents, start=len(callers) + 1):
        talks = [
            Span(span.doing, span.start, span.end, span.note)
            for span in agent.spans
            if span.doing is not Doing.TALKING
        ]
        _bars(axes, row, talks, start, end, colours)
        for span in agent.spans:
            if span.doing is Doing.TALKING:
                _bar(axes, row, span, start, end, colours[agent.name], span.note)
    names = [_name(caller) for caller in callers] + [""] + [agent.name for agent in agents]
    _dress(axes, names, len(callers), end - start, title)
    _legend(axes)
    figure.savefig(path, dpi=130)


def _bars(axes: Any, row: int, spans: list[Span], start: float, end: float, colours: dict[str, str]) -> None:
    for span in spans:
        if span.doing is Doing.TALKING:
            _bar(axes, row, span, start, end, colours.get(span.note, INK), span.note)
        else:
            _bar(axes, row, span, start, end, PHASES[span.doing], "")


def _bar(axes: Any, row: int, span: Span, start: float, end: float, colour: str, text: str) -> None:
    until = min(span.end if span.end is not None else end, end)
    left, width = span.start - start, until - span.start
    axes.barh(row, width, BAR, left=left, color=colour, edgecolor="white", linewidth=0.6, zorder=2)
    if text:
        axes.text(
            left + width / 2,
            row,
            text,
            ha="center",
            va="center",
            color="white",
            fontsize=8,
            zorder=3,
            clip_on=True,
        )


def _mark_end(axes: Any, row: int, caller: CallerLine, start: float) -> None:
    if caller.ended is None or caller.end == "answered":
        return
    axes.plot(caller.ended - start, row, "x", color="#c62828", markersize=7, markeredgewidth=2, zorder=4)
    axes.text(
        caller.ended - start + 0.5, row, caller.end, va="center", color="#c62828", fontsize=8.5, zorder=4
    )


def _name(caller: CallerLine) -> str:
    return f"{caller.name}  ({caller.priority})" if caller.priority not in ("", "default") else caller.name


def _dress(axes: Any, names: list[str], callers: int, seconds: float, title: str) -> None:
    axes.set_yticks([row for row, name in enumerate(names) if name], [name for name in names if name])
    axes.set_ylim(len(names) - 0.3, -0.7)
    axes.set_xlim(0, seconds)
    axes.set_xlabel("seconds since the first call", color=INK)
    axes.set_title(title, loc="left", fontsize=13, fontweight="bold", color=INK, pad=28)
    axes.axhline(callers, color="#b0bec5", linewidth=1)
    axes.text(0, callers - 0.12, " agents", va="bottom", fontsize=8.5, color="#78909c", style="italic")
    axes.grid(axis="x", color="#eceff1", zorder=0)
    axes.tick_params(length=0, colors=INK)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _legend(axes: Any) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles = [Patch(color=PHASES[doing], label=label) for doing, label in LABELS.items()]
    handles.append(Patch(color=AGENTS[0], label="talking, in the agent's colour"))
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=5,
        frameon=False,
        fontsize=9,
        handlelength=1.2,
    )
