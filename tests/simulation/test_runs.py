"""Runs over several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from dataclasses import replace

import pytest

from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.errors import SimulationError
from softswitch.simulation.draws import Exponential
from softswitch.simulation.figures import Run
from softswitch.simulation.runs import Crew
from softswitch.simulation.traffic import Profile, QueueTraffic, Traffic
from softswitch.types import AgentName, QueueName

QUEUE, ANN = QueueName("support"), AgentName("ann")
SETTINGS = EngineSettings({QUEUE: QueueSettings(QUEUE, (ANN,))}, {ANN: AgentSettings(ANN)})
TRAFFIC = Traffic(
    3600.0, (QueueTraffic(QUEUE, Exponential(60.0), Profile.constant(30, 3600.0), Exponential(60.0)),)
)


def figures(runs: list[Run]) -> list[object]:
    return [(run.seed, run.total.numbers()) for run in runs]


def test_a_crew_is_kept_counts_as_one_process_does_and_a_killed_one_is_told() -> None:
    told = list[float]()
    here = Crew(1).runs(SETTINGS, TRAFFIC, range(3), "service-level", told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    before = multiprocessing.active_children()
    with Crew(2) as crew:
        assert figures(crew.runs(SETTINGS, TRAFFIC, range(3), "service-level")) == figures(here)
        workers = [each for each in multiprocessing.active_children() if each not in before]
        assert len(workers) == 2
        assert figures(crew.runs(SETTINGS, TRAFFIC, range(3), "service-level")) == figures(here)
        assert {*workers} == {*multiprocessing.active_children()} - {*before}
        day = replace(TRAFFIC, span=36_000_000.0)
        killed = workers[0].pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(SimulationError, match="a process of the simulation was killed"):
            crew.runs(SETTINGS, day, range(4), "service-level")
    assert multiprocessing.active_children() == before


def test_an_interrupt_leaves_no_process_and_ends_none_of_others() -> None:
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    before = multiprocessing.active_children()

    def interrupted(_: float) -> None:
        other.start()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Crew(2) as crew:
        crew.runs(SETTINGS, TRAFFIC, range(40), "service-level", interrupted)
    try:
        assert multiprocessing.active_children() == [*before, other]
    finally:
        other.terminate()
        other.join()
