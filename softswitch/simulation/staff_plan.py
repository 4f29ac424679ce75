"""From what a planner asks to what is to be staffed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from pathlib import Path

from softswitch.acd.settings import EngineSettings, QueueSettings
from softswitch.config.nearest import did_you_mean
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.simulation.calls_file import calls, queues_in
from softswitch.simulation.demand import Demand, of_calls, of_profile, steady
from softswitch.simulation.draws import AT_ONCE, ENDLESS, Draws
from softswitch.simulation.plan import HOURS, TALK, drawn
from softswitch.simulation.staffing import Case, Target
from softswitch.types import QueueName, Seconds

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MOST = 20_000.0
"""Erlangs of one half-hour; more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says; None: nothing."""

    source: Path | None = None
    """Calls as they came, or an export."""
    profile: Path | None = None
    traffic: Path | None = None
    """A day of several queues; who works when is not read in it."""
    calls_per_hour: float | None = None
    hours: float | None = None
    queue: str | None = None
    weekday: str | None = None
    growth: str = "0%"
    level: str = "80%"
    within: Seconds | None = None
    abandoned: str | None = None
    talk: str | None = None
    patience: str | None = None
    wrap_up: str | None = None
    answer: str | None = None
    least: int = 1


def part(option: str, text: str, low: float = 0.0, high: float = 1.0) -> float:
    """A percentage of the command line, between two bounds. Raises SimulationError."""
    found = re.fullmatch(r"([+-]?[0-9]{1,4}(?:\.[0-9]+)?)%", text.strip())
    if not found or not low <= float(found[1]) / 100 <= high:
        reach = f"{low * 100:g}% to {high * 100:g}%"
        raise SimulationError(f"{option} {text!r}: expected a percentage from {reach}, as 30%")
    return float(found[1]) / 100


def case_of(settings: SwitchSettings | None, wanted: Wanted) -> tuple[Case, Target]:
    """What is to be staffed, and for which target; without settings a queue like the textbooks'. Raises
    SimulationError: that cannot be.
    """
    check_ways(wanted)
    if wanted.traffic is not None:
        raise SimulationError(
            "--traffic is planned with a configuration, all its queues together; leave --queue away"
        )
    engine, queue = _engine(settings, wanted)
    demand = _demand(engine, wanted, queue if settings is not None else None)
    demand = demand.grown(part("--growth", wanted.growth, -1.0, 10.0))
    if not any(demand.calls):
        raise SimulationError("nobody calls on that day, so there is nobody to staff for")
    talk = demand.talk or TALK if wanted.talk is None else drawn("--talk", wanted.talk)
    patience, mean = patience_of(demand, wanted)
    case = Case(
        engine,
        queue,
        demand,
        talk,
        patience,
        mean,
        None if wanted.wrap_up is None else drawn("--wrap-up", wanted.wrap_up),
        AT_ONCE if wanted.answer is None else drawn("--answer", wanted.answer),
        wanted.least,
    )
    return sound(case), target_of(engine.queues[queue], wanted)


def check_ways(wanted: Wanted) -> None:
    """Raises SimulationError: it is said in no way how many call, or in two."""
    ways = (wanted.source, wanted.profile, wanted.traffic, wanted.calls_per_hour)
    if sum(way is not None for way in ways) != 1:
        raise SimulationError(
            "say how many call, in one way: --from calls.csv (or an export), --profile day.csv, --traffic"
            " monday.yaml, or --calls-per-hour 600"
        )


def sound(case: Case) -> Case:
    """The same. Raises SimulationError: no agents could be that many, or none are needed."""
    load = max(case.demand.calls) / case.demand.step * case.handling
    if load > MOST:
        raise SimulationError(
            f"the busiest half-hour would have a load of {load:,.0f} erlangs (calls x handling time): no"
            " house is that big. Are the calls per half-hour, and the talk times in seconds?"
        )
    if case.handling <= 0:
        raise SimulationError("calls that take no time need no agents; say how long they talk (--talk 180s)")
    if case.patience_mean <= 0:
        raise SimulationError(
            f"callers of queue {case.queue!r} would wait for nobody; say how long they do (--patience 120s)"
        )
    return case


def target_of(queue: QueueSettings, wanted: Wanted) -> Target:
    """What is to be reached. Raises SimulationError."""
    return Target(
        part("--service-level", wanted.level, 0.01, 0.999),
        queue.service_within if wanted.within is None else wanted.within,
        None if wanted.abandoned is None else part("--abandoned", wanted.abandoned, 0.0001, 1.0),
    )


def _engine(settings: SwitchSettings | None, wanted: Wanted) -> tuple[EngineSettings, QueueName]:
    """Settings, and whose agents are planned."""
    if settings is None:
        name = QueueName(wanted.queue or "all")
        return EngineSettings({name: QueueSettings(name)}, {}), name
    queues = settings.engine.queues
    if wanted.queue is not None:
        if wanted.queue not in queues:
            near = did_you_mean(wanted.queue, queues)
            raise SimulationError(f"{settings.path} has no queue {wanted.queue!r}{near}")
        return settings.engine, QueueName(wanted.queue)
    if len(queues) != 1:
        names = ", ".join(queues) or "there are none"
        raise SimulationError(
            f"whose agents? Name one queue by --queue: {names}; or give calls of several, by --traffic or"
            " --from, to plan them together"
        )
    return settings.engine, next(iter(queues))


def _demand(engine: EngineSettings, wanted: Wanted, queue: QueueName | None) -> Demand:
    weekday = weekday_of(wanted)
    if wanted.profile is not None:
        return of_profile(wanted.profile)
    if wanted.calls_per_hour is not None:
        return steady(wanted.calls_per_hour, wanted.hours or HOURS)
    assert wanted.source is not None
    only = queue or (QueueName(wanted.queue) if wanted.queue else None)
    there = queues_in(wanted.source)
    if only is None and len(there) > 1:
        raise SimulationError(
            f"{wanted.source} has calls of several queues; name one by --queue: {', '.join(there)}"
        )
    if only is not None and there and only not in there:
        near = did_you_mean(only, there) or f"; it has {', '.join(there)}"
        raise SimulationError(f"{wanted.source}: no call in it waited in queue {only!r}{near}")
    if only is None:
        only = QueueName(there[0]) if there else QueueName("all")
    return of_calls(wanted.source, calls(wanted.source, (*engine.queues, *there), only, alone=True), weekday)


def weekday_of(wanted: Wanted) -> int | None:
    """Which days count, 0: Mondays; None: all. Raises SimulationError."""
    if wanted.weekday is None:
        return None
    if wanted.weekday.lower() not in DAYS:
        near = did_you_mean(wanted.weekday.lower(), DAYS)
        raise SimulationError(f"--weekday {wanted.weekday!r} is none{near}; write {', '.join(DAYS)}")
    if wanted.source is None:
        raise SimulationError("--weekday chooses among the days of a file of calls (--from)")
    return DAYS.index(wanted.weekday.lower())


def patience_of(demand: Demand, wanted: Wanted) -> tuple[Draws, Seconds]:
    """For simulation, and for the formula."""
    if wanted.patience is not None:
        found = drawn("--patience", wanted.patience)
        return found, found.mean
    if demand.patience is not None:
        return demand.patience, inf if demand.patience_mean is None else demand.patience_mean
    return ENDLESS, inf
