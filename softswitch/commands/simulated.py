"""Simulations in the terminal: tables, and the day in a line of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isnan

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.table import duration
from softswitch.fitting import Cell, Fitting
from softswitch.simulation.compared import TOTAL, Simulated, differences
from softswitch.simulation.figures import SHARES, Spread
from softswitch.simulation.series import Series
from softswitch.simulation.traffic import DAY, HOUR, Traffic
from softswitch.types import Seconds

COUNTS = (
    *("calls", "answered", "abandoned", "turned_away", "most_waiting", "unserved"),
    *("callbacks", "called_back"),
)

ROWS: Mapping[str, str] = {
    "calls": "calls",
    "answered": "answered",
    "abandoned": "abandoned",
    "turned_away": "turned away",
    "callbacks": "callbacks",
    "called_back": "called back",
    "unserved": "never served",
    "mean_wait_s": "wait, mean",
    "wait_median_s": "wait, median",
    "wait_p95_s": "wait, 95th percentile",
    "mean_wait_all_s": "wait of all, mean",
    "service_level": "service level",
    "abandoned_share": "abandonment",
    "occupancy": "occupancy",
    "mean_waiting": "waiting, mean",
    "most_waiting": "waiting, most",
}
"""What a table shows, by the names of the figures."""

QUIET = ("turned_away", "unserved", "abandoned", "callbacks", "called_back")
"""Not shown where it is 0."""

BLOCKS = "▁▂▃▄▅▆▇█"
BESIDE = 30
"""Columns that words and figures take beside the blocks."""


def shown(name: str, value: float | None) -> str:
    """A figure for people."""
    if value is None:
        return "-"
    if name in SHARES:
        return f"{value:.1%}"
    if name in COUNTS:
        return f"{value:,.0f}" if value == round(value) or value >= 100 else f"{value:,.1f}"
    return f"{value:,.1f}" if name == "mean_waiting" else duration(value)


def more(name: str, value: float | None) -> str:
    """A difference for people: with its sign."""
    if value is None:
        return "-"
    if name in SHARES:
        return f"{value * 100:+.1f} points"
    return ("-" if value < 0 else "+") + shown(name, abs(value))


def reach(mean: str, low: str, high: str) -> str:
    """An interval for people; where all three have the same unit, it stands beside the mean alone."""
    if len({_unit(each) for each in (mean, low, high)}) == 1:
        low, high = low.removesuffix(_unit(low)), high.removesuffix(_unit(high))
    return f"{low} to {high}"


def _unit(figure: str) -> str:
    return figure[len(figure.rstrip(" %abcdefghijklmnopqrstuvwxyz")) :]


def alone(one: Simulated) -> RenderableType:
    """The figures of one configuration: a column for each queue; where that has no room, a table for each."""
    parts = [*one.parts]
    if len(parts) == 1:
        return _figures(one, parts)
    each = Group(*(Group(Text(part, style="bold"), _figures(one, [part])) for part in parts))
    return _figures(one, parts, each)


def _figures(one: Simulated, parts: Sequence[str], otherwise: RenderableType | None = None) -> Fitting:
    named = parts if len(parts) > 1 else ["simulated"]
    count, theory = len(one.runs), one.theory
    columns = [name for head in named for name in (f">{head}", *([">95 % interval"] if count > 1 else []))]
    figures = {part: one.spreads(part) for part in parts}
    theirs = theory.numbers(one.plan.formula) if theory else {}
    rows: list[list[Cell]] = []
    for name, words in _rows(figures.values()):
        row: list[Cell] = [words]
        for part in parts:
            row.append(shown(name, figures[part][name].mean))
            if count > 1:
                row.append(_reach(name, figures[part][name]))
        if theory:
            row.append(shown(name, theirs[name]) if name in theirs else "")
        rows.append(row)
    heads = ["", *columns, *([f">{theory.name}"] if theory else [])]
    return Fitting(heads, rows, otherwise=otherwise)


def beside(one: Simulated, other: Simulated) -> RenderableType:
    """Two configurations, a table for each queue."""
    return Group(*(_beside(part, one, other) for part in one.parts if part in other.parts))


def _beside(part: str, one: Simulated, other: Simulated) -> RenderableType:
    sure = len(one.runs) > 1
    heads = (f">{one.label}", f">{other.label}", ">difference", *([">95 % interval"] if sure else []))
    before, after = one.spreads(part), other.spreads(part)
    between = differences(one.parts[part], other.parts[part])
    rows: list[list[Cell]] = []
    for name, words in _rows((before, after)):
        more_of = between[name]
        row: list[Cell] = [words, *(shown(name, each[name].mean) for each in (before, after))]
        row.append(Text(more(name, more_of.mean), style="bold" if more_of.is_sure else ""))
        if sure:
            row.append(differing(name, more_of))
        rows.append(row)
    title = () if part == TOTAL and len(one.parts) == 1 else (Text(part, style="bold"),)
    return Group(*title, Fitting(("", *heads), rows))


def _rows(columns: Iterable[Mapping[str, Spread]]) -> Iterator[tuple[str, str]]:
    """Names and words of those figures that say something."""
    found = list(columns)
    for name, words in ROWS.items():
        if name not in QUIET or any(column[name].mean for column in found):
            yield name, words


def differing(name: str, one: Spread) -> Text:
    """The interval of a difference."""
    return _between(more, name, one)


def _reach(name: str, one: Spread) -> Text:
    return _between(shown, name, one)


def _between(words: Callable[[str, float | None], str], name: str, one: Spread) -> Text:
    if one.low is None or one.high is None:
        return Text()
    return Text(reach(*(words(name, value) for value in (one.mean, one.low, one.high))), style="dim")


def day(series: Series, traffic: Traffic, formula: str, room: int) -> RenderableType:
    """How it went, a block for each step of the day, or for several where there is no room."""
    series = series.coarser(-(-len(series.calls) // max(room - BESIDE, 12)))
    start, end = clock(traffic, 0.0), clock(traffic, traffic.span)
    scale = start + " " * max(1, len(series.calls) - len(start) - len(end)) + end
    lines: tuple[tuple[str, Sequence[float], str], ...] = (
        ("calls", series.calls.tolist(), "calls"),
        ("in the line", series.waiting.tolist(), "mean_waiting"),
        ("wait, mean", series.wait_mean.tolist(), "mean_wait_s"),
        ("service level", series.service_level(formula).tolist(), "service_level"),
        ("occupancy", series.occupancy.tolist(), "occupancy"),
    )
    rows: list[tuple[Cell, ...]] = []
    for words, values, name in lines:
        most = max((value for value in values if not isnan(value)), default=0.0)
        rows.append((words, blocks(values, 1.0 if name in SHARES else most), shown(name, most)))
    return Fitting(("", scale, ">most"), rows)


def blocks(values: Sequence[float], top: float) -> str:
    """A block for each value, `top` being the highest; a space where there is none."""
    return "".join(
        " " if isnan(value) else BLOCKS[min(int(value / top * 8), 7) if top > 0 else 0] for value in values
    )


def clock(traffic: Traffic, at: Seconds) -> str:
    """What the clock shows then; hours from the start, if there is no clock."""
    if traffic.clock is None:
        return f"{at / HOUR:g} h"
    minutes = round((traffic.clock + at) % DAY / 60) if traffic.clock + at != DAY else 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"
