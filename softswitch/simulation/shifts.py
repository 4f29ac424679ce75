"""From agents per half-hour to shifts of equal length: as few as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from softswitch.errors import SimulationError
from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class Group:
    """Agents with the same shift."""

    start: int
    """The half-hour in which it begins, from 0."""
    count: int


def cover(needed: Sequence[int], length: int) -> list[Group]:
    """Shifts of `length` half-hours so that at least so many agents are there in each. From the left,
    whenever one is missing, a shift begins (near the end of the day: so that it ends with the day). No other
    shift covers what is missing and reaches further, so there is no way with fewer.
    """
    steps = len(needed)
    if length > steps:
        raise SimulationError(f"a shift of {length} steps is longer than the day, which has {steps}")
    groups: list[Group] = []
    there = [0] * steps
    for number, count in enumerate(needed):
        missing = count - there[number]
        if missing > 0:
            start = min(number, steps - length)
            groups.append(Group(start, missing))
            for place in range(start, start + length):
                there[place] += missing
    merged: dict[int, int] = {}
    for group in groups:
        merged[group.start] = merged.get(group.start, 0) + group.count
    return [Group(start, count) for start, count in sorted(merged.items())]


def present(groups: Sequence[Group], steps: int, length: int) -> list[int]:
    """How many agents are there in each half-hour."""
    return [
        sum(group.count for group in groups if group.start <= at < group.start + length)
        for at in range(steps)
    ]


def steps_of(length: Seconds, step: Seconds) -> int:
    """How many steps a shift has. Raises SimulationError: no whole number of them."""
    count = round(length / step)
    if count < 1 or abs(count * step - length) > 1.0:
        raise SimulationError(
            f"--shift {length / 3600:g}h: shifts are made of steps of {step / 60:g} minutes, as 8h or 7.5h"
        )
    return count
