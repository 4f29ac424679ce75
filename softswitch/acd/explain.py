"""The why of each offer: why the caller was next, who was considered, and why others were skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from softswitch.acd.record import record
from softswitch.types import AgentName, QueueName, Seconds


class SkipReason(StrEnum):
    """Why an agent of the team could not be offered this caller now."""

    TALKING = "talking"
    RINGING = "ringing"
    RESERVED = "reserved"
    """For a customer who is called back first."""
    WRAP_UP = "wrap-up"
    OFFLINE = "offline"
    """No phone can be reached."""
    SIGNED_OUT = "signed-out"
    """Of this queue."""
    PAUSED = "paused"
    OUTSIDE_CALL = "outside-call"
    BACK_OFF = "back-off"
    """Rejected or did not answer a moment ago."""
    DECLINED_CALLER = "declined-caller"
    """Rejected this very caller before."""
    MISSED_CALLER = "missed-caller"
    """Did not answer when the phone rang for this very caller."""
    HELD_FOR_PREFERRED = "held-for-preferred"
    """The caller waits for another agent alone."""
    LACKS_SKILL = "lacks-skill"
    """The caller needs more skill, by now."""
    TIER_CLOSED = "tier-closed"
    """The caller has not waited long enough for this agent."""
    HIGHER_TIER = "higher-tier"
    """Free, but somebody of a lower tier is, too."""
    RANKED_LOWER = "ranked-lower"
    """Free, but the strategy prefers another."""


@record
class Skipped:
    """One agent who was not offered the caller."""

    agent: AgentName
    reason: SkipReason
    until: Seconds | None = None
    """When the reason ends by itself, on the engine's clock; None when nobody knows."""
    skill: str = ""
    """The first that this agent has too little of, if that is why."""
    level: int = 0
    """That is needed of it, by now."""
    has: int = 0
    """That this agent has."""


@record
class Rival:
    """Whom another queue would have had for an agent who was free."""

    queue: QueueName
    score: float
    """Priority points with ageing of its best caller whom that agent can take, at that moment."""
    weight: float
    """Points that the queue adds."""
    waiting: int
    """In its line."""
    overdue: bool = False
    """That caller waits too long, and goes before who does not."""


@record
class Why:
    """The reasoning behind one offer."""

    strategy: str
    position: int
    """The caller's place at that moment, 1 is next."""
    score: float
    """Priority points with ageing, at that moment."""
    considered: tuple[AgentName, ...]
    """Agents who could take it, in the strategy's order: the first is rung (all of them by ring-all)."""
    skipped: tuple[Skipped, ...]
    """The others of the team. Teams beyond 50 agents name the first 50 and count the rest."""
    uncounted: int = 0
    """How many agents more were skipped without being named."""
    waiting: int = 1
    """How many stood in the queue's line, this one too."""
    next_score: float | None = None
    """The points of whoever stands behind; None: nobody does."""
    waited: Seconds = 0.0
    """Since joining."""
    regained: Seconds = 0.0
    """By how much the place is older than that: of who was cut off and called again."""
    overdue: bool = False
    """Waits too long, and so goes before everybody who does not."""
    weight: float = 0.0
    """Points that the queue adds, against other queues of the same agent."""
    rivals: tuple[Rival, ...] = ()
    """Who of other queues was weighed against the caller, the best first."""
    helping: Mapping[AgentName, QueueName] = field(default_factory=dict, hash=False)
    """Of `considered`, who helps as the queue overflows, and whose team that is."""
    preferred: AgentName | None = None
    """Who is rung first, if free."""
    held: Seconds = 0.0
    """For how long the caller waited for that one alone, until somebody else could be rung."""
    figures: tuple[Mapping[str, float], ...] = field(default=(), hash=False)
    """Of the first few of `considered`, by what a strategy that goes by figures of each agent has ranked them
    (`strategies/base.py`), in its order; none where there was nobody to choose from.
    """
