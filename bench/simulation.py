"""The simulator: calls per second of one core, and how its cost grows with agents and with the line.

Measured is CPU time of one process. A call is an arrival, an offer, an answer, a conversation and its end.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import replace
from time import process_time

from rich.console import Console

from bench.rows import Row, table
from bench.theory import QUEUE, settings
from softswitch.acd.settings import EngineSettings
from softswitch.simulation.draws import Exponential
from softswitch.simulation.traffic import HOUR, Profile, QueueTraffic, Traffic
from softswitch.simulation.world import World

CALLS = 20_000
AGENTS = (35, 350, 3_500)
WAITING = (100, 1_000, 10_000, 100_000)
TALK = 180.0
TIMES = 5_000
"""As fast as time goes by, at least."""
LOAD = 30 / 35
"""Erlangs for each agent."""


def world(agents: int, profile: Profile) -> World:
    """One that has not run; the configuration of `config/simulation.yaml`, with so many agents."""
    callers = QueueTraffic(QUEUE, Exponential(TALK), profile)
    return World(_settings(agents), Traffic(profile.edges[-1], (callers,)), 1)


def _settings(agents: int) -> EngineSettings:
    made = settings(agents)
    return replace(made, queues={QUEUE: replace(made.queues[QUEUE], overdue=900.0)})


def steady(agents: int, calls: int = CALLS) -> tuple[float, float]:
    """Microseconds of CPU for each call, and how many times as fast as time goes by."""
    rate = LOAD * agents * HOUR / TALK
    made = world(agents, Profile.constant(rate, calls / rate * HOUR))
    gc.collect()
    begun = process_time()
    made.run()
    took = process_time() - begun
    return took / made.came * 1e6, made.now / took


def long_line(waiting: int, calls: int = CALLS) -> float:
    """Microseconds of CPU for each call with so many in the line all the time: they come in the first second,
    and then as many come as are served.
    """
    agents = 100
    rate = agents * HOUR / TALK
    warm = 2 * TALK
    end = warm + calls / rate * HOUR
    made = world(agents, Profile((0.0, 1.0, end), ((waiting + agents) * HOUR, rate)))
    clocks: list[tuple[float, int]] = []
    made.plan(warm, lambda _: clocks.append((process_time(), made.came)), None)
    made.plan(end - 1e-6, lambda _: clocks.append((process_time(), made.came)), None)
    gc.collect()
    made.run(until=end)
    (begun, before), (ended, after) = clocks
    return (ended - begun) / (after - before) * 1e6


def rows(calls: int = CALLS, teams: Sequence[int] = AGENTS, lines: Sequence[int] = WAITING) -> list[Row]:
    """The figures as rows of the bench table."""
    found, made = {}, []
    for agents in teams:
        found[agents], times = steady(agents, calls)
        first = agents == teams[0]
        made.append(
            Row(
                f"simulation: calls/s of one core, {agents:,} agents",
                f"{1e6 / found[agents]:,.0f} ({times:,.0f} times as fast as time)",
                f"{TIMES:,} times" if first else "",
                times >= TIMES if first else None,
            )
        )
    made.append(_growth("agents", found))
    costs = {waiting: long_line(waiting, calls) for waiting in lines}
    made += [
        Row(f"simulation: calls/s of one core, {waiting:,} waiting", f"{1e6 / each:,.0f}")
        for waiting, each in costs.items()
    ]
    made.append(_growth("waiting", costs))
    return made


def _growth(what: str, costs: dict[int, float]) -> Row:
    sizes = [*costs]
    growth = costs[sizes[-1]] / costs[sizes[0]]
    most = math.log(sizes[-1]) / math.log(sizes[0])
    return Row(
        f"simulation: CPU of a call, growth from {sizes[0]:,} to {sizes[-1]:,} {what}",
        f"x {growth:.2f}",
        f"x {most:.2f} (log n)",
        growth <= most,
    )


def run() -> list[Row]:
    """All rows, in about a minute."""
    return rows()


if __name__ == "__main__":
    Console().print(table(run()))
