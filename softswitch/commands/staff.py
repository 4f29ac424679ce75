"""`softswitch staff`: how many agents each half-hour needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.text import Text

from softswitch.commands.simulate import hours_of, rounds
from softswitch.commands.staff_made import (
    Made,
    Rostered,
    clock_of,
    plain,
    rostered,
    share,
    sheet,
    shift_lines,
    shifts_of,
)
from softswitch.commands.staff_together import staff_queues
from softswitch.commands.table import console, duration
from softswitch.commands.written import writable, write
from softswitch.config.load import load
from softswitch.fitting import Cell, Fitting
from softswitch.simulation.staff_plan import Wanted, case_of, check_ways
from softswitch.simulation.staffing import Staffing, staff
from softswitch.simulation.together_plan import are_several
from softswitch.simulation.traffic import HOUR


@dataclass(frozen=True, slots=True)
class Rows:
    """The table: a row for each half-hour."""

    of: Staffing
    roster: Rostered

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
                "rostered": self.roster.counts[step],
            }
            if self.roster.in_shifts:
                row["in_shifts"] = self.roster.in_shifts[step]
            found.append({name: plain(value) for name, value in row.items()})
        return found


def staff_day(file: Path | None, wanted: Wanted, seeds: Sequence[int], made: Made) -> None:
    """Plan, and print. Raises ConfigError and SimulationError."""
    writable(made.csv, made.plot, made.html)
    check_ways(wanted)
    settings = None if file is None else load(file)
    if settings is not None and are_several(settings, wanted):
        staff_queues(settings, wanted, seeds, made)
        return
    case, target = case_of(settings, wanted)
    length = made.length(len(case.demand.calls), case.demand.step)
    with rounds() as begin:
        found = staff(case, target, seeds, begin)
    rows = Rows(found, rostered(found.agents, made.shrinkage, length))
    if made.json:
        print(json.dumps(_json(rows, made), indent=2, ensure_ascii=False))
    else:
        _print(rows, made)
    if made.csv is not None:
        write(made.csv, sheet(rows.plain()))
    if made.plot is not None or made.html is not None:
        _draw(rows, made)


def _draw(rows: Rows, made: Made) -> None:
    from softswitch.simulation.staff_picture import page, png  # noqa: PLC0415 - matplotlib takes its time

    found, roster = rows.of, rows.roster
    if made.plot is not None:
        write(made.plot, png(title(found), found, roster.counts, roster.in_shifts))
    if made.html is not None:
        heads, cells = _cells(rows)
        write(made.html, page(title(found), found, (roster.counts, roster.in_shifts), heads, cells))


def title(found: Staffing) -> str:
    """What was planned, for which target."""
    case = found.case
    of = "" if case.demand.days == 1 else f", mean of {case.demand.days} days"
    return f"Queue {case.queue}: {sum(case.demand.calls):,.0f} calls{of}; {found.target}"


def _cells(rows: Rows) -> tuple[list[str], list[list[str]]]:
    """The table for people: heads (> aligns to the right) and lines."""
    found, shifts = rows.of, bool(rows.roster.in_shifts)
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
        ">gave up",
    ]
    heads += [">wait", ">occupancy", ">to roster", *([">in shifts"] if shifts else [])]
    lines = []
    for each in rows.plain():
        cells = [
            each["time"],
            f"{each['calls']:,.1f}",
            f"{each['erlangs']:,.1f}",
            str(each["agents_formula"]),
            *(share(each[key]) for key in ("service_level_formula", "service_level_formula_simulated")),
            str(each["agents"]),
            *(share(each[key]) for key in ("service_level", "abandoned_share")),
            duration(each["mean_wait_s"]),
            share(each["occupancy"]),
            str(each["rostered"]),
        ]
        lines.append([*cells, *([str(each["in_shifts"])] if shifts else [])])
    return heads, lines


def _print(rows: Rows, made: Made) -> None:
    screen, found = console(), rows.of
    screen.print(Text(title(found), style="bold"))
    heads, lines = _cells(rows)
    cells: list[list[Cell]] = []
    for line, before, after in zip(lines, found.formula_agents, found.agents, strict=True):
        style = "bold" if before != after else ""
        cells.append([*line[:6], Text(line[6], style=style), *line[7:]])
    by_formula = Fitting(heads[:6], [line[:6] for line in cells])
    by_simulation = Fitting([heads[0], *heads[6:]], [[line[0], *line[6:]] for line in cells])
    screen.print(Fitting(heads, cells, otherwise=Group(by_formula, by_simulation)))
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
    if made.shift is not None:
        count = rows.roster.shift_count
        paid = count * made.shift / HOUR
        said.append(f"{count} shifts of {hours_of(made.shift)}, {paid:,.1f} hours in all:")
        said += shift_lines(rows.roster, demand)
    return said


def _json(rows: Rows, made: Made) -> dict[str, Any]:
    found = rows.of
    made_of: dict[str, Any] = {
        "queue": found.case.queue,
        "formula": found.case.formula,
        "target": {
            "service_level": found.target.level,
            "within_s": found.target.within,
            "abandoned_share": found.target.abandoned,
        },
        "handling_s": plain(found.case.handling),
        "patience_mean_s": plain(found.case.patience_mean) if found.case.formula == "Erlang A" else None,
        "days": found.case.demand.days,
        "seeds": found.seeds,
        "agent_hours_formula": sum(found.formula_agents) * found.case.demand.step / HOUR,
        "agent_hours": found.hours,
        "service_level_formula_simulated": plain(found.first.whole),
        "service_level": plain(found.final.whole),
        "shrinkage": made.shrinkage,
        "steps": rows.plain(),
    }
    if made.shift is not None:
        made_of["shifts"] = shifts_of(rows.roster, found.case.demand)
    return made_of
