"""Events as lines of Asterisk's queue_log, which existing report tools read.

    epoch|call|queue|agent|event|data1|data2|...

| our event | line |
|---|---|
| CallerJoined | `ENTERQUEUE` url (empty), caller's number, position; none when the queue was full |
| Connected | `CONNECT` hold time, bridged call, ring time |
| Connected, of a callback | `ENTERQUEUE` with the customer's number, then as above; its hold time is 0 |
| ConversationEnded | `COMPLETEAGENT`, `COMPLETECALLER` hold time, call time, original position |
| Transferred | `BLINDTRANSFER` number, context (empty), or `ATTENDEDTRANSFER` BRIDGE, call; then as above |
| CallerLeft | `ABANDON`, `EXITWITHTIMEOUT` (`max-wait`), `EXITEMPTY` position, original one, wait |
| CallerLeft | `EXITWITHKEY` (`exit-key`) key, and then the same |
| CallEnded, by a crash | `EXITEMPTY` of who waited, `COMPLETECALLER` of who talked, when it was seen last |
| OfferEnded | `RINGNOANSWER` ring time in ms, of `no-answer`, `busy`, `rejected` and other failures |
| AgentOnline, AgentSignedIn ... | `ADDMEMBER`, `REMOVEMEMBER`, `PAUSEALL` reason, `UNPAUSEALL`: `members` |
| SwitchStarting | `QUEUESTART` |

Positions are by the order of joining. Times are whole seconds, as there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.members import NONE, Line, Members
from softswitch.store.stints import moment
from softswitch.types import CallId, CancelReason, EndedBy, LeaveReason, OfferFailure

_EXITS = {LeaveReason.HUNG_UP: "ABANDON", LeaveReason.MAX_WAIT: "EXITWITHTIMEOUT"}

_OF_CASES = (Kind.CALLBACK_RESTING, Kind.CALLBACK_ENDED, Kind.CALLBACK_RESTORED)

_UNANSWERED = (*OfferFailure, CancelReason.NO_ANSWER)


@dataclass(slots=True)
class _Caller:
    number: str = ""
    queue: str = ""
    joined: float = 0.0
    key: str = ""
    """The last one pressed."""
    place: int = 0
    """The original position."""
    called_back: bool = False
    answered: float | None = None
    """When an agent answered last: a customer who is called back comes later."""
    held: int = 0
    """The hold time: how long the caller waited."""
    connected: float | None = None
    agent: str = ""
    handed: str | None = None
    """The line of a transfer, until the conversation has ended."""
    rung: dict[str, float] = field(default_factory=dict)


class QueueLog:
    """Turns events, in their order, into lines."""

    def __init__(self, members: Members | None = None) -> None:
        """`members`: as they are before the first event."""
        self._members = members or Members()
        self._callers: dict[CallId, _Caller] = {}
        self._lines: dict[str, dict[CallId, None]] = {}
        self._entered: tuple[CallId, str] | None = None
        """The last ENTERQUEUE, until it is known that the queue was not full."""

    def apply(self, event: Recorded) -> list[str]:
        """Take an event; the lines that it leads to, without their ends."""
        entered, self._entered = self._entered, None
        before = [] if entered is None else [entered[1]]
        full = event.kind == Kind.CALLER_LEFT and event.data.get("reason") == LeaveReason.FULL
        if entered is not None and full and event.call == entered[0]:
            self._out_of_line(event.call, self._callers[event.call])
            return []
        if event.kind in _OF_CASES:  # they come when that call is over
            return before
        if event.call is None:
            start = [_line(event.at, NONE, NONE, NONE, "QUEUESTART", "")]
            starts = start if event.kind == Kind.SWITCH_STARTING else []  # tools take it for everybody's end
            return [*before, *map(_member, self._members.apply(event)), *starts]
        self._members.apply(event)
        before += self._called_back(event, event.call)
        line = self._of_call(event, event.call)
        return before if line is None else [*before, line]

    def standing(self, since: float) -> list[str]:
        """What a log that begins at a moment says of those who are there already."""
        return [_member(line) for line in self._members.standing(since)]

    def close(self) -> list[str]:
        """What is left at the end."""
        entered, self._entered = self._entered, None
        return [] if entered is None else [entered[1]]

    def _of_call(self, event: Recorded, call: CallId) -> str | None:
        caller, data = self._callers.setdefault(call, _Caller()), event.data
        match event.kind:
            case Kind.CALL_ARRIVED:
                caller.number = str(data.get("number", ""))
            case Kind.CALLER_JOINED:
                self._join(event, call, caller)
            case Kind.OFFER_ENDED:
                return _rung(event, call, caller)
            case Kind.CONNECTED if data.get("queue"):
                return self._connect(event, call, caller)
            case Kind.CONNECT_FAILED:
                caller.connected = None
                self._lines.setdefault(caller.queue, {})[call] = None
            case Kind.CALLER_LEFT:
                return self._leave(event, call, caller)
            case Kind.TRANSFERRED if caller.connected is not None:
                caller.handed = _handed(event)
            case Kind.CONVERSATION_ENDED:
                return _part(event, call, caller)
            case Kind.CALL_ENDED:
                return self._end(event, call, caller)
            case _:
                _remember(event, caller)
        return None

    def _join(self, event: Recorded, call: CallId, caller: _Caller) -> None:
        caller.queue, caller.joined = str(event.data.get("queue", "")), event.at
        waiting = self._lines.setdefault(caller.queue, {})
        waiting[call] = None
        caller.place = len(waiting)
        self._entered = (
            call, _line(event.at, call, caller.queue, NONE, "ENTERQUEUE", "", caller.number, caller.place),
        )  # fmt: skip

    def _called_back(self, event: Recorded, call: CallId) -> list[str]:
        """Who is called back enters in the moment of being connected: tools count nobody who has not, and a
        customer who does not hold has no hold time.
        """
        caller = self._callers.get(call)
        if event.kind != Kind.CONNECTED or caller is None or not caller.called_back or caller.place:
            return []
        caller.place = 1
        return [_line(event.at, call, caller.queue, NONE, "ENTERQUEUE", "", caller.number, caller.place)]

    def _connect(self, event: Recorded, call: CallId, caller: _Caller) -> str:
        data: Any = event.data
        self._out_of_line(call, caller)
        caller.held = 0 if caller.called_back else int(float(data.get("waited", event.at - caller.joined)))
        caller.connected, caller.agent = event.at, str(data.get("agent", ""))
        rung = caller.rung.pop(str(data.get("offer")), None)
        ring = 0 if rung is None else int((caller.answered or event.at) - rung)
        caller.answered = None
        return _line(event.at, call, caller.queue, caller.agent, "CONNECT", caller.held, call, ring)

    def _leave(self, event: Recorded, call: CallId, caller: _Caller) -> str | None:
        waiting = list(self._lines.get(caller.queue, ()))
        if call not in waiting:
            return None
        data: Any = event.data
        place, waited = waiting.index(call) + 1, int(float(data.get("waited", event.at - caller.joined)))
        self._out_of_line(call, caller)
        if data.get("reason") == LeaveReason.EXIT_KEY:
            what = f"EXITWITHKEY|{_plain(caller.key)}"
            head = _line(event.at, call, caller.queue, NONE)
            return f"{head}|{what}|{place}|{caller.place}|{waited}"
        what = _EXITS.get(data.get("reason"), "EXITEMPTY")
        return _line(event.at, call, caller.queue, NONE, what, place, caller.place, waited)

    def _end(self, event: Recorded, call: CallId, caller: _Caller) -> str | None:
        """Nothing is left of a call but what a crash has cut: that ends with the switch."""
        cut, line = event._replace(at=moment(event), data={}), None
        if "last_seen" in event.data:
            line = self._leave(cut, call, caller) or _part(cut, call, caller)
        self._out_of_line(call, caller)
        del self._callers[call]
        return line

    def _out_of_line(self, call: CallId, caller: _Caller) -> None:
        self._lines.get(caller.queue, {}).pop(call, None)


def _member(line: Line) -> str:
    return _line(line.at, NONE, line.queue, line.agent, line.what, line.data)


def _remember(event: Recorded, caller: _Caller) -> None:
    """What makes no line of its own."""
    data = event.data
    match event.kind:
        case Kind.DIGITS_PRESSED:
            caller.key = str(data.get("digits", ""))
        case Kind.CALLBACK_TRIED:
            caller.queue, caller.called_back = str(data.get("queue", "")), True
            caller.joined = event.at - float(str(data.get("waited") or 0))
        case Kind.OFFER_MADE:
            caller.rung[str(data.get("offer"))] = event.at


def _rung(event: Recorded, call: CallId, caller: _Caller) -> str | None:
    data: Any = event.data
    if data.get("result") == "answered":
        caller.answered = event.at
    if data.get("result") not in _UNANSWERED or not caller.queue:
        return None
    since = caller.rung.pop(str(data.get("offer")), event.at)
    ring = int((event.at - since) * 1000)
    return _line(event.at, call, caller.queue, str(data.get("agent", "")), "RINGNOANSWER", ring)


def _handed(event: Recorded) -> str:
    data: Any = event.data
    if data.get("attended"):
        return f"ATTENDEDTRANSFER|BRIDGE|{_plain(data.get('into') or event.call or '')}"
    return f"BLINDTRANSFER|{_plain(data.get('number', ''))}|"


def _part(event: Recorded, call: CallId, caller: _Caller) -> str | None:
    since, caller.connected = caller.connected, None
    if since is None:
        return None
    handed, caller.handed = caller.handed, None
    data: Any = event.data
    talked = int(float(data.get("talked", event.at - since)))
    by_agent = data.get("ended_by") == EndedBy.AGENT
    what = handed or ("COMPLETEAGENT" if by_agent else "COMPLETECALLER")
    head = f"{int(event.at)}|{_plain(call)}|{_plain(caller.queue)}|{_plain(caller.agent)}"
    return f"{head}|{what}|{caller.held}|{talked}|{caller.place}"


def _line(at: float, *cells: object) -> str:
    return "|".join((str(int(at)), *map(_plain, cells)))


def _plain(cell: object) -> str:
    """Foreign text makes no fields and no lines."""
    return "".join("_" if one == "|" or not one.isprintable() else one for one in str(cell))
