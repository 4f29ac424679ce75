"""Who talked to whom last: by the caller's number, off the events, bounded."""

from __future__ import annotations

from collections import OrderedDict

from softswitch.ports import Recorded
from softswitch.types import AgentName, CallId, Seconds

REMEMBERED = 100_000
"""Numbers; who called longest ago is forgotten first."""


class Acquaintances:
    """Fed with every event in its order: those of before the start as well as each new one."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._last: OrderedDict[str, tuple[AgentName, float]] = OrderedDict()
        self._numbers: dict[CallId, str] = {}
        """Of calls in progress."""

    def __len__(self) -> int:
        return len(self._last)

    def hear(self, event: Recorded) -> None:
        """Take the newest event; returns at once."""
        call = event.call
        if call is None:
            return
        if event.kind == "CallArrived":
            self._numbers[call] = str(event.data.get("number") or "")
        elif event.kind == "CallEnded":
            self._numbers.pop(call, None)
        elif event.kind == "Connected" and (agent := event.data.get("agent")):
            self.talked(self._numbers.get(call, ""), AgentName(str(agent)), event.at)

    def talked(self, number: str, agent: AgentName, at: float) -> None:
        """The two talked at that moment, in seconds since the epoch; no number, no face."""
        if not number:
            return
        before = self._last.get(number)
        if before is not None and before[1] > at:
            return
        self._last[number] = agent, at
        self._last.move_to_end(number)
        if len(self._last) > self._most:
            self._last.popitem(last=False)

    def last(self, number: str, within: Seconds, now: float) -> AgentName | None:
        """Who talked to that number last, if that began within this time before `now`."""
        agent, at = self._last.get(number, (None, 0.0))
        return agent if agent is not None and now - at <= within else None
