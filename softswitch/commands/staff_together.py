"""`softswitch staff` of several queues that share agents: how many of each skill group."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isnan
from typing import Any

from rich.text import Text

from softswitch.commands.simulate import DIGITS, rounds
from softswitch.commands.staff_made import Made, clock_of
from softswitch.commands.table import console
from softswitch.commands.written import write
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.fitting import Fitting
from softswitch.simulation.shifts import Group, cover, present, steps_of
from softswitch.simulation.staff_plan import Wanted
from softswitch.simulation.together import SharedStaffing, staff_together
from softswitch.simulation.together_plan import shared_case_of
from softswitch.simulation.traffic import HOUR


@dataclass(frozen=True, slots=True)
class Plan:
    """What is shown."""

    of: SharedStaffing
    made: Made
    rostered: dict[str, tuple[int, ...]]
    shifts: dict[str, list[Group]]
    """Of each group; empty: none are wanted."""
    length: int = 0
    """Of a shift, in half-hours."""

    def clock(self, step: int) -> str:
        """When a half-hour begins."""
        return clock_of(next(iter(self.of.case.cases.values())).demand, step)


def staff_queues(settings: SwitchSettings, wanted: Wanted, seeds: Sequence[int], made: Made) -> None:
    """Plan, and print. Raises SimulationError."""
    if made.plot is not None or made.html is not None:
        raise SimulationError(
            "pictures and pages are of one queue; name it by --queue, or take --csv or --json"
        )
    case = shared_case_of(settings, wanted)
    length = 0 if made.shift is None else steps_of(made.shift, case.step)
    if length > case.steps:
        raise SimulationError(
            f"--shift: the day has {case.steps * case.step / HOUR:g} hours, and a shift is longer"
        )
    with rounds() as begin:
        found = staff_together(case, seeds, begin)
    rostered = {
        name: tuple(ceil(count / (1.0 - made.shrinkage) - 1e-9) for count in counts)
        for name, counts in found.final.numbers.items()
    }
    shifts = {name: cover(counts, length) for name, counts in rostered.items()} if length else {}
    plan = Plan(found, made, rostered, shifts, length)
    if made.json:
        print(json.dumps(_json(plan), indent=2, ensure_ascii=False))
    else:
        _print(plan)
    if made.csv is not None:
        write(made.csv, _csv(plan))


def _print(plan: Plan) -> None:
    screen, found = console(), plan.of
    case = found.case
    for name, target in case.targets.items():
        calls = sum(case.cases[name].demand.calls)
        screen.print(Text(f"Queue {name}: {calls:,.0f} calls; {target}", style="bold"))
    heads = ["time", *(f">{name}" for name in case.cases), *(f">{group.name}" for group in case.groups)]
    lines: list[list[str | Text]] = []
    for step in range(case.steps):
        levels = [_share(float(one.level[step])) for one in found.final.queues.values()]
        counts = [str(found.final.numbers[group.name][step]) for group in case.groups]
        total = sum(found.final.numbers[group.name][step] for group in case.groups)
        lines.append([plan.clock(step), *levels, *counts, str(total)])
    screen.print(Fitting([*heads, ">agents"], lines))
    for sentence in sentences(plan):
        screen.print(Text(sentence))


def sentences(plan: Plan) -> list[str]:
    """What the table comes to."""
    found, case = plan.of, plan.of.case
    said = ["Of queues the table shows who is answered in time, of groups how many agents. Groups:"]
    for group in case.groups:
        others = [name for name in group.queues if name not in group.homes]
        helps = f", then {', '.join(others)}" if others else ""
        said.append(f"  {group.name} and equals ({len(group.agents)}): {', '.join(group.homes)}{helps}")
    levels = ", ".join(f"{name} {one.whole:.1%}" for name, one in found.final.queues.items())
    said.append(
        f"By formula, each queue by itself takes {found.hours(found.alone):,.1f} hours of agents; together"
        f" {found.hours(found.final.numbers):,.1f} do by simulation: {levels}."
    )
    said.append(
        f"Found in {found.rounds} rounds of {found.search_days} days, and checked with {found.seeds} others,"
        " whose levels these are."
    )
    if not found.ended:
        said.append("The search ended before all was tried: somewhat fewer agents may do.")
    said += _below(plan)
    if plan.made.shrinkage:
        away = plan.made.shrinkage
        said.append(f"Shifts have a shrinkage of {away:.0%} in them: agents divided by {1 - away:.2f}.")
    for name, groups in plan.shifts.items():
        said.append(f"{name}: {sum(group.count for group in groups)} shifts")
        said += [
            f"  {plan.clock(each.start)} to {plan.clock(each.start + plan.length)}: {each.count}"
            for each in groups
        ]
    return said


def _below(plan: Plan) -> list[str]:
    """Where targets are not reached, and whether more days may say otherwise."""
    found, late = plan.of, dict[bool, dict[str, list[str]]]()
    for queue, step in found.missed:
        sure = found.final.queues[queue].short[step]
        late.setdefault(sure, {}).setdefault(queue, []).append(plan.clock(step))
    words = {
        True: "Below the target, and not by chance",
        False: "Below the target in these days, as may be by chance (more --seeds would tell)",
    }
    return [
        f"{words[sure]}: " + "; ".join(f"{queue} {', '.join(times)}" for queue, times in late[sure].items())
        for sure in words
        if sure in late
    ]


def _share(value: float) -> str:
    return "-" if isnan(value) else f"{value:.1%}"


def _rows(plan: Plan) -> list[dict[str, Any]]:
    """One for each half-hour; a group's column is its name."""
    case, found = plan.of.case, plan.of
    rows = []
    for step in range(case.steps):
        row: dict[str, Any] = {"time": plan.clock(step)}
        for name, one in found.final.queues.items():
            row[f"{name}_calls"] = round(case.cases[name].demand.calls[step], 3)
            for what, value in (("service_level", one.level), ("abandoned_share", one.abandoned)):
                row[f"{name}_{what}"] = None if isnan(value[step]) else round(float(value[step]), DIGITS)
        for group in case.groups:
            row[group.name] = found.final.numbers[group.name][step]
            row[f"{group.name}_rostered"] = plan.rostered[group.name][step]
            if plan.shifts:
                there = present(plan.shifts[group.name], case.steps, plan.length)
                row[f"{group.name}_in_shifts"] = there[step]
        rows.append(row)
    return rows


def _json(plan: Plan) -> dict[str, Any]:
    case, found = plan.of.case, plan.of
    plain: dict[str, Any] = {
        "queues": {
            name: {
                "formula": case.cases[name].formula,
                "service_level_target": target.level,
                "within_s": target.within,
                "abandoned_share_target": target.abandoned,
                "service_level": round(found.final.queues[name].whole, DIGITS),
                "agent_hours_alone": found.hours({name: found.alone[name]}),
            }
            for name, target in case.targets.items()
        },
        "groups": {
            group.name: {"agents": [*group.agents], "queues": [*group.queues], "first_for": [*group.homes]}
            for group in case.groups
        },
        "seeds": found.seeds,
        "search": {"days": found.search_days, "rounds": found.rounds, "ended": found.ended},
        "shrinkage": plan.made.shrinkage,
        "agent_hours": found.hours(found.final.numbers),
        "below_target": [
            {"queue": queue, "time": plan.clock(step), "surely": found.final.queues[queue].short[step]}
            for queue, step in found.missed
        ],
        "steps": _rows(plan),
    }
    if plan.shifts:
        plain["shifts"] = [
            {
                "group": name,
                "from": plan.clock(each.start),
                "to": plan.clock(each.start + plan.length),
                "agents": each.count,
            }
            for name, groups in plan.shifts.items()
            for each in groups
        ]
    return plain


def _csv(plan: Plan) -> str:
    out, rows = io.StringIO(), _rows(plan)
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
