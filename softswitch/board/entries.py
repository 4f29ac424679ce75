"""Entries of the board, made of what the engine shows. Pure.

Moments are seconds since the epoch, and stay moments: an entry is the same while nothing happens, and whoever
shows it counts from there, by the `now` of the messages. Durations are seconds, shares 0 to 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from softswitch.acd.agents import AgentState
from softswitch.acd.snapshot import AgentView, CallerView, QueueView, Snapshot
from softswitch.board.history import STEP, History, Step, level
from softswitch.calls.call import Call
from softswitch.types import AgentName, QueueName, Seconds

Entry = dict[str, Any]
"""Plain JSON."""

WHAT = {
    AgentState.TALKING: "busy",
    AgentState.RINGING: "busy",
    AgentState.RESERVED: "busy",
    AgentState.OUTSIDE_CALL: "busy",
    AgentState.WRAP_UP: "busy",
    AgentState.BACK_OFF: "busy",
    AgentState.PAUSED: "paused",
    AgentState.OFFLINE: "away",
    AgentState.SIGNED_OUT: "away",
}
"""What agents are to their queues, by what they do; the others are free."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the configuration says of queues and agents, and what time it is to people."""

    queues: Mapping[str, str]
    agents: Mapping[AgentName, str]
    within: Mapping[QueueName, Seconds]
    """An answer within this wait is in time, by queue."""
    classes: Mapping[QueueName, Sequence[str]]
    """The priority classes of a queue, the first served first."""
    ahead: Seconds
    """By how much people's clock is ahead of the engine's."""

    def moment(self, at: Seconds) -> float:
        """A moment of the engine, on people's clock."""
        return round(at + self.ahead, 2)


def queue_entries(
    seen: Snapshot, eldest: Mapping[QueueName, Seconds], history: History, shown: Shown, now: float
) -> Iterator[tuple[str, Entry]]:
    """Each queue; `eldest`: since when those wait who wait longest; `now`: in seconds since the epoch."""
    teams = _teams(seen.agents.values())
    for name, view in seen.queues.items():
        today, lately = history.today(name), history.lately(name, now)
        since = eldest.get(name)
        yield (
            name,
            {
                "label": shown.queues.get(name, name),
                "closed": view.closed,
                "waiting": view.waiting,
                "callbacks": view.callbacks,
                "line": [caller.call for caller in view.callers],
                "longest": None if since is None else shown.moment(since),
                "estimate": None if view.estimate is None else round(view.estimate),
                "free": view.free,
                "busy": teams[name, "busy"],
                "paused": teams[name, "paused"],
                "away": teams[name, "away"],
                "level": level(lately, view.formula),
                "level_today": level(today, view.formula),
                "formula": view.formula,
                "within": shown.within.get(name),
                "classes": list(shown.classes.get(name, ())),
                "joined": today.joined,
                "answered": today.answered,
                "abandoned": today.abandoned,
                "abandoned_lately": lately.abandoned,
            },
        )


def _teams(agents: Iterable[AgentView]) -> dict[tuple[QueueName, str], int]:
    """How many agents of each queue are busy, paused or away."""
    teams: dict[tuple[QueueName, str], int] = defaultdict(int)
    for agent in agents:
        if (what := WHAT.get(agent.state)) is not None:
            for queue in agent.queues:
                teams[queue, what] += 1
    return teams


def caller_entry(queue: QueueView, caller: CallerView, shown: Shown) -> Entry:
    """One who waits; the place is that in the queue's `line`."""
    told = None
    if caller.told is not None and caller.told_at is not None:
        told = [round(caller.told), shown.moment(caller.told_at)]
    return {
        "queue": queue.name,
        "number": caller.number,
        "class": caller.priority,
        "since": shown.moment(caller.standing),
        "told": told,
        "ringing": list(caller.ringing),
        "callback": caller.callback,
    }


def agent_entry(agent: AgentView, shown: Shown, queue: QueueName | None) -> Entry:
    """One agent; `queue`: of the conversation, if there is one."""
    return {
        "label": shown.agents.get(agent.name, agent.name),
        "state": agent.state.value,
        "since": shown.moment(agent.since),
        "until": None if agent.until is None else shown.moment(agent.until),
        "reason": agent.paused,
        "calls": list(agent.calls),
        "queue": queue,
        "queues": list(agent.queues),
        "signed_out": list(agent.signed_out),
        "writing": list(agent.writing),
        "taken": agent.taken,
        "talked": round(agent.talk_time),
    }


def trend_entry(steps: list[Step], formula: str) -> Entry:
    """The last hours of a queue, step by step, the eldest first; `at`: seconds since the epoch."""
    return {
        "step": STEP,
        "at": [one.at for one in steps],
        "waiting": [one.waiting for one in steps],
        "joined": [one.counts.joined for one in steps],
        "answered": [one.counts.answered for one in steps],
        "abandoned": [one.counts.abandoned for one in steps],
        "level": [level(one.counts, formula) for one in steps],
    }


def call_entry(call: Call, shown: Shown) -> Entry:
    """One call in progress, for those who may know."""
    caller = call.caller
    return {
        "number": caller.number,
        "name": caller.name,
        "dialled": call.leg.dialled,
        "phase": call.phase,
        "queue": call.queue,
        "agent": call.agent,
        "language": call.language,
        "since": shown.moment(call.started),
        "connected": None if call.connected is None else shown.moment(call.connected),
        "note": call.known.note if call.known is not None else "",
    }
