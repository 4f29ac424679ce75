"""The engine against theory: 99.9 % confidence intervals of independent runs, each no wider than it says.

Longer runs, to 2 %, are `python -m bench theory`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.acd.settings import EngineSettings
from softswitch.simulation.draws import Exponential
from softswitch.simulation.figures import run_of
from softswitch.simulation.theory import by_priority, endless_patience, one_agent, with_patience
from softswitch.simulation.traffic import Traffic
from tests.simulation.floors import floor, runs, sure, traffic, waits_by_class, world

WITHIN = 20.0


RUNS = 16


class Compared:
    """Some runs of the same traffic, held against theory."""

    def __init__(self, settings: EngineSettings, what: Traffic) -> None:
        self.what = what
        self.runs = runs(settings, what, RUNS)

    def wrong(self, name: str, theory: float, within: float) -> str:
        assert max(run.little for run in self.runs) < 1e-9
        return sure([run.total.numbers()[name] for run in self.runs], self.runs, self.what, theory, within)


@pytest.mark.parametrize(("agents", "load"), [(4, 2.8), (10, 7.5)])
def test_without_abandonment_it_is_erlang_c(agents: int, load: float) -> None:
    theory = endless_patience(agents, load / 100, 100.0, WITHIN)
    found = Compared(floor(agents), traffic(load, hours=1400 / 36 / load, warm_up=1800.0))
    assert not found.wrong("mean_wait_s", theory.wait_answered, 0.4)
    assert not found.wrong("service_level", theory.service_level, 0.05)
    assert not found.wrong("occupancy", theory.occupancy, 0.04)


@pytest.mark.parametrize(("agents", "load", "patience"), [(4, 3.5, 150.0), (20, 24.0, 100.0)])
def test_with_patience_it_is_erlang_a(agents: int, load: float, patience: float) -> None:
    theory = with_patience(agents, load / 100, 100.0, patience, WITHIN)
    what = traffic(load, hours=1400 / 36 / load, patience=Exponential(patience), warm_up=1800.0)
    found = Compared(floor(agents), what)
    assert not found.wrong("mean_wait_s", theory.wait_answered, 0.15)
    assert not found.wrong("mean_wait_all_s", theory.wait_all, 0.15)
    assert not found.wrong("service_level", theory.service_level, 0.08)
    assert not found.wrong("abandoned_share", theory.abandoned, 0.15)
    assert not found.wrong("occupancy", theory.occupancy, 0.04)


@pytest.mark.parametrize(("talk", "deviation"), [("constant 100s", 0.0), ("lognormal 100s 60s", 60.0)])
def test_one_agent_is_pollaczek_and_khinchine(talk: str, deviation: float) -> None:
    found = Compared(floor(1), traffic(0.6, talk, hours=50, warm_up=3600.0))
    assert not found.wrong("mean_wait_s", one_agent(0.006, 100.0, deviation), 0.2)


def test_the_classes_of_a_priority_queue_wait_as_cobham_says() -> None:
    shares = {"vip": 0.3, "urgent": 0.3}
    points = {"default": 0.0, "urgent": 50.0, "vip": 100.0}
    settings, what = floor(3, priority=points), traffic(2.25, hours=18, warm_up=3600.0)
    what = replace(what, queues=(replace(what.queues[0], classes=shares),))
    waits: dict[str, list[float | None]] = {name: [] for name in points}
    found = []
    for seed in range(1, RUNS + 1):
        one = world(settings, what, seed)
        found.append(run_of(one, seed, "service-level"))
        for name, mean in waits_by_class(one).items():
            waits[name].append(mean)
    rates = [0.0225 * share for share in (0.3, 0.3, 0.4)]
    for name, theory in zip(("vip", "urgent", "default"), by_priority(3, rates, 100.0), strict=True):
        assert not sure(waits[name], found, what, theory, 0.35), name
