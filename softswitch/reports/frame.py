"""What every picture of a report has around it: its look, its title, days or names along it, its legend."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DayLocator, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from softswitch.reports.wording import Words

MOST = 25
"""So many queues and agents are drawn: those with most callers, and those who worked most."""

LONG = timedelta(days=300)
"""On a longer axis months are named, not days."""

BLUE, ORANGE, GREY, GREEN, RED = "#2f6db5", "#e08a1e", "#b3bac4", "#3a9a5b", "#c8423b"

STYLE: dict[Any, Any] = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.titlelocation": "left",
    "axes.titleweight": "bold", "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e6e9ee",
    "axes.axisbelow": True, "axes.edgecolor": "#8a929c", "legend.frameon": False,
    "svg.hashsalt": "softswitch", "text.parse_math": False,
}  # fmt: skip


def style(words: Words) -> dict[Any, Any]:
    """How pictures in a language look."""
    return {**STYLE, "axes.titlelocation": "right" if words.leftward else "left"}


def svg(figure: Figure) -> str:
    """As an element to put into a page."""
    out = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


# Over time -------------------------------------------------------------------------------------------


def finish(axes: Axes, words: Words, title: str, places: Sequence[Any], unit: str) -> None:
    """A picture over hours or days: `unit`; `places`: where on it something is drawn."""
    axes.set_title(words.drawn(words.say(title)))
    if unit == "hour":
        axes.set_xticks(range(24), [f"{hour:02}" for hour in range(24)])
        axes.set_xlim(-0.6, 23.6)
    else:
        axes.set_xlim(places[0] - timedelta(days=1), places[-1] + timedelta(days=1))
        few = places[-1] - places[0] < timedelta(days=6)  # ticks would be hours
        ticks = DayLocator() if few else AutoDateLocator(minticks=4, maxticks=12)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(ticks)
        months = places[-1] - places[0] > LONG
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: words.drawn(_tick(words, at, months))))
    _legend(axes, words)


def _tick(words: Words, at: float, months: bool) -> str:
    """`at`: matplotlib's days."""
    return words.tick(num2date(at).date(), months=months)  # type: ignore[no-untyped-call]


def _legend(axes: Axes, words: Words) -> None:
    """Above the picture, at the end of the line of its title."""
    edge = 0 if words.leftward else 1
    place: Literal["lower left", "lower right"] = "lower left" if words.leftward else "lower right"
    turned = words.leftward  # the first is the one that is read first
    axes.legend(
        loc=place, bbox_to_anchor=(edge, 0.99), ncols=5, borderpad=0.1, reverse=turned, markerfirst=not turned
    )


def beside(axes: Axes, words: Words, end: float, place: int, text: str) -> None:
    """A text at the end of a bar."""
    side = "right" if words.leftward else "left"
    axes.text(end, place, words.drawn(f" {text}"), va="center", ha=side, fontsize=8, color="#555")


def finish_lines(axes: Axes, words: Words, title: str, names: Sequence[str], of: int) -> None:
    """A picture with a line for each of `names`; `of`: how many there are, of whom not all may be drawn."""
    axes.set_yticks(range(len(names)), [one if len(one) <= 24 else one[:23] + "…" for one in names])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    if words.leftward:  # bars grow from the side on which their names are read
        axes.invert_xaxis()
        axes.yaxis.tick_right()
        axes.spines["left"].set_visible(False)
        axes.spines["right"].set_visible(True)
    _legend(axes, words)
    says = words.say(title)
    if of > MOST:
        says = words.say("plot.first", title=says, count=words.count(MOST), all=words.count(of))
    axes.set_title(words.drawn(says))
