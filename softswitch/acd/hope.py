"""Callers whom no agent of the team can ever take: nobody has the skills, and never will do with less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.acd.actions import ReportHopeless
from softswitch.acd.queues import Queue
from softswitch.acd.reach import needs_of
from softswitch.acd.waiting import Caller

if TYPE_CHECKING:
    from softswitch.acd.floor import Floor


def give_up(floor: Floor, caller: Caller) -> None:
    """Let people know of one, once. A queue without any agent is meant so."""
    if caller.hopeless or not caller.queue.team:
        return
    caller.hopeless = True
    needs = dict(needs_of(caller.queue.settings.needs, caller.skills))
    floor.out.append(ReportHopeless(caller.call, caller.queue.name, needs))


def hopeless(queue: Queue) -> int:
    """How many wait in vain."""
    return sum(
        reach.unoffered.size
        for (needs, step, preferred), reach in queue.reaches.items()
        if queue.team and not reach.places and preferred is None and queue.steps(needs).after(step) is None
    )
