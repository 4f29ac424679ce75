"""What agents were at, and what queues went by, when the switch ended: folded from its events.

Whose turn it is under round-robin is by who was offered a call last; who has been idle longest, by when the
last call, its notes or a failed offer ended; what a caller takes of an agent, and how estimates turned out,
by the last conversations of each queue.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from softswitch.acd.estimate import HANDLED, OUTCOMES, WAITS
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CancelReason, LeaveReason, OfferFailure, Seconds

_ANSWERED = "answered"

_IN_VAIN = frozenset({*(str(each) for each in OfferFailure), str(CancelReason.NO_ANSWER)})
"""Ends of an offer after which an agent counts as idle from then on."""


@dataclass(slots=True)
class Written:
    """Notes on one call; moments in seconds since the epoch."""

    queue: str
    ended: float
    until: float


@dataclass(slots=True)
class Line:
    """What is remembered of one queue."""

    offered_last: str = ""
    handle_times: deque[Seconds] = field(default_factory=lambda: deque(maxlen=HANDLED))
    outcomes: deque[tuple[Seconds, Seconds, Seconds]] = field(default_factory=lambda: deque(maxlen=OUTCOMES))
    """Estimated before and after correction, and waited."""
    waits: deque[tuple[Seconds, bool]] = field(default_factory=lambda: deque(maxlen=WAITS))
    """Waits above 0, and whether the caller gave up then."""


@dataclass(slots=True)
class _Talk:
    """A conversation that goes on."""

    queue: str
    agent: str
    rung: float


@dataclass(slots=True)
class Remembered:
    """All of it, as of the last event."""

    lines: dict[str, Line] = field(default_factory=dict)
    idle_since: dict[str, float] = field(default_factory=dict)
    """By agent, in seconds since the epoch."""
    notes: dict[tuple[str, str], Written] = field(default_factory=dict)
    """By agent and call."""
    _rung: dict[str, float] = field(default_factory=dict)
    _talks: dict[str, _Talk] = field(default_factory=dict)
    _joined: dict[str, tuple[str, float]] = field(default_factory=dict)
    """The queue in which a call waits, and since when."""
    _own: dict[str, str] = field(default_factory=dict)
    """Which agent made a call."""
    _starting: bool = False

    def hear(self, event: Recorded) -> None:
        """Take the next event."""
        data: Any = event.data
        agent = str(data.get("agent") or "")
        match event.kind:
            case Kind.SWITCH_STARTING:
                self._cut(event.at)
            case Kind.SWITCH_STARTED:
                self._starting = False
            case Kind.CALLER_JOINED if event.call:
                self._joined[event.call] = (str(data.get("queue")), event.at)
            case Kind.CALLER_LEFT | Kind.CALLBACK_WANTED if joined := self._joined.pop(str(event.call), None):
                self._waited(joined, event.at, data.get("reason") == LeaveReason.HUNG_UP)
            case Kind.CALL_ENDED if event.call:
                self._over(event, data, event.call)
            case Kind.OFFER_MADE if data.get("queue"):
                self._line(data).offered_last = agent
                self._rung[str(data.get("offer"))] = event.at
            case Kind.OFFER_ENDED if data.get("result") != _ANSWERED:
                self._rung.pop(str(data.get("offer")), None)
                if data.get("result") in _IN_VAIN:
                    self.idle_since[agent] = event.at
            case Kind.CONNECTED if data.get("queue") and event.call:
                self._connected(event, data, agent)
            case Kind.CONNECT_FAILED if event.call and (talk := self._talks.pop(event.call, None)):
                self.idle_since[talk.agent] = event.at
            case Kind.CONVERSATION_ENDED if event.call:
                self._ended(event, data, event.call)
            case _:
                self._of_an_agent(event, data, agent)

    def _of_an_agent(self, event: Recorded, data: Any, agent: str) -> None:
        match event.kind:
            case Kind.CALL_ARRIVED if agent and event.call:
                self._own[event.call] = agent
            case Kind.WRAP_UP_ENDED:
                self.notes.pop((agent, str(event.call)), None)
                self.idle_since[agent] = event.at
            case Kind.WRAP_UP_EXTENDED:
                for (whose, _), notes in self.notes.items():
                    if whose == agent and notes.until > event.at:
                        notes.until += float(data.get("by") or 0.0)
            case Kind.AGENT_RESUMED | Kind.AGENT_SIGNED_IN | Kind.AGENT_ONLINE if not self._starting:
                self.idle_since[agent] = event.at

    def _connected(self, event: Recorded, data: Any, agent: str) -> None:
        if joined := self._joined.pop(str(event.call), None):
            self._waited(joined, event.at, gave_up=False)
        call, rung = str(event.call), self._rung.pop(str(data.get("offer")), event.at)
        self._talks[call] = _Talk(str(data["queue"]), agent, rung)
        if data.get("raw") is not None and data.get("foreseen") is not None:
            held = float(data.get("held") or 0.0)
            said, waited = float(data["foreseen"]) - held, float(data.get("waited") or 0.0) - held
            self._line(data).outcomes.append((float(data["raw"]), said, waited))

    def _waited(self, joined: tuple[str, float], until: float, gave_up: bool) -> None:
        queue, since = joined
        if until > since:
            self.lines.setdefault(queue, Line()).waits.append((round(until - since, 3), gave_up))

    def _over(self, event: Recorded, data: Any, call: str) -> None:
        if joined := self._joined.pop(call, None):
            self._waited(joined, event.at, "last_seen" not in data)
        if agent := self._own.pop(call, None):
            self.idle_since[agent] = event.at

    def _ended(self, event: Recorded, data: Any, call: str) -> None:
        agent, wrap_up = str(data.get("agent") or ""), float(data.get("wrap_up") or 0.0)
        if (talk := self._talks.pop(call, None)) is None:
            if agent:  # a call that was no queue's
                self.idle_since[agent] = event.at
            return
        line = self.lines.setdefault(talk.queue, Line())
        line.handle_times.append(event.at - talk.rung + wrap_up)
        self.idle_since[agent] = event.at + wrap_up
        if wrap_up > 0:
            self.notes[agent, call] = Written(talk.queue, event.at, event.at + wrap_up)

    def _cut(self, at: float) -> None:
        """A crash, or a stop, ended every conversation that went on."""
        self._starting = True
        for talk in self._talks.values():
            self.idle_since[talk.agent] = at
        self._talks.clear()
        self._joined.clear()
        self._rung.clear()
        self.idle_since |= dict.fromkeys(self._own.values(), at)
        self._own.clear()

    def _line(self, data: Any) -> Line:
        return self.lines.setdefault(str(data["queue"]), Line())
