"""Agents who can be offered a call, in the order in which the queue's strategy ranks them.

A strategy that goes by what is known of each agent alone names these figures (`strategies/base.py`), and who
gets free is put where they say. So the best of many free agents stands first, and an offer sorts nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from softswitch.acd.agents import Agent

Rank = Callable[["Agent"], Any]
"""What agents are ranked by, the lowest first."""

Key = Any
"""Where somebody stands: rank, then place in the team; the place alone where there is no rank."""


def ranking(fields: Collection[str]) -> Rank | None:
    """By these figures of an agent, one after the other; None: there are none."""
    return attrgetter(*fields) if fields else None


class FreeAgents:
    """Some of one team, each by a key of its own."""

    __slots__ = ("_keys", "agents")

    def __init__(self) -> None:
        self.agents: list[Agent] = []
        """Lowest key first; to be read only."""
        self._keys: list[Key] = []

    def add(self, key: Key, agent: Agent) -> None:
        """Somebody can be offered a call."""
        keys = self._keys
        if not keys or keys[-1] < key:
            keys.append(key)
            self.agents.append(agent)
        else:
            at = bisect_left(keys, key)
            keys.insert(at, key)
            self.agents.insert(at, agent)

    def remove(self, key: Key) -> None:
        """Who was put here by that key can no longer be offered one."""
        keys = self._keys
        at = 0 if keys[0] is key else bisect_left(keys, key)
        del keys[at], self.agents[at]

    def among(self, wanted: Callable[[Agent], bool]) -> FreeAgents:
        """Those of whom that holds alone."""
        some = FreeAgents()
        for key, agent in zip(self._keys, self.agents, strict=True):
            if wanted(agent):
                some._keys.append(key)
                some.agents.append(agent)
        return some
