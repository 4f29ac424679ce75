"""`softswitch staff` of several queues that share agents: how many of each skill group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.text import Text

from softswitch.commands.simulate import rounds
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
from softswitch.commands.table import console
from softswitch.commands.written import write
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.fitting import Fitting
from softswitch.simulation.demand import Demand
from softswitch.simulation.staff_plan import Wanted
from softswitch.simulation.together import SharedStaffing, staff_together
from softswitch.simulation.together_plan import shared_case_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What is shown."""

    of: SharedStaffing
    made: Made
    rosters: dict[str, Rostered]
    """Of each group."""

    @property
    def demand(self) -> Demand:
        """Of any queue: they have the same half-hours."""
        return next(iter(self.of.case.cases.values())).demand

    def clock(self, step: int) -> str:
        """When a half-hour begins."""
        return clock_of(self.demand, step)


def staff_queues(settings: SwitchSettings, wanted: Wanted, seeds: Sequence[int], made: Made) -> None:
    """Plan, and print. Raises SimulationError."""
    if made.plot is not None or made.html is not None:
        raise SimulationError(
            "pictures and pages are of one queue; name it by --queue, or take --csv or --json"
        )
    case = shared_case_of(settings, wanted)
    length = made.length(case.steps, case.step)
    with rounds() as begin:
        found = staff_together(case, seeds, begin)
    numbers = found.final.numbers
    rosters = {name: rostered(counts, made.shrinkage, length) for name, counts in numbers.items()}
    plan = Plan(found, made, rosters)
    if made.json:
        print(json.dumps(_json(plan), indent=2, ensure_ascii=False))
    else:
        _print(plan)
    if made.csv is not None:
        write(made.csv, sheet([_flat(step) for step in _steps(plan)]))


def _print(plan: Plan) -> None:
    screen, found = console(), plan.of
    case = found.case
    for name, target in case.targets.items():
        calls = sum(case.cases[name].demand.calls)
        screen.print(Text(f"Queue {name}: {calls:,.0f} calls; {target}", style="bold"))
    heads = ["time", *(f">{name}" for name in case.cases), *(f">{group.name}" for group in case.groups)]
    heads.append(">agents")
    lines: list[list[str]] = []
    for step in range(case.steps):
        levels = [share(float(one.level[step])) for one in found.final.queues.values()]
        counts = [str(found.final.numbers[group.name][step]) for group in case.groups]
        total = sum(found.final.numbers[group.name][step] for group in case.groups)
        lines.append([plan.clock(step), *levels, *counts, str(total)])
    queues = 1 + len(case.cases)
    levels_alone = Fitting(heads[:queues], [line[:queues] for line in lines])
    agents_alone = Fitting([heads[0], *heads[queues:]], [[line[0], *line[queues:]] for line in lines])
    screen.print(Fitting(heads, lines, otherwise=Group(levels_alone, agents_alone)))
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
    for name, roster in plan.rosters.items() if plan.made.shift else ():
        said.append(f"{name}: {roster.shift_count} shifts")
        said += shift_lines(roster, plan.demand)
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


def _steps(plan: Plan) -> list[dict[str, Any]]:
    """One for each half-hour."""
    case, found = plan.of.case, plan.of
    return [
        {
            "time": plan.clock(step),
            "queues": {
                name: {
                    "calls": round(case.cases[name].demand.calls[step], 3),
                    "service_level": plain(float(one.level[step])),
                    "abandoned_share": plain(float(one.abandoned[step])),
                }
                for name, one in found.final.queues.items()
            },
            "groups": {
                name: {"agents": found.final.numbers[name][step], "rostered": roster.counts[step]}
                | ({"in_shifts": roster.in_shifts[step]} if roster.in_shifts else {})
                for name, roster in plan.rosters.items()
            },
        }
        for step in range(case.steps)
    ]


def _flat(step: dict[str, Any]) -> dict[str, object]:
    """One for a sheet: each column is of a queue or group, and says what it has of it."""
    row: dict[str, object] = {"time": step["time"]}
    for each in (step["queues"], step["groups"]):
        row |= {f"{name}_{what}": value for name, of in each.items() for what, value in of.items()}
    return row


def _json(plan: Plan) -> dict[str, Any]:
    case, found = plan.of.case, plan.of
    made_of: dict[str, Any] = {
        "queues": {
            name: {
                "formula": case.cases[name].formula,
                "service_level_target": target.level,
                "within_s": target.within,
                "abandoned_share_target": target.abandoned,
                "service_level": plain(found.final.queues[name].whole),
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
        "steps": _steps(plan),
    }
    if plan.made.shift is not None:
        made_of["shifts"] = [
            {"group": name} | each
            for name, roster in plan.rosters.items()
            for each in shifts_of(roster, plan.demand)
        ]
    return made_of
