"""`teams:`, who serves which queue, and skills."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.quantities import Duration, Name, matching, wrong

Level = Annotated[int, Field(ge=0, le=100)]
Skills = dict[Name, Level]
"""Level by skill; a level of 0 is none."""

AgentKey = Annotated[
    str,
    BeforeValidator(matching(r"[^\s/\\\"'<>{}\[\],:#&*]{1,64}", "the name of an agent")),
    WithJsonSchema({"title": "agent", "type": ["string", "integer"]}),
]


def _parse_weight(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
        raise wrong("expected a weight from 0 to 1000; 1 is usual, 2 is drawn twice as often")
    return float(value)


class Member(Section):
    """What holds of one agent in one team."""

    tier: Annotated[int, Field(ge=1, le=1000)] = 1
    """Free agents of a lower tier are rung before those of a higher one."""
    after: Duration = 0.0
    """How long a caller must have waited before this agent is rung."""
    weight: Annotated[
        float, BeforeValidator(_parse_weight), WithJsonSchema({"title": "weight", "type": "number"})
    ] = 1.0
    """For weighted-random: 2 is drawn twice as often as 1, 0 only when nobody else is free."""
    ring: Annotated[Duration, Field(gt=0)] | None = None
    """How long this agent's phone rings; left out: as the queue says."""


def _is_plain(value: object) -> str:
    return "(settings)" if isinstance(value, dict) else "(name)"


def _one_agent(settings: dict[str, Member]) -> dict[str, Member]:
    if len(settings) != 1:
        raise wrong("expected one agent with settings, as {mobile-1: {tier: 2, after: 30s}}")
    return settings


AnyMember = Annotated[
    Annotated[AgentKey, Tag("(name)")]
    | Annotated[dict[Name, Member], AfterValidator(_one_agent), Tag("(settings)")],
    Discriminator(_is_plain),
]
"""A name, or a name with settings."""


def _once_each(members: list[str | dict[str, Member]]) -> list[str | dict[str, Member]]:
    counts = Counter(name for member in members for name in ([member] if isinstance(member, str) else member))
    twice = next((name for name, times in counts.items() if times > 1), None)
    if twice is not None:
        raise wrong(f"agent {twice!r} is in this team twice")
    return members


class Team(Section):
    """The agents of the queue that has the same name."""

    agents: Annotated[list[AnyMember], AfterValidator(_once_each)]
    """Their names, in the order that hunt follows; an empty list is a queue that nobody serves. What holds of
    an agent in this team alone stands behind the name, as `{mobile-1: {tier: 2, after: 30s}}`."""

    @property
    def members(self) -> dict[str, Member]:
        """What holds of each, in order."""
        found: dict[str, Member] = {}
        for member in self.agents:
            found |= {member: Member()} if isinstance(member, str) else member
        return found
