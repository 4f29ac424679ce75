"""`softswitch staff`: how many agents each half-hour needs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isnan
from pathlib import Path
from typing import Any

from rich.text import Text

from softswitch.commands.simulate import DIGITS, rounds
from softswitch.commands.staff_made import Made, clock_of
from softswitch.commands.staff_together import staff_queues
from softswitch.commands.table import console, duration
from softswitch.commands.written import writable, write
from softswitch.config.load import load
from softswitch.errors import SimulationError
from softswitch.fitting import Fitting
from softswitch.simulation.shifts import Group, cover, present, steps_of
from softswitch.simulation.staff_plan import Wanted, case_of, check_ways
from softswitch.simulation.staffing import Staffing, staff
from softswitch.simulation.together_plan import are_several
from softswitch.simulation.traffic import HOUR


@dataclass(frozen=True, slots=True)
class Rows:
    """The table: a row for each half-hour."""

    of: Staffing
    rostered: tuple[int, ...]
    """With those who will be missing."""
    groups: tuple[Group, ...] = ()
    in_shifts: tuple[int, ...] = ()
    """By shifts; empty: there are none."""

    def clock(self, step: int) -> str:
        """When a half-hour begins."""
        return clock_of(self.of.case.demand, step)

    def plain(self) -> list[dict[str, Any]]:
        """For machines."""
        first, final, demand = self.of.first, self.of.final, self.of.case.demand
        found = []
        for step, calls in enumerate(demand.calls):
            expected = self.of.expected[step]
            row = {
                "time": self.clock(step),
                "calls": round(calls, 3),
                "erlangs": calls / demand.step * self.of.case.handling,
                "agents_formula": first.agents[step],
                "service_level_formula": None if expected is None else expected.in_time,
                "service_level_formula_simulated": first.level[step],
                "agents": final.agents[step],
                "service_level": final.level[step],
                "abandoned_share": final.abandoned[step],
                "mean_wait_s": final.wait[step],
                "occupancy": final.occupancy[step],
                "below_target": final.short[step],
                "rostered": self.rostered[step],
            }
            if self.in_shifts:
                row["in_shifts"] = self.in_shifts[step]
            found.append({name: _plain(value) for name, value in row.items()})
        return found


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if isnan(value) else round(float(value), DIGITS)
    return value


def staff_day(file: Path | None, wanted: Wanted, seeds: Sequence[int], made: Made) -> None:
    """Plan, and print. Raises ConfigError and SimulationError."""
    writable(made.csv, made.plot, made.html)
    check_ways(wanted)
    settings = None if file is None else load(file)
    if settings is not None and are_several(settings, wanted):
        staff_queues(settings, wanted, seeds, made)
        return
    case, target = case_of(settings, wanted)
    length = None if made.shift is None else steps_of(made.shift, case.demand.step)
    if length is not None and length > len(case.demand.calls):
        raise SimulationError(
            f"--shift: the day has {case.demand.span / HOUR:g} hours, and a shift is longer"
        )
    with rounds() as begin:
        found = staff(case, target, seeds, begin)
    rows = _rows(found, made.shrinkage, length)
    if made.json:
        print(json.dumps(_json(rows, made), indent=2, ensure_ascii=False))
    else:
        _print(rows, made)
    if made.csv is not None:
        write(made.csv, _csv(rows))
    if made.plot is not None or made.html is not None:
        _draw(rows, made)


def _draw(rows: Rows, made: Made) -> None:
    from softswitch.simulation.staff_picture import page, png  # noqa: PLC0415 - matplotlib takes its time

    found = rows.of
    if made.plot is not None:
        write(made.plot, png(title(found), found, rows.rostered, rows.in_shifts))
    if made.html is not None:
        heads, cells = _cells(rows)
        write(made.html, page(title(found), found, (rows.rostered, rows.in_shifts), heads, cells))


def _rows(found: Staffing, shrinkage: float, length: int | None) -> Rows:
    rostered = tuple(ceil(count / (1.0 - shrinkage) - 1e-9) for count in found.agents)
    if length is None:
        return Rows(found, rostered)
    groups = cover(rostered, length)
    return Rows(found, rostered, tuple(groups), tuple(present(groups, len(rostered), length)))


def title(found: Staffing) -> str:
    """What was planned, for which target."""
    case = found.case
    of = "" if case.demand.days == 1 else f", mean of {case.demand.days} days"
    return f"Queue {case.queue}: {sum(case.demand.calls):,.0f} calls{of}; {found.target}"


def _cells(rows: Rows) -> tuple[list[str], list[list[str]]]:
    """The table for people: heads (> aligns to the right) and lines."""
    found, shifts = rows.of, bool(rows.in_shifts)
    name = found.case.formula
    heads = [
        "time",
        ">calls",
        ">erlangs",
        f">{name}",
        ">says",
        ">simulated",
        ">agents",
        ">level",
        ">abandoned",
    ]
    heads += [">wait", ">occupancy", ">to roster", *([">in shifts"] if shifts else [])]
    lines = []
    for each in rows.plain():
        cells = [
            each["time"],
            f"{each['calls']:,.1f}",
            f"{each['erlangs']:,.1f}",
            str(each["agents_formula"]),
            *(_share(each[key]) for key in ("service_level_formula", "service_level_formula_simulated")),
            str(each["agents"]),
            *(_share(each[key]) for key in ("service_level", "abandoned_share")),
            duration(each["mean_wait_s"]),
            _share(each["occupancy"]),
            str(each["rostered"]),
        ]
        lines.append([*cells, *([str(each["in_shifts"])] if shifts else [])])
    return heads, lines


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _print(rows: Rows, made: Made) -> None:
    screen, found = console(), rows.of
    screen.print(Text(title(found), style="bold"))
    heads, lines = _cells(rows)
    cells: list[list[str | Text]] = []
    for line, before, after in zip(lines, found.formula_agents, found.agents, strict=True):
        style = "bold" if before != after else ""
        cells.append([*line[:6], Text(line[6], style=style), *line[7:]])
    screen.print(Fitting(heads, cells, below=(">erlangs", ">wait", ">abandoned")))
    for sentence in sentences(rows, made):
        screen.print(Text(sentence))


def sentences(rows: Rows, made: Made) -> list[str]:
    """What the table comes to."""
    found, demand = rows.of, rows.of.case.demand
    step = demand.step / HOUR
    said = [
        f"{found.case.formula} wants {sum(found.formula_agents) * step:,.1f} hours of agents, and by"
        f" simulation ({found.seeds} days) {found.first.whole:.1%} of all callers are in time with them."
    ]
    if found.agents == found.formula_agents:
        said.append("Simulation corrects none of its numbers.")
    else:
        more = sum(after > before for before, after in zip(found.formula_agents, found.agents, strict=True))
        less = sum(after < before for before, after in zip(found.formula_agents, found.agents, strict=True))
        said.append(
            f"Simulation wants {found.hours:,.1f} hours, for {found.final.whole:.1%}: more agents in {more}"
            f" steps of the day, and fewer in {less}."
        )
    if any(found.final.short):
        late = ", ".join(rows.clock(step) for step, short in enumerate(found.final.short) if short)
        said.append(f"Still below the target: {late}. Who waited there came before; look at the hours above.")
    if doubtful := [step for step in found.missed if not found.final.short[step]]:
        said.append(
            f"Below the target in these days, as may be by chance: {', '.join(map(rows.clock, doubtful))}."
            " More --seeds would tell."
        )
    if made.shrinkage:
        said.append(
            f"To roster, for a shrinkage of {made.shrinkage:.0%}: agents divided by {1 - made.shrinkage:.2f}."
        )
    if rows.groups and made.shift is not None:
        count, length = sum(group.count for group in rows.groups), round(made.shift / demand.step)
        paid = count * made.shift / HOUR
        said.append(f"{count} shifts of {made.shift / HOUR:g} hours, {paid:,.1f} hours in all:")
        said += [
            f"  {rows.clock(group.start)} to {rows.clock(group.start + length)}: {group.count}"
            for group in rows.groups
        ]
    return said


def _json(rows: Rows, made: Made) -> dict[str, Any]:
    found = rows.of
    plain: dict[str, Any] = {
        "queue": found.case.queue,
        "formula": found.case.formula,
        "target": {
            "service_level": found.target.level,
            "within_s": found.target.within,
            "abandoned_share": found.target.abandoned,
        },
        "handling_s": _plain(found.case.handling),
        "patience_mean_s": _plain(found.case.patience_mean) if found.case.formula == "Erlang A" else None,
        "days": found.case.demand.days,
        "seeds": found.seeds,
        "agent_hours_formula": sum(found.formula_agents) * found.case.demand.step / HOUR,
        "agent_hours": found.hours,
        "service_level_formula_simulated": _plain(found.first.whole),
        "service_level": _plain(found.final.whole),
        "shrinkage": made.shrinkage,
        "steps": rows.plain(),
    }
    if rows.groups and made.shift is not None:
        length = round(made.shift / found.case.demand.step)
        plain["shifts"] = [
            {"from": rows.clock(each.start), "to": rows.clock(each.start + length), "agents": each.count}
            for each in rows.groups
        ]
    return plain


def _csv(rows: Rows) -> str:
    out = io.StringIO()
    plain = rows.plain()
    writer = csv.DictWriter(out, list(plain[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(plain)
    return out.getvalue()
