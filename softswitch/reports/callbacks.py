"""What a report counts of callbacks, and how. A callback counts where it was wanted.

| figure | is |
|---|---|
| wanted | callers who asked to be called back |
| reached | an agent and the customer could talk |
| not reached | given up after the last attempt, or expired |
| withdrawn | cancelled, called again and served, hung up while agents were rung, or the queue removed |
| waiting | open still |
| attempts | how often customers were called, in vain or not |
| wait mean | of those reached: from being wanted until they talked |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from softswitch.acd.stats import GIVEN_UP
from softswitch.types import Seconds

REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One callback, as far as reports go."""

    queue: str
    wanted: float
    attempts: int
    """In vain."""
    result: str
    waited: Seconds | None


@dataclass(frozen=True, slots=True)
class CallbackFigures:
    """One line."""

    label: str
    wanted: int
    reached: int
    not_reached: int
    withdrawn: int
    waiting: int
    attempts: int
    wait_mean: Seconds | None


def figures(callbacks: Sequence[Wanted], label: str) -> CallbackFigures:
    """Of some callbacks."""
    results = [one.result for one in callbacks]
    reached, waiting = results.count(REACHED), results.count("")
    given_up = sum(results.count(reason) for reason in GIVEN_UP)
    waits = [one.waited for one in callbacks if one.result == REACHED and one.waited is not None]
    return CallbackFigures(
        label=label,
        wanted=len(results),
        reached=reached,
        not_reached=given_up,
        withdrawn=len(results) - reached - waiting - given_up,
        waiting=waiting,
        attempts=sum(one.attempts for one in callbacks) + reached,
        wait_mean=sum(waits) / len(waits) if waits else None,
    )


def grouped(
    callbacks: Sequence[Wanted], by: str, local: Callable[[float], datetime] = datetime.fromtimestamp
) -> list[CallbackFigures]:
    """By `hour`, `day` or `queue`, as the other tables; agents have none of their own."""
    lines: dict[str, list[Wanted]] = {}
    for one in callbacks:
        lines.setdefault(_label(one, by, local), []).append(one)
    return [figures(some, label) for label, some in sorted(lines.items())]


def _label(one: Wanted, by: str, local: Callable[[float], datetime]) -> str:
    if by in ("hour", "day"):
        at = local(one.wanted)
        return f"{at:%H}:00" if by == "hour" else at.date().isoformat()
    return one.queue
