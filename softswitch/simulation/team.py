"""The agents of some queues, and all that they do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import numpy as np

from softswitch.acd.settings import EngineSettings
from softswitch.simulation.ledger import Account, Work, work_of
from softswitch.simulation.traffic import Traffic
from softswitch.types import AgentName, QueueName, Seconds


class There(Protocol):
    """Who knows when agents were there."""

    def there(self, name: AgentName, start: Seconds, end: Seconds) -> Seconds:
        """For how long an agent was there between two moments."""

    def spans(self, name: AgentName) -> Sequence[tuple[Seconds, Seconds, int]]:
        """When an agent was there, as spans that add (1) or take away (-1)."""


class Day(Protocol):
    """A day of which there are figures: simulated, or of the record."""

    @property
    def settings(self) -> EngineSettings:
        """Queues and their teams."""

    @property
    def traffic(self) -> Traffic:
        """Its span, and from when on callers count."""

    @property
    def accounts(self) -> Mapping[QueueName, Account]:
        """What happened in each queue."""

    @property
    def rota(self) -> There | None:
        """None: agents are there all the time."""


def team_of(world: Day, queues: Collection[QueueName]) -> list[AgentName]:
    """Whose calls these are."""
    return [*dict.fromkeys(name for queue in queues for name in world.settings.queues[queue].agents)]


def work_of_team(world: Day, team: Collection[AgentName]) -> Work:
    """Their talk and notes, in all queues."""
    work, names = work_of([*world.accounts.values()]), set(team)
    places = [place for place, name in enumerate(world.settings.agents) if name in names]
    theirs = np.isin(work.agent, places)
    return Work(work.start[theirs], work.end[theirs], work.agent[theirs])


def there(world: Day, team: Collection[AgentName], start: Seconds, end: Seconds) -> Seconds:
    """For how long they were there between two moments, all together."""
    rota = world.rota
    return sum(rota.there(name, start, end) if rota else end - start for name in team)
