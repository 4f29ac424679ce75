"""Estimators of waits compete in simulated days: how far each is off, by load."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console

from bench.rows import Row
from softswitch.acd.estimators import DEFAULT, ESTIMATORS
from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.fitting import Fitting
from softswitch.reports.estimates import Pairs, score, together
from softswitch.simulation.contest import contest
from softswitch.simulation.draws import parse
from softswitch.simulation.student import interval
from softswitch.simulation.traffic import HOUR, Profile, QueueTraffic, Traffic
from softswitch.types import AgentName, QueueName

SEEDS = 5
CALIBRATED = ", calibrated"
QUEUE = QueueName("q")
STEP = 1800.0


@dataclass(frozen=True, slots=True)
class Case:
    """One day."""

    label: str
    agents: int
    erlangs: tuple[float, ...]
    """Of each half-hour."""
    talk: str
    patience: str


DAY = (6, 12, 20, 26, 28, 24, 20, 17, 15, 14, 15, 18, 20, 21, 18, 14, 10, 6)
"""A peak in the morning, as twenty agents see it."""

CASES = (
    Case("20 agents, 90 %, nobody gives up", 20, (18.0,) * 20, "180s", "endless"),
    Case("20 agents, 95 %, patience 3 min", 20, (19.0,) * 20, "180s", "180s"),
    Case("20 agents, 120 %", 20, (24.0,) * 20, "lognormal 180s 120s", "lognormal 300s 300s"),
    Case(
        "4 agents, a peak", 4, tuple(each / 5 for each in DAY), "lognormal 180s 120s", "lognormal 300s 300s"
    ),
    Case("20 agents, a peak", 20, tuple(map(float, DAY)), "lognormal 180s 120s", "lognormal 300s 300s"),
    Case(
        "100 agents, a peak",
        100,
        tuple(each * 4.4 for each in DAY),
        "lognormal 180s 120s",
        "lognormal 300s 300s",
    ),
)


def run() -> list[Row]:
    """Print a table for each day. To be reached: no estimator is surely better than the default."""
    screen, rows = Console(width=120), []
    for case in CASES:
        found: dict[str, list[Pairs]] = {}
        for seed in range(1, SEEDS + 1):
            for rival in contest(_floor(case.agents), _traffic(case), seed):
                name = f"{rival.name}{CALIBRATED}" if rival.calibrated else rival.name
                found.setdefault(name, []).append(rival.pairs)
        screen.print(case.label, style="bold")
        screen.print(_table(found))
        rows.append(verdict(case.label, found))
    return rows


def verdict(label: str, found: dict[str, list[Pairs]]) -> Row:
    """The default against the best of the others, both as they are, without calibration."""
    default = next(name for name, each in ESTIMATORS.items() if each is DEFAULT)
    off = {name: _off_by(name, days) for name, days in found.items()}
    best = min((name for name in ESTIMATORS if name != default), key=lambda name: sum(off[name]))
    sure = interval([one - other for one, other in zip(off[default], off[best], strict=True)])
    mean = {name: sum(days) / len(days) for name, days in off.items()}
    return Row(
        f"estimates off by, {label}",
        f"{default} {mean[default]:.1f} s ({mean[default + CALIBRATED]:.1f} s calibrated)",
        f"{best} {mean[best]:.1f} s, or not surely more",
        sure is None or sure[0] <= 0.0,
    )


def _off_by(name: str, days: list[Pairs]) -> list[float]:
    found = [score(name, each).off_by for each in days]
    if None in found:  # days of which nothing is known are no days without an error
        raise ValueError(f"{name}: there is a day on which no wait was estimated")
    return [each for each in found if each is not None]


def _floor(agents: int) -> EngineSettings:
    names = tuple(AgentName(f"a{number}") for number in range(agents))
    queue = QueueSettings(QUEUE, names, overdue=None)
    return EngineSettings({QUEUE: queue}, {name: AgentSettings(name) for name in names})


def _traffic(case: Case) -> Traffic:
    talk = parse(case.talk)
    edges = tuple(STEP * number for number in range(len(case.erlangs) + 1))
    profile = Profile(edges, tuple(load * HOUR / talk.mean for load in case.erlangs))
    return Traffic(edges[-1], (QueueTraffic(QUEUE, talk, profile, parse(case.patience)),))


def _table(found: dict[str, list[Pairs]]) -> Fitting:
    rows = []
    for name, each in found.items():
        one = score(name, together(each))
        rows.append(
            [
                name,
                f"{one.estimated:,}",
                f"{one.wait_mean or 0:.0f} s",
                f"{one.bias or 0:+.0f} s",
                f"{one.off_by or 0:.0f} s",
                f"{one.off_share or 0:.1%}",
                f"{one.close or 0:.1%}",
                f"{one.longer or 0:.1%}",
            ]
        )
    return Fitting(("", ">callers", ">wait", ">bias", ">off by", ">of the wait", ">close", ">longer"), rows)
