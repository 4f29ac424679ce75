"""The figures of a report once more: event by event, by hand, with nothing of the folds or of numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from softswitch.ports import Recorded


@dataclass
class Counted:
    offered: int = 0
    abandoned: int = 0
    in_time: int = 0
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
        if end.kind == "CallerLeft":
            made.abandoned += end.data["reason"] == "hung-up"
            continue
        waited, agent = end.data["waited"], end.data["agent"]
        made.waits.append(waited)
        made.in_time += waited <= event.data["within"]
        over = next(one for one in later if one.kind == "ConversationEnded")
        made.talk += over.data["talked"]
        made.by_agent[agent] = made.by_agent.get(agent, 0.0) + over.data["talked"]
        holds = [one.at for one in later if one.kind in ("Held", "Resumed") and one.seq < over.seq]
        holds += [over.at] * (len(holds) % 2)
        made.held += sum(end - start for start, end in zip(holds[::2], holds[1::2], strict=True))


def percentile(values: list[float], share: float) -> float:
    """Linear between neighbours."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
