"""When a waiting caller is told position, wait and how many wait; offers are always made first.

Who is held hears something else; what falls due meanwhile is said as soon as that is over.
"""

from __future__ import annotations

from softswitch.acd.actions import Announce
from softswitch.acd.floor import Floor
from softswitch.acd.waiting import Caller
from softswitch.types import Seconds


def schedule(floor: Floor, caller: Caller) -> None:
    """What is due next for a caller who joined, is back in the line, or has new settings."""
    announce = caller.queue.settings.announce
    if not announce.wanted or caller.held:
        _schedule(floor, caller, None)
    elif caller.announced is None:
        _schedule(floor, caller, caller.joined + announce.first)
    elif announce.every is not None:
        _schedule(floor, caller, caller.announced + announce.every)
    else:
        _schedule(floor, caller, None)


def _schedule(floor: Floor, caller: Caller, at: Seconds | None) -> None:
    """Speak to the caller at that moment, and not at another set before; None: never."""
    if caller.announcement is not None:
        floor.deadlines.cancel(caller.announcement)
        caller.announcement = None
    if at is None:
        return
    if at <= floor.now:
        floor.to_announce.append(caller)
    else:
        caller.announcement = floor.deadlines.set(at, _come_due, floor, caller)


def _come_due(floor: Floor, caller: Caller) -> None:
    caller.announcement = None
    floor.to_announce.append(caller)


def foresee(floor: Floor) -> None:
    """Remember what those who have just joined, or are held no more, would be told of the wait, to see what
    comes of it.
    """
    for caller in floor.to_foresee:
        if caller.waiting and not caller.offers:
            queue = caller.queue
            caller.foreseen = queue.foresee(queue.line.position(caller), floor.now - caller.joined)
    floor.to_foresee.clear()


def speak(floor: Floor) -> None:
    """Say all that is due to those who still wait."""
    due, floor.to_announce = floor.to_announce, []
    for caller in due:
        if caller.waiting:
            _tell(floor, caller)


def _tell(floor: Floor, caller: Caller) -> None:
    queue, now = caller.queue, floor.now
    announce = queue.settings.announce
    position = queue.line.position(caller)
    wait = None
    if announce.wait and not caller.offers:  # a phone rings: any moment now
        expected = queue.expect(position) if queue.calibration.holds(announce.max_error) else None
        wait = caller.told.settle(position, expected)
    if caller.accepted is None and (announce.position or announce.callers or wait is not None):
        callers = queue.on_line if announce.callers else None
        floor.out.append(Announce(caller.call, position if announce.position else None, wait, callers))
    caller.announced = now
    if announce.every is None or caller.announcement is not None:
        _schedule(floor, caller, None if announce.every is None else now + announce.every)
    else:
        caller.announcement = floor.deadlines.set(now + announce.every, _come_due, floor, caller)
