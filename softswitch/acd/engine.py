"""The queue engine: events in, actions out; no clock, no chance of its own, no I/O.

The shell calls `receive` for each event and carries out the actions in their order, then arms one timer for
`next_deadline()`, which says `TimerExpired`. Each call does all that can be done at that moment: first what
the event means, then what was due, then every offer that has become possible, and announcements last.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from softswitch.acd import announcing, escape
from softswitch.acd.actions import Action
from softswitch.acd.events import Event
from softswitch.acd.explain import Why
from softswitch.acd.floor import Floor
from softswitch.acd.matching import match
from softswitch.acd.meaning import agents, callers, queues, supervisors
from softswitch.acd.meaning.known import agent_of
from softswitch.acd.meaning.table import Meaning
from softswitch.acd.reasoning import why_left, why_nobody
from softswitch.acd.snapshot import (
    SHOWN,
    AgentView,
    Known,
    QueueView,
    Snapshot,
    look,
    look_at_agent,
    look_at_queues,
)
from softswitch.acd.states import CallerState
from softswitch.errors import EngineError
from softswitch.types import AgentName, CallId, QueueName, Seconds

MEANING: Meaning = MappingProxyType(
    {**callers.MEANING, **agents.MEANING, **queues.MEANING, **supervisors.MEANING}
)
"""What is to be done about each kind of event."""


class Engine:
    """All queues and agents of one switch."""

    def __init__(self, *, seed: int = 0, series: str = "o") -> None:
        """`seed` decides every random choice: engines with the same seed, events and times act the same.
        `series`: what ids of offers begin with, for those of two engines to be told apart.
        """
        self._floor = Floor(seed, series)

    def receive(self, event: Event, now: Seconds) -> Sequence[Action]:
        """What is to be done about `event`, in this order, at `now` (never before the last `now`).

        Events about calls and offers that are over do nothing, for networks deliver late; but an answer to an
        offer that is over says `CancelRing` again. Raises EngineError about calls, offers, agents and queues
        never heard of, a call that joins twice, and settings that contradict themselves: nothing has changed
        then.
        """
        floor = self._floor
        if not now >= floor.now:
            raise EngineError(f"time went backwards: {now} after {floor.now}; give a monotonic clock's time")
        floor.now = now
        MEANING[type(event)](floor, event)
        floor.deadlines.fire(now)
        while floor.to_look:
            escape.look(floor)
            floor.deadlines.fire(now)
        if floor.to_match:
            match(floor)
        if floor.to_foresee:
            announcing.foresee(floor)
        if floor.to_announce:
            announcing.speak(floor)
        actions, floor.out = floor.out, []
        return actions

    def next_deadline(self) -> Seconds | None:
        """When the next `TimerExpired` is wanted, always after the last `now`; None: nothing is due."""
        return self._floor.deadlines.next()

    def snapshot(self, now: Seconds, *, most: int = SHOWN, known: Known | None = None) -> Snapshot:
        """The floor at `now`, with the first `most` callers of each queue. Whoever looks often keeps `known`
        from one look to the next: agents who have not changed cost nothing then.
        """
        return look(self._floor, now, most, {} if known is None else known)

    def agent(self, name: AgentName, now: Seconds) -> AgentView:
        """One agent of the snapshot. Raises EngineError about one never heard of."""
        return look_at_agent(agent_of(self._floor, name), now)

    def priority(self, call: CallId) -> str:
        """The priority class of somebody who waits, or talks to an agent; empty: nobody like that is here."""
        caller = self._floor.callers.get(call)
        return "" if caller is None else caller.priority

    def queues(self, now: Seconds) -> dict[QueueName, QueueView]:
        """The queues of the snapshot, without their callers."""
        return look_at_queues(self._floor, now, 0)

    def longest_waits(self, now: Seconds) -> dict[QueueName, Seconds]:
        """How long the one has waited who waits longest, of each queue in which somebody does; a place that
        was regained counts from its beginning.
        """
        return {name: now - since for name, since in self.eldest().items()}

    def eldest(self) -> dict[QueueName, Seconds]:
        """Since when the one waits who waits longest, of each queue in which somebody does."""
        since: dict[QueueName, Seconds] = {}
        for caller in self._floor.callers.values():
            if caller.conversation is None and not caller.absent:
                name, standing = caller.queue.name, caller.standing
                if name not in since or standing < since[name]:
                    since[name] = standing
        return since

    def why_nobody(self, call: CallId, now: Seconds) -> Why | None:
        """Why no phone rings at `now` for who waits, on the line or not; None: one does, or nobody of that
        name waits.
        """
        caller = self._floor.callers.get(call)
        return None if caller is None else why_nobody(caller, now)

    def why_left(self, call: CallId, now: Seconds) -> Why | None:
        """Why no phone rang for who leaves at `now`; None: one does, or nobody like that waits there."""
        caller = self._floor.callers.get(call)
        return None if caller is None else why_left(caller, now)

    def stay_of(self, call: CallId, now: Seconds) -> tuple[QueueName, Seconds] | None:
        """In which queue a call waits, and for how long it has; None: in none."""
        caller = self._floor.callers.get(call)
        if caller is None or caller.conversation is not None:
            return None
        return caller.queue.name, now - caller.joined

    def rests(self, call: CallId) -> bool:
        """Whether somebody who is to be called back is offered to nobody for a while."""
        caller = self._floor.callers.get(call)
        return caller is not None and caller.absent and caller.state is CallerState.RESTING

    def has_a_line(self, agent: AgentName) -> bool:
        """Whether a call from outside the queues would keep the agent within the limit of calls at once.

        Raises EngineError about an agent never heard of.
        """
        return agent_of(self._floor, agent).has_a_line()

    def wraps_up(self, agent: AgentName) -> bool:
        """Whether an agent writes notes on a call. Raises EngineError about one never heard of."""
        return bool(agent_of(self._floor, agent).wrap_ups())

    def has_room(self, queue: QueueName) -> bool:
        """Whether one more caller would be let into a queue; false for one that is not there (any more)."""
        found = self._floor.queues.get(queue)
        return found is not None and found.open and not found.closed and not found.full()
