"""How many agents of each skill group every half-hour needs, where queues share agents.

No formula knows that. So each queue begins with the number that Erlang's formula wants for it alone, given to
the groups that are there for it first; the whole day is simulated, agents are added where a queue is short,
and then taken, a group at a time, as long as all queues reach their targets without them; at last two of one
group are given for one of another, where that does as well. A local search by
simulation, from a formula's start: R. Wallace and W. Whitt, A Staffing Algorithm for Call Centers with
Skill-Based Routing, Manufacturing & Service Operations Management 7, 2005. It finds numbers from which nobody
can be taken, not the least of all numbers; each agent is as good to save as any other.

The search has few days, and what is found there is the best of many for these very days. So its numbers are
checked with more days that it has not seen, and agents are added where they show that there are too few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

from softswitch.acd.settings import EngineSettings
from softswitch.simulation.figures import Run
from softswitch.simulation.groups import Numbers, SkillGroup, names_of, shares, with_groups
from softswitch.simulation.runs import Crew, Watch, workers_for
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

SEARCHED = 2
"""The search has half as many days as the check,"""

FEWEST_DAYS = 4
"""and no fewer than these."""

ADDITIONS = 5
"""So often agents are added where they were too few, at most."""

MOST_TRIALS = 80
"""So often fewer agents are tried, at most."""

USUAL_ROUNDS = 40
"""So many there are of a day of three queues (`examples/insurance`)."""

MOST_EXCHANGES = 16
"""So often agents are exchanged between groups, at most."""

CORRECTIONS = 4
"""So often the check adds an agent, at most."""

TRIES = 3
"""So often one agent of a group is tried less in a half-hour: by few days chance alone may forbid it."""

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

    @property
    def calls(self) -> float:
        """Of a day, as expected."""
        return sum(sum(each.demand.calls) for each in self.cases.values())


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
    final: Joint
    """By the days of the check."""
    seeds: int
    """Days of the check."""
    search_days: int
    rounds: int
    """So often the days of the search were simulated."""
    ended: bool
    """Everything was tried; else there were too many rounds."""

    def hours(self, numbers: Mapping[str, Sequence[int]] | Mapping[QueueName, Sequence[int]]) -> float:
        """Of agents at work, all together."""
        return sum(map(sum, numbers.values())) * self.case.step / HOUR

    @property
    def missed(self) -> list[tuple[QueueName, int]]:
        """Queues that are below their targets, and in which half-hours, as the day goes."""
        found = missed_in(self.case.targets, self.final)
        return sorted(found, key=lambda each: (each[1], each[0]))


Measure = Callable[[Numbers, str], Joint]
"""What days say of numbers; and what is done, in words."""

Begin = Callable[[str], Watch | None]


def staff_together(case: SharedCase, seeds: Sequence[int], begin: Begin = lambda _: None) -> SharedStaffing:
    """The numbers of every group; `seeds` are the days of the check, and those of the search come after them.
    Raises SimulationError.
    """
    alone = {name: _alone(each, case.targets[name]) for name, each in case.cases.items()}
    few = range(seeds[-1] + 1, seeds[-1] + 1 + max(len(seeds) // SEARCHED, FEWEST_DAYS))
    rounds = 0
    with Crew(workers_for(case.calls * (len(seeds) + len(few) * USUAL_ROUNDS))) as crew:

        def search(numbers: Numbers, what: str) -> Joint:
            nonlocal rounds
            rounds += 1
            return simulated(case, numbers, few, begin(f"{what}, round {rounds}"), crew)

        def check(numbers: Numbers, what: str) -> Joint:
            return simulated(case, numbers, seeds, begin(what), crew)

        enough = _mended(case, search(_start(case, alone), "as the formula has it"), search)
        numbers, ended = _trimmed(case, enough, search)
        numbers = exchanged(case, numbers, search)
        final = _checked(case, numbers, check)
    return SharedStaffing(case, alone, final, len(seeds), len(few), rounds, ended)


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
        missed = missed_in(case.targets, found)
        if not missed:
            break
        found = measure(_more(case, found.numbers, missed, 1 << number), "adding agents")
    return found


def _checked(case: SharedCase, numbers: Numbers, measure: Measure) -> Joint:
    """What other days say of the numbers, with an agent more where these are below a target."""
    found = measure(numbers, "checking with other days")
    for number in range(CORRECTIONS):
        missed = missed_in(case.targets, found)
        if not missed:
            break
        found = measure(_more(case, found.numbers, missed, 1), f"checking, correction {number + 1}")
    return found


def _more(case: SharedCase, numbers: Numbers, missed: Iterable[tuple[QueueName, int]], count: int) -> Numbers:
    """So many more in the home groups of each queue that is below its target."""
    more = {name: list(counts) for name, counts in numbers.items()}
    for queue, step in missed:
        for name, part in shares(case.groups, queue, count).items():
            more[name][step] += part
    return {name: tuple(counts) for name, counts in more.items()}


class _Trials:
    """How many agents of which group are to be tried less in each half-hour."""

    def __init__(self, numbers: Numbers) -> None:
        self._names = list(numbers)
        self._sizes = {
            name: [max(count // PART, min(count, 1)) for count in counts] for name, counts in numbers.items()
        }
        self._tries = {name: [TRIES] * len(counts) for name, counts in numbers.items()}
        self._turn = 0

    def next(self, numbers: Numbers) -> dict[int, tuple[str, int]]:
        """The next group of every other half-hour, and how many of it; empty: all was tried. Not of all: of
        two in a row nobody could tell which one made the second miss its target.
        """
        self._turn += 1
        order = [self._names[(self._turn + place) % len(self._names)] for place in range(len(self._names))]
        found = {}
        for step in range(len(next(iter(numbers.values())))):
            for name in order:
                size = min(self._sizes[name][step], numbers[name][step])
                if size:
                    found[step] = name, size
                    break
        in_turn = {step: tried for step, tried in found.items() if step % 2 == self._turn % 2}
        return in_turn or found

    def failed(self, step: int, name: str, size: int) -> None:
        """So many were too many: next time half of them, and of one it is known after a few times."""
        self._tries[name][step] -= size == 1
        self._sizes[name][step] = size // 2 or min(self._tries[name][step], 1)


def _trimmed(case: SharedCase, found: Joint, measure: Measure) -> tuple[Numbers, bool]:
    """With as few agents as can be, and whether all was tried: whoever can be spared is, then and in the
    half-hour after it. What did not reach its target before must not become worse.
    """
    numbers, targets = found.numbers, _attainable(case, found)
    trials = _Trials(numbers)
    for _ in range(MOST_TRIALS):
        tried = trials.next(numbers)
        if not tried:
            return numbers, True
        fewer = {name: list(counts) for name, counts in numbers.items()}
        for step, (name, size) in tried.items():
            fewer[name][step] -= size
        less = measure({name: tuple(counts) for name, counts in fewer.items()}, "taking agents")
        missed = _missed_of(targets, less)
        for step, (name, size) in tried.items():
            if step in missed or step + 1 in missed:
                fewer[name][step] += size
                trials.failed(step, name, size)
        numbers = {name: tuple(counts) for name, counts in fewer.items()}
    return numbers, False


def exchanged(case: SharedCase, numbers: Numbers, measure: Measure) -> Numbers:
    """With two agents less for one more of another group, where that does as well: who could not be spared
    may have been there for a queue that others serve better.
    """
    found = measure(numbers, "exchanging agents")
    targets, vain = _attainable(case, found), set[tuple[int, str, str]]()
    for turn in range(MOST_EXCHANGES):
        tried = {
            step: pair
            for step in range(turn % 2, case.steps, 2)
            if (pair := _exchange(case, found, numbers, step)) and (step, *pair) not in vain
        }
        if not tried:
            continue
        changed = {name: list(counts) for name, counts in numbers.items()}
        for step, (giver, taker) in tried.items():
            changed[giver][step] -= 2
            changed[taker][step] += 1
        found = measure({name: tuple(counts) for name, counts in changed.items()}, "exchanging agents")
        missed = _missed_of(targets, found)
        for step, (giver, taker) in tried.items():
            if step in missed or step + 1 in missed:
                changed[giver][step] += 2
                changed[taker][step] -= 1
                vain.add((step, giver, taker))
        numbers = {name: tuple(counts) for name, counts in changed.items()}
    return numbers


def _exchange(case: SharedCase, found: Joint, numbers: Numbers, step: int) -> tuple[str, str] | None:
    """Who might give two agents in a half-hour, and who gets one: groups of the queue that is furthest above
    its target, and of the one that is nearest to it; None: there are no such.
    """
    over = {
        queue: float(found.queues[queue].level[step]) - target.level for queue, target in case.targets.items()
    }
    over = {queue: margin for queue, margin in over.items() if not isnan(margin)}
    if len(over) < 2:
        return None
    most, least = max(over, key=over.__getitem__), min(over, key=over.__getitem__)
    givers = [each.name for each in case.groups if most in each.homes and least not in each.homes]
    giver = max(givers, key=lambda name: numbers[name][step], default=None)
    part = shares(case.groups, least, 1)
    taker = max(part, key=part.__getitem__)
    if giver is None or giver == taker or numbers[giver][step] < 2:
        return None
    return giver, taker


def _missed_of(targets: Mapping[tuple[QueueName, int], Target], found: Joint) -> set[int]:
    """Half-hours in which some queue does not reach what is asked of it."""
    return {
        step for (queue, step), target in targets.items() if not reaches(found.queues[queue], step, target)
    }


def _attainable(case: SharedCase, found: Joint) -> dict[tuple[QueueName, int], Target]:
    """The target of each queue and half-hour, or what is reached there if that is less."""
    targets = {(queue, step): target for queue, target in case.targets.items() for step in range(case.steps)}
    for queue, step in missed_in(case.targets, found):
        target, one = case.targets[queue], found.queues[queue]
        level, gone = min(target.level, float(one.level[step])), float(one.abandoned[step])
        most = None if target.abandoned is None else max(target.abandoned, gone)
        targets[queue, step] = replace(target, level=level, abandoned=most)
    return targets


def missed_in(targets: Mapping[QueueName, Target], found: Joint) -> set[tuple[QueueName, int]]:
    """Queues that are below their targets, and in which half-hours."""
    return {
        (queue, step)
        for queue, one in found.queues.items()
        for step in range(len(one.agents))
        if not reaches(one, step, targets[queue])
    }


def simulated(
    case: SharedCase,
    numbers: Numbers,
    seeds: Sequence[int],
    watch: Watch | None = None,
    crew: Crew | None = None,
) -> Joint:
    """The day with so many agents of each group, so many times; no crew: in this process. Raises
    SimulationError.
    """
    most = {name: max(counts) for name, counts in numbers.items()}
    settings = with_wrap_ups(with_groups(case.settings, case.groups, most), case.traffic)
    shifts: dict[AgentName, tuple[Shift, ...]] = {}
    for group in case.groups:
        shifts |= rota(numbers[group.name], case.step, names_of(group, most[group.name]))
    traffic = replace(case.traffic, shifts=shifts)
    formula = next(iter(settings.queues.values())).service_formula
    done = (crew or Crew(1)).runs(settings, traffic, seeds, formula, watch)
    return Joint(numbers, {name: _of(case, name, numbers, done) for name in case.cases})


def _of(case: SharedCase, queue: QueueName, numbers: Numbers, done: Sequence[Run]) -> Measured:
    able = [group.name for group in case.groups if queue in group.queues]
    there = [sum(numbers[name][step] for name in able) for step in range(case.steps)]
    days = [run.queues[queue].series for run in done if queue in run.queues]
    return measured_days(days, there, case.targets[queue])
