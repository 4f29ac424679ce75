"""The figures of simulated runs, counted as the reports count (`reports/figures.py` has the definitions).

| figure | beside those of the reports is |
|---|---|
| calls | callers who came within the span and after the warm-up, each time they called |
| wait of all | mean wait of everybody, those included who hung up or were led elsewhere |
| occupancy | talk and wrap-up within the span, of the time that agents were there and not on a break |
| waiting | callers in the line, mean over time, and the most at once |
| turned away | those who wanted to be called back are not among them |
| callbacks | who wanted to be called back; `called_back`: of these, who talked to an agent |
| Little | how far the line, measured by the clock, is from the sum of waits that the engine told: 0 |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from softswitch.errors import SimulationError
from softswitch.reports.figures import Figures, Visits, figures
from softswitch.simulation.ledger import Account, stays_of
from softswitch.simulation.series import Series, series
from softswitch.simulation.student import interval
from softswitch.simulation.team import Day, team_of, there, work_of_team
from softswitch.simulation.world import World
from softswitch.types import QueueName, Seconds

Floats = NDArray[np.float64]

SHARES = ("service_level", "service_level_2", "abandoned_share", "occupancy")
"""Figures from 0 to 1."""

LITTLE = 1e-6
"""What summing millions of waits in another order may differ by."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run, or one queue of it."""

    figures: Figures
    calls: int
    wait_all: Seconds | None
    occupancy: float | None
    """0 to 1; None: nobody was there."""
    waiting_mean: float
    waiting_most: int
    unserved: int
    """Who still waited four hours after the last call could come."""
    callbacks: int
    """Who wanted to be called back."""
    called_back: int
    """Of these, who talked to an agent."""
    series: Series
    """Over the day."""

    def numbers(self) -> dict[str, float | None]:
        """By the names that `--json` has; None: there is nothing to divide by."""
        one = self.figures
        return {
            "calls": self.calls,
            "answered": one.answered,
            "abandoned": one.abandoned,
            "turned_away": one.turned_away - self.callbacks,
            "mean_wait_s": one.wait_mean,
            "wait_median_s": one.wait_median,
            "wait_p95_s": one.wait_p95,
            "mean_wait_all_s": self.wait_all,
            "service_level": one.service_level,
            "service_level_2": one.service_level_2,
            "abandoned_share": one.abandonment,
            "occupancy": self.occupancy,
            "talk_mean_s": one.talk_mean,
            "mean_waiting": self.waiting_mean,
            "most_waiting": self.waiting_most,
            "unserved": self.unserved,
            "callbacks": self.callbacks,
            "called_back": self.called_back,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one seed."""

    seed: int
    total: Outcome
    queues: Mapping[QueueName, Outcome]
    little: float
    """The relative difference of lines and waits, of all queues; at most `LITTLE`."""


def run_of(world: World, seed: int, formula: str) -> Run:
    """The figures of a world that has run; `formula`: of the service level of all queues together.

    Raises SimulationError when the engine's books do not match what happened: a bug.
    """
    little = _little(world)
    _compare_books(world)
    waiting = Counter(stay.account.name for stay in world.here.values() if stay.waiting)
    queues = {
        name: outcome(world, [account], world.settings.queues[name].service_formula, waiting[name])
        for name, account in world.accounts.items()
        if account.agents
    }
    total = outcome(world, list(world.accounts.values()), formula, waiting.total())
    return Run(seed, total, queues, little)


def outcome(world: Day, accounts: Sequence[Account], formula: str, unserved: int = 0) -> Outcome:
    """What came of some queues; `formula`: of the service level, `unserved`: who waits there still."""
    stays, traffic = stays_of(accounts), world.traffic
    start, end = traffic.warm_up, traffic.span
    counted = np.flatnonzero((stays.visits.joined >= start) & (stays.visits.joined < end))
    names = [account.name for account in accounts]
    label = accounts[0].name if len(accounts) == 1 else "total"
    waits = stays.visits.waited[counted]
    visits = stays.visits
    wanted = [each for account in accounts for each in account.callbacks if start <= each.since < end]
    return Outcome(
        figures=figures(visits, label, formula, counted),
        calls=len(counted),
        wait_all=float(waits.mean()) if len(waits) else None,
        occupancy=occupancy(world, names, start, end),
        waiting_mean=float(overlap(visits.joined, stays.answered, start, end)) / (end - start),
        waiting_most=_most(visits, start, end),
        unserved=unserved,
        callbacks=len(wanted),
        called_back=sum(each.reached is not None for each in wanted),
        series=series(world, names),
    )


def occupancy(world: Day, queues: Collection[QueueName], start: Seconds, end: Seconds) -> float | None:
    """Of the agents of these queues, in all queues."""
    team = team_of(world, queues)
    work, present = work_of_team(world, team), there(world, team, start, end)
    return overlap(work.start, work.end, start, end) / present if present > 0 else None


def overlap(starts: Floats, ends: Floats, start: Seconds, end: Seconds) -> float:
    """The time of all spans together that lies between two moments."""
    return float(np.maximum(np.minimum(ends, end) - np.maximum(starts, start), 0.0).sum())


def _most(visits: Visits, start: Seconds, end: Seconds) -> int:
    """The longest line between two moments."""
    moments, lengths = line_over_time(visits)
    if not len(moments):
        return 0
    before = int(np.searchsorted(moments, start, side="right")) - 1
    within = lengths[max(before, 0) : int(np.searchsorted(moments, end))]
    return int(within.max()) if len(within) else 0


def line_over_time(visits: Visits) -> tuple[Floats, NDArray[np.int64]]:
    """Moments, and how many wait from each on; of changes at the same moment the last one holds."""
    moments = np.concatenate((visits.joined, visits.joined + visits.waited))
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    lengths = np.where(order < len(visits), 1, -1).cumsum()
    last = np.append(np.diff(moments) > 0, True) if len(moments) else np.zeros(0, bool)
    return moments[last], lengths[last]


def _little(world: World) -> float:
    """Of everybody who came, for the whole time: callers multiplied by time are the sum of waits."""
    if any(stay.waiting for stay in world.here.values()):
        return 0.0  # who still waits has told no wait
    area = sum(account.line.area for account in world.accounts.values())
    waits = sum(account.line.waits for account in world.accounts.values())
    off = abs(area - waits) / max(area, waits, 1.0)
    if off > LITTLE:
        raise SimulationError(
            f"the engine told waits of {waits:,.3f} s together, and the lines were {area:,.3f} callers times"
            " seconds long: by Little's law these are the same, so something is wrong with the simulation"
        )
    return off


def _compare_books(world: World) -> None:
    """What the engine counts for wallboards and reports must be what happened here."""
    for name, view in world.engine.snapshot(world.now, most=0).queues.items():
        visits = stays_of([world.accounts[name]]).visits
        waiting = sum(stay.waiting and stay.account.name == name for stay in world.here.values())
        ours = (
            len(visits) + waiting,
            int(visits.answered.sum()),
            int((visits.answered & visits.in_time).sum()),
            int(visits.abandoned.sum()),
            int(visits.short.sum()),
        )
        counts = view.counts
        theirs = (
            counts.joined,
            counts.answered,
            counts.answered_in_time,
            counts.abandoned,
            counts.abandoned_short,
        )
        if ours != theirs:
            raise SimulationError(
                f"queue {name}: joined, answered, answered in time, abandoned and short are {theirs} by the"
                f" engine and {ours} by what callers did: something is wrong with the simulation"
            )


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over several runs."""

    mean: float | None
    low: float | None = None
    """Of the 95 % confidence interval; None: not known."""
    high: float | None = None

    @property
    def is_sure(self) -> bool:
        """Whether 0 is outside the interval."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


def spread(values: Sequence[float | None]) -> Spread:
    """The mean of those that are known, and how sure it is."""
    known = [value for value in values if value is not None and isfinite(value)]
    if not known:
        return Spread(None)
    found = interval(known)
    return Spread(sum(known) / len(known), *(found or ()))


def spreads(outcomes: Sequence[Outcome]) -> dict[str, Spread]:
    """Every figure over all runs."""
    numbers = [each.numbers() for each in outcomes]
    names = numbers[0] if numbers else ()
    return {name: _within_reason(name, spread([each[name] for each in numbers])) for name in names}


def _within_reason(name: str, one: Spread) -> Spread:
    """Student's intervals know no bounds; no figure is below 0, and no share above 1, so the true one is not
    either.
    """
    if one.low is None or one.high is None:
        return one
    return Spread(one.mean, max(one.low, 0.0), min(one.high, 1.0) if name in SHARES else one.high)


def by_queue(runs: Sequence[Run]) -> dict[QueueName, list[Outcome]]:
    """The outcomes of each queue; of a run in which nobody came to it there is none."""
    names = dict.fromkeys(name for run in runs for name in run.queues)
    return {name: [run.queues[name] for run in runs if name in run.queues] for name in names}
