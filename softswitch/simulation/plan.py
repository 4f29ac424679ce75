"""From a configuration and a few wishes to what is simulated: settings of the live engine, and traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.config.nearest import did_you_mean
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.simulation import load
from softswitch.simulation.calls_file import calls
from softswitch.simulation.draws import AT_ONCE, ENDLESS, Draws, Exponential, parse
from softswitch.simulation.opening import with_hours
from softswitch.simulation.profile_file import day
from softswitch.simulation.traffic import HOUR, Profile, QueueTraffic, Traffic
from softswitch.simulation.traffic_file import traffic_of
from softswitch.types import AgentName, QueueName, Seconds

TALK = Exponential(180.0)
"""Of callers of whom nothing else is said."""

HOURS = 8.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says; None: nothing."""

    queue: str | None = None
    calls_per_hour: float | None = None
    hours: float | None = None
    agents: int | None = None
    talk: str | None = None
    patience: str | None = None
    wrap_up: str | None = None
    answer: str | None = None
    arrivals: Path | None = None
    profile: Path | None = None
    traffic: Path | None = None
    warm_up: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated."""

    settings: EngineSettings
    traffic: Traffic
    formula: str
    """Of the service level of all queues together."""
    queue: QueueName | None = None
    """The only one that is called; None: several are."""


def plan(settings: SwitchSettings, wishes: Wishes) -> Plan:
    """What to simulate. Raises SimulationError: that cannot be, or would never end."""
    ways = (wishes.calls_per_hour, wishes.arrivals, wishes.profile, wishes.traffic)
    if sum(way is not None for way in ways) != 1:
        raise SimulationError(
            "say how many call, in one way: --calls-per-hour 600, --profile day.csv, --arrivals calls.csv or"
            " --traffic monday.yaml"
        )
    queue = _queue(settings, wishes)
    engine = settings.engine
    if wishes.agents is not None:
        if queue is None:
            raise SimulationError(f"--agents: of which queue? {_choice(settings)}")
        engine = with_agents(engine, queue, wishes.agents)
    traffic = with_hours(settings, _traffic(settings, engine, wishes, queue))
    if wishes.warm_up >= traffic.span:
        raise SimulationError(f"--warm-up is {wishes.warm_up:g} s, and the whole takes {traffic.span:g} s")
    called = {each.queue for each in traffic.queues}
    load.check(engine, traffic)
    services = settings.services
    only = next(iter(called)) if len(called) == 1 else None
    return Plan(engine, traffic, services.of(only).formula, only)


def _queue(settings: SwitchSettings, wishes: Wishes) -> QueueName | None:
    """Whose callers they are; None: the file of calls says it of each."""
    queues = settings.engine.queues
    if wishes.queue is not None:
        if wishes.queue not in queues:
            near = did_you_mean(wishes.queue, queues)
            raise SimulationError(f"{settings.path} has no queue {wishes.queue!r}{near}")
        return QueueName(wishes.queue)
    if not queues:
        raise SimulationError(f"{settings.path} has no queues, so there is nothing to simulate")
    if len(queues) == 1:
        return next(iter(queues))
    if wishes.arrivals is None and wishes.traffic is None:
        raise SimulationError(f"which queue do they call? {_choice(settings)}")
    return None


def _choice(settings: SwitchSettings) -> str:
    return "Name one by --queue: " + ", ".join(settings.engine.queues)


def _traffic(
    settings: SwitchSettings, engine: EngineSettings, wishes: Wishes, queue: QueueName | None
) -> Traffic:
    if wishes.traffic is not None:
        return _traffic_of_file(engine, wishes, wishes.traffic)
    answer = AT_ONCE if wishes.answer is None else drawn("--answer", wishes.answer)
    wanted = None if wishes.hours is None else wishes.hours * HOUR
    if wishes.arrivals is not None:
        known = settings.engine.queues
        classes = {name: each.priority for name, each in known.items()}
        listed = calls(wishes.arrivals, known, queue, classes=classes)
        names = dict.fromkeys(call.queue for call in listed.calls)
        queues = tuple(_callers(wishes, name, None) for name in names)
        return Traffic(
            wanted or listed.span,
            queues,
            listed.calls,
            answer,
            clock=listed.clock,
            day=listed.day,
            warm_up=wishes.warm_up,
        )
    assert queue is not None
    if wishes.profile is not None:
        found = day(wishes.profile)
        span = wanted or found.profile.edges[-1]
        queues = (_callers(wishes, queue, found.profile),)
        return Traffic(span, queues, answer=answer, clock=found.opens, warm_up=wishes.warm_up)
    assert wishes.calls_per_hour is not None
    span = wanted or HOURS * HOUR
    profile = Profile.constant(wishes.calls_per_hour, span)
    return Traffic(span, (_callers(wishes, queue, profile),), answer=answer, warm_up=wishes.warm_up)


def _traffic_of_file(engine: EngineSettings, wishes: Wishes, path: Path) -> Traffic:
    given = [
        option
        for option, value in (
            ("--talk", wishes.talk),
            ("--patience", wishes.patience),
            ("--wrap-up", wishes.wrap_up),
            ("--answer", wishes.answer),
            ("--hours", wishes.hours),
        )
        if value is not None
    ]
    if given:
        raise SimulationError(f"{given[0]}: {path} says that; change it there")
    return replace(traffic_of(path, engine), warm_up=wishes.warm_up)


def _callers(wishes: Wishes, queue: QueueName, profile: Profile | None) -> QueueTraffic:
    return QueueTraffic(
        queue,
        TALK if wishes.talk is None else drawn("--talk", wishes.talk),
        profile,
        ENDLESS if wishes.patience is None else drawn("--patience", wishes.patience),
        None if wishes.wrap_up is None else drawn("--wrap-up", wishes.wrap_up),
    )


def drawn(option: str, text: str) -> Draws:
    """What an option says. Raises SimulationError that names it."""
    try:
        made = parse(text)
    except SimulationError as error:
        raise SimulationError(f"{option}: {error}") from None
    if made == ENDLESS and option != "--patience":
        raise SimulationError(f"{option}: it must end some time; only patience may be endless")
    return made


def with_agents(settings: EngineSettings, queue: QueueName, count: int) -> EngineSettings:
    """So many equal agents for one queue in place of its own; they have whatever skills it needs."""
    old = settings.queues[queue]
    agents = _equal(settings, old, count)
    new = replace(old, agents=tuple(agents), members={})
    served = {name for each in settings.queues.values() if each.name != queue for name in each.agents}
    others = {name: agent for name, agent in settings.agents.items() if name in served}
    return replace(settings, queues={**settings.queues, queue: new}, agents={**others, **agents})


def _equal(settings: EngineSettings, queue: QueueSettings, count: int) -> Mapping[AgentName, AgentSettings]:
    width, skills = len(str(count)), dict(queue.needs)
    names = [AgentName(f"agent-{number:0{width}}") for number in range(1, count + 1)]
    taken = settings.agents.keys()
    names = [AgentName(f"simulated-{name}") if name in taken else name for name in names]
    return {name: AgentSettings(name, skills=skills) for name in names}
