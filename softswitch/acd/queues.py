"""One queue: its line, its team and who of it is free, its counts and its strategy's memory."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from softswitch.acd.estimate import HandleTimes
from softswitch.acd.settings import QueueSettings
from softswitch.acd.stats import Tally
from softswitch.acd.strategies.base import Memory, Strategy
from softswitch.acd.waiting import Caller, Line
from softswitch.types import AgentName, QueueName, Seconds

if TYPE_CHECKING:
    from softswitch.acd.agents import Agent


Standing = tuple[int, float]
"""What a priority class starts with: the strategy's precedence, and points."""


@dataclass(slots=True, eq=False)
class Queue:
    """One queue, also while the configuration no longer names it: counts stay, should it come back."""

    name: QueueName
    settings: QueueSettings
    strategy: Strategy
    classes: Mapping[str, Standing]
    """By priority class; `default` is always there."""
    open: bool = True
    """Named by the settings in force."""

    line: Line = field(default_factory=Line)
    """Everybody who waits."""
    unoffered: Line = field(default_factory=Line)
    """Of these, who have no phone ringing."""
    ringing_more: Line = field(default_factory=Line)
    """Of these, who have phones ringing and may have more of them."""

    team: tuple[Agent, ...] = ()
    places: dict[AgentName, int] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)
    """Places of agents who can be offered a call, ascending."""
    memories: dict[str, Memory] = field(default_factory=dict)
    """By strategy, so that a try of another one loses nothing."""

    tally: Tally = field(default_factory=Tally)
    handle_times: HandleTimes = field(default_factory=HandleTimes)
    serving: float | None = None
    """Calls that agents who are there and not paused can serve at once; None: to be counted again."""

    def score(self, caller: Caller, now: Seconds) -> float:
        """Points and ageing at `now`."""
        return self.classes[caller.priority][1] + self.settings.ageing * (now - caller.joined)

    def rank(self, caller: Caller) -> None:
        """Settle a caller's class and place by the settings in force; the caller must stand in no line."""
        caller.priority = caller.asked if caller.asked in self.classes else "default"
        precedence, points = self.classes[caller.priority]
        caller.place = (precedence, self.settings.ageing * caller.joined - points, caller.order, caller)

    def rank_all(self) -> None:
        """Sort everybody anew after settings changed."""
        everybody = list(self.line)
        self.line, self.unoffered, self.ringing_more = Line(), Line(), Line()
        for caller in everybody:
            self.rank(caller)
        for caller in sorted(everybody, key=lambda caller: caller.place):
            self.line.add(caller)
            caller.shelf = None
            self.shelve(caller)

    def shelve(self, caller: Caller) -> None:
        """Stand a waiting caller among those who want a phone rung, if this one does."""
        if not caller.offers:
            caller.put_on(self.unoffered)
        elif caller.at_once is None or len(caller.offers) < caller.at_once:
            caller.put_on(self.ringing_more)
        else:
            caller.put_on(None)

    def note_free(self, place: int, free: bool) -> None:
        """The agent at that place of the team can, or can no longer, be offered a call."""
        if free:
            insort(self.free, place)
        else:
            del self.free[bisect_left(self.free, place)]

    def capacity(self) -> float:
        """Calls that the agents who are here can serve at once; infinite with an unlimited one."""
        if self.serving is None:
            limits = (agent.limit for agent in self.team if agent.serves(self.name))
            self.serving = float(sum(float("inf") if limit is None else limit for limit in limits))
        return self.serving

    def memory(self) -> Memory:
        """What the strategy in force remembers."""
        return self.memories.setdefault(self.strategy.name, {})
