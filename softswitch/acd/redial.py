"""Callers who are cut off and call again: for a while the old place waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from softswitch.acd.actions import ReportPlace
from softswitch.acd.waiting import Caller
from softswitch.types import QueueName, Seconds

if TYPE_CHECKING:
    from softswitch.acd.floor import Floor


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """The place of a caller who was cut off."""

    standing: Seconds
    order: int
    priority: str
    until: Seconds


def keep(floor: Floor, caller: Caller) -> None:
    """For as long as the queue says; a caller without a number cannot be known again."""
    settings = caller.queue.settings
    if settings.keep_place > 0 and caller.number:
        until = floor.now + settings.keep_place
        remember(
            floor,
            settings.name,
            caller.number,
            KeptPlace(caller.standing, caller.order, caller.asked, until),
        )


def remember(floor: Floor, queue: QueueName, number: str, place: KeptPlace) -> None:
    """Somebody may call again."""
    floor.places.add((queue, number), place)


def is_kept(floor: Floor, queue: QueueName, number: str) -> bool:
    """Whether there is a place for who calls from that number."""
    kept = floor.places.get((queue, number)) if number else None
    return kept is not None and kept.until > floor.now


def regain(floor: Floor, caller: Caller) -> None:
    """Have a new caller's place be the old one, if there is one."""
    kept = floor.places.pop((caller.queue.name, caller.number)) if caller.number else None
    if kept and kept.until > floor.now:
        caller.standing, caller.order, caller.asked = kept.standing, kept.order, kept.priority
        floor.out.append(ReportPlace(caller.call, caller.queue.name, kept.standing))
