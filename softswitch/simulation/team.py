"""The agents of some queues, and all that they do."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from softswitch.simulation.ledger import Work, work_of
from softswitch.simulation.world import World
from softswitch.types import AgentName, QueueName, Seconds


def team_of(world: World, queues: Collection[QueueName]) -> list[AgentName]:
    """Whose calls these are."""
    return [*dict.fromkeys(name for queue in queues for name in world.settings.queues[queue].agents)]


def work_of_team(world: World, team: Collection[AgentName]) -> Work:
    """Their talk and notes, in all queues."""
    work, names = work_of([*world.accounts.values()]), set(team)
    places = [place for place, name in enumerate(world.settings.agents) if name in names]
    theirs = np.isin(work.agent, places)
    return Work(work.start[theirs], work.end[theirs], work.agent[theirs])


def there(world: World, team: Collection[AgentName], start: Seconds, end: Seconds) -> Seconds:
    """For how long they were there between two moments, all together."""
    rota = world.rota
    return sum(rota.there(name, start, end) if rota else end - start for name in team)
