"""Agents who come, go and take breaks; what they have in hand is finished first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from softswitch.acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut
from softswitch.simulation.traffic import Break
from softswitch.types import AgentName, Seconds

if TYPE_CHECKING:
    from softswitch.simulation.world import World

Span = tuple[Seconds, Seconds]


@dataclass(slots=True)
class Worker:
    """One agent."""

    name: AgentName
    in_hand: int = 0
    """Conversations and notes."""
    rest: Break | None = None
    """The break that is to come, or has come."""
    away_since: Seconds | None = None
    late_since: Seconds | None = None
    """The shift is over, and the last call is not."""


class Rota:
    """Who of the agents is there when; of those without shifts nothing is noted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._workers = {name: Worker(name) for name in world.traffic.shifts}
        self.away: dict[AgentName, list[Span]] = {name: [] for name in self._workers}
        """Breaks as they were."""
        self.late: dict[AgentName, list[Span]] = {name: [] for name in self._workers}
        """Work after the end of the shift."""

    def begin(self) -> None:
        """Whose shift has not begun is not there yet."""
        world = self._world
        for name, shifts in world.traffic.shifts.items():
            worker = self._workers[name]
            if not any(shift.start <= 0.0 < shift.end for shift in shifts):
                world.tell(AgentSignedOut(name))
            for shift in shifts:
                if shift.start > 0.0:
                    world.plan(shift.start, self._come, worker)
                world.plan(shift.end, self._go, worker)
                for each in shift.breaks:
                    world.plan(each.at, self._want_break, (worker, each))

    def comes_by_itself(self, name: AgentName) -> bool:
        """Whether the phone of an agent is there at the beginning; shifts are signed in and out."""
        return name is not None

    def took(self, name: AgentName) -> None:
        """An agent has a call more in hand."""
        if (worker := self._workers.get(name)) is not None:
            worker.in_hand += 1

    def has_done(self, name: AgentName) -> None:
        """An agent has a call less in hand, notes included."""
        worker = self._workers.get(name)
        if worker is None:
            return
        worker.in_hand -= 1
        if worker.in_hand:
            return
        if worker.late_since is not None:
            self.late[name].append((worker.late_since, self._world.now))
            worker.late_since = None
        if worker.rest is not None and worker.away_since is None:
            self._begin_break(worker, worker.rest)

    def there(self, name: AgentName, start: Seconds, end: Seconds) -> Seconds:
        """For how long an agent was there between two moments."""
        shifts = self._world.traffic.shifts.get(name)
        if shifts is None:
            return end - start
        came = _within(((shift.start, shift.end) for shift in shifts), start, end)
        return came + _within(self.late[name], start, end) - _within(self.away[name], start, end)

    def spans(self, name: AgentName) -> list[tuple[Seconds, Seconds, int]]:
        """When an agent was there, as spans that add (1) or take away (-1)."""
        shifts = self._world.traffic.shifts.get(name)
        if shifts is None:
            return [(0.0, self._world.traffic.span, 1)]
        return [
            *((shift.start, shift.end, 1) for shift in shifts),
            *((start, end, 1) for start, end in self.late[name]),
            *((start, end, -1) for start, end in self.away[name]),
        ]

    def _come(self, worker: Worker) -> None:
        self._world.tell(AgentSignedIn(worker.name))

    def _go(self, worker: Worker) -> None:
        now = self._world.now
        self._world.tell(AgentSignedOut(worker.name))
        if worker.away_since is not None:
            self._end_break(worker)
        worker.rest = None
        if worker.in_hand:
            worker.late_since = now

    def _want_break(self, what: tuple[Worker, Break]) -> None:
        worker, rest = what
        if worker.rest is not None:
            return  # still waits for the one before
        worker.rest = rest
        self._world.tell(AgentPaused(worker.name, rest.reason))
        if not worker.in_hand:
            self._begin_break(worker, rest)

    def _begin_break(self, worker: Worker, rest: Break) -> None:
        worker.away_since = self._world.now
        self._world.plan(self._world.now + rest.length, self._come_back, (worker, rest))

    def _come_back(self, what: tuple[Worker, Break]) -> None:
        worker, rest = what
        if worker.rest is rest:
            self._end_break(worker)

    def _end_break(self, worker: Worker) -> None:
        assert worker.away_since is not None
        self.away[worker.name].append((worker.away_since, self._world.now))
        worker.away_since = worker.rest = None
        self._world.tell(AgentResumed(worker.name))


def _within(spans: Iterable[Span], start: Seconds, end: Seconds) -> Seconds:
    return sum(max(min(until, end) - max(since, start), 0.0) for since, until in spans)
