"""Callers whom no agent of the team can ever take: nobody has the skills, and never will do with less."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from softswitch.acd.actions import ReportHopeless
from softswitch.acd.queues import Queue
from softswitch.acd.reach import Needs, needs_of
from softswitch.acd.waiting import Caller

if TYPE_CHECKING:
    from softswitch.acd.floor import Floor


def look(floor: Floor, caller: Caller) -> None:
    """Let people know of one, once. A queue without any agent is meant so."""
    needs = needs_of(caller.queue.settings.needs, caller.skills)
    if not caller.hopeless and _nobody_ever(caller.queue, needs):
        caller.hopeless = True
        floor.out.append(ReportHopeless(caller.call, caller.queue.name, dict(needs)))


def hopeless(queue: Queue) -> int:
    """How many wait in vain."""
    return sum(
        reach.unoffered.size
        for (needs, _, preferred), reach in queue.reaches.items()
        if not reach.places and preferred is None and _nobody_ever(queue, needs)
    )


def _nobody_ever(queue: Queue, needs: Needs) -> bool:
    """Whether the team has agents, and none of them, nor of those who help it, will do with less."""
    return bool(queue.team) and all(after == inf for after in queue.steps(needs).opens)
