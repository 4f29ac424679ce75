"""`softswitch simulate`: a configuration under callers drawn by chance."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic_core import PydanticCustomError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from softswitch.commands.simulated import COUNTS, alone, beside, day
from softswitch.commands.table import console
from softswitch.commands.written import writable, write
from softswitch.config.load import load
from softswitch.config.quantities import parse_duration
from softswitch.errors import SimulationError
from softswitch.simulation.compared import TOTAL, Simulated, differences
from softswitch.simulation.figures import Spread, by_queue, spreads
from softswitch.simulation.opening import beginning
from softswitch.simulation.plan import Wishes, plan
from softswitch.simulation.runs import Crew, Watch, cores, part_of
from softswitch.simulation.traffic import HOUR
from softswitch.simulation.world import World
from softswitch.store.encoding import encode
from softswitch.types import Seconds

DIGITS = 6
"""Of figures in JSON."""


@dataclass(frozen=True, slots=True)
class Output:
    """What is made of it."""

    json: bool = False
    plot: Path | None = None
    html: Path | None = None
    events: Path | None = None


def span_of(option: str, text: str) -> Seconds:
    """A duration of the command line. Raises SimulationError."""
    try:
        return parse_duration(0 if text == "0" else text)
    except PydanticCustomError as error:
        raise SimulationError(f"{option} {text!r}: {error.message()}") from None


def simulate(files: Sequence[Path], wishes: Wishes, seeds: Sequence[int], output: Output) -> None:
    """Run each file, and print. Raises ConfigError and SimulationError."""
    writable(output.plot, output.html, output.events)
    plans = [plan(load(file), wishes) for file in files]
    begun = time.perf_counter()
    with progress() as watch, Crew(min(len(seeds), cores())) as crew:
        found = []
        for number, each in enumerate(plans):
            part = part_of(watch, number, len(plans))
            done = crew.runs(each.settings, each.traffic, seeds, each.formula, part)
            found.append(Simulated(files[number].name, each, done))
    took = time.perf_counter() - begun
    if output.json:
        print(json.dumps(_plain(found), indent=2, ensure_ascii=False))
    else:
        _print(found, took)
    _draw(found, output)
    if output.events is not None:
        _record(found[0], seeds[0], output.events, load(files[0]).zone)


def _record(one: Simulated, seed: int, path: Path, zone: str | None) -> None:
    """One day once more, as events on record. It begins at its date, or on the first Monday of 2026."""
    traffic, found = one.plan.traffic, list[bytes]()
    zero = beginning(traffic.day or date(2026, 1, 5), traffic.clock or 0.0, zone).timestamp()
    world = World(one.plan.settings, traffic, seed)
    world.record(zero, lambda event: found.append(encode(event)))
    world.run()
    write(path, b"".join(found))


@contextmanager
def progress() -> Iterator[Watch | None]:
    """A bar, if somebody sees it, on standard error."""
    with rounds() as begin:
        yield begin("simulating")


@contextmanager
def rounds() -> Iterator[Callable[[str], Watch | None]]:
    """A bar for works that come one after the other: called with what is done now, it begins again."""
    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as bars:
        task = bars.add_task("", total=1.0)

        def begin(what: str) -> Watch:
            bars.reset(task, description=what)
            return lambda part: bars.update(task, completed=min(part, 1.0))

        yield begin


def _plain(found: Sequence[Simulated]) -> dict[str, object]:
    """For machines. Nothing in it depends on the machine or on its speed."""
    one = found[0]
    plain = _of(one)
    if len(found) > 1:
        other = found[1]
        between = differences(one.parts[TOTAL], other.parts[TOTAL])
        plain["against"] = {"file": other.label} | _of(other)
        plain["difference"] = {name: _rounded(each.mean, name) for name, each in between.items()}
        if len(one.runs) > 1:
            plain["difference_intervals"] = _intervals(between)
    return plain


def _of(one: Simulated) -> dict[str, object]:
    single, total = len(one.runs) == 1, one.spreads(TOTAL)
    plain: dict[str, object] = {name: _rounded(each.mean, name, single) for name, each in total.items()}
    plain |= {"seeds": [run.seed for run in one.runs], "hours": one.plan.traffic.span / HOUR}
    if not single:
        plain["intervals"] = _intervals(total)
    if (theory := one.theory) is not None:
        numbers = theory.numbers(one.plan.formula)
        plain["theory"] = {"name": theory.name} | {
            name: _rounded(each, name) for name, each in numbers.items()
        }
    plain["little"] = max(run.little for run in one.runs)
    plain["queues"] = {
        name: {each: _rounded(value.mean, each, single) for each, value in spreads(outcomes).items()}
        for name, outcomes in by_queue(one.runs).items()
    }
    return plain


def _intervals(figures: dict[str, Spread]) -> dict[str, list[float | None]]:
    return {name: [_rounded(each.low, name), _rounded(each.high, name)] for name, each in figures.items()}


def _rounded(value: float | None, name: str, whole: bool = False) -> float | None:
    if value is None:
        return None
    return round(value) if whole and name in COUNTS else round(value, DIGITS)


def _print(found: Sequence[Simulated], took: float) -> None:
    screen, one = console(), found[0]
    screen.print(Text(title(found), style="bold"))
    simulated = sum(each.plan.traffic.span * len(each.runs) for each in found)
    speed = f"{took:.1f} s: {simulated / max(took, 1e-9):,.0f} times as fast as it would be."
    screen.print(Text(f"{speed} Waits are of those answered.", style="dim"))
    screen.print(alone(one) if len(found) == 1 else beside(one, found[1]))
    for each in found:
        if len(found) > 1:
            screen.print(Text(each.label, style="bold"))
        screen.print(day(each.series(TOTAL), each.plan.traffic, each.formula(TOTAL), screen.width))


def hours_of(span: Seconds) -> str:
    """`8 hours`, `1 hour`."""
    return f"{span / HOUR:g} hour{'' if span == HOUR else 's'}"


def title(found: Sequence[Simulated]) -> str:
    """What was simulated."""
    one = found[0]
    whom = f"queue {one.plan.queue}" if one.plan.queue else f"{len(one.plan.traffic.queues)} queues"
    seeds = [run.seed for run in one.runs]
    chance = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"
    files = " and ".join(each.label for each in found)
    return f"{files}, {whom}: {hours_of(one.plan.traffic.span)}, {chance}"


def _draw(found: Sequence[Simulated], output: Output) -> None:
    if output.plot is None and output.html is None:
        return
    from softswitch.simulation.pictures import page, png  # noqa: PLC0415 - matplotlib takes its time

    if output.plot is not None:
        write(output.plot, png(title(found), found))
    if output.html is not None:
        write(output.html, page(title(found), found))
