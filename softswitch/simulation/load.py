"""Whether agents can carry the load at all: if not, and nobody gives up, the line would grow for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import floor, inf, isinf

from softswitch.acd.settings import EngineSettings, QueueSettings
from softswitch.errors import SimulationError
from softswitch.simulation.traffic import HOUR, QueueTraffic, Traffic
from softswitch.types import AgentName, Seconds

MOST_CALLS = 20_000_000
"""Of one run: more would take longer than an hour, and more memory than most machines have."""

TOGETHER = 10
"""Up to so many queues all sets of them are looked at, else each alone and all together."""


def check(settings: EngineSettings, traffic: Traffic) -> None:
    """Raises SimulationError for callers whom nobody can serve, or not all of them."""
    for each in traffic.queues:
        if not able(settings, settings.queues[each.queue]):
            raise SimulationError(
                f"queue {each.queue!r} has no agents who can serve it, so nobody would ever be answered;"
                f" name some under `teams`, or try it with --agents N --queue {each.queue}"
            )
    calls = sum(each.profile.calls for each in traffic.queues if each.profile)
    if calls > MOST_CALLS:
        raise SimulationError(
            f"{calls:,.0f} calls are to be expected, and one run has {MOST_CALLS:,} at most; take fewer hours"
            " and several --seeds"
        )
    endless = [each for each in traffic.queues if each.profile and _for_ever(settings, each)]
    for queues in _sets(endless):
        load = sum(erlangs(settings, traffic, each) for each in queues)
        agents = {name for each in queues for name in able(settings, settings.queues[each.queue])}
        capacity = sum(_calls(settings, name) for name in agents)
        if load >= capacity:
            raise SimulationError(_message(queues, load, capacity))


def handling(settings: EngineSettings, traffic: Traffic, each: QueueTraffic) -> Seconds:
    """For how long one call of a queue takes an agent, in the mean: ring, talk and wrap-up."""
    wrap_up = settings.queues[each.queue].wrap_up if each.wrap_up is None else each.wrap_up.mean
    return traffic.answer.mean + each.talk.mean + wrap_up


def erlangs(settings: EngineSettings, traffic: Traffic, each: QueueTraffic) -> float:
    """The least load of a queue during the day: agents busy in the mean, if there are enough."""
    assert each.profile is not None
    return min(each.profile.rates) / HOUR * handling(settings, traffic, each)


def able(settings: EngineSettings, queue: QueueSettings) -> list[AgentName]:
    """Who can serve a queue: of its team, or helping, with the skills that it needs in the end."""
    teams = [queue.agents]
    if queue.overflow is not None:
        teams += [settings.queues[other].agents for other in queue.overflow.to]
    needs = queue.relax[-1].needs if queue.relax else queue.needs
    return [
        name
        for name in dict.fromkeys(name for team in teams for name in team)
        if all(settings.agents[name].skills.get(skill, 0) >= level for skill, level in needs.items())
    ]


def _for_ever(settings: EngineSettings, each: QueueTraffic) -> bool:
    queue = settings.queues[each.queue]
    callbacks = each.callbacks is not None and each.callbacks.share >= 1.0
    return (
        isinf(each.patience.mean) and queue.max_wait is None and queue.max_callers is None and not callbacks
    )


def _calls(settings: EngineSettings, name: AgentName) -> float:
    limit = settings.agents[name].calls
    return inf if limit is None else limit


def _sets(queues: Sequence[QueueTraffic]) -> Iterator[tuple[QueueTraffic, ...]]:
    if len(queues) <= TOGETHER:
        for count in range(1, len(queues) + 1):
            yield from combinations(queues, count)
    else:
        yield from ((each,) for each in queues)
        yield tuple(queues)


def _message(queues: Sequence[QueueTraffic], load: float, capacity: float) -> str:
    names = " and ".join(repr(str(each.queue)) for each in queues)
    whose = f"queue {names}" if len(queues) == 1 else f"queues {names}"
    return (
        f"{whose} would have a load of {load:,.1f} erlangs (calls x handling time), and {capacity:,.0f}"
        " agents carry less than that: as nobody gives up, the line would grow for ever. Take at least"
        f" {floor(load) + 1:,} agents, or say how long callers wait (--patience 120s)"
    )
