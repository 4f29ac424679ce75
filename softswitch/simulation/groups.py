"""Agents who are the same to every queue, as groups: what a planner counts when queues share agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.simulation.load import able
from softswitch.types import AgentName, QueueName

Numbers = Mapping[str, tuple[int, ...]]
"""Agents of each group in each half-hour."""


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """Agents with the same skills, in the same teams and tiers."""

    name: str
    """That of its first agent."""
    agents: tuple[AgentName, ...]
    """As the configuration has them."""
    queues: tuple[QueueName, ...]
    """Whom they can serve, those included whom they only help after a while."""
    homes: tuple[QueueName, ...]
    """Of these, the ones they are there for first; several: they are as good for each."""


def groups_of(settings: EngineSettings, called: Sequence[QueueName]) -> list[SkillGroup]:
    """All agents who can serve a queue that is called, by what they can."""
    serving = {name: able(settings, settings.queues[name]) for name in called}
    found: dict[object, list[AgentName]] = {}
    for name, agent in settings.agents.items():
        if not any(name in agents for agents in serving.values()):
            continue
        teams = tuple(
            (queue.name, queue.member(name)) for queue in settings.queues.values() if name in queue.agents
        )
        skills = tuple(sorted(agent.skills.items()))
        found.setdefault((teams, skills, agent.level, agent.calls), []).append(name)
    made = []
    for agents in found.values():
        queues = tuple(queue for queue in called if agents[0] in serving[queue])
        made.append(SkillGroup(str(agents[0]), tuple(agents), queues, _homes(settings, agents[0], queues)))
    return made


def _homes(settings: EngineSettings, agent: AgentName, queues: Sequence[QueueName]) -> tuple[QueueName, ...]:
    """The queues that ring an agent first: in the team before helping, with all that is needed at once before
    what is enough later, in the lowest tier.
    """
    ranks = {name: _rank(settings.queues[name], settings.agents[agent]) for name in queues}
    best = min(ranks.values())
    return tuple(name for name in queues if ranks[name] == best)


def _rank(queue: QueueSettings, agent: AgentSettings) -> tuple[bool, bool, int]:
    at_once = all(agent.skills.get(skill, 0) >= level for skill, level in queue.needs.items())
    return agent.name not in queue.agents, not at_once, queue.member(agent.name).tier


def shares(groups: Sequence[SkillGroup], queue: QueueName, count: int) -> dict[str, int]:
    """So many agents of the groups whose home a queue is (or else that can serve it), by their heads."""
    own = [each for each in groups if queue in each.homes] or [
        each for each in groups if queue in each.queues
    ]
    heads = [len(each.agents) / max(len(each.homes), 1) for each in own]
    exact = [count * each / sum(heads) for each in heads]
    whole = [int(each) for each in exact]
    rest = sorted(range(len(own)), key=lambda place: whole[place] - exact[place])
    for place in rest[: count - sum(whole)]:
        whole[place] += 1
    return {group.name: number for group, number in zip(own, whole, strict=True)}


def names_of(group: SkillGroup, count: int) -> list[AgentName]:
    """So many agents like those of a group."""
    return [AgentName(f"{group.name} {number}") for number in range(1, count + 1)]


def with_groups(
    settings: EngineSettings, groups: Sequence[SkillGroup], most: Mapping[str, int]
) -> EngineSettings:
    """So many equal agents of each group in place of those of the configuration."""
    made = {group.agents[0]: names_of(group, most[group.name]) for group in groups}
    agents = {
        name: replace(settings.agents[first], name=name, registers=False)
        for first, names in made.items()
        for name in names
    }
    queues = {}
    for queue in settings.queues.values():
        like = {first: names for first, names in made.items() if first in queue.agents}
        order = [first for first in queue.agents if first in like]
        queues[queue.name] = replace(
            queue,
            agents=tuple(name for first in order for name in like[first]),
            members={
                name: queue.members[first]
                for first in order
                if first in queue.members
                for name in like[first]
            },
        )
    return replace(settings, queues=queues, agents=agents)
