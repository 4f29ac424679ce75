"""Supervisors give waiting callers another place, by an interface: in another queue, first, or at an agent's.

| a caller who waits | then |
|---|---|
| is moved to another queue | leaves this one (`moved`) and joins that one, by its rules; the wait counts on |
| gets another class | has the place that is due in the same queue |
| is put first | goes before all others, until another class is given |
| is pulled to an agent | rings there and nowhere else; without an answer waits on at the same place |

Whoever does any of it says where they saw the caller: of two at once the later is told what is now. Who is
to be called back has a place like anybody else's, as long as nobody is calling; pulled, they are called at
once, from that agent's phone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from softswitch.acd.amendments import CallerAdvanced, CallerPulled
from softswitch.acd.events import PriorityChanged
from softswitch.calls.call import Call
from softswitch.calls.case import Case
from softswitch.calls.originator import known
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.calls.waiting import Stay
from softswitch.errors import ControlError, NoSuch, NotNow
from softswitch.ports import JsonValue
from softswitch.types import AgentName, CallId, QueueName, ToQueue

Note = Callable[[str, str, str, str], None]
"""Puts a change on record: by whom, what, of what, how."""

TakeBack = Callable[[str, str, str], CallId]
"""Calls somebody back from an agent's phone at once: which callback, whose phone, who wants it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a caller gets; at least one of these."""

    queue: str | None = None
    """Another queue."""
    priority: str | None = None
    """A class of that queue, or of the one where the caller waits."""
    first: bool = False
    """Before all others."""


class Usher:
    """Everything happens at once, on the loop; `by` is who does it, for the record."""

    def __init__(self, switch: Switch, supervisor: Supervisor, note: Note, take: TakeBack) -> None:
        self._switch = switch
        self._supervisor = supervisor
        self._note = note
        self._take = take
        self._done: dict[CallId, str] = {}
        """What was done to callers in progress last, in words."""

    def move(self, call: str, seen: str, place: Place, by: str) -> None:
        """Give a caller who was seen in the queue `seen` another place. Raises NoSuch; NotNow: the caller is
        not there any more, or nobody can wait in the other queue; ControlError: there is nothing to do.
        """
        queues = self._switch.settings.engine.queues
        known("queue", seen, queues)
        case = self._switch.callbacks.cases.get(CallId(call))
        found, stay = self._waiting(call, seen) if case is None else (self._to_call(case, seen), None)
        into = seen if place.queue is None else place.queue
        known("queue", into, queues)
        if place.priority is not None:
            known("priority class", place.priority, ("default", *queues[QueueName(into)].priority))
        elif into == seen and not place.first:
            raise ControlError("that is where the caller is; name another queue, a class, or first")
        if into != seen and not self._switch.dispatcher.engine.has_room(QueueName(into)):
            raise NotNow(f"nobody more can wait in queue {into}: it is closed, or full")
        more: dict[str, JsonValue] = {} if place.priority is None else {"priority": place.priority}
        more |= {"first": True} if place.first else {}
        self._switch.journal.note("CallerMoved", found.id, queue=seen, to=into, by=by, **more)
        self._note(by, "move", call, _words(place))
        self._remember(found.id, f"{by} has moved it: {_words(place)}")
        if into != seen and stay is not None:
            stay.move(ToQueue(QueueName(into), place.priority), first=place.first)
            return
        if case is not None:
            case.move(QueueName(into), place.priority)
        feed = self._switch.dispatcher.feed
        if place.priority is not None and into == seen:  # another queue has been told on joining
            feed(PriorityChanged(found.id, place.priority))
        if place.first:
            feed(CallerAdvanced(found.id))

    def queue_of(self, call: str) -> str:
        """Where somebody waits. Raises NoSuch, NotNow: nowhere."""
        case = self._switch.callbacks.cases.get(CallId(call))
        found = self._supervisor.find(CallId(call))
        queue = case.queue if case is not None else found.queue if found is not None else None
        if queue is not None:
            return queue
        if found is None:
            raise NoSuch(f"no call {call!r} is in progress; `softswitch queues` shows those who wait")
        raise NotNow(f"call {call} waits in no queue: it is {found.phase}")

    def pull(self, call: str, seen: str, agent: str, by: str) -> None:
        """Give a caller who was seen in the queue `seen` to an agent, whose phone rings. Raises NoSuch;
        NotNow: the caller is not there any more, somebody else has pulled it, or the agent has no phone or
        no line.
        """
        switch, name = self._switch, AgentName(agent)
        known("queue", seen, switch.settings.engine.queues)
        known("agent", agent, switch.settings.engine.agents)
        if (case := switch.callbacks.cases.get(CallId(call))) is not None:
            self._to_call(case, seen)
            self._take(call, agent, by)
            switch.journal.note("CallerPulled", case.id, queue=seen, agent=agent, by=by)
            self._remember(case.id, f"{by} has pulled it")
            return
        found, stay = self._waiting(call, seen)
        if stay.pulled_to is not None and self._rings(found.id, stay.pulled_to):
            raise NotNow(f"call {call} rings at {stay.pulled_to} already: {self._done.get(found.id, '')}")
        phone = switch.settings.phones.get(name)
        if (phone is None or phone.outside is None) and not switch.directory.ways(name):
            raise NotNow(f"no phone of {agent} is there; `softswitch phones` shows those that are")
        if not switch.dispatcher.engine.has_a_line(name):
            raise NotNow(f"{agent} is in a call, and takes no more at once (`calls` of the agent)")
        stay.pulled_to = name
        switch.dispatcher.feed(CallerPulled(found.id, name))
        if not self._rings(found.id, name):
            raise NotNow(
                f"call {call} cannot be given to {agent}: it hears something first, or is being taken"
            )
        found.note("CallerPulled", queue=seen, agent=agent, by=by)
        self._remember(found.id, f"{by} has pulled it")
        self._note(by, "pull", call, f"to {agent}")

    def _waiting(self, call: str, seen: str) -> tuple[Call, Stay]:
        found = self._supervisor.find(CallId(call))
        if found is None:
            raise NoSuch(f"no call {call!r} is in progress; /api/v1/calls/live shows those that are")
        waiter, last = self._switch.dispatcher.waiter(found.id), self._done.get(found.id, "")
        more = f"; {last}" if last else ""
        if not isinstance(waiter, Stay) or not waiter.is_waiting:
            who = f", with {found.agent}" if found.agent else ""
            raise NotNow(f"call {call} waits in no queue any more: it is {found.phase}{who}{more}")
        if found.queue != seen:
            raise NotNow(f"call {call} waits in queue {found.queue}, and not in {seen} any more{more}")
        return found, waiter

    def _to_call(self, case: Case, seen: str) -> Case:
        """A callback that nobody is calling. Raises NotNow."""
        last = self._done.get(case.id, "")
        more = f"; {last}" if last else ""
        if case.queue != seen:
            raise NotNow(f"callback {case.id} waits in queue {case.queue}, and not in {seen} any more{more}")
        try:
            return self._switch.callbacks.free(case.id)
        except NotNow as error:
            raise NotNow(f"{error}{more}") from None

    def _rings(self, call: CallId, agent: AgentName) -> bool:
        ringing = self._switch.dispatcher.ringing
        return any(ring.call == call and ring.agent == agent for ring in ringing)

    def _remember(self, call: CallId, words: str) -> None:
        alive = {one.id for one in self._supervisor.calls} | set(self._switch.callbacks.cases)
        self._done = {id: said for id, said in self._done.items() if id in alive} | {call: words}


def _words(place: Place) -> str:
    said = [f"to queue {place.queue}"] if place.queue is not None else []
    said += [f"as {place.priority}"] if place.priority is not None else []
    return ", ".join(said + ["first"] * place.first)
