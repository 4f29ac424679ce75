"""What a queue counts, and the figures made of the counts: definitions are data, so a report can name them.

Each caller counts once, where its stay ended; an answer that never became a conversation is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from softswitch.types import LeaveReason, Seconds


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """One queue since it was first configured."""

    joined: int = 0
    """Callers who asked to wait, those who found it full among them."""
    answered: int = 0
    answered_in_time: int = 0
    """Answered within the queue's `service_within`."""
    abandoned: int = 0
    """Hung up while waiting; the short ones are not among them."""
    abandoned_in_time: int = 0
    """Of these, within the queue's `service_within`."""
    abandoned_short: int = 0
    """Hung up within the queue's `short_abandon`: wrong numbers, second thoughts; no ratio knows them."""
    full: int = 0
    timed_out: int = 0
    """Left at `max_wait`."""
    sent_away: int = 0
    """Left because the switch drained, the queue was closed or removed, or nobody was there."""
    by_key: int = 0
    """Left by a key of the queue."""
    callbacks: int = 0
    """Left the line to be called back; in none of the counts above."""
    called_back: int = 0
    """Of these, who talked to an agent."""
    not_reached: int = 0
    """Of these, who did not answer, or whose callback expired."""
    answered_wait: Seconds = 0.0
    """Sum of the waits of those answered."""
    longest_wait: Seconds = 0.0
    """Of any caller who was answered or left."""
    talk_time: Seconds = 0.0
    """Sum over the conversations that ended."""

    @property
    def mean_wait(self) -> Seconds | None:
        """Mean wait of those answered (average speed of answer); None before the first."""
        return self.answered_wait / self.answered if self.answered else None

    def after(self, before: QueueCounts) -> QueueCounts:
        """What was counted since `before`, never less than nothing: an answer that is taken back may be one
        of before. `longest_wait` is that of both.
        """
        more = {name: max(0, getattr(self, name) - getattr(before, name)) for name in ADDED}
        return replace(self, **more)


ADDED = tuple(name for name in QueueCounts.__dataclass_fields__ if name != "longest_wait")
"""Counts and sums: what two spells make together is the sum of both."""


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What one agent has done."""

    taken: int = 0
    """Conversations."""
    talk_time: Seconds = 0.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure as data: the sum of some counts over the sum of others."""

    over: tuple[str, ...]
    under: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Taken off `under`."""

    def of(self, counts: QueueCounts) -> float | None:
        """Between 0 and 1; None while there is nothing to divide by."""
        under = sum(getattr(counts, name) for name in self.under)
        under -= sum(getattr(counts, name) for name in self.without)
        return sum(getattr(counts, name) for name in self.over) / under if under else None


RATIOS: Mapping[str, Ratio] = {
    "service-level": Ratio(("answered_in_time",), ("answered",)),
    "service-level-2": Ratio(
        ("answered_in_time", "abandoned_in_time"),
        ("answered", "abandoned"),
    ),
    "service-level-offered": Ratio(("answered_in_time",), ("joined",), ("abandoned_short",)),
    "abandonment": Ratio(("abandoned",), ("answered", "abandoned")),
}
"""By name. `service-level` and `service-level-2` are the SL and SL2 of other queues."""

_FIELD_OF: Mapping[LeaveReason, str] = {
    LeaveReason.HUNG_UP: "abandoned",
    LeaveReason.FULL: "full",
    LeaveReason.MAX_WAIT: "timed_out",
    LeaveReason.DRAINED: "sent_away",
    LeaveReason.QUEUE_REMOVED: "sent_away",
    LeaveReason.TRANSFERRED: "sent_away",
    LeaveReason.MOVED: "sent_away",
    LeaveReason.ENDED: "sent_away",
    LeaveReason.NO_AGENTS: "sent_away",
    LeaveReason.CLOSED: "sent_away",
    LeaveReason.EXIT_KEY: "by_key",
}
"""Of those on the line; callbacks leave otherwise."""

GIVEN_UP = (LeaveReason.NOT_REACHED, LeaveReason.EXPIRED)
"""Why a callback that nobody took back came to nothing."""


class Tally:
    """The running counts of one queue."""

    __slots__ = tuple(QueueCounts.__dataclass_fields__)

    joined: int
    answered: int
    answered_in_time: int
    abandoned_in_time: int
    abandoned_short: int
    answered_wait: Seconds
    longest_wait: Seconds
    talk_time: Seconds
    callbacks: int
    called_back: int
    not_reached: int

    def __init__(self) -> None:
        for name, field in QueueCounts.__dataclass_fields__.items():
            setattr(self, name, field.default)

    def counts(self) -> QueueCounts:
        """The counts as they are now."""
        return QueueCounts(**{name: getattr(self, name) for name in QueueCounts.__dataclass_fields__})

    def add(self, before: QueueCounts) -> None:
        """Count on from what was counted before."""
        for name in QueueCounts.__dataclass_fields__:
            both = getattr(self, name), getattr(before, name)
            setattr(self, name, max(both) if name == "longest_wait" else sum(both))

    def answer(self, waited: Seconds, *, in_time: bool) -> None:
        """A caller was answered after `waited`."""
        self.answered += 1
        self.answered_in_time += in_time
        self.answered_wait += waited
        self.longest_wait = max(self.longest_wait, waited)

    def take_back(self, waited: Seconds, *, in_time: bool) -> None:
        """The same answer did not hold. `longest_wait` stays: the caller now waits longer than that."""
        self.answered -= 1
        self.answered_in_time -= in_time
        self.answered_wait -= waited

    def give_up(self, reason: object) -> None:
        """A callback is over without a conversation."""
        self.not_reached += reason in GIVEN_UP

    def leave(self, reason: LeaveReason, waited: Seconds, *, in_time: bool, short: bool = False) -> None:
        """A caller left without an agent; `short`: so soon that hanging up says nothing of the service."""
        field = _FIELD_OF[reason]
        if short and reason is LeaveReason.HUNG_UP:
            self.abandoned_short += 1
        else:
            setattr(self, field, getattr(self, field) + 1)
            self.abandoned_in_time += in_time and reason is LeaveReason.HUNG_UP
        self.longest_wait = max(self.longest_wait, waited)
