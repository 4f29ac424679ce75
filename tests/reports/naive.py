"""The figures of a report once more: event by event, by hand, with nothing of the folds or of numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from softswitch.ports import Recorded


@dataclass
class Counted:
    offered: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    short: int = 0
    in_time: int = 0
    errors: list[float] = field(default_factory=list)
    """Of estimates, of those answered."""
    estimated: list[float] = field(default_factory=list)
    """How long those waited."""
    stays: list[tuple[float, bool]] = field(default_factory=list)
    """How long each waited, and whether it hung up then; the short ones are left out."""
    waits: list[float] = field(default_factory=list)
    talk: float = 0.0
    held: float = 0.0
    by_agent: dict[str, float] = field(default_factory=dict)


def count(events: list[Recorded], queue: str) -> Counted:
    made = Counted()
    for call in {event.call for event in events if event.call}:
        _count_call([event for event in events if event.call == call], queue, made)
    return made


def _count_call(events: list[Recorded], queue: str, made: Counted) -> None:
    for place, event in enumerate(events):
        if event.kind != "CallerJoined" or event.data["queue"] != queue:
            continue
        made.offered += 1
        later = events[place + 1 :]
        end = next(one for one in later if one.kind in ("CallerLeft", "Connected"))
        waited = end.data["waited"]
        if end.kind == "CallerLeft":
            _count_left(event, end, made)
            continue
        agent = end.data["agent"]
        made.stays.append((waited, False))
        told = [one for one in later if one.kind == "Announced" and one.seq < end.seq]
        if "foreseen" in end.data:
            made.errors.append(abs(waited - end.data["foreseen"]))
            made.estimated.append(waited)
        elif told:
            made.estimated.append(waited)
            made.errors.append(abs(end.at - told[0].at - told[0].data["wait"]))
        made.waits.append(waited)
        made.in_time += waited <= event.data["within"]
        over = next(one for one in later if one.kind == "ConversationEnded")
        made.talk += over.data["talked"]
        made.by_agent[agent] = made.by_agent.get(agent, 0.0) + over.data["talked"]
        holds = [one.at for one in later if one.kind in ("Held", "Resumed") and one.seq < over.seq]
        holds += [over.at] * (len(holds) % 2)
        made.held += sum(end - start for start, end in zip(holds[::2], holds[1::2], strict=True))


def _count_left(came: Recorded, left: Recorded, made: Counted) -> None:
    waited, gave_up = left.data["waited"], left.data["reason"] == "hung-up"
    if gave_up and waited < came.data.get("short", 0.0):
        made.short += 1
        return
    made.stays.append((waited, gave_up))
    made.abandoned += gave_up
    made.abandoned_in_time += gave_up and waited <= came.data["within"]


def by_step(stays: list[tuple[float, bool]], steps: tuple[float, ...]) -> list[tuple[float, float, int]]:
    """Abandonment by waiting time: each caller is asked at each step, one after the other."""
    made = []
    for place in range(len(steps) - 1):
        low, high = steps[place], steps[place + 1]
        there = [(waited, gone) for waited, gone in stays if waited >= low]
        if there:
            left = [1 for waited, gone in there if gone and waited < high]
            made.append((low, len(left) / len(there), len(there)))
    return made


def rings(events: list[Recorded], agent: str, queue: str | None = None) -> tuple[int, int, int, int]:
    """Offered, answered, missed, declined."""
    made = [one.data for one in events if one.kind == "OfferMade" and one.data["agent"] == agent]
    made = [one for one in made if queue in (None, one["queue"])]
    of_it = {one["offer"] for one in made}
    ends = [one.data["result"] for one in events if one.kind == "OfferEnded" and one.data["offer"] in of_it]
    declined = ends.count("rejected") + ends.count("busy")
    return len(made), ends.count("answered"), ends.count("no-answer"), declined


def seconds_ready(events: list[Recorded], agent: str) -> int:
    """There and not paused: every second from the first event to the last is looked at by itself."""
    there, paused, ready, place = False, False, 0, 0
    for second in range(math.floor(events[0].at), math.ceil(events[-1].at)):
        while place < len(events) and events[place].at <= second:
            event = events[place]
            there = agent in event.data["agents"] if event.kind == "SwitchStarted" else there
            there = there and event.kind != "SwitchStopped"
            if event.data.get("agent") == agent:
                paused = event.kind == "AgentPaused" or (paused and event.kind != "AgentResumed")
            place += 1
        ready += there and not paused
    return ready


def percentile(values: list[float], share: float) -> float:
    """Linear between neighbours."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
