"""What happened in a simulated world, noted as it happens: one row for each stay in a queue, and the lines.

Rows have the columns of the reports (`reports/figures.py`), so that a simulation and the record of a real day
are counted by the same code.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from softswitch.reports.figures import WIDTH, Visits, columns
from softswitch.types import QueueName, Seconds

ANSWERED, ABANDONED, SHORT, OTHERWISE = 1.0, 2.0, 3.0, 0.0
"""How a stay ended, as the reports have it."""
UNKNOWN = -1.0


@dataclass(slots=True)
class Line:
    """How many wait in one queue, measured by the clock and not by anybody's wait."""

    waiting: int = 0
    area: float = 0.0
    """Callers multiplied by seconds, until `since`."""
    since: Seconds = 0.0
    longest: int = 0
    waits: Seconds = 0.0
    """The sum of the waits that the engine has told. Little's law: in the end it is the area."""

    def change(self, by: int, now: Seconds) -> None:
        """So many more wait from now on."""
        self.area += self.waiting * (now - self.since)
        self.since = now
        self.waiting += by
        self.longest = max(self.longest, self.waiting)


@dataclass(slots=True)
class Account:
    """All that is noted of one queue."""

    name: QueueName
    within: Seconds
    """In time, as configured."""
    line: Line = field(default_factory=Line)
    rows: array[float] = field(default_factory=lambda: array("d"))
    agents: array[int] = field(default_factory=lambda: array("l"))
    """Who answered, for each row; -1: nobody."""
    classes: list[str] = field(default_factory=list)
    """The priority class, for each row."""
    callbacks: list[Wanted] = field(default_factory=list)
    others: array[float] = field(default_factory=lambda: array("d"))
    """Conversations of callbacks: from when on, for how long with the notes, and the agent."""

    def note(
        self,
        joined: Seconds,
        waited: Seconds,
        outcome: float,
        priority: str,
        talk: Seconds = UNKNOWN,
        wrap_up: Seconds = 0.0,
        foreseen: Seconds = UNKNOWN,
        agent: int = -1,
    ) -> None:
        """One stay is over, or all of it is known."""
        self.rows.extend((joined, waited, outcome, self.within, talk, 0.0, wrap_up, foreseen, 0.0))
        self.agents.append(agent)
        self.classes.append(priority)
        self.line.waits += waited

    def talked(self, start: Seconds, handled: Seconds, agent: int) -> None:
        """An agent talked to somebody who was called back."""
        self.others.extend((start, handled, agent))


@dataclass(slots=True)
class Wanted:
    """One callback."""

    since: Seconds
    attempts: int = 0
    reached: Seconds | None = None
    """When the two could talk; None: never."""


@dataclass(frozen=True, slots=True)
class Stays:
    """All stays of some queues, as columns."""

    visits: Visits
    agent: NDArray[np.int64]
    """Who answered; -1: nobody."""
    priority: tuple[str, ...]
    """The class of each."""

    @property
    def answered(self) -> NDArray[np.float64]:
        """When each was answered, or left."""
        return self.visits.joined + self.visits.waited


@dataclass(frozen=True, slots=True)
class Work:
    """Talk and notes of agents, as columns."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    agent: NDArray[np.int64]


def work_of(accounts: Sequence[Account]) -> Work:
    """All that agents did for some queues, callbacks included."""
    stays = stays_of(accounts)
    done = stays.visits.answered
    start = stays.answered[done]
    took = (np.nan_to_num(stays.visits.talk) + stays.visits.wrap_up)[done]
    others = np.concatenate([np.frombuffer(each.others) for each in accounts]).reshape(-1, 3).T
    return Work(
        np.concatenate((start, others[0])),
        np.concatenate((start + took, others[0] + others[1])),
        np.concatenate((stays.agent[done], others[2].astype(np.int64))),
    )


def stays_of(accounts: Sequence[Account]) -> Stays:
    """Rows as columns."""
    found = [account for account in accounts if account.agents]
    visits = columns((each.name, np.frombuffer(each.rows).reshape(-1, WIDTH)) for each in found)
    agents = [np.frombuffer(each.agents, np.dtype("l")).astype(np.int64) for each in found]
    classes = tuple(name for each in found for name in each.classes)
    return Stays(visits, np.concatenate(agents) if agents else np.zeros(0, np.int64), classes)
