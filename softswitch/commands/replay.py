"""`softswitch replay`: a day of the record under other rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from softswitch.commands.finding import ANYTHING
from softswitch.commands.report import day_of as date_of
from softswitch.commands.simulate import DIGITS, Output, progress
from softswitch.commands.simulated import QUIET, ROWS, day, differing, more, shown
from softswitch.commands.table import console, foreign
from softswitch.commands.written import writable, write
from softswitch.config.load import load
from softswitch.config.settings import SwitchSettings
from softswitch.errors import ConfigError
from softswitch.fitting import Fitting
from softswitch.simulation.compared import TOTAL, Simulated, differences
from softswitch.simulation.figures import Spread
from softswitch.simulation.plan import Plan
from softswitch.simulation.replay import Frame, happened, newcomers, replayed, strangers
from softswitch.simulation.runs import Crew, part_of, workers_for
from softswitch.simulation.source import Day
from softswitch.simulation.source import day_of as read_day

HAPPENED = "what happened"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which day."""

    day: str | None = None
    """As the command line says it; None: the last one of the record."""
    zone: str | None = None
    """By whose clock; None: by that of the rules."""


def replay(
    source: Path, config: Path, was: Path | None, wanted: Wanted, seeds: Sequence[int], output: Output
) -> None:
    """Replay, and print. Raises ConfigError, SimulationError, StoreError and NobodyCalled."""
    writable(output.plot, output.html)
    other, before = load(config), None if was is None else load(was)
    zone = wanted.zone or (other.zone if before is None else before.zone)
    on = None if wanted.day is None else date_of(wanted.day, "--day", _today(zone))
    found = read_day(source, on, zone)
    known = _known(found) if before is None else before
    frame = Frame.of(found.past, found.midnight, zone)
    plans: list[tuple[str, Plan]] = []
    if known is not None:
        same = "the same rules" if known.path != other.path else f"{config.name}, replayed"
        plans.append((same, replayed(found.past, frame, known, known)))
    if known is None or known.path != other.path:
        plans.append((config.name, replayed(found.past, frame, other, known)))
    sides = [happened(found.past, plans[0][1], HAPPENED)]
    workers = workers_for(len(found.past.callers) * len(seeds) * len(plans))
    with progress() as watch, Crew(workers) as crew:
        for number, (label, plan) in enumerate(plans):
            part = part_of(watch, number, len(plans))
            done = crew.runs(plan.settings, plan.traffic, seeds, plan.formula, part)
            sides.append(Simulated(label, plan, done))
    notes = _notes(found, other, known, was)
    if output.json:
        print(json.dumps(_json(found, sides, notes), indent=2, ensure_ascii=False))
    else:
        _print(found, sides, seeds, notes)
    _draw(found, sides, output)


def _today(zone: str | None) -> date:
    return datetime.now(None if zone is None else ZoneInfo(zone)).date()


def _known(found: Day) -> SwitchSettings | None:
    """The configuration that the record names, if it can be had."""
    file = Path(found.past.file)
    if not found.past.file or not file.is_file():
        return None
    try:
        return load(file, ANYTHING)
    except ConfigError:
        return None


def _notes(found: Day, other: SwitchSettings, known: SwitchSettings | None, was: Path | None) -> list[str]:
    """What one should know to read the figures."""
    notes = []
    if known is None:
        why = (
            f"{found.past.file} is not there, or not valid"
            if found.past.file
            else "the record does not name it"
        )
        notes.append(f"The rules of that day are not known ({why}); name them by --was FILE.")
    elif was is None:
        notes.append(f"The same rules are those of {known.path} as it is now; name another file by --was.")
    if back := sum(caller.called_back for caller in found.past.callers):
        notes.append(f"{back:,} wanted to be called back, and want it here if they wait as long.")
    if gone := strangers(found.past, other):
        notes.append(f"Not in {other.path.name}: {', '.join(gone)}.")
    if new := newcomers(found.past, other, known):
        notes.append(f"Not in the record, and here all day: {', '.join(new)}.")
    if found.missing:
        notes.append(
            f"{found.missing:,} events are missing from the file, by their numbers: figures may be wrong."
        )
    return notes


def _print(found: Day, sides: Sequence[Simulated], seeds: Sequence[int], notes: Sequence[str]) -> None:
    screen = console()
    callers = len(found.past.callers)
    often = "once" if len(seeds) == 1 else f"{len(seeds)} times"
    screen.print(Text(f"{_title(found)}: {callers:,} callers, replayed {often}", style="bold"))
    for part in sides[0].parts:
        if len(sides[0].parts) > 1:
            screen.print(Text(part, style="bold"))
        screen.print(_table(part, sides))
    for side in sides:
        screen.print(Text(side.label, style="bold"))
        screen.print(day(side.series(TOTAL), side.plan.traffic, side.formula(TOTAL), screen.width))
    for note in notes:
        screen.print(foreign(note))


def _title(found: Day) -> str:
    zone = "" if found.zone is None else f" ({found.zone})"
    return f"{found.date:%A}, {found.date}{zone}"


def _table(part: str, sides: Sequence[Simulated]) -> Fitting:
    """Side by side; at the end, what the other rules change in the replay, and how sure that is."""
    compared = len(sides) > 2
    sure = compared and len(sides[1].runs) > 1
    columns = [each.spreads(part) if part in each.parts else {} for each in sides]
    between = _between(part, sides) if compared else {}
    rows: list[tuple[Text, ...]] = []
    for name, words in ROWS.items():
        means = [column[name].mean if name in column else None for column in columns]
        if name in QUIET and not any(means):
            continue
        cells = [Text(shown(name, mean)) for mean in means]
        if compared:
            spread = between.get(name, Spread(None))
            cells.append(Text(more(name, spread.mean), style="bold" if spread.is_sure else ""))
            if sure:
                cells.append(differing(name, spread))
        rows.append((foreign(words), *cells))
    heads = ["", *(f">{each.label}" for each in sides)]
    heads += [*([">difference"] if compared else []), *([">95 % interval"] if sure else [])]
    return Fitting(heads, rows)


def _between(part: str, sides: Sequence[Simulated]) -> dict[str, Spread]:
    same, other = sides[1].parts.get(part, []), sides[2].parts.get(part, [])
    return differences(same, other)


def _json(found: Day, sides: Sequence[Simulated], notes: Sequence[str]) -> dict[str, Any]:
    """For machines; `same` is null where the rules of that day are not known."""
    plain: dict[str, Any] = {
        "day": str(found.date),
        "zone": found.zone,
        "callers": len(found.past.callers),
        "gave_up": sum(caller.gave_up for caller in found.past.callers),
        "seeds": [run.seed for run in sides[1].runs],
        "happened": _of(sides[0]),
        "same": _of(sides[1]) if len(sides) > 2 else None,
        "other": {"file": sides[-1].label} | _of(sides[-1]),
    }
    if len(sides) > 2:
        between = _between(TOTAL, sides)
        plain["difference"] = _means(between)
        plain["difference_intervals"] = {
            name: [_rounded(each.low), _rounded(each.high)] for name, each in between.items()
        }
    return plain | {"notes": list(notes)}


def _of(side: Simulated) -> dict[str, Any]:
    queues = {part: _means(side.spreads(part)) for part in side.parts if part != TOTAL}
    if not queues:
        queues = {str(side.plan.queue): _means(side.spreads(TOTAL))}
    return {"label": side.label, **_means(side.spreads(TOTAL)), "queues": queues}


def _means(figures: dict[str, Spread]) -> dict[str, float | None]:
    return {name: _rounded(each.mean) for name, each in figures.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _draw(found: Day, sides: Sequence[Simulated], output: Output) -> None:
    if output.plot is None and output.html is None:
        return
    from softswitch.simulation.pictures import page, png  # noqa: PLC0415 - matplotlib takes its time

    if output.plot is not None:
        write(output.plot, png(_title(found), sides))
    if output.html is not None:
        write(output.html, page(_title(found), sides))
