"""The simulated engine against theory over long runs: how far each figure is off, wanted within 2 %.

The means are of independent runs over all cores. What chance brought them more or less of than is true
(calls, talk) is taken out by regression, which is what makes 2 % known in minutes rather than hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.progress import Progress, TaskID

from bench.rows import Row, table
from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.simulation.draws import ENDLESS, Draws, Exponential
from softswitch.simulation.figures import Run
from softswitch.simulation.runs import Watch, runs
from softswitch.simulation.student import controlled
from softswitch.simulation.theory import Expected, endless_patience, with_patience
from softswitch.simulation.traffic import HOUR, Profile, QueueTraffic, Traffic
from softswitch.types import AgentName, QueueName

WANTED = 0.02
SEEDS = 24
TALK = 180.0
WITHIN = 20.0
QUEUE = QueueName("q")


@dataclass(frozen=True, slots=True)
class Case:
    """One load."""

    agents: int
    calls_per_hour: float
    calls: int
    """Of each run: as many as it takes to know the mean wait to 2 %. The rarer a wait the more of them."""
    patience: float | None = None
    """None: endless."""

    @property
    def label(self) -> str:
        """For the table."""
        whose = "Erlang C" if self.patience is None else f"Erlang A, patience {self.patience:g} s"
        return f"{whose}: {self.agents} agents, {self.calls_per_hour:g} calls/h of {TALK:g} s"

    @property
    def theory(self) -> Expected:
        """What is to be expected."""
        rate = self.calls_per_hour / HOUR
        if self.patience is None:
            return endless_patience(self.agents, rate, TALK, WITHIN)
        return with_patience(self.agents, rate, TALK, self.patience, WITHIN)


CASES = (
    Case(5, 65, 40_000),
    Case(12, 190, 60_000),
    Case(35, 600, 350_000),
    Case(5, 100, 20_000, 120),
    Case(35, 700, 30_000, 120),
    Case(35, 800, 40_000, 300),
)


def settings(agents: int) -> EngineSettings:
    """One queue of equal agents."""
    team = tuple(AgentName(f"agent-{number}") for number in range(agents))
    queue = QueueSettings(QUEUE, team, overdue=None, service_within=WITHIN)
    return EngineSettings({QUEUE: queue}, {name: AgentSettings(name) for name in team})


def traffic(case: Case) -> Traffic:
    """The calls, and some before that do not count."""
    span = (case.calls / case.calls_per_hour + 3) * HOUR
    patience: Draws = ENDLESS if case.patience is None else Exponential(case.patience)
    profile = Profile.constant(case.calls_per_hour, span)
    return Traffic(span, (QueueTraffic(QUEUE, Exponential(TALK), profile, patience),), warm_up=3 * HOUR)


def wanted(case: Case) -> Mapping[str, float]:
    """The figures that are compared."""
    theory = case.theory
    figures = {
        "mean_wait_s": theory.wait_answered,
        "service_level": theory.service_level,
        "occupancy": theory.occupancy,
    }
    return figures if case.patience is None else figures | {"abandoned_share": theory.abandoned}


def compared(
    case: Case, seeds: Sequence[int], workers: int | None = None, watch: Watch | None = None
) -> dict[str, tuple[float, float]]:
    """By figure: how far the mean is off, and how far it may be by chance (95 %), as parts of the theory."""
    what = traffic(case)
    found = runs(settings(case.agents), what, seeds, "service-level", watch, workers)
    expected = case.calls_per_hour / HOUR * (what.span - what.warm_up)
    controls = [_controls(run, expected) for run in found]
    off = {}
    for name, theory in wanted(case).items():
        values = [run.total.numbers()[name] or 0.0 for run in found]
        low, high = controlled(values, controls)
        off[name] = ((low + high) / 2 / theory - 1, (high - low) / 2 / theory)
    return off


def _controls(run: Run, expected: float) -> tuple[float, float]:
    return run.total.calls / expected - 1, (run.total.figures.talk_mean or 0.0) / TALK - 1


def rows(case: Case, off: Mapping[str, tuple[float, float]]) -> Row:
    """One case as a row of the bench table."""
    words = {
        "mean_wait_s": "wait",
        "service_level": "level",
        "occupancy": "occupancy",
        "abandoned_share": "abandoned",
    }
    shown = ", ".join(f"{words[name]} {each:+.1%} ± {chance:.1%}" for name, (each, chance) in off.items())
    worst = max(abs(each) for each, _ in off.values())
    return Row(case.label, shown, f"within {WANTED:.0%}", worst <= WANTED)


def run(cases: Sequence[Case] = CASES, seeds: int = SEEDS) -> list[Row]:
    """A row for each load: 13 million calls, for the most part of the third case."""
    found = []
    with Progress(console=Console(stderr=True)) as progress:
        for case in cases:
            bar = progress.add_task(case.label, total=1.0)
            watch = partial(_show, progress, bar)
            found.append(rows(case, compared(case, range(1, seeds + 1), watch=watch)))
            progress.console.print(f"  {found[-1].what}: {found[-1].measured}")
    return found


def _show(progress: Progress, bar: TaskID, done: float) -> None:
    progress.update(bar, completed=done)


if __name__ == "__main__":
    Console().print(table(run()))
