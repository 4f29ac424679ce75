"""When agents were there, and when they paused: folded from events.

What is open stands in the database too, with no end, so that the fold goes on from there after a restart and
need not go back to an agent's first day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import Recorded

ONLINE, PAUSED = "online", "paused"


KINDS = frozenset(
    (
        *(Kind.AGENT_ONLINE, Kind.AGENT_OFFLINE, Kind.AGENT_PAUSED, Kind.AGENT_RESUMED),
        *(Kind.SWITCH_STARTING, Kind.SWITCH_STARTED, Kind.SWITCH_STOPPED),
    )
)
"""Of the events that begin or end one."""


@dataclass(slots=True)
class Stint:
    """A time of one agent."""

    seq: int
    """The number of the event that began it."""
    agent: str
    state: str
    """`ONLINE` or `PAUSED`."""
    start: float
    """Seconds since the epoch, UTC."""
    end: float | None = None
    """None: it goes on."""


class StintFold:
    """Turns events, in their order, into stints."""

    def __init__(self, open_ones: Iterable[Stint] = (), last_seen: float = 0.0) -> None:
        """`last_seen`: the moment of the last event before."""
        self._open = {(one.agent, one.state): one for one in open_ones}
        self.passed: Recorded | None = None
        """The event before, of whatever kind; whoever folds says it."""
        self._last_seen = last_seen

    def apply(self, event: Recorded) -> list[Stint]:
        """Take an event of these `KINDS`; the stints that it began or ended."""
        agent = str(event.data.get("agent", ""))
        match event.kind:
            case Kind.AGENT_ONLINE:
                return self._begin(event, agent, ONLINE)
            case Kind.AGENT_OFFLINE:
                return self._end(agent, ONLINE, event.at)
            case Kind.AGENT_PAUSED:
                return self._begin(event, agent, PAUSED)
            case Kind.AGENT_RESUMED:
                return self._end(agent, PAUSED, event.at)
            case Kind.SWITCH_STARTING:
                return self._end_all(moment(self.passed) if self.passed else self._last_seen)
            case Kind.SWITCH_STARTED:
                there: Any = event.data.get("agents") or ()
                return [one for name in there for one in self._begin(event, str(name), ONLINE)]
            case Kind.SWITCH_STOPPED:
                return self._end_all(event.at)
        return []

    def _begin(self, event: Recorded, agent: str, state: str) -> list[Stint]:
        if (agent, state) in self._open:
            return []
        begun = self._open[agent, state] = Stint(event.seq, agent, state, event.at)
        return [begun]

    def _end(self, agent: str, state: str, at: float) -> list[Stint]:
        ended = self._open.pop((agent, state), None)
        if ended is None:
            return []
        ended.end = max(at, ended.start)
        return [ended]

    def _end_all(self, at: float) -> list[Stint]:
        return [one for key in tuple(self._open) for one in self._end(*key, at)]


def moment(event: Recorded) -> float:
    """When the switch was alive, by an event: of one noted after a crash, the last moment before."""
    last_seen: Any = event.data.get("last_seen")
    return float(last_seen or event.at)
