"""How many agents of each skill group every half-hour needs, where queues share agents.

No formula knows that. So each queue begins with the number that Erlang's formula wants for it alone, given to
the groups that are there for it first; the whole day is simulated, agents are added where a queue is short,
and then taken, a group at a time, as long as all queues reach their targets without them. A local search by
simulation, from a formula's start: R. Wallace and W. Whitt, A Staffing Algorithm for Call Centers with
Skill-Based Routing, Manufacturing & Service Operations Management 7, 2005. It finds numbers from which nobody
can be taken, not the least of all numbers; each agent is as good to save as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from softswitch.acd.settings import EngineSettings
from softswitch.simulation.figures import Run
from softswitch.simulation.groups import Numbers, SkillGroup, names_of, shares, with_groups
from softswitch.simulation.runs import Watch, runs, workers_for
from softswitch.simulation.staffing import (
    Case,
    Measured,
    Target,
    by_formula,
    measured_days,
    reaches,
    rota,
)
from softswitch.simulation.traffic import HOUR, Shift, Traffic, with_wrap_ups
from softswitch.types import AgentName, QueueName, Seconds

ADDITIONS = 5
"""So often agents are added where they were too few, at most."""

MOST_TRIALS = 60
"""So often fewer agents are tried, at most."""

PART = 8
"""An eighth of a group is taken at first, then half as many as could not be."""


@dataclass(frozen=True, slots=True)
class SharedCase:
    """What is to be staffed."""

    settings: EngineSettings
    traffic: Traffic
    """Without shifts; its step is that of the plan."""
    groups: tuple[SkillGroup, ...]
    cases: Mapping[QueueName, Case]
    """Each queue as if it were alone."""
    targets: Mapping[QueueName, Target]

    @property
    def step(self) -> Seconds:
        """Of the plan."""
        assert self.traffic.step is not None
        return self.traffic.step

    @property
    def steps(self) -> int:
        """Of the day."""
        return len(next(iter(self.cases.values())).demand.calls)


@dataclass(frozen=True, slots=True)
class Joint:
    """What simulated days say of some numbers."""

    numbers: Numbers
    queues: Mapping[QueueName, Measured]


@dataclass(frozen=True, slots=True)
class SharedStaffing:
    """What came of it."""

    case: SharedCase
    alone: Mapping[QueueName, tuple[int, ...]]
    """What the formula wants for each queue by itself."""
    first: Joint
    final: Joint
    seeds: int

    def hours(self, numbers: Mapping[str, Sequence[int]] | Mapping[QueueName, Sequence[int]]) -> float:
        """Of agents at work, all together."""
        return sum(map(sum, numbers.values())) * self.case.step / HOUR


Measure = Callable[[Numbers], Joint]


def staff_together(
    case: SharedCase, seeds: Sequence[int], watch: Callable[[], Watch | None] = lambda: None
) -> SharedStaffing:
    """The numbers of every group. Raises SimulationError."""
    alone = {name: _alone(each, case.targets[name]) for name, each in case.cases.items()}

    def measure(numbers: Numbers) -> Joint:
        return simulated(case, numbers, seeds, watch())

    first = measure(_start(case, alone))
    found = _mended(case, measure(_trimmed(case, _mended(case, first, measure), measure)), measure)
    return SharedStaffing(case, alone, first, found, len(seeds))


def _alone(case: Case, target: Target) -> tuple[int, ...]:
    return tuple(by_formula(calls / case.demand.step, case, target)[0] for calls in case.demand.calls)


def _start(case: SharedCase, alone: Mapping[QueueName, Sequence[int]]) -> Numbers:
    """The formula's agents, each in a group that is there for that queue."""
    found = {group.name: [0] * case.steps for group in case.groups}
    for queue, counts in alone.items():
        for step, count in enumerate(counts):
            for name, number in shares(case.groups, queue, count).items():
                found[name][step] += number
    return {name: tuple(counts) for name, counts in found.items()}


def _mended(case: SharedCase, found: Joint, measure: Measure) -> Joint:
    """With more agents where a queue is below its target, twice as many more each time: who is one too many
    goes again.
    """
    for number in range(ADDITIONS):
        missed = missed_in(case, found)
        if not missed:
            break
        more = {name: list(counts) for name, counts in found.numbers.items()}
        for queue, step in missed:
            for name, count in shares(case.groups, queue, 1 << number).items():
                more[name][step] += count
        found = measure({name: tuple(counts) for name, counts in more.items()})
    return found


class _Trials:
    """How many agents of which group are to be tried less in each half-hour."""

    def __init__(self, numbers: Numbers) -> None:
        self._names = list(numbers)
        self._sizes = {
            name: [max(count // PART, min(count, 1)) for count in counts] for name, counts in numbers.items()
        }
        self._turn = 0

    def next(self, numbers: Numbers) -> dict[int, tuple[str, int]]:
        """The next group of each half-hour, and how many of it; empty: all was tried."""
        self._turn += 1
        order = [self._names[(self._turn + place) % len(self._names)] for place in range(len(self._names))]
        found = {}
        for step in range(len(next(iter(numbers.values())))):
            for name in order:
                size = min(self._sizes[name][step], numbers[name][step])
                if size:
                    found[step] = name, size
                    break
        return found

    def failed(self, step: int, name: str, size: int) -> None:
        """So many were too many: next time half of them, and of one it is known."""
        self._sizes[name][step] = size // 2


def _trimmed(case: SharedCase, found: Joint, measure: Measure) -> Numbers:
    """With as few agents as can be: whoever can be spared is, then and in the half-hour after it. What was
    missed before forbids nothing.
    """
    numbers, before = found.numbers, missed_in(case, found)
    trials = _Trials(numbers)
    for _ in range(MOST_TRIALS):
        tried = trials.next(numbers)
        if not tried:
            break
        fewer = {name: list(counts) for name, counts in numbers.items()}
        for step, (name, size) in tried.items():
            fewer[name][step] -= size
        less = measure({name: tuple(counts) for name, counts in fewer.items()})
        missed = {step for _, step in missed_in(case, less) - before}
        for step, (name, size) in tried.items():
            after = step + 1 in missed and step + 1 not in tried
            if step in missed or after:
                fewer[name][step] += size
                trials.failed(step, name, size)
        numbers = {name: tuple(counts) for name, counts in fewer.items()}
    return numbers


def missed_in(case: SharedCase, found: Joint) -> set[tuple[QueueName, int]]:
    """Queues that are below their targets, and in which half-hours."""
    return {
        (queue, step)
        for queue, one in found.queues.items()
        for step in range(case.steps)
        if not reaches(one, step, case.targets[queue])
    }


def simulated(case: SharedCase, numbers: Numbers, seeds: Sequence[int], watch: Watch | None = None) -> Joint:
    """The day with so many agents of each group, so many times. Raises SimulationError."""
    most = {name: max(counts) for name, counts in numbers.items()}
    settings = with_wrap_ups(with_groups(case.settings, case.groups, most), case.traffic)
    shifts: dict[AgentName, tuple[Shift, ...]] = {}
    for group in case.groups:
        shifts |= rota(numbers[group.name], case.step, names_of(group, most[group.name]))
    traffic = replace(case.traffic, shifts=shifts)
    calls = sum(sum(each.demand.calls) for each in case.cases.values())
    formula = next(iter(settings.queues.values())).service_formula
    done = runs(settings, traffic, seeds, formula, watch, workers_for(calls * len(seeds)))
    return Joint(numbers, {name: _of(case, name, numbers, done) for name in case.cases})


def _of(case: SharedCase, queue: QueueName, numbers: Numbers, done: Sequence[Run]) -> Measured:
    able = [group.name for group in case.groups if queue in group.queues]
    there = [sum(numbers[name][step] for name in able) for step in range(case.steps)]
    days = [run.queues[queue].series for run in done if queue in run.queues]
    return measured_days(days, there, case.targets[queue])
