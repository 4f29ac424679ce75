"""Runs of the same traffic with several seeds, over the cores of the machine."""

from __future__ import annotations

import copyreg
import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from softswitch.acd.settings import EngineSettings
from softswitch.errors import SimulationError
from softswitch.simulation.figures import Run, run_of
from softswitch.simulation.traffic import Traffic
from softswitch.simulation.world import World

Watch = Callable[[float], None]
"""Is told which part of all work is done: 0 to 1."""

FEW = 15_000


def run(
    settings: EngineSettings, traffic: Traffic, seed: int, formula: str, watch: Watch | None = None
) -> Run:
    """One run in this process. Raises SimulationError."""
    with _little_garbage():
        world = World(settings, traffic, seed, watch)
        world.run()
        return run_of(world, seed, formula)


def runs(
    settings: EngineSettings,
    traffic: Traffic,
    seeds: Sequence[int],
    formula: str,
    watch: Watch | None = None,
    workers: int | None = None,
) -> list[Run]:
    """One for each seed, in their order, whichever was done first; in so many processes (None: one for each
    core). Raises SimulationError.
    """
    workers = min(len(seeds), cores() if workers is None else workers)
    if workers == 1:
        return [run(settings, traffic, seed, formula, watch) for seed in seeds]
    found: dict[int, Run] = {}
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        jobs = {pool.submit(run, settings, traffic, seed, formula): seed for seed in seeds}
        for job in as_completed(jobs):
            try:
                found[jobs[job]] = job.result()
            except BrokenProcessPool:
                raise SimulationError(
                    "a process of the simulation was killed, most often for want of memory; take fewer hours"
                    " or calls, or run it with one core (taskset -c 0)"
                ) from None
            if watch is not None:
                watch(len(found) / len(seeds))
    return [found[seed] for seed in seeds]


def workers_for(calls: float) -> int | None:
    """How many processes so many calls, of all runs together, are worth: few are simulated here before others
    have begun. None: one for each core.
    """
    return 1 if calls < FEW else None


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def _little_garbage() -> Iterator[None]:
    """The engine makes next to no cycles: looking for them rarely saves a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, before[1], before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _proxy(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


def _reduce(proxy: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _proxy, (dict(proxy),)


copyreg.pickle(MappingProxyType, _reduce)  # settings have them, and go to other processes
