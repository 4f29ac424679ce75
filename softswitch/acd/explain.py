"""The why of each offer: who was considered, in which order, and why each other agent was skipped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from softswitch.types import AgentName, Seconds


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


@dataclass(frozen=True, slots=True)
class Skipped:
    """One agent who was not offered the caller."""

    agent: AgentName
    reason: SkipReason
    until: Seconds | None = None
    """When the reason ends by itself, on the engine's clock; None when nobody knows."""


@dataclass(frozen=True, slots=True)
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
