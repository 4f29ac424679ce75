"""How a run went over the day: figures of equal steps of time, for pictures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from softswitch.acd.stats import RATIOS, QueueCounts
from softswitch.simulation.ledger import stays_of
from softswitch.simulation.team import Day, team_of, work_of_team
from softswitch.types import QueueName, Seconds

Floats = NDArray[np.float64]

STEPS: Sequence[Seconds] = (30, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MOST = 64
"""Steps of a picture."""


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each step; who joined in it counts in it."""

    edges: Floats
    calls: Floats
    answered: Floats
    abandoned: Floats
    in_time: Floats
    """Answered in time."""
    abandoned_in_time: Floats
    waits: Floats
    """The sum of those answered."""
    waiting: Floats
    """Callers in the line, mean over the step."""
    busy: Floats
    """Agents who talk or write notes, mean over the step."""
    there: Floats
    """Agents, mean over the step."""

    @property
    def wait_mean(self) -> Floats:
        """Of those answered."""
        return _ratio(self.waits, self.answered)

    def service_level(self, formula: str) -> Floats:
        """By one of the formulas; NaN where nobody counts."""
        ratio = RATIOS[formula]
        counts = {
            "answered_in_time": self.in_time,
            "abandoned_in_time": self.abandoned_in_time,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "joined": self.calls,
        }
        assert set(ratio.over + ratio.under + ratio.without) <= {*QueueCounts.__dataclass_fields__}
        zero = np.zeros_like(self.calls)
        over = sum((counts.get(name, zero) for name in ratio.over), zero)
        under = sum((counts.get(name, zero) for name in ratio.under), zero)
        return _ratio(over, under)

    def coarser(self, steps: int) -> Series:
        """The same with so many steps as one; of the last ones perhaps fewer."""
        if steps <= 1:
            return self
        at = np.arange(0, len(self.calls), steps)
        long = np.diff(self.edges)
        whole = np.add.reduceat(long, at)
        made = {}
        for name in self.__dataclass_fields__:
            values = getattr(self, name)
            if name in ("waiting", "busy", "there"):
                made[name] = np.add.reduceat(values * long, at) / whole
            elif name != "edges":
                made[name] = np.add.reduceat(values, at)
        return Series(edges=np.append(self.edges[at], self.edges[-1]), **made)

    @property
    def occupancy(self) -> Floats:
        """NaN where nobody is there."""
        return _ratio(self.busy, self.there)


def step_of(span: Seconds) -> Seconds:
    """The shortest step of which no more than `MOST` make up the span."""
    return next((step for step in STEPS if span <= MOST * step), span / MOST)


def series(world: Day, queues: Collection[QueueName]) -> Series:
    """Of some queues together; agents are those of their teams, in whatever queue they talk."""
    span = world.traffic.span
    edges = np.append(np.arange(0.0, span, world.traffic.step or step_of(span)), span)
    visits = stays_of([world.accounts[name] for name in queues]).visits
    team = team_of(world, queues)
    work = work_of_team(world, team)

    def counted(of: NDArray[np.bool_], weights: Floats | None = None) -> Floats:
        found = np.histogram(visits.joined[of], edges, weights=None if weights is None else weights[of])[0]
        return found.astype(np.float64)

    return Series(
        edges=edges,
        calls=counted(np.ones(len(visits), bool)),
        answered=counted(visits.answered),
        abandoned=counted(visits.abandoned),
        in_time=counted(visits.answered & visits.in_time),
        abandoned_in_time=counted(visits.abandoned & visits.in_time),
        waits=counted(visits.answered, visits.waited),
        waiting=mean_over(edges, visits.joined, visits.joined + visits.waited),
        busy=mean_over(edges, work.start, work.end),
        there=_there(world, team, edges),
    )


def _there(world: Day, team: Sequence[str], edges: Floats) -> Floats:
    if world.rota is None:
        return np.full(len(edges) - 1, float(len(team)))
    spans = np.array([span for name in team for span in world.rota.spans(name)]).reshape(-1, 3)  # type: ignore[arg-type]
    plus, minus = spans[spans[:, 2] > 0], spans[spans[:, 2] < 0]
    return mean_over(edges, plus[:, 0], plus[:, 1]) - mean_over(edges, minus[:, 0], minus[:, 1])


def mean_over(edges: Floats, starts: Floats, ends: Floats) -> Floats:
    """How many spans are open, mean over each step."""
    return np.diff(_area(starts, edges) - _area(ends, edges)) / np.diff(edges)


def _area(moments: Floats, edges: Floats) -> Floats:
    """The sum of the time from each moment until the edge, of moments before it."""
    ordered = np.sort(moments)
    sums = np.concatenate(([0.0], np.cumsum(ordered)))
    before = np.searchsorted(ordered, edges)
    return before * edges - sums[before]


def mean_of(found: Sequence[Series]) -> Series:
    """Of several runs of the same span: the mean day."""
    names = Series.__dataclass_fields__
    return Series(**{name: np.mean([getattr(each, name) for each in found], axis=0) for name in names})


def _ratio(over: Floats, under: Floats) -> Floats:
    ratio: Floats = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return ratio
