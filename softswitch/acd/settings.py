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
    callers: bool = False
    """How many wait, the caller too."""
    wait: bool = False
    first: Seconds = 0.0
    """After joining; 0 is at once."""
    every: Seconds | None = None
    """From then on; None: only once."""
    max_error: float = 0.5
    """The wait is told while the estimates were off by no more than this part of the waits, in the mean."""

    @property
    def wanted(self) -> bool:
        """Whether anything is to be said at all."""
        return self.position or self.callers or self.wait


@dataclass(frozen=True, slots=True)
class Member:
    """What holds of one agent in one team."""

    tier: int = 1
    """Free agents of a lower tier are rung before those of a higher one."""
    after: Seconds = 0.0
    """How long a caller must have waited before this agent is rung."""
    weight: float = 1.0
    """For `weighted-random`: one of weight 2 is drawn twice as often as one of weight 1."""
    ring: Seconds | None = None
    """How long this agent rings; None: as the queue says."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """From a moment of waiting on, callers need no more than this."""

    after: Seconds
    needs: Mapping[str, int]
    """The most that is asked for, by skill; a skill that is not here is needed no more."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """When a queue has so much to do, the teams of others help."""

    to: tuple[QueueName, ...]
    """Whose teams."""
    callers: int | None = None
    """From so many waiting callers on; None: however many wait."""
    wait: Seconds | None = None
    """From an estimated wait of a new caller that is longer than this; None: whatever it is."""
    until: int = 0
    """They help until no more than so many callers wait."""


@dataclass(frozen=True, slots=True)
class NoAgents:
    """What becomes of callers whom nobody is there to serve."""

    joining: Destination | None = None
    """Where those go who come then; None: they wait."""
    waiting: Destination | None = None
    """Where those go who wait when the last agent goes; None: they wait on."""
    grace: Seconds = 0.0
    """For how long nobody must have been there before those who wait go."""
    count_paused: bool = False
    """Whether an agent who pauses is there."""


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """Callers who need not wait on the line."""

    customer_first: bool = False
    """Whom to ring first when the turn has come; the agent is reserved while the customer is rung."""
    ring: Seconds = 45.0
    """How long the customer may take to answer, before the agent is rung."""
    attempts: int = 3
    """How often the customer is tried."""
    pause: Seconds = 300.0
    """Between two attempts."""
    expires: Seconds = 86400.0
    """After so long nobody calls back any more."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue."""

    name: QueueName
    agents: tuple[AgentName, ...] = ()
    """The team that serves it, in its order (which hunt follows)."""
    strategy: str = "longest-idle"
    """A name registered in `acd/strategies`, or by the entry point group `softswitch.strategies`."""
    members: Mapping[AgentName, Member] = field(default_factory=dict)
    """Of the team, those of whom something special holds."""
    ring: Seconds = 20.0
    """How long one agent rings before the next one does."""
    retry: Seconds = 5.0
    """How long an agent who rejected or did not answer is left in peace."""
    pause_after: int | None = None
    """Pause an agent after so many offers in a row that were not answered; None: never."""
    wrap_up: Seconds = 0.0
    """Time for notes after a conversation, before the next offer."""
    wrap_up_most: Seconds | None = None
    """How far an agent may extend it; None: as long as it takes."""
    priority: Mapping[str, float] = field(default_factory=lambda: DEFAULT_PRIORITIES)
    """Points by priority class; `default` is always there."""
    ageing: float = 0.0
    """Points gained per second of waiting."""
    weight: float = 0.0
    """Points of every caller here against those of other queues that the same agents serve."""
    overdue: Seconds | None = 900.0
    """Who has waited so long goes before everybody who has not, whatever the class, in all queues: nobody
    waits for ever. None: nobody does."""
    needs: Mapping[str, int] = field(default_factory=dict)
    """The least level of each skill that an agent must have to be rung."""
    relax: tuple[Relaxation, ...] = ()
    """How needs get less with waiting, by growing `after`."""
    preferred_for: Seconds = 0.0
    """How long a caller waits for the preferred agent alone, if that one is there."""
    max_callers: int | None = None
    """Waiting callers at once; None: no limit."""
    full: Destination | None = None
    """Where a caller goes who finds it full; None: busy (486), or hang up when answered."""
    max_wait: Seconds | None = None
    timeout: Destination | None = None
    """Where a caller goes after `max_wait`; None: hang up."""
    no_agents: NoAgents = NoAgents()
    closed: Destination | None = None
    """Where those go who come when the queue is closed; None: refused."""
    closes: Destination | None = None
    """Where those go who wait when it closes; None: they are served."""
    overflow: Overflow | None = None
    keep_place: Seconds = 0.0
    """A caller who is cut off and calls again within this time is back at the old place."""
    callback: CallbackSettings = CallbackSettings()
    announce: AnnounceSettings = AnnounceSettings()
    service_within: Seconds = 20.0
    """An answer, or an abandonment, within this wait counts as in time for the service level."""
    service_formula: str = "service-level"
    """Which of `stats.RATIOS` the service level is."""
    short_abandon: Seconds = 0.0
    """Who hangs up within this wait counts as a short abandonment, and nowhere else."""

    def member(self, name: AgentName) -> Member:
        """What holds of one of the team."""
        return self.members.get(name, _USUAL)


_USUAL = Member()


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """One agent."""

    name: AgentName
    calls: int | None = 1
    """How many calls at once (offers, conversations and wrap-ups count); None: unlimited."""
    level: int = 0
    """Skill for VIP callers: `vip-priority` gives them the highest first."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Level by skill, from 1."""
    registers: bool = False
    """Reached only by phones that register: offline until one has."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """All queues and agents. Every agent that a queue names is in `agents`."""

    queues: Mapping[QueueName, QueueSettings] = field(default_factory=dict)
    agents: Mapping[AgentName, AgentSettings] = field(default_factory=dict)
    pauses: Mapping[str, Seconds] = field(default_factory=dict)
    """How long a pause may be, by its reason; then the agent takes offers again."""
