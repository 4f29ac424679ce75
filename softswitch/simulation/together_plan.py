"""From what a planner asks of several queues to what is to be staffed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from softswitch.config.nearest import did_you_mean
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.simulation import load
from softswitch.simulation.calls_file import calls, queues_in
from softswitch.simulation.demand import HALF, Demand, of_calls
from softswitch.simulation.draws import AT_ONCE
from softswitch.simulation.groups import groups_of
from softswitch.simulation.opening import with_hours
from softswitch.simulation.plan import TALK, drawn
from softswitch.simulation.staff_plan import Wanted, part, patience_of, sound, target_of, weekday_of
from softswitch.simulation.staffing import Case
from softswitch.simulation.together import SharedCase
from softswitch.simulation.traffic import HOUR, Profile, QueueTraffic, Traffic
from softswitch.simulation.traffic_file import traffic_of
from softswitch.types import QueueName


def are_several(settings: SwitchSettings | None, wanted: Wanted) -> bool:
    """Whether queues are to be planned together: a traffic file says so, or a file of calls has several."""
    if settings is None or wanted.queue is not None:
        return False
    return wanted.traffic is not None or (
        wanted.source is not None and len(settings.engine.queues) > 1 and len(queues_in(wanted.source)) > 1
    )


def shared_case_of(settings: SwitchSettings, wanted: Wanted) -> SharedCase:
    """What is to be staffed. Raises SimulationError: that cannot be."""
    if wanted.least != 1:
        raise SimulationError("--at-least is for one queue (--queue): together any group may have nobody")
    growth = part("--growth", wanted.growth, -1.0, 10.0)
    if wanted.traffic is not None:
        traffic, demands = _of_file(settings, wanted, wanted.traffic)
    else:
        assert wanted.source is not None
        traffic, demands = _of_calls(settings, wanted, wanted.source)
    demands = {name: demand.grown(growth) for name, demand in demands.items()}
    engine = settings.engine
    for name in demands:
        if not load.able(engine, engine.queues[name]):
            raise SimulationError(f"queue {name!r} has no agents who can serve it; name some under `teams`")
    queues = tuple(replace(each, profile=demands[each.queue].profile) for each in traffic.queues)
    traffic = replace(traffic, queues=queues, shifts={}, step=HALF)
    if wanted.within is not None:
        changed = {
            name: replace(queue, service_within=wanted.within) for name, queue in engine.queues.items()
        }
        engine = replace(engine, queues=changed)
    cases, targets = {}, {}
    for each in queues:
        cases[each.queue] = sound(
            Case(
                engine,
                each.queue,
                demands[each.queue],
                each.talk,
                each.patience,
                _mean(each, demands[each.queue]),
                each.wrap_up,
                traffic.answer,
                least=0,
            )
        )
        targets[each.queue] = target_of(engine.queues[each.queue], wanted)
    groups = groups_of(engine, [each.queue for each in queues])
    return SharedCase(engine, with_hours(settings, traffic), tuple(groups), cases, targets)


def _mean(each: QueueTraffic, demand: Demand) -> float:
    """Of the formula's patience: as measured of those who gave up, or that of the traffic."""
    return each.patience.mean if demand.patience_mean is None else demand.patience_mean


def _of_file(settings: SwitchSettings, wanted: Wanted, path: Path) -> tuple[Traffic, dict[QueueName, Demand]]:
    """A traffic file says all but who works when: that is asked."""
    given = (
        ("--talk", wanted.talk),
        ("--patience", wanted.patience),
        ("--wrap-up", wanted.wrap_up),
        ("--answer", wanted.answer),
        ("--hours", wanted.hours),
        ("--weekday", wanted.weekday),
    )
    for option, value in given:
        if value is not None:
            raise SimulationError(f"{option}: {path} says that; change it there")
    traffic = traffic_of(path, settings.engine)
    steps = round(traffic.span / HALF)
    if steps < 1 or abs(steps * HALF - traffic.span) > 1.0:
        raise SimulationError(f"{path}: agents are planned by half-hours, and its day is no number of them")
    queues = tuple(each for each in traffic.queues if each.profile is not None and each.profile.calls > 0)
    if not queues:
        raise SimulationError("nobody calls on that day, so there is nobody to staff for")
    demands = {}
    for each in queues:
        assert each.profile is not None
        demands[each.queue] = Demand(traffic.clock, HALF, _by_step(each.profile, steps))
    return replace(traffic, queues=queues), demands


def _by_step(profile: Profile, steps: int) -> tuple[float, ...]:
    edges = np.array(profile.edges)
    due = np.concatenate(([0.0], np.cumsum(np.diff(edges) / HOUR * np.array(profile.rates))))
    found = np.diff(np.interp(np.arange(steps + 1) * HALF, edges, due))
    return tuple(found.tolist())


def _of_calls(
    settings: SwitchSettings, wanted: Wanted, path: Path
) -> tuple[Traffic, dict[QueueName, Demand]]:
    """Of a file of calls: of each of its queues that is configured."""
    if wanted.hours is not None:
        raise SimulationError(f"--hours: {path} says when calls come")
    there, known = queues_in(path), settings.engine.queues
    for name in there:
        if name not in known:
            near = did_you_mean(name, known)
            raise SimulationError(f"{path}: there is no queue {name!r}{near}; or plan one by --queue")
    weekday, found = weekday_of(wanted), calls(path, known, None)
    single = {name: of_calls(path, found.of(name), weekday) for name in known if name in there}
    demands = _aligned(single, of_calls(path, found, weekday).days)
    wrap_up = None if wanted.wrap_up is None else drawn("--wrap-up", wanted.wrap_up)
    queues = tuple(
        QueueTraffic(
            name,
            demand.talk or TALK if wanted.talk is None else drawn("--talk", wanted.talk),
            patience=patience_of(demand, wanted)[0],
            wrap_up=wrap_up,
        )
        for name, demand in demands.items()
    )
    if wanted.patience is not None:
        demands = {name: replace(each, patience_mean=None) for name, each in demands.items()}
    first = next(iter(demands.values()))
    answer = AT_ONCE if wanted.answer is None else drawn("--answer", wanted.answer)
    return Traffic(first.span, queues, answer=answer, clock=first.opens), demands


def _aligned(single: dict[QueueName, Demand], days: int) -> dict[QueueName, Demand]:
    """Days that begin and end at once. A queue that nobody called on some of all the `days` has fewer calls
    in the mean than its own days say.
    """
    opens = min(each.opens or 0.0 for each in single.values())
    ends = max((each.opens or 0.0) + each.span for each in single.values())
    found = {}
    for name, each in single.items():
        before = round(((each.opens or 0.0) - opens) / HALF)
        after = round((ends - (each.opens or 0.0) - each.span) / HALF)
        own: Sequence[float] = [calls * each.days / days for calls in each.calls]
        clock = None if each.opens is None else opens
        found[name] = replace(each, opens=clock, calls=(*(0.0,) * before, *own, *(0.0,) * after), days=days)
    return found
