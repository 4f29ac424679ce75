"""Estimated waits against real ones, as a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softswitch.reports.estimates import CLOSE, PART, Pairs, by_wait, together
from softswitch.reports.frame import BLUE, GREEN, GREY, ORANGE, STYLE

SHOWN = 5000
"""Callers in the cloud; of more, evenly chosen ones."""

FEW = 300
"""So many seconds are shown as such; more as minutes."""


def png(title: str, queues: Mapping[str, Pairs]) -> bytes:
    """The picture as a file."""
    whole = together([*queues.values()])
    out = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 4.6), layout="constrained")
        cloud, steps = figure.subplots(1, 2)
        _cloud(cloud, whole)
        _steps(steps, whole)
        figure.suptitle(title, fontsize=11, weight="bold", x=0.01, ha="left")
        figure.savefig(out, format="png", dpi=130, metadata={"Software": None})
    return out.getvalue()


def _cloud(axes: Axes, whole: Pairs) -> None:
    every = slice(None, None, max(1, -(-len(whole) // SHOWN)))
    x, y = whole.estimate[every], whole.waited[every]
    top = float(np.percentile(np.concatenate((x, y)), 99.5)) if len(x) else 60.0
    unit, size = ("minutes", 60.0) if top > FEW else ("seconds", 1.0)
    x, y, top = x / size, y / size, top / size
    line = np.linspace(0.0, top, 100)
    bound = np.maximum(CLOSE / size, PART * line)
    axes.fill_between(
        line, np.maximum(line - bound, 0.0), line + bound, color=GREEN, alpha=0.15, label="close"
    )
    axes.plot(line, line, color=GREY, lw=1.0)
    axes.scatter(x, y, s=5, color=BLUE, alpha=0.35, lw=0)
    axes.set_xlim(0, top)
    axes.set_ylim(0, top)
    axes.set_xlabel(f"estimated, in {unit}")
    axes.set_title(f"Waited, in {unit}")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1))


def _steps(axes: Axes, whole: Pairs) -> None:
    found = by_wait(whole)
    places = np.arange(len(found))
    axes.bar(places - 0.2, [each.off_by or 0.0 for each in found], 0.4, color=BLUE, label="off by")
    axes.bar(places + 0.2, [each.bias or 0.0 for each in found], 0.4, color=ORANGE, label="bias")
    axes.axhline(0, color=GREY, lw=0.8)
    axes.set_xticks(places, [each.label.replace(" to ", "\nto ") for each in found])
    axes.set_title("By waiting time, in seconds")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
