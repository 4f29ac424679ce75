"""`softswitch simulate`: a configuration under callers drawn by chance."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic_core import PydanticCustomError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from softswitch.commands.table import console, duration, foreign, table
from softswitch.config.load import load
from softswitch.config.quantities import parse_duration
from softswitch.errors import SimulationError
from softswitch.simulation.expected import Theory, theory
from softswitch.simulation.figures import Run, Spread, by_queue, spreads
from softswitch.simulation.plan import Plan, Wishes, plan
from softswitch.simulation.runs import Watch, runs
from softswitch.simulation.traffic import HOUR
from softswitch.types import Seconds

DIGITS = 6
"""Of figures in JSON."""

SHARES = ("service_level", "service_level_2", "abandoned_share", "occupancy")
COUNTS = ("calls", "answered", "abandoned", "turned_away", "most_waiting", "unserved")

ROWS: Mapping[str, str] = {
    "calls": "calls",
    "answered": "answered",
    "abandoned": "abandoned",
    "turned_away": "turned away",
    "unserved": "never served",
    "mean_wait_s": "wait, mean",
    "wait_median_s": "wait, median",
    "wait_p95_s": "wait, 95th percentile",
    "mean_wait_all_s": "wait of all, mean",
    "service_level": "service level",
    "service_level_2": "service level 2",
    "abandoned_share": "abandonment",
    "occupancy": "occupancy",
    "mean_waiting": "waiting, mean",
    "most_waiting": "waiting, most",
}
"""What a table shows, by the names of the figures."""

QUIET = ("turned_away", "unserved", "abandoned")
"""Not shown where it is 0."""


def span_of(option: str, text: str) -> Seconds:
    """A duration of the command line. Raises SimulationError."""
    try:
        return parse_duration(0 if text == "0" else text)
    except PydanticCustomError as error:
        raise SimulationError(f"{option} {text!r}: {error.message()}") from None


def simulate(file: Path, wishes: Wishes, seeds: Sequence[int], as_json: bool) -> None:
    """Run, and print. Raises ConfigError and SimulationError."""
    planned = plan(load(file), wishes)
    begun = time.perf_counter()
    with _progress() as watch:
        found = runs(planned.settings, planned.traffic, seeds, planned.formula, watch)
    took = time.perf_counter() - begun
    if as_json:
        print(json.dumps(_plain(planned, found), indent=2, ensure_ascii=False))
        return
    _print(file, planned, found, took)


@contextmanager
def _progress() -> Iterator[Watch | None]:
    """A bar, if somebody sees it, on standard error."""
    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    columns = (TextColumn("simulating"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda part: progress.update(task, completed=min(part, 1.0))


def _plain(planned: Plan, found: Sequence[Run]) -> dict[str, object]:
    """For machines. Nothing in it depends on the machine or on its speed."""
    total = spreads([run.total for run in found])
    one = len(found) == 1
    plain: dict[str, object] = {name: _rounded(each.mean, name, whole=one) for name, each in total.items()}
    plain["seeds"] = [run.seed for run in found]
    plain["hours"] = planned.traffic.span / HOUR
    if not one:
        plain["intervals"] = {
            name: [_rounded(each.low, name), _rounded(each.high, name)] for name, each in total.items()
        }
    if (expected := theory(planned)) is not None:
        numbers = expected.numbers(planned.formula)
        plain["theory"] = {"name": expected.name} | {
            name: _rounded(value, name) for name, value in numbers.items()
        }
    plain["little"] = max(run.little for run in found)
    plain["queues"] = {
        name: {each: _rounded(value.mean, each, whole=one) for each, value in spreads(outcomes).items()}
        for name, outcomes in by_queue(found).items()
    }
    return plain


def _rounded(value: float | None, name: str, *, whole: bool = False) -> float | None:
    if value is None:
        return None
    return round(value) if whole and name in COUNTS else round(value, DIGITS)


def _print(file: Path, planned: Plan, found: Sequence[Run], took: float) -> None:
    screen = console()
    screen.print(Text(_title(file, planned, found), style="bold"))
    screen.print(Text(_speed(planned, found, took), style="dim"))
    outcomes = [run.total for run in found]
    columns: list[tuple[str, Mapping[str, Spread]]] = [("total", spreads(outcomes))]
    per_queue = by_queue(found)
    if len(per_queue) > 1:
        columns = [(str(name), spreads(each)) for name, each in per_queue.items()] + columns
    expected = theory(planned)
    screen.print(_table(columns, len(found), expected, planned.formula))


def _table(
    columns: Sequence[tuple[str, Mapping[str, Spread]]], count: int, expected: Theory | None, formula: str
) -> object:
    heads = [f">{name}" if len(columns) > 1 else ">simulated" for name, _ in columns]
    if count > 1:
        heads = [each for head in heads for each in (head, ">95 % interval")]
    made = table("", *heads, *([f">{expected.name}"] if expected else []))
    theirs = expected.numbers(formula) if expected else {}
    for name, words in ROWS.items():
        if name in QUIET and not any(column[name].mean for _, column in columns):
            continue
        cells: list[Text] = []
        for _, column in columns:
            cells.append(Text(shown(name, column[name].mean)))
            if count > 1:
                cells.append(Text(_reach(name, column[name]), style="dim"))
        if expected:
            cells.append(Text(shown(name, theirs[name]) if name in theirs else ""))
        made.add_row(foreign(words), *cells)
    return made


def shown(name: str, value: float | None) -> str:
    """A figure for people."""
    if value is None:
        return "-"
    if name in SHARES:
        return f"{value:.1%}"
    if name in COUNTS:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if name == "mean_waiting" else duration(value)


def _reach(name: str, one: Spread) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"{shown(name, max(one.low, 0.0))} to {shown(name, one.high)}"


def _title(file: Path, planned: Plan, found: Sequence[Run]) -> str:
    whom = f"queue {planned.queue}" if planned.queue else f"{len(planned.traffic.queues)} queues"
    seeds = f"seed {found[0].seed}" if len(found) == 1 else f"seeds {found[0].seed} to {found[-1].seed}"
    return f"{file.name}, {whom}: {planned.traffic.span / HOUR:g} hours, {seeds}"


def _speed(planned: Plan, found: Sequence[Run], took: float) -> str:
    times = planned.traffic.span * len(found) / max(took, 1e-9)
    return f"{took:.1f} s: {times:,.0f} times as fast as it would be. Waits are of those answered."
