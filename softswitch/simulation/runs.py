"""Runs of the same traffic with several seeds, over the cores of the machine."""

from __future__ import annotations

import copyreg
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import MappingProxyType
from typing import Any, Self

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
        if watch is not None:
            watch(1.0)
        return run_of(world, seed, formula)


class Crew:
    """Processes that simulate, begun with the first run and kept for all that follow; with one worker runs
    are made in this process. As a context: at its end, also by Ctrl-C, none of them is left.
    """

    def __init__(self, workers: int | None = None) -> None:
        """So many at once; None: one for each core."""
        self._workers = cores() if workers is None else workers
        self._pool: ProcessPoolExecutor | None = None
        self._own: set[BaseProcess] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if kind is not None:  # what they work at is of no use any more
            for process in self._own:
                process.terminate()
        self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def runs(
        self,
        settings: EngineSettings,
        traffic: Traffic,
        seeds: Sequence[int],
        formula: str,
        watch: Watch | None = None,
    ) -> list[Run]:
        """One for each seed, in their order, whichever was done first. Raises SimulationError."""
        if self._workers == 1:
            return [
                run(settings, traffic, seed, formula, part_of(watch, number, len(seeds)))
                for number, seed in enumerate(seeds)
            ]
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, multiprocessing.get_context("spawn"), initializer=_as_worker
            )
        found: dict[int, Run] = {}
        try:
            with _begun_without_interrupt():
                others = set(multiprocessing.active_children()) - self._own
                jobs = {self._pool.submit(run, settings, traffic, seed, formula): seed for seed in seeds}
                self._own = set(multiprocessing.active_children()) - others  # begun by what was submitted
            for job in as_completed(jobs):
                found[jobs[job]] = job.result()
                if watch is not None:
                    watch(len(found) / len(seeds))
        except BrokenProcessPool:
            raise SimulationError(
                "a process of the simulation was killed, most often for want of memory; take fewer hours"
                " or calls, or run it with one core (taskset -c 0)"
            ) from None
        return [found[seed] for seed in seeds]


def runs(
    settings: EngineSettings,
    traffic: Traffic,
    seeds: Sequence[int],
    formula: str,
    watch: Watch | None = None,
    workers: int | None = None,
) -> list[Run]:
    """One for each seed, in so many processes (None: one for each core). Raises SimulationError."""
    with Crew(min(len(seeds), cores() if workers is None else workers)) as crew:
        return crew.runs(settings, traffic, seeds, formula, watch)


def part_of(watch: Watch | None, number: int, of: int) -> Watch | None:
    """Of several pieces of work the one with this number."""
    return None if watch is None else lambda part: watch((number + part) / of)


@contextmanager
def _begun_without_interrupt() -> Iterator[None]:
    """Ctrl-C goes to all processes of a terminal. Those that are begun here do not hear it (they inherit the
    mask): the first one ends them.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _as_worker() -> None:
    """If the first process is killed, this one ends by itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


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
