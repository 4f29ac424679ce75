"""Who takes calls, as ADDMEMBER, REMOVEMEMBER, PAUSEALL and UNPAUSEALL of Asterisk's queue_log.

Asterisk's tools count an agent's time from ADDMEMBER to REMOVEMEMBER. Here agents are there by their phones,
and can sign out besides: who is there and not signed out is a member of `NONE`, which is every queue that the
agent serves; of single queues by name where that is not so. A pause shows while somebody is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.attendance import CHANGING, Attendance
from softswitch.store.stints import moment

NONE = "NONE"

_ARRIVING = (Kind.AGENT_ONLINE, Kind.AGENT_OFFLINE)

_SWITCH = (Kind.SWITCH_STARTING, Kind.SWITCH_STARTED, Kind.SWITCH_STOPPED)


class Line(NamedTuple):
    """One of the log."""

    at: float
    """Seconds since the epoch."""
    queue: str
    agent: str
    what: str
    data: str = ""


class Members:
    """Turns events, in their order, into lines."""

    def __init__(self, there: Iterable[str] = (), attendance: Attendance | None = None) -> None:
        """As it was before the first event."""
        self._there = dict.fromkeys(there)
        self._attendance = attendance or Attendance()
        self._seen = 0.0

    def standing(self, at: float) -> list[Line]:
        """Lines that say at a moment how it is: of a log that begins in the middle."""
        return [line for agent in self._there for line in self._came(at, agent)]

    def apply(self, event: Recorded) -> list[Line]:
        """Take an event; the lines that it leads to."""
        lines = list(self._lines(event)) if event.call is None else []
        self._seen = moment(event)
        return lines

    def _lines(self, event: Recorded) -> Iterator[Line]:
        data: Any = event.data
        agent = str(data.get("agent") or NONE)
        if event.kind in _SWITCH:
            yield from self._switched(event)
        elif event.kind in _ARRIVING:
            yield from self._moved(event.at, agent, comes=event.kind == Kind.AGENT_ONLINE)
        elif event.kind in CHANGING:
            self._attendance.hear(event)
            if agent in self._there:
                yield from _changed(event, agent)

    def _moved(self, at: float, agent: str, *, comes: bool) -> list[Line]:
        if comes == (agent in self._there):
            return []
        if comes:
            self._there[agent] = None
            return self._came(at, agent)
        del self._there[agent]
        return self._went(at, agent)

    def _switched(self, event: Recorded) -> Iterator[Line]:
        if event.kind == Kind.SWITCH_STARTED:
            there: Any = event.data.get("agents") or ()
            for agent in there:
                yield from self._moved(event.at, str(agent), comes=True)
            return
        at = event.at if event.kind == Kind.SWITCH_STOPPED else self._seen
        for agent in tuple(self._there):  # after a crash it was the last moment before
            yield from self._moved(at, agent, comes=False)
        if event.kind == Kind.SWITCH_STARTING:
            self._attendance = Attendance()  # a start notes it anew

    def _came(self, at: float, agent: str) -> list[Line]:
        lines = [Line(at, queue, agent, "ADDMEMBER") for queue in self._of(agent, out=False)]
        if NONE in (line.queue for line in lines):
            lines += [Line(at, queue, agent, "REMOVEMEMBER") for queue in self._of(agent, out=True)]
        if agent in self._attendance.paused:
            lines.append(Line(at, NONE, agent, "PAUSEALL", self._attendance.paused[agent][0]))
        return lines

    def _went(self, at: float, agent: str) -> list[Line]:
        return [Line(at, queue, agent, "REMOVEMEMBER") for queue in self._of(agent, out=False)]

    def _of(self, agent: str, *, out: bool) -> list[str]:
        """Queues of which the agent is signed out, or in."""
        steps = self._attendance.signed.get(agent, ())
        named = [step.queue or NONE for step in steps if step.out == out]
        everywhere = not any(step.queue is None for step in steps)
        return [NONE, *named] if everywhere and not out else named


def _changed(event: Recorded, agent: str) -> Iterator[Line]:
    data: Any = event.data
    match event.kind:
        case Kind.AGENT_PAUSED:
            yield Line(event.at, NONE, agent, "PAUSEALL", str(data.get("reason") or ""))
        case Kind.AGENT_RESUMED:
            yield Line(event.at, NONE, agent, "UNPAUSEALL")
        case Kind.AGENT_SIGNED_IN:
            yield Line(event.at, str(data.get("queue") or NONE), agent, "ADDMEMBER")
        case Kind.AGENT_SIGNED_OUT:
            yield Line(event.at, str(data.get("queue") or NONE), agent, "REMOVEMEMBER")
