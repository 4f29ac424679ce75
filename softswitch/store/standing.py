"""What a switch knew when it ended, folded from its events: agents' states, places, the figures of the day.

Between two starts the states of agents go over: a start notes them anew before `SwitchStarted`. So whoever
reads back need not go behind the last `SwitchStarting` that came to that, or the last `StateKept`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from softswitch.acd.stats import Tally
from softswitch.board.history import Step
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.attendance import Attendance
from softswitch.store.remembering import Remembered
from softswitch.store.trends import TrendFold
from softswitch.types import CallId, LeaveReason, QueueName, Seconds

COMES_BACK = (LeaveReason.HUNG_UP, LeaveReason.DRAINED)
"""Who leaves so has the place on calling again."""

WITHIN: Seconds = 20.0

NEAR: Seconds = 3600.0
"""When a start follows the last event of before so soon, a crash was a moment ago: it may have been quiet."""


@dataclass(slots=True)
class Place:
    """Of somebody who was cut off."""

    standing: float
    """Since when the wait counts; this and the next in seconds since the epoch."""
    left: float
    priority: str


@dataclass(slots=True)
class Done:
    """What an agent has done today."""

    taken: int = 0
    talk_time: Seconds = 0.0


@dataclass(slots=True)
class Standing:
    """All of it."""

    attendance: Attendance = field(default_factory=Attendance)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    """By queue and number."""
    queues: dict[str, Tally] = field(default_factory=dict)
    agents: dict[str, Done] = field(default_factory=dict)
    steps: Mapping[QueueName, Sequence[Step]] = field(default_factory=dict)
    """Of today, by queue: counts since midnight at the end of each."""
    remembered: Remembered = field(default_factory=Remembered)


@dataclass(slots=True)
class _Open:
    """A call in progress."""

    number: str = ""
    queue: str = ""
    waiting: bool = False
    joined: float = 0.0
    standing: float = 0.0
    priority: str = "default"
    within: Seconds = WITHIN
    short: Seconds = 0.0
    agent: str = ""
    """Who talks to the caller; of who is called back, who has talked last."""
    waited: Seconds = 0.0
    called_back: bool = False
    talked: Seconds | None = None
    """Who is called back has; None: not yet."""


class StandingFold:
    """Turns events, in their order, into what stands at their end."""

    def __init__(self, today: float) -> None:
        """`today`: the moment of midnight; figures count from then on."""
        self._today = today
        self._standing = Standing()
        self._before: Attendance | None = None
        """As it was when a start began that has not come to its end yet."""
        self._open: dict[CallId, _Open] = {}
        self._seen = today
        self._trends = TrendFold(today)

    def finish(self, events: Iterable[Recorded]) -> Standing:
        """Take them all; calls that are open at the end were cut off then."""
        for event in events:
            self._trends.before(event.at, self._standing.queues)
            self._apply(event)
            self._trends.hear(event)
        for call in self._open.values():
            self._keep_place(call, self._seen)
        standing = self._standing
        standing.steps = self._trends.steps
        if self._before is not None:
            standing.attendance = self._before
        return standing

    def _apply(self, event: Recorded) -> None:
        self._standing.remembered.hear(event)
        if event.kind in (Kind.CALLBACK_WANTED, Kind.CALLBACK_ENDED):
            self._of_case(event)
        elif event.call is not None:
            self._of_call(event, event.call)
        elif event.kind == Kind.SWITCH_STARTING:
            if self._before is None:
                self._before, self._standing.attendance = self._standing.attendance, Attendance()
            for call in self._open.values():
                self._keep_place(call, _cut(self._seen, event.at))
            self._open.clear()
        elif event.kind == Kind.SWITCH_STARTED:
            self._before = None
        else:
            self._standing.attendance.hear(event)
        self._seen = event.at

    def _of_case(self, event: Recorded) -> None:
        """These come after the call in which the callback was wanted."""
        if event.at < self._today:
            return
        tally = self._standing.queues.setdefault(str(event.data.get("queue", "")), Tally())
        if event.kind == Kind.CALLBACK_WANTED:
            tally.callbacks += 1
        else:
            tally.give_up(event.data.get("result"))

    def _of_call(self, event: Recorded, id: CallId) -> None:
        data: Any = event.data
        call = self._open.get(id)
        if event.kind == Kind.CALL_ARRIVED:
            self._open[id] = _Open(str(data.get("number") or ""))
        elif call is None:
            return
        elif event.kind == Kind.CALL_ENDED:
            del self._open[id]
            if "last_seen" in data:
                self._keep_place(call, _cut(float(data["last_seen"] or event.at), event.at))
        elif call.called_back:
            self._called_back(event, call, data)
        elif event.kind == Kind.CALLBACK_TRIED:
            call.queue, call.called_back = str(data.get("queue", "")), True
        else:
            self._in_queue(event, call, data)

    def _called_back(self, event: Recorded, call: _Open, data: Any) -> None:
        match event.kind:
            case Kind.CONNECTED if data.get("queue"):
                call.agent = str(data.get("agent") or "")
                self._done(event, call).taken += 1
            case Kind.CONVERSATION_ENDED if call.agent:
                call.talked = float(data.get("talked") or 0.0)
                self._talk(event, call, 1)
            case Kind.CONNECT_FAILED | Kind.CALLBACK_NOT_REACHED if call.agent:  # or it was a mailbox
                self._done(event, call).taken -= 1
                if call.talked is not None:
                    self._talk(event, call, -1)
                call.agent, call.talked = "", None

    def _talk(self, event: Recorded, call: _Open, count: int) -> None:
        talked = count * (call.talked or 0.0)
        tally = self._tally(event, call)
        tally.called_back += count
        tally.talk_time += talked
        self._done(event, call).talk_time += talked

    def _in_queue(self, event: Recorded, call: _Open, data: Any) -> None:
        match event.kind:
            case Kind.CALLER_JOINED:
                call.queue, call.waiting, call.joined = str(data.get("queue", "")), True, event.at
                call.standing = event.at - float(data.get("ago") or 0.0)
                call.priority = str(data.get("priority") or "default")
                call.within = float(data.get("within") or WITHIN)
                call.short = float(data.get("short") or 0.0)
                self._standing.places.pop((call.queue, call.number), None)
                self._tally(event, call).joined += 1
            case Kind.PLACE_REGAINED:
                call.standing = event.at - float(data.get("ago") or 0.0)
            case Kind.CALLER_LEFT if call.waiting:
                self._leave(event, call, data)
            case Kind.CONNECTED if call.waiting:
                call.waiting, call.agent = False, str(data.get("agent") or "")
                call.waited = float(data.get("waited", event.at - call.joined))
                self._tally(event, call).answer(call.waited, in_time=call.waited <= call.within)
                self._done(event, call).taken += 1
            case Kind.CONNECT_FAILED if call.agent:
                self._tally(event, call).take_back(call.waited, in_time=call.waited <= call.within)
                self._done(event, call).taken -= 1
                call.waiting, call.agent = True, ""
            case Kind.CONVERSATION_ENDED if call.agent:
                talked = float(data.get("talked") or 0.0)
                self._tally(event, call).talk_time += talked
                self._done(event, call).talk_time += talked
                call.agent = ""

    def _leave(self, event: Recorded, call: _Open, data: Any) -> None:
        call.waiting, waited = False, float(data.get("waited", event.at - call.joined))
        try:
            reason = LeaveReason(str(data.get("reason")))
        except ValueError:
            return
        in_time, short = waited <= call.within, waited < call.short
        self._tally(event, call).leave(reason, waited, in_time=in_time, short=short)
        if reason in COMES_BACK:
            call.waiting = True
            self._keep_place(call, event.at)

    def _keep_place(self, call: _Open, left: float) -> None:
        if call.waiting and call.number:
            place = Place(call.standing, left, call.priority)
            self._standing.places[call.queue, call.number] = place
        call.waiting = False

    def _tally(self, event: Recorded, call: _Open) -> Tally:
        """The counts of the caller's queue; of an event before midnight, some that nobody reads."""
        return self._standing.queues.setdefault(call.queue, Tally()) if event.at >= self._today else Tally()

    def _done(self, event: Recorded, call: _Open) -> Done:
        return self._standing.agents.setdefault(call.agent, Done()) if event.at >= self._today else Done()


def _cut(seen: float, start: float) -> float:
    """When a caller was cut off by a crash: callers can call again from the start on, not before."""
    return start if start - seen <= NEAR else seen
