"""How long a caller waits: until `max_wait`, and until being overdue, who goes before everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.acd.waiting import Caller
from softswitch.types import LeaveReason

if TYPE_CHECKING:
    from softswitch.acd.floor import Floor


def watch_patience(floor: Floor, caller: Caller) -> None:
    """Set the timer for `max_wait` by the settings in force, or for the end of a callback."""
    if caller.patience is not None:
        floor.deadlines.cancel(caller.patience)
        caller.patience = None
    settings, since, limit = caller.queue.settings, caller.joined, None
    if caller.absent:
        since, limit = caller.wanted, settings.callback.expires
    elif not caller.callback:  # nobody is sent away who is called back, and on the line
        limit = settings.max_wait
    if limit is not None:
        caller.patience = floor.deadlines.set(since + limit, _lose, floor, caller)


def watch_overdue(floor: Floor, caller: Caller) -> None:
    """Set the timer for `overdue` by the settings in force."""
    if caller.rescue is not None:
        floor.deadlines.cancel(caller.rescue)
        caller.rescue = None
    limit = caller.queue.settings.overdue
    if limit is not None and not caller.overdue:
        caller.rescue = floor.deadlines.set(caller.standing + limit, rank_anew, floor, caller)


def rank_anew(floor: Floor, caller: Caller) -> None:
    """Something that makes a place has changed: take the one that is due now."""
    queue = caller.queue
    lines = (queue.line,) if caller.shelf is None else (queue.line, caller.shelf)
    for line in lines:
        line.remove(caller)
    queue.rank(caller, floor.now)
    for line in lines:
        line.add(caller)


def _lose(floor: Floor, caller: Caller) -> None:
    if caller.accepted is not None:  # an agent is there, and comes in a moment
        return
    if caller.absent:
        floor.send_off(caller, LeaveReason.EXPIRED, None)
        return
    floor.send_off(caller, LeaveReason.MAX_WAIT, caller.queue.settings.timeout)
