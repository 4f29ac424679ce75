"""What is made of a plan of agents, of one queue or of several: shifts, words and files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isnan
from pathlib import Path
from typing import Any

from softswitch.commands.simulate import DIGITS, hours_of
from softswitch.errors import SimulationError
from softswitch.simulation.demand import Demand
from softswitch.simulation.shifts import Group, cover, present, steps_of
from softswitch.simulation.traffic import DAY
from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class Made:
    """What is made of it."""

    shrinkage: float = 0.0
    """The part of paid time in which agents are ill, in training, on breaks: 0 to 1."""
    shift: Seconds | None = None
    """The length of shifts; None: none are wanted."""
    json: bool = False
    csv: Path | None = None
    plot: Path | None = None
    html: Path | None = None

    def length(self, steps: int, step: Seconds) -> int:
        """Of a shift, in half-hours; 0: none are wanted. Raises SimulationError: the day is shorter."""
        if self.shift is None:
            return 0
        if (found := steps_of(self.shift, step)) > steps:
            raise SimulationError(f"--shift: the day has {hours_of(steps * step)}, and a shift is longer")
        return found


@dataclass(frozen=True, slots=True)
class Rostered:
    """Who is to be on the roster, that so many agents are at work."""

    counts: tuple[int, ...]
    """With those who will be missing."""
    shifts: tuple[Group, ...] = ()
    in_shifts: tuple[int, ...] = ()
    """By shifts; empty: none are wanted."""
    length: int = 0
    """Of a shift, in half-hours."""

    @property
    def shift_count(self) -> int:
        """All shifts of the day."""
        return sum(each.count for each in self.shifts)


def rostered(agents: Sequence[int], shrinkage: float, length: int) -> Rostered:
    """For so many agents in each half-hour, with shifts so long (0: with none)."""
    counts = tuple(ceil(count / (1.0 - shrinkage) - 1e-9) for count in agents)
    if not length:
        return Rostered(counts)
    shifts = cover(counts, length)
    return Rostered(counts, tuple(shifts), tuple(present(shifts, len(counts), length)), length)


def shift_lines(roster: Rostered, demand: Demand) -> list[str]:
    """For people, a line for each time at which shifts begin."""
    return [f"  {each['from']} to {each['to']}: {each['agents']}" for each in shifts_of(roster, demand)]


def shifts_of(roster: Rostered, demand: Demand) -> list[dict[str, Any]]:
    """For machines, each time at which shifts begin."""
    return [
        {
            "from": clock_of(demand, each.start),
            "to": clock_of(demand, each.start + roster.length, end=True),
            "agents": each.count,
        }
        for each in roster.shifts
    ]


def clock_of(demand: Demand, step: int, *, end: bool = False) -> str:
    """When a half-hour begins; `end`: it is where something ends, at 24:00 and not at 00:00."""
    at = (demand.opens or 0.0) + step * demand.step
    minutes = round((DAY if end and at == DAY else at % DAY) / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def share(value: float | None) -> str:
    """For people; a dash for nothing."""
    return "-" if value is None or isnan(value) else f"{value:.1%}"


def plain(value: object) -> object:
    """For machines: rounded, null for nothing."""
    if isinstance(value, float):
        return None if isnan(value) else round(float(value), DIGITS)
    return value


def sheet(rows: Sequence[Mapping[str, object]]) -> str:
    """As CSV; the first row names the columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
