"""What a strategy is told and what it answers. A strategy is one small class; it holds no state of its own.

Write one::

    class Reversed:
        name = "reversed"

        def precedence(self, priority: str) -> int:
            return 0

        def choose(self, ask: Ask) -> Choice:
            return Choice(ask.candidates[::-1])

and name the class in the entry-point group `softswitch.strategies` of your package::

    [project.entry-points."softswitch.strategies"]
    reversed = "your_package:Reversed"

The engine asks when a caller may be rung for: on joining, when an agent gets free, when phones stopped
ringing in vain. It is the engine that watches limits, back-off, pauses and ring times; a strategy only ranks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from softswitch.acd.chance import SplitMix64
from softswitch.types import AgentName, CallId, QueueName, Seconds

Memory = MutableMapping[str, str | int | float]
"""What a strategy remembers for one queue; it outlives reloads."""


class Candidate(Protocol):
    """An agent who could be rung now."""

    @property
    def name(self) -> AgentName:
        """The key in the configuration."""

    @property
    def level(self) -> int:
        """The configured skill."""

    @property
    def load(self) -> int:
        """Calls the agent is in already, ringing and wrap-up included; 0 unless the limit is above 1."""

    @property
    def idle_since(self) -> Seconds:
        """When the last call, its wrap-up, or the last failed offer ended, or the last pause."""

    @property
    def taken(self) -> int:
        """Conversations so far."""

    @property
    def talk_time(self) -> Seconds:
        """Sum of the conversations that ended."""


class Asker(Protocol):
    """The caller who needs an agent."""

    @property
    def call(self) -> CallId:
        """The caller's key."""

    @property
    def number(self) -> str:
        """The caller's number."""

    @property
    def priority(self) -> str:
        """The priority class, always one that the queue knows."""

    @property
    def joined(self) -> Seconds:
        """When the waiting began."""

    @property
    def rounds(self) -> int:
        """How often phones were rung for this caller so far."""

    @property
    def offered_last(self) -> AgentName | None:
        """Who was rung for this caller last; None: nobody yet."""

    @property
    def ringing(self) -> Sequence[AgentName]:
        """Whose phones ring for this caller now, in the order they were rung."""


# These two are made for every ring: not frozen, which would cost microseconds, but not to be changed either.


@dataclass(slots=True)
class Ask:
    """One question: who shall be rung for this caller?"""

    caller: Asker
    candidates: Sequence[Candidate]
    """Free agents in the team's order, or as the strategy ranks them (`Ranked`), never empty. Those who
    declined this caller oftener than another free agent are not among them, nor those whose phones ring for
    this caller already."""
    queue: QueueName
    places: Mapping[AgentName, int]
    """The place of each agent of the whole team in its order, from 0."""
    memory: Memory
    chance: SplitMix64
    """The only randomness to use: a replay repeats it."""
    now: Seconds
    weights: Mapping[AgentName, float] = field(default_factory=dict)
    """Of the team, those who have another weight than 1."""

    def beginning_at(self, place: int) -> Sequence[Candidate]:
        """The candidates, if in the team's order: from that place of the team on, then the others."""
        places, all_of_them = self.places, self.candidates
        at = bisect_left(all_of_them, place % len(places), key=lambda agent: places[agent.name])
        return [*all_of_them[at:], *all_of_them[:at]]


@dataclass(slots=True)
class Choice:
    """The answer."""

    order: Sequence[Candidate]
    """Candidates, best first; one left out is not rung. Empty: nobody for now."""
    at_once: int | None = 1
    """How many phones may ring for this caller at once, those ringing already included; None: all."""
    again: Seconds | None = None
    """Ask again at this moment even when nothing happened until then, as to ring one more phone or to
    open the next tier; None: only when something happens."""


class Strategy(Protocol):
    """Who is rung next."""

    name: str
    """As in the configuration."""

    def precedence(self, priority: str) -> int:
        """Callers with the lower number go first, whatever their score; usually 0 for every class.

        Asked when a caller joins and on reload, so it must depend on the class alone.
        """

    def choose(self, ask: Ask) -> Choice:
        """Rank the candidates. `ask.memory` may be written to; the first `at_once` of the order are rung."""


@runtime_checkable
class Ranked(Strategy, Protocol):
    """One that goes by figures of each agent alone: the engine then keeps free agents in their order, where a
    strategy that sorts has to do so for each offer.
    """

    ranked_by: tuple[str, ...]
    """Some of `FIGURES`, one after the other, lowest first; of equals goes the team's order."""


FIGURES = ("level", "load", "idle_since", "taken", "talk_time")
"""Of `Candidate`, what agents can be ranked by."""
