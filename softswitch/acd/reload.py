"""Settings come into force, at the start and on a reload: everything that lives stays as it is.

First the whole is checked, so that broken settings change nothing; then it is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from softswitch.acd import announcing, presence
from softswitch.acd.agents import Agent, Membership
from softswitch.acd.floor import Floor
from softswitch.acd.free import FreeAgents
from softswitch.acd.patience import watch_overdue, watch_patience
from softswitch.acd.queues import Queue, Standing
from softswitch.acd.settings import EngineSettings, QueueSettings
from softswitch.acd.strategies import strategy_named
from softswitch.acd.strategies.base import FIGURES, Ranked, Strategy
from softswitch.acd.waiting import ALONE
from softswitch.errors import EngineError
from softswitch.types import AgentName, CancelReason, LeaveReason, QueueName


@dataclass(frozen=True, slots=True)
class _Plan:
    """One queue's settings with what is made of them."""

    settings: QueueSettings
    strategy: Strategy
    classes: Mapping[str, Standing]


def reload(floor: Floor, settings: EngineSettings) -> None:
    """Apply new settings. Raises EngineError, with nothing changed, when they contradict themselves."""
    plans = [_plan(queue, settings) for queue in settings.queues.values()]
    for agent in settings.agents.values():
        if agent.calls is not None and agent.calls < 1:
            raise EngineError(f"agent '{agent.name}': calls is {agent.calls}; it must be at least 1, or None")
    _close_queues(floor, [queue for name, queue in floor.queues.items() if name not in settings.queues])
    _employ(floor, settings)
    floor.pauses = settings.pauses
    reopened = [_reopen(floor, plan) for plan in plans]
    waiting = [caller for queue in reopened for caller in queue.forget_reaches()]
    _assign(floor)
    floor.to_match.clear()
    for caller in waiting:
        floor.open_up(caller)
    floor.to_look.update(dict.fromkeys(queue for queue in reopened if queue.watched))


def _plan(settings: QueueSettings, whole: EngineSettings) -> _Plan:
    where = f"queue '{settings.name}'"
    for agent in settings.agents:
        if agent not in whole.agents:
            raise EngineError(f"{where} names agent '{agent}', who is not among the agents")
    if len(set(settings.agents)) < len(settings.agents):
        raise EngineError(f"{where} names an agent twice: {', '.join(settings.agents)}")
    above_zero = {
        "ring": settings.ring,
        "max_wait": settings.max_wait,
        "announce.every": settings.announce.every,
    }
    for key, value in above_zero.items():
        if value is not None and not value > 0:
            raise EngineError(f"{where}: {key} is {value}; it must be above 0 seconds")
    not_below_zero = {
        "retry": settings.retry,
        "wrap_up": settings.wrap_up,
        "ageing": settings.ageing,
        "announce.first": settings.announce.first,
    }
    for key, value in not_below_zero.items():
        if not value >= 0:
            raise EngineError(f"{where}: {key} is {value}; it must not be below 0")
    strategy = strategy_named(settings.strategy)
    if isinstance(strategy, Ranked) and (unknown := set(strategy.ranked_by) - set(FIGURES)):
        named, known = ", ".join(sorted(unknown)), ", ".join(FIGURES)
        raise EngineError(f"strategy '{settings.strategy}' ranks agents by {named}; known are {known}")
    return _Plan(settings, strategy, _classes(settings, strategy))


def _classes(settings: QueueSettings, strategy: Strategy) -> Mapping[str, Standing]:
    points = {"default": 0.0, **settings.priority}
    try:
        return {name: (strategy.precedence(name), score) for name, score in points.items()}
    except Exception as fault:
        raise EngineError(
            f"strategy '{settings.strategy}' cannot rank a priority class: {fault!r}"
        ) from fault


def _close_queues(floor: Floor, gone: Iterable[Queue]) -> None:
    for queue in gone:
        queue.open = False
        for caller in list(queue.line):
            floor.send_off(caller, LeaveReason.QUEUE_REMOVED, None)


def _employ(floor: Floor, settings: EngineSettings) -> None:
    for name, agent in floor.agents.items():
        if name not in settings.agents:
            _dismiss(floor, agent)
    for name, wanted in settings.agents.items():
        known = floor.agents.get(name)
        agent = known or Agent(name, floor.now, floor.now, reachable=not wanted.registers)
        floor.agents[name] = agent
        agent.employed = True
        agent.limit = wanted.calls
        agent.level = wanted.level
        agent.skills = wanted.skills


def _dismiss(floor: Floor, agent: Agent) -> None:
    """The phone stops ringing; conversations and wrap-ups run to their end."""
    agent.employed = False
    for offer in [offer for offer in agent.offers.values() if offer.open]:
        floor.withdraw(offer, CancelReason.AGENT_REMOVED)


def _reopen(floor: Floor, plan: _Plan) -> Queue:
    """Put one queue's settings in force."""
    new = plan.settings
    queue = floor.queues.get(new.name)
    if queue is None:
        queue = floor.queues[new.name] = Queue(new.name, new, plan.strategy, plan.classes)
    old, old_classes = queue.settings, queue.classes
    queue.open = True
    if old.no_agents != new.no_agents:
        floor.deadlines.cancel(queue.deserted)
        queue.deserted = None
    queue.settings, queue.strategy, queue.classes = new, plan.strategy, plan.classes
    escapes = new.overflow is not None or new.no_agents.waiting is not None or new.closes is not None
    queue.watched = escapes or queue.helped
    if (old.ageing, old.overdue, old_classes) != (new.ageing, new.overdue, plan.classes):
        queue.rank_all(floor.now)
    for caller in queue.line:
        if old.strategy != new.strategy and caller.at_once != ALONE:
            caller.at_once = None
        if old.overdue != new.overdue:
            watch_overdue(floor, caller)
        if (old.max_wait, old.callback.expires) != (new.max_wait, new.callback.expires):
            watch_patience(floor, caller)
        if old.announce != new.announce:
            announcing.schedule(floor, caller)
    return queue


def _assign(floor: Floor) -> None:
    """Tell every agent the queues to serve, and every queue which of its agents are free."""
    memberships: dict[AgentName, list[Membership]] = {name: [] for name in floor.agents}
    for queue in floor.queues.values():
        queue.free, queue.serving, queue.manned = FreeAgents(), None, None
        if queue.open:
            homes = _homes(floor, queue)
            queue.gather({name: floor.agents[name] for name in homes})
            for place, (name, home) in enumerate(homes.items()):
                memberships[name].append(Membership(queue, place, home, queue.sheet(place)))
    for name, agent in floor.agents.items():
        agent.memberships = memberships[name]
        agent.available = False
        presence.refresh(floor, agent)


def _homes(floor: Floor, queue: Queue) -> dict[AgentName, QueueName]:
    """The whole team in its order, with the queue to which each belongs: its own, then those who help."""
    homes = dict.fromkeys(queue.settings.agents, queue.name)
    for other in queue.settings.overflow.to if queue.settings.overflow else ():
        for name in floor.queues[other].settings.agents:
            homes.setdefault(name, other)
    return homes
