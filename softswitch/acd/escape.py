"""When a queue has too few agents, none, or is closed: who helps, and who goes elsewhere."""

from __future__ import annotations

from softswitch.acd import callbacks
from softswitch.acd.actions import ReportOverflow
from softswitch.acd.floor import Floor
from softswitch.acd.queues import Queue
from softswitch.types import LeaveReason


def look(floor: Floor) -> None:
    """At queues whose line or team has changed."""
    while floor.to_look:
        queue, _ = floor.to_look.popitem()
        if queue.closed:
            _clear(floor, queue)
        _watch_attendance(floor, queue)
        _watch_overflow(floor, queue)


def _watch_attendance(floor: Floor, queue: Queue) -> None:
    """Have those who wait go elsewhere after a while in which nobody was there."""
    rule = queue.settings.no_agents
    if rule.waiting is None or not queue.on_line or queue.attended():
        floor.deadlines.cancel(queue.deserted)
        queue.deserted = None
    elif queue.deserted is None:
        at = floor.now + rule.grace
        queue.deserted = floor.deadlines.set(at, _desert, floor, queue)


def _desert(floor: Floor, queue: Queue) -> None:
    queue.deserted = None
    for caller in [caller for caller in queue.line if not caller.absent and caller.accepted is None]:
        floor.send_off(caller, LeaveReason.NO_AGENTS, queue.settings.no_agents.waiting)


def _watch_overflow(floor: Floor, queue: Queue) -> None:
    helped = queue.open and _wants_help(queue)
    if helped is queue.helped:
        return
    queue.help(helped)
    floor.out.append(ReportOverflow(queue.name, helped, len(queue.line)))
    if helped:
        floor.to_match.update(dict.fromkeys(queue.reaches.values()))


def _wants_help(queue: Queue) -> bool:
    """From many callers, or a long wait, on; until few are left, so that it does not come and go."""
    rule, waiting = queue.settings.overflow, len(queue.line)
    if rule is None or waiting <= rule.until:
        return False
    if queue.helped:
        return True
    if rule.callers is not None and waiting < rule.callers:
        return False
    if rule.wait is None:
        return True
    wait = queue.raw_wait(waiting, patient=True)  # who gives up is no reason to help less
    return wait is not None and wait > rule.wait


def _clear(floor: Floor, queue: Queue) -> None:
    """Have those who wait in a closed queue go where `closes` says; who was called back stays."""
    to = queue.settings.closes
    if to is None or not queue.on_line:
        return
    for caller in [caller for caller in queue.line if not caller.callback and caller.accepted is None]:
        floor.send_off(caller, LeaveReason.CLOSED, to)


def close_queue(floor: Floor, queue: Queue) -> None:
    """Who waits goes where `closes` says, or is served; who is to be called back is left in peace."""
    if queue.closed:
        return
    queue.closed = True
    floor.to_look[queue] = None
    for caller in [caller for caller in queue.line if caller.absent]:
        callbacks.rest(floor, caller, None)


def open_queue(floor: Floor, queue: Queue) -> None:
    """Whose rest is over is called back again."""
    if not queue.closed:
        return
    queue.closed = False
    for caller in list(queue.line):
        if caller.absent and caller.again is None:
            callbacks.wake(floor, caller)
