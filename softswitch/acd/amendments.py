"""What supervisors do: change queues and agents for a while, over what the configuration says, and give
callers other places. Pure data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from softswitch.acd.deadlines import Timer
from softswitch.acd.settings import AgentSettings, EngineSettings, Overflow, QueueSettings
from softswitch.types import AgentName, CallId, Destination, QueueName, Seconds


@dataclass(frozen=True, slots=True)
class QueueChange:
    """Of one queue; None: as configured."""

    strategy: str | None = None
    opened: bool | None = None
    """Whether it is open, whatever its hours say."""
    max_wait: Seconds | None = None
    timeout: Destination | None = None
    """Where a caller goes after `max_wait`."""
    full: Destination | None = None
    """Where those go who find it full."""
    closed: Destination | None = None
    """Where those go who come while it is closed."""
    closes: Destination | None = None
    """Where those go who wait while it is closed."""
    no_agents: Destination | None = None
    """Where those go who come, or wait, while nobody is there to serve."""
    overflow: tuple[QueueName, ...] | None = None
    """Whose teams help; none: nobody's."""


PLACES = ("timeout", "full", "closed", "closes", "no_agents")
"""What of `QueueChange` is where a queue sends callers."""


@dataclass(frozen=True, slots=True)
class AgentChange:
    """Of one agent; None: as configured."""

    skills: Mapping[str, int] | None = None
    """Level by skill, in place of all that are configured."""
    queues: tuple[QueueName, ...] | None = None
    """Whose teams the agent belongs to, and no others."""


@dataclass(frozen=True, slots=True)
class QueueAmended:
    """A supervisor has changed a queue for a while, in place of a change before; nothing: as configured."""

    queue: QueueName
    change: QueueChange = QueueChange()
    until: Seconds | None = None
    """When that is over; None: nobody knows."""


@dataclass(frozen=True, slots=True)
class AgentAmended:
    """A supervisor has changed an agent for a while, in place of a change before; nothing: as configured."""

    agent: AgentName
    change: AgentChange = AgentChange()
    until: Seconds | None = None
    """When that is over; None: nobody knows."""


@dataclass(frozen=True, slots=True)
class CallerAdvanced:
    """A waiting caller goes before all others of all queues, until another class is given."""

    call: CallId


@dataclass(frozen=True, slots=True)
class CallerPulled:
    """A waiting caller is for this agent, of whatever team, paused or not, whose phone is to ring. Nothing
    happens if the agent has no line free. Without an answer the caller keeps the place, and is for all again.
    """

    call: CallId
    agent: AgentName


@dataclass(frozen=True, slots=True)
class Amendments:
    """All that are in force."""

    queues: Mapping[QueueName, QueueChange]
    agents: Mapping[AgentName, AgentChange]

    def over(self, settings: EngineSettings) -> EngineSettings:
        """The settings with the changes in them; one whose queue or agent is not there changes nothing."""
        if not self.queues and not self.agents:
            return settings
        queues = {name: self._queue(queue, settings) for name, queue in settings.queues.items()}
        agents = {name: self._agent(agent) for name, agent in settings.agents.items()}
        return replace(settings, queues=queues, agents=agents)

    def _agent(self, agent: AgentSettings) -> AgentSettings:
        change = self.agents.get(agent.name)
        return agent if change is None or change.skills is None else replace(agent, skills=change.skills)

    def _queue(self, queue: QueueSettings, whole: EngineSettings) -> QueueSettings:
        team = self._team(queue, whole.agents)
        if team != queue.agents:
            queue = replace(queue, agents=team)
        change = self.queues.get(queue.name)
        return queue if change is None else _changed(queue, change, whole.queues)

    def _team(self, queue: QueueSettings, there: Collection[AgentName]) -> tuple[AgentName, ...]:
        """In the configured order; who comes in goes last."""
        elsewhere = {
            name: queue.name in change.queues
            for name, change in self.agents.items()
            if change.queues is not None and name in there
        }
        stays = [name for name in queue.agents if elsewhere.get(name, True)]
        comes = [name for name, here in elsewhere.items() if here and name not in queue.agents]
        return (*stays, *comes)


def _changed(queue: QueueSettings, change: QueueChange, known: Collection[QueueName]) -> QueueSettings:
    if change.no_agents is not None:
        went = replace(queue.no_agents, joining=change.no_agents, waiting=change.no_agents)
        queue = replace(queue, no_agents=went)
    if change.overflow is not None:
        to = tuple(name for name in change.overflow if name in known and name != queue.name)
        rule = queue.overflow or Overflow(to)
        queue = replace(queue, overflow=replace(rule, to=to) if to else None)
    plain = {
        name: value
        for name in ("strategy", "max_wait", "timeout", "full", "closed", "closes")
        if (value := getattr(change, name)) is not None
    }
    return replace(queue, **plain) if plain else queue


@dataclass(slots=True)
class Amended:
    """What a floor knows of it."""

    base: EngineSettings = field(default_factory=EngineSettings)
    """As configured."""
    queues: dict[QueueName, QueueChange] = field(default_factory=dict)
    agents: dict[AgentName, AgentChange] = field(default_factory=dict)
    ends: dict[tuple[str, str], Timer] = field(default_factory=dict)
    """When each is over; by what it is about."""
