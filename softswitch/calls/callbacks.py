"""Everybody who is to be called back, and has not been yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from softswitch.errors import NoSuch, NotNow
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import AgentName, CallId, LeaveReason, QueueName

if TYPE_CHECKING:
    from softswitch.calls.case import Case


class Callbacks:
    """The open cases."""

    def __init__(self) -> None:
        self.cases: dict[CallId, Case] = {}
        """By the call in which the callback was wanted; `add` and `drop` change them."""
        self._of: dict[str, list[Case]] = {}
        """By the number to call: those of several queues."""
        self._here: dict[tuple[QueueName, str], set[CallId]] = {}
        """The calls in which people of a number, in E.164, wait in a queue's line or talk to its agents."""
        self.suspended = False
        """The switch stops: nobody is called any more; whoever is left stays on record."""

    def add(self, case: Case) -> None:
        """Somebody is to be called back."""
        self.cases[case.id] = case
        self._of.setdefault(case.number, []).append(case)

    def drop(self, case: Case) -> bool:
        """Nobody is any more; false: nobody was."""
        if self.cases.pop(case.id, None) is None:
            return False
        same = self._of[case.number]
        same.remove(case)
        if not same:
            del self._of[case.number]
        return True

    def waiting(self, queue: QueueName, number: str) -> Case | None:
        """The case of that number; None: there is none in that queue. It is asked for at every caller."""
        return next((case for case in self._of.get(number, ()) if case.queue == queue), None)

    def came(self, queue: QueueName, number: str, call: CallId) -> None:
        """Somebody of that number, in E.164, waits in the queue's line: the phone to call is in use."""
        self._here.setdefault((queue, number), set()).add(call)
        if (case := self.waiting(queue, number)) is not None:
            case.look_for_a_way()

    def went(self, queue: QueueName, number: str, call: CallId, agent: AgentName | None) -> None:
        """That call has left the queue. `agent`: who has talked to them, so that nobody need be called; None:
        nobody has, and the case waits on.
        """
        here = self._here[queue, number]
        here.discard(call)
        if not here:
            del self._here[queue, number]
        case = self.waiting(queue, number)
        if case is None:
            return
        if agent is not None and not case.is_called:
            case.over(LeaveReason.CALLED_AGAIN, agent=agent, into=call)
            case.withdraw(LeaveReason.CALLED_AGAIN)
        else:
            case.look_for_a_way()

    def is_here(self, queue: QueueName, number: str) -> bool:
        """Somebody of that number is on the line in that queue."""
        return (queue, number) in self._here

    def count(self) -> int:
        """How many are open."""
        return len(self.cases)

    def heard(self, event: Recorded) -> None:
        """The record's newest event (`Journal.subscribe`): a carrier may have come or gone."""
        if event.kind in (Kind.TRUNK_UP, Kind.TRUNK_DOWN):
            asyncio.get_running_loop().call_soon(self.look)  # whoever else hears of it hears it first

    def look(self) -> None:
        """Whether each can be called: carriers, or the dial plan, are not as they were."""
        for case in list(self.cases.values()):
            case.look_for_a_way()

    def suspend(self) -> None:
        """Call nobody from now on. The record keeps who is still to be called, for the next start."""
        if self.suspended:
            return
        self.suspended = True
        for case in list(self.cases.values()):
            if not case.talking:
                case.withdraw(LeaveReason.DRAINED)

    def free(self, id: str) -> Case:
        """A case that nobody is calling. Raises NoSuch, NotNow."""
        case = self.cases.get(CallId(id))
        if case is None:
            raise NoSuch(f"no callback {id!r} is open; `softswitch callbacks` shows those that are")
        if case.is_called:
            raise NotNow(f"callback {id} is being called already")
        return case

    def cancel(self, id: str, by: str) -> Case:
        """Somebody takes a callback back. Raises NoSuch; NotNow: they talk already."""
        case = self.cases.get(CallId(id))
        if case is None:
            raise NoSuch(f"no callback {id!r} is open; `softswitch callbacks` shows those that are")
        if case.talking:
            raise NotNow(f"callback {id} is being talked to; hang its call up instead")
        case.over(LeaveReason.CANCELLED, by=by)
        case.withdraw(LeaveReason.CANCELLED)
        return case
