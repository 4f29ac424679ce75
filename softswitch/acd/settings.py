"""Queues and agents as the engine sees them: plain, frozen, validated before they come here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from softswitch.types import AgentName, Destination, QueueName, Seconds

DEFAULT_PRIORITIES: Mapping[str, float] = MappingProxyType({"default": 0.0, "urgent": 50.0, "vip": 100.0})


@dataclass(frozen=True, slots=True)
class AnnounceSettings:
    """When a waiting caller is told what."""

    position: bool = False
    wait: bool = False
    first: Seconds = 0.0
    """After joining; 0 is at once."""
    every: Seconds | None = None
    """From then on; None: only once."""

    @property
    def wanted(self) -> bool:
        """Whether anything is to be said at all."""
        return self.position or self.wait


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue."""

    name: QueueName
    agents: tuple[AgentName, ...] = ()
    """The team that serves it, in its order (which hunt follows)."""
    strategy: str = "longest-idle"
    """A name registered in `acd/strategies`, or by the entry point group `softswitch.strategies`."""
    ring: Seconds = 20.0
    """How long one agent rings before the next one does."""
    retry: Seconds = 5.0
    """How long an agent who rejected or did not answer is left in peace."""
    wrap_up: Seconds = 0.0
    """Time for notes after a conversation, before the next offer."""
    priority: Mapping[str, float] = field(default_factory=lambda: DEFAULT_PRIORITIES)
    """Points by priority class; `default` is always there."""
    ageing: float = 0.0
    """Points gained per second of waiting."""
    max_callers: int | None = None
    """Waiting callers at once; None: no limit."""
    full: Destination | None = None
    """Where a caller goes who finds it full; None: busy (486), or hang up when answered."""
    max_wait: Seconds | None = None
    timeout: Destination | None = None
    """Where a caller goes after `max_wait`; None: hang up."""
    announce: AnnounceSettings = AnnounceSettings()
    service_within: Seconds = 20.0
    """An answer, or an abandonment, within this wait counts as in time for the service level."""
    service_formula: str = "service-level"
    """Which of `stats.RATIOS` the service level is."""
    short_abandon: Seconds = 0.0
    """Who hangs up within this wait counts as a short abandonment, and nowhere else."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """One agent."""

    name: AgentName
    calls: int | None = 1
    """How many calls at once (offers, conversations and wrap-ups count); None: unlimited."""
    level: int = 0
    """Skill for VIP callers: `vip-priority` gives them the highest first."""
    registers: bool = False
    """Reached only by phones that register: offline until one has."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """All queues and agents. Every agent that a queue names is in `agents`."""

    queues: Mapping[QueueName, QueueSettings] = field(default_factory=dict)
    agents: Mapping[AgentName, AgentSettings] = field(default_factory=dict)
