"""Whom a caller can be offered to by now: of the team, who has the skills and the tier, or who is preferred.

Callers of one queue who can reach the same agents share a `Reach`: who of these is free, and the line of
those who want a phone rung. As a caller waits, tiers open and needs relax: the caller then goes from one
reach to the next, and nobody is ever asked about agents one by one. A queue without tiers, needs and
preferred agents has one reach, the whole team.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from softswitch.acd.free import FreeAgents
from softswitch.acd.settings import QueueSettings, Relaxation
from softswitch.acd.shelf import Shelf
from softswitch.acd.waiting import Line
from softswitch.types import AgentName, Seconds

if TYPE_CHECKING:
    from softswitch.acd.agents import Agent
    from softswitch.acd.queues import Queue

Needs = tuple[tuple[str, int], ...]
"""The least level of each skill that a caller needs, sorted by skill."""

Key = tuple[Needs, int, AgentName | None]
"""What is needed, how many steps have opened, and the agent for whom the caller is held."""


class Reach:
    """Agents of one team, by their places in it, and the callers who can be offered to these alone."""

    queue: Queue
    places: set[int]
    free: FreeAgents
    """Of those at the places, who can be offered a call."""
    unoffered: Shelf
    """Callers who have no phone ringing."""
    ringing_more: Line
    """Callers who have phones ringing and may have more of them."""

    def __init__(self, queue: Queue, places: set[int], free: FreeAgents) -> None:
        self.queue = queue
        self.places = places
        self.free = free
        self.unoffered = Shelf()
        self.ringing_more = Line()


@dataclass(frozen=True, slots=True)
class Steps:
    """When which agents open to callers with the same needs."""

    opens: Sequence[Seconds]
    """By place in the team: after how long a wait; infinite for who never does."""
    own: int
    """So many of the team are its own; the others help while the queue overflows."""
    times: Sequence[Seconds]
    """The moments at which somebody opens, from 0, ascending."""

    def at(self, since: Seconds, now: Seconds) -> int:
        """How many steps have opened at `now` to who waits since then, beyond the first. By the sums that
        timers are set to, not by differences, which may round the other way.
        """
        return sum(since + after <= now for after in self.times) - 1

    def places(self, step: int, *, helped: bool) -> set[int]:
        """Who is open then."""
        opens = self.opens if helped else self.opens[: self.own]
        return {place for place, after in enumerate(opens) if after <= self.times[step]}

    def after(self, step: int) -> Seconds | None:
        """When the next step opens; None: that was the last."""
        return self.times[step + 1] if step + 1 < len(self.times) else None


def steps(settings: QueueSettings, team: Sequence[Agent], needs: Needs) -> Steps:
    """For one queue and one set of needs."""
    opens = [
        max(settings.member(agent.name).after, skilled_after(needs, settings.relax, agent.skills))
        for agent in team
    ]
    return Steps(opens, len(settings.agents), sorted({0.0, *(after for after in opens if after < inf)}))


def needs_of(queue: Mapping[str, int], caller: Mapping[str, int]) -> Needs:
    """What the queue needs and what the caller needs, together: of each skill the higher level."""
    both = {**queue, **{skill: max(level, queue.get(skill, 0)) for skill, level in caller.items()}}
    return tuple(sorted((skill, level) for skill, level in both.items() if level > 0))


def skilled_after(needs: Needs, relax: Sequence[Relaxation], skills: Mapping[str, int]) -> Seconds:
    """After how long a wait somebody with these skills is good enough; infinite: never."""
    if _meets(skills, needs):
        return 0.0
    for step in relax:
        if _meets(skills, _relaxed(needs, step)):
            return step.after
    return inf


def needs_by(needs: Needs, relax: Sequence[Relaxation], since: Seconds, now: Seconds) -> Needs:
    """What is needed at `now` by who waits since then."""
    left = needs
    for step in relax:
        if since + step.after <= now:
            left = _relaxed(needs, step)
    return left


def lacking(needs: Needs, skills: Mapping[str, int]) -> tuple[str, int, int] | None:
    """The first skill that is lacking, its level that is needed, and that which is there; None: none is."""
    found = ((skill, level, skills.get(skill, 0)) for skill, level in needs)
    return next((each for each in found if each[2] < each[1]), None)


def _relaxed(needs: Needs, step: Relaxation) -> Needs:
    return tuple((skill, min(level, step.needs[skill])) for skill, level in needs if skill in step.needs)


def _meets(skills: Mapping[str, int], needs: Needs) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in needs)
