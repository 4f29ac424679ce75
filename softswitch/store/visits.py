"""Stays in queues and conversations, folded from the events of calls, and from nothing else.

A visit begins with CallerJoined. It ends when the caller leaves without an agent or, if there was one, when
they are done. Waits and talks that an event states are taken from it, as they come from a steady clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId, LeaveReason, Seconds

ANSWERED, ABANDONED, SHORT, LOST = "answered", "abandoned", "short", "lost"
"""Outcomes of visits; the others are those of `LeaveReason`, but for `hung-up`, which is `abandoned`, or
`short` within the queue's `short_abandon` in force then."""


KINDS = frozenset(
    (
        *(Kind.CALL_ARRIVED, Kind.CALLER_JOINED, Kind.ANNOUNCED, Kind.CONNECTED, Kind.CONNECT_FAILED),
        *(Kind.HELD, Kind.RESUMED, Kind.CALLER_LEFT, Kind.CONVERSATION_ENDED, Kind.WRAP_UP_ENDED),
        Kind.CALL_ENDED,
    )
)
"""Of the events that tell of them."""


@dataclass(slots=True)
class Visit:
    """One stay of one caller in one queue."""

    seq: int
    """The number of the event that began it."""
    call: CallId
    queue: str
    priority: str
    joined: float
    """Seconds since the epoch, UTC."""
    within: Seconds | None
    """The threshold of the queue's service level in force then; None: not noted."""
    waited: Seconds = 0.0
    outcome: str = ""
    agent: str = ""
    talk: Seconds | None = 0.0
    """With that agent, holds included; None: nobody knows, as a crash cut it."""
    held: Seconds = 0.0
    wrap_up: Seconds = 0.0
    position: int | None = None
    """The first that the caller was told."""
    estimate: Seconds | None = None
    """The wait that the caller was told first."""
    told_after: Seconds | None = None
    """When that was, since joining."""


@dataclass(slots=True)
class Talk:
    """One conversation of one agent, from a queue or not."""

    seq: int
    """The number of the event that began it."""
    call: CallId
    agent: str
    queue: str
    """Empty: dialled directly, or handed on."""
    start: float
    talk: Seconds | None = 0.0
    held: Seconds = 0.0
    wrap_up: Seconds = 0.0
    """The time for notes that follows: what it took, once it is over; until then, what is allowed for it."""


_WRITES_FOR: Seconds = 7200.0
"""Whose notes have not ended so long after a conversation is not waited for: what was allowed stays."""


@dataclass(slots=True)
class _Notes:
    """Notes that an agent writes on a conversation."""

    since: int
    """The number of the first event of its call."""
    ended: float
    of: list[Visit | Talk]


@dataclass(slots=True)
class _Open:
    since: int
    """The number of its first event."""
    visit: Visit | None = None
    talk: Talk | None = None
    short: Seconds = 0.0
    """Who hangs up before does not count as abandoned."""
    holders: set[str] = field(default_factory=set)
    held_since: float = 0.0


class VisitFold:
    """Turns events, in their order, into visits and talks."""

    def __init__(self) -> None:
        self._open: dict[CallId, _Open] = {}
        self._notes: dict[tuple[CallId, str], _Notes] = {}

    @property
    def since(self) -> int | None:
        """The number of the first event of the eldest call on which notes are written; None: of none."""
        return min((notes.since for notes in self._notes.values()), default=None)

    def apply(self, event: Recorded) -> list[Visit | Talk]:
        """Take an event; what it ended, or told more of. Calls whose beginning is unknown are passed over."""
        call = event.call
        if call is None:
            return []
        match event.kind:
            case Kind.CALL_ARRIVED:
                self._open[call] = _Open(event.seq)
                return []
            case Kind.WRAP_UP_ENDED:
                return self._noted(call, event)
        return self._in_call(call, event)

    def _in_call(self, call: CallId, event: Recorded) -> list[Visit | Talk]:
        state = self._open.get(call)
        if state is None:
            return []
        match event.kind:
            case Kind.CALLER_JOINED:
                state.visit = _visit(event, call)
                state.short = _number(event.data.get("short"))
            case Kind.ANNOUNCED if state.visit is not None:
                _tell(state.visit, event)
            case Kind.CONNECTED:
                _connect(state, event, call)
            case Kind.CONNECT_FAILED:
                _take_back(state)
            case Kind.HELD | Kind.RESUMED:
                _hold(state, event)
            case Kind.CALLER_LEFT:
                return _leave(state, event)
            case Kind.CONVERSATION_ENDED:
                _wrap_up(state, event.data.get("wrap_up"))
                ended = _part(state, event.at, event.data.get("talked"))
                self._writes(call, state.since, event.at, ended)
                return ended
            case Kind.CALL_ENDED:
                del self._open[call]
                return _end(state, event)
        return []

    def _writes(self, call: CallId, since: int, at: float, ended: list[Visit | Talk]) -> None:
        """Notes may follow."""
        while self._notes and (eldest := next(iter(self._notes.items())))[1].ended <= at - _WRITES_FOR:
            del self._notes[eldest[0]]
        if ended and ended[0].wrap_up > 0:
            self._notes.pop((call, ended[0].agent), None)
            self._notes[call, ended[0].agent] = _Notes(since, at, ended)

    def _noted(self, call: CallId, event: Recorded) -> list[Visit | Talk]:
        """They are written; this is what they took, ended early by the agent or extended."""
        notes = self._notes.pop((call, str(event.data.get("agent", ""))), None)
        if notes is None:
            return []
        for one in notes.of:
            one.wrap_up = _number(event.data.get("took"))
        return notes.of


Data = Mapping[str, Any]


def _visit(event: Recorded, call: CallId) -> Visit:
    data: Data = event.data
    queue, priority = str(data.get("queue", "")), str(data.get("priority", ""))
    return Visit(event.seq, call, queue, priority, event.at, data.get("within"))


def _tell(visit: Visit, event: Recorded) -> None:
    data: Data = event.data
    if visit.position is None:
        visit.position = data.get("position")
    if visit.estimate is None and data.get("wait") is not None:
        visit.estimate, visit.told_after = float(data["wait"]), round(event.at - visit.joined, 3)


def _connect(state: _Open, event: Recorded, call: CallId) -> None:
    data: Data = event.data
    agent, queue = str(data.get("agent", "")), str(data.get("queue") or "")
    wrap_up = float(data.get("wrap_up") or 0.0)
    visit = state.visit
    if visit is not None and queue:
        visit.agent, visit.outcome, visit.wrap_up = agent, ANSWERED, wrap_up
        visit.waited = round(float(data.get("waited", event.at - visit.joined)), 3)
        if data.get("foreseen") is not None:  # told or not: what the engine judges itself by
            visit.estimate, visit.told_after = float(data["foreseen"]), 0.0
    if agent:
        state.talk = Talk(event.seq, call, agent, queue, event.at, wrap_up=wrap_up)
    state.holders.clear()


def _take_back(state: _Open) -> None:
    state.talk = None
    if state.visit is not None:
        state.visit.agent = state.visit.outcome = ""
        state.visit.waited = state.visit.wrap_up = 0.0


def _hold(state: _Open, event: Recorded) -> None:
    """While either side holds, both do not hear each other: that time counts once."""
    by, before = str(event.data.get("by", "")), bool(state.holders)
    if event.kind == Kind.HELD:
        state.holders.add(by)
    else:
        state.holders.discard(by)
    if not before and state.holders:
        state.held_since = event.at
    elif before and not state.holders and state.talk is not None:
        state.talk.held = round(state.talk.held + event.at - state.held_since, 3)


def _leave(state: _Open, event: Recorded) -> list[Visit | Talk]:
    visit, data = state.visit, event.data
    if visit is None or visit.outcome:
        return []
    reason = str(data.get("reason", ""))
    waited: Any = data.get("waited", event.at - visit.joined)
    visit.waited, state.visit = round(float(waited), 3), None
    visit.outcome = _given_up(state, visit) if reason == LeaveReason.HUNG_UP else reason
    return [visit]


def _given_up(state: _Open, visit: Visit) -> str:
    return SHORT if visit.waited < state.short else ABANDONED


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)


def _wrap_up(state: _Open, seconds: Any) -> None:
    """What began at the end is what was; the time that was announced at the beginning may have changed."""
    if seconds is None:
        return
    for one in (state.talk, state.visit):
        if one is not None:
            one.wrap_up = float(seconds)


def _part(state: _Open, at: float, talked: Any) -> list[Visit | Talk]:
    ended: list[Visit | Talk] = []
    talk, visit = state.talk, state.visit
    if talk is not None:
        for by in tuple(state.holders):
            _hold(state, Recorded(0, at, Kind.RESUMED, talk.call, {"by": by}))
        talk.talk = round(at - talk.start if talked is None else float(talked), 3)
        ended.append(talk)
        if visit is not None and visit.outcome == ANSWERED:
            visit.talk, visit.held = talk.talk, talk.held
    if visit is not None and visit.outcome == ANSWERED:
        ended.append(visit)
        state.visit = None
    state.talk = None
    return ended


def _end(state: _Open, event: Recorded) -> list[Visit | Talk]:
    cut = "last_seen" in event.data
    last_seen: Any = event.data.get("last_seen")
    at = float(last_seen or event.at)
    visit = state.visit
    ended = _part(state, at, None)
    if cut:
        for one in ended:  # the last event before a crash tells nothing of how long they went on
            one.talk, one.wrap_up = None, 0.0
    if visit is not None and not visit.outcome:
        visit.waited = round(at - visit.joined, 3)
        visit.outcome = LOST if cut else _given_up(state, visit)
        ended.append(visit)
    return ended
