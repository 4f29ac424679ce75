"""How many agents each half-hour needs: by Erlang's formula, then checked by simulating the whole day.

The formulas know steady rates only. So each half-hour is taken as if it had lasted for ever (stationary,
independent period by period: L. Green, P. Kolesar and W. Whitt, Coping with Time-Varying Demand, Production
and Operations Management 16, 2007). That callers wait over from one to the next, that agents finish their
calls after the end of a shift, that talk times are no exponential ones, they do not know. The simulation
does, and has the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil, inf, isinf, isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from softswitch.acd.settings import EngineSettings
from softswitch.simulation.demand import Demand
from softswitch.simulation.draws import AT_ONCE, Draws
from softswitch.simulation.plan import with_agents
from softswitch.simulation.runs import Crew, Watch, workers_for
from softswitch.simulation.series import Series
from softswitch.simulation.student import interval
from softswitch.simulation.theory import Expected, endless_patience, with_patience
from softswitch.simulation.traffic import HOUR, QueueTraffic, Shift, Traffic, with_wrap_ups
from softswitch.types import AgentName, QueueName, Seconds

Floats = NDArray[np.float64]

ROUNDS = 8
"""So often agents are added where they were too few, at most."""

FEWEST_ROUNDS = 3
"""The day of the formula, with more agents, with fewer."""

SERVED: Seconds = HOUR
"""So long after the end the last agents serve those who still wait."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached in every half-hour."""

    level: float = 0.8
    """The share of all who call that is answered in time: 0 to 1."""
    within: Seconds = 20.0
    """In time."""
    abandoned: float | None = None
    """The share that may give up; None: whatever it is."""

    def __str__(self) -> str:
        most = "" if self.abandoned is None else f", at most {self.abandoned:.1%} abandoned"
        return f"{self.level:.1%} of all who call answered within {self.within:g} s{most}"


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be staffed."""

    settings: EngineSettings
    queue: QueueName
    demand: Demand
    talk: Draws
    patience: Draws
    patience_mean: Seconds
    """Of the formula; infinite: nobody gives up, and it is Erlang C."""
    wrap_up: Draws | None = None
    """None: as the queue has it."""
    answer: Draws = AT_ONCE
    least: int = 1
    """Agents of a half-hour, however few call."""

    @property
    def handling(self) -> Seconds:
        """For how long one call takes an agent, in the mean."""
        usual = self.settings.queues[self.queue].wrap_up
        return self.answer.mean + self.talk.mean + (usual if self.wrap_up is None else self.wrap_up.mean)

    @property
    def formula(self) -> str:
        """By name."""
        return "Erlang C" if isinf(self.patience_mean) else "Erlang A"


@dataclass(frozen=True, slots=True)
class Measured:
    """What simulated days say of each half-hour with some numbers of agents."""

    agents: tuple[int, ...]
    calls: Floats
    level: Floats
    """Answered in time, of all who called; NaN: nobody did."""
    abandoned: Floats
    wait: Floats
    """The mean of those answered."""
    occupancy: Floats
    short: tuple[bool, ...]
    """Surely below the target: chance alone does not explain it (95 %)."""
    spare: tuple[bool, ...]
    """Surely above it."""

    @property
    def whole(self) -> float:
        """The level of the day."""
        known = ~np.isnan(self.level)
        return float((self.level * self.calls)[known].sum() / self.calls[known].sum()) if known.any() else 1.0


@dataclass(frozen=True, slots=True)
class Staffing:
    """What came of it."""

    case: Case
    target: Target
    expected: tuple[Expected | None, ...]
    """By the formula, with as many agents as it wants; None: nobody calls."""
    first: Measured
    """The numbers of the formula, simulated."""
    final: Measured
    """The corrected ones."""
    seeds: int

    @property
    def formula_agents(self) -> tuple[int, ...]:
        """As the formula has it."""
        return self.first.agents

    @property
    def agents(self) -> tuple[int, ...]:
        """As simulation has it."""
        return self.final.agents

    @property
    def missed(self) -> list[int]:
        """The half-hours that are below the target, also those that may be so by chance."""
        return [step for step in range(len(self.agents)) if not reaches(self.final, step, self.target)]

    @property
    def hours(self) -> float:
        """Of agents at work, all together."""
        return sum(self.agents) * self.case.demand.step / HOUR


def staff(
    case: Case, target: Target, seeds: Sequence[int], watch: Callable[[str], Watch | None] = lambda _: None
) -> Staffing:
    """The numbers of agents, by formula and as corrected. Raises SimulationError."""
    wanted = [by_formula(calls / case.demand.step, case, target) for calls in case.demand.calls]

    with Crew(workers_for(sum(case.demand.calls) * len(seeds) * FEWEST_ROUNDS)) as crew:

        def measured(numbers: Sequence[int], what: str) -> Measured:
            return simulated(case, target, numbers, seeds, watch(what), crew)

        first = measured([count for count, _ in wanted], "the day of the formula")
        found = _trimmed(_mended(first, measured), case, target, measured)
    return Staffing(case, target, tuple(expected for _, expected in wanted), first, found, len(seeds))


def _trimmed(
    found: Measured, case: Case, target: Target, measured: Callable[[Sequence[int], str], Measured]
) -> Measured:
    """With an agent less where that does as well, then and in the step after it."""
    fewest = _fewer(found, case)
    while fewest != list(found.agents):
        fewer = measured(fewest, "with fewer agents")
        missed = [not reaches(fewer, step, target) for step in range(len(fewest))]
        own = [less == more for less, more in zip(fewest, found.agents, strict=True)]
        after = [*(late and whole for late, whole in zip(missed[1:], own[1:], strict=True)), False]
        kept = [
            more if here or then else less
            for less, more, here, then in zip(fewest, found.agents, missed, after, strict=True)
        ]
        if kept == fewest:
            return _mended(fewer, measured)
        fewest = kept
    return found


def reaches(found: Measured, step: int, target: Target) -> bool:
    """Whether a half-hour is not below the target; one in which nobody called is not."""
    level, gone = float(found.level[step]), float(found.abandoned[step])
    return isnan(level) or (level >= target.level and _enough(gone, target))


def _enough(abandoned: float, target: Target) -> bool:
    return target.abandoned is None or abandoned <= target.abandoned


def _mended(found: Measured, measured: Callable[[Sequence[int], str], Measured]) -> Measured:
    """With more agents where there are surely too few, twice as many more each time: who is one too many goes
    again. Until there are none such, or `ROUNDS` were not enough.
    """
    for number in range(ROUNDS):
        if not any(found.short):
            break
        step = 1 << number
        more = [count + missed * step for count, missed in zip(found.agents, found.short, strict=True)]
        found = measured(more, f"correction {number + 1}")
    return found


def _fewer(found: Measured, case: Case) -> list[int]:
    """One agent less where there are surely more than enough."""
    numbers = zip(found.agents, found.spare, strict=True)
    return [count - (spare and count > case.least) for count, spare in numbers]


def by_formula(rate: float, case: Case, target: Target) -> tuple[int, Expected | None]:
    """The least number of agents that reaches the target at so many calls per second, in the long run."""
    if rate <= 0:
        return case.least, None
    load = rate * case.handling

    @cache
    def expected(agents: int) -> Expected:
        return expectation(agents, rate, case.handling, case.patience_mean, target.within)

    def reached(agents: int) -> bool:
        found = expected(agents)
        return found.in_time >= target.level and _enough(found.abandoned, target)

    low, high = 0, max(case.least, ceil(load + 2 * sqrt(load)) + 1)
    while not reached(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    agents = max(high, case.least)
    return agents, expected(agents)


def expectation(agents: int, rate: float, handling: Seconds, patience: Seconds, within: Seconds) -> Expected:
    """By Erlang A, or C if patience is endless."""
    if isinf(patience):
        return endless_patience(agents, rate, handling, within)
    return with_patience(agents, rate, handling, patience, within)


def simulated(
    case: Case,
    target: Target,
    agents: Sequence[int],
    seeds: Sequence[int],
    watch: Watch | None = None,
    crew: Crew | None = None,
) -> Measured:
    """The day with so many agents in each half-hour, so many times; no crew: in this process. Raises
    SimulationError.
    """
    traffic = Traffic(
        case.demand.span,
        (QueueTraffic(case.queue, case.talk, case.demand.profile, case.patience, case.wrap_up),),
        answer=case.answer,
        shifts={},
        clock=case.demand.opens,
        step=case.demand.step,
    )
    most = max(*agents, 1)
    settings = with_wrap_ups(with_agents(case.settings, case.queue, most), traffic)
    queue = replace(settings.queues[case.queue], service_within=target.within, overflow=None)
    settings = replace(settings, queues={**settings.queues, case.queue: queue})
    traffic = replace(traffic, shifts=rota(agents, case.demand.step, queue.agents))
    found = (crew or Crew(1)).runs(settings, traffic, seeds, queue.service_formula, watch)
    return measured_days(
        [run.queues[case.queue].series for run in found if case.queue in run.queues], agents, target
    )


def rota(
    agents: Sequence[int], step: Seconds, names: Sequence[AgentName]
) -> dict[AgentName, tuple[Shift, ...]]:
    """Who is there when, so that so many are in each half-hour; the last ones stay on a while."""
    found: dict[AgentName, tuple[Shift, ...]] = {}
    end = len(agents)
    for place, name in enumerate(names):
        shifts: list[Shift] = []
        since: int | None = None
        for number in range(end + 1):
            there = number < end and agents[number] > place
            if there and since is None:
                since = number
            elif not there and since is not None:
                late = SERVED if number == end else 0.0
                shifts.append(Shift(since * step, number * step + late))
                since = None
        found[name] = tuple(shifts)
    return found


def measured_days(days: Sequence[Series], agents: Sequence[int], target: Target) -> Measured:
    """What several simulated days say of one queue with so many agents in each half-hour."""
    steps = len(agents)
    if not days:
        nothing = np.full(steps, np.nan)
        free = (False,) * steps
        return Measured(tuple(agents), np.zeros(steps), nothing, nothing, nothing, nothing, free, free)
    table = {
        name: np.array([getattr(day, name) for day in days])
        for name in ("calls", "answered", "abandoned", "in_time", "waits", "busy", "there")
    }
    calls = table["calls"].sum(axis=0)
    over = [table["in_time"] - target.level * table["calls"]]
    if target.abandoned is not None:
        over.append(target.abandoned * table["calls"] - table["abandoned"])
    limits = [[_limits(one[:, number].tolist()) for one in over] for number in range(steps)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return Measured(
            tuple(agents),
            calls / len(days),
            table["in_time"].sum(axis=0) / calls,
            table["abandoned"].sum(axis=0) / calls,
            table["waits"].sum(axis=0) / table["answered"].sum(axis=0),
            table["busy"].sum(axis=0) / table["there"].sum(axis=0),
            tuple(any(high < 0 for _, high in each) for each in limits),
            tuple(all(low > 0 for low, _ in each) for each in limits),
        )


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Where the mean surely is; of one day nothing is sure."""
    return interval(values) or (-inf, inf)
