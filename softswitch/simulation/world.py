"""The world around the engine: callers who come, wait, give up and call again; agents who answer and talk.

It does what `calls/` does for the live switch: it tells the engine what happened, carries out what that says,
and keeps its one timer. The clock jumps from one event to the next. Of events at the same moment what was
planned comes first, then who calls, then the engine's own timer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from math import inf
from typing import Any

from softswitch.acd.actions import (
    Action,
    Announce,
    CallBack,
    CancelRing,
    Connect,
    Leave,
    ReportOverflow,
    ReportPause,
    ReportPlace,
    ReportRest,
    ReportResume,
    ReportWrapUp,
    Ring,
)
from softswitch.acd.engine import Engine
from softswitch.acd.events import (
    CallerJoined,
    CallerLeft,
    ConversationEnded,
    Event,
    OfferAnswered,
    PhonesReachable,
    SettingsChanged,
    TimerExpired,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.acd.settings import EngineSettings
from softswitch.simulation.arrivals import Arrival, arrivals
from softswitch.simulation.draws import AT_ONCE, Constant, Tap, stream
from softswitch.simulation.ledger import ABANDONED, ANSWERED, OTHERWISE, SHORT, UNKNOWN, Account
from softswitch.simulation.traffic import Traffic
from softswitch.types import AgentName, CallId, OfferId, QueueName, Seconds, ToQueue

PATIENT_AFTER: Seconds = 86400.0
"""For so long after the last call came those who still wait are served; then the world ends."""

HOPS = 10
"""So often a caller is sent on to another queue."""

WATCHED = 512
"""Whoever watches is told after so many calls how far it is."""


class Stay:
    """One caller, from joining until the end."""

    __slots__ = ("account", "call", "hops", "joined", "number", "priority", "talk", "waiting", "wrap_up")

    def __init__(self, call: CallId, account: Account, arrival: Arrival) -> None:
        self.call = call
        self.account = account
        self.joined, _, self.priority, self.number, self.talk, _ = arrival
        self.hops = 0
        self.waiting = False
        self.wrap_up: tuple[AgentName, Seconds] | None = None


class World:
    """One run; to be used once."""

    def __init__(
        self,
        settings: EngineSettings,
        traffic: Traffic,
        seed: int,
        watch: Callable[[float], None] | None = None,
    ) -> None:
        """`watch` is told from time to time which part of the span is over: 0 to 1."""
        self.settings = settings
        self.traffic = traffic
        self.engine = Engine(seed=seed)
        self.now: Seconds = 0.0
        self.accounts = {name: Account(name, queue.service_within) for name, queue in settings.queues.items()}
        self.here: dict[CallId, Stay] = {}
        """Who waits or talks."""
        self.came = 0
        """Calls so far."""
        self._seed = seed
        self._watch = watch
        self._plans: list[tuple[Seconds, int, Callable[[Any], None], Any]] = []
        self._planned = 0
        self._inbox: deque[Event] = deque()
        self._busy = False
        self._places = {name: place for place, name in enumerate(settings.agents)}
        self._answer = None if traffic.answer == AT_ONCE else Tap(traffic.answer, stream(seed, "answer"))
        self._notes = {
            each.queue: Tap(each.wrap_up, stream(seed, "wrap-up", each.queue))
            for each in traffic.queues
            if each.wrap_up is not None and not isinstance(each.wrap_up, Constant)
        }
        self._acts: dict[type[Action], Callable[[Any], None]] = {
            Ring: self._ring,
            Connect: self._connect,
            Leave: self._leave,
            **dict.fromkeys((CancelRing, Announce, CallBack, ReportPause, ReportResume), _nothing),
            **dict.fromkeys((ReportWrapUp, ReportOverflow, ReportPlace, ReportRest), _nothing),
        }

    def run(self) -> None:
        """Until the last caller is gone."""
        self._begin()
        plans, next_deadline = self._plans, self.engine.next_deadline
        coming = arrivals(self.traffic, self._seed)
        arrival = next(coming, None)
        end = self.traffic.span + PATIENT_AFTER
        while True:
            due = next_deadline()
            planned = plans[0][0] if plans else inf
            at = inf if arrival is None else arrival[0]
            if due is not None and due < at and due < planned:
                if due > end:
                    break
                self.now = due
                self.tell(TimerExpired())
            elif planned <= at:
                if planned > end:
                    break
                self.now, _, do, what = heappop(plans)
                do(what)
            else:
                assert arrival is not None
                self.now = at
                self._come(arrival)
                arrival = next(coming, None)
        self._end()

    def tell(self, event: Event) -> None:
        """Have the engine know, and do what it says; what follows from that is told after it."""
        inbox = self._inbox
        inbox.append(event)
        if self._busy:
            return
        self._busy = True
        receive, acts = self.engine.receive, self._acts
        while inbox:
            for action in receive(inbox.popleft(), self.now):
                acts[type(action)](action)
        self._busy = False

    def plan(self, at: Seconds, do: Callable[[Any], None], what: Any) -> None:
        """Have something done at a moment."""
        self._planned += 1
        heappush(self._plans, (at, self._planned, do, what))

    def _begin(self) -> None:
        self.tell(SettingsChanged(self.settings))
        for name, agent in self.settings.agents.items():
            if agent.registers:
                self.tell(PhonesReachable(name))

    def _end(self) -> None:
        for account in self.accounts.values():
            account.line.change(0, self.now)

    # Callers -------------------------------------------------------------------------------------

    def _come(self, arrival: Arrival) -> None:
        self.came += 1
        call = CallId(f"c{self.came}")
        stay = self.here[call] = Stay(call, self.accounts[arrival[1]], arrival)
        patience = arrival[5]
        if patience < inf:
            self.plan(self.now + patience, self._give_up, call)
        self.join(stay)
        if self._watch is not None and not self.came % WATCHED:
            self._watch(self.now / self.traffic.span)

    def join(self, stay: Stay) -> None:
        """Wait in the queue of the stay's account."""
        stay.joined = self.now
        stay.waiting = True
        stay.account.line.change(1, self.now)
        self.tell(CallerJoined(stay.call, stay.account.name, stay.priority, stay.number))

    def _give_up(self, call: CallId) -> None:
        stay = self.here.get(call)
        if stay is None or not stay.waiting:
            return
        del self.here[call]
        waited = self.now - stay.joined
        short = waited < self.settings.queues[stay.account.name].short_abandon
        self._gone(stay, waited, SHORT if short else ABANDONED)
        self.tell(CallerLeft(call))

    def _gone(self, stay: Stay, waited: Seconds, outcome: float) -> None:
        stay.waiting = False
        stay.account.line.change(-1, self.now)
        stay.account.note(stay.joined, waited, outcome, stay.priority)

    def _hang_up(self, call: CallId) -> None:
        stay = self.here.pop(call)
        self.tell(ConversationEnded(call))
        if stay.wrap_up is not None:
            self._write_notes(*stay.wrap_up, self.settings.queues[stay.account.name].wrap_up)

    def _write_notes(self, agent: AgentName, long: Seconds, usual: Seconds) -> None:
        """An agent needs less or more time for notes than is usual, and says so."""
        if long < usual:
            self.plan(self.now + long, self.tell, WrapUpEnded(agent))
        elif long > usual:
            self.tell(WrapUpExtended(agent, long - usual))

    # What the engine says ------------------------------------------------------------------------

    def _ring(self, ring: Ring) -> None:
        if self._answer is None:
            self._inbox.append(OfferAnswered(ring.offer))
        else:
            self.plan(self.now + self._answer.next(), self._pick_up, ring.offer)

    def _pick_up(self, offer: OfferId) -> None:
        self.tell(OfferAnswered(offer))

    def _connect(self, connect: Connect) -> None:
        stay = self.here[connect.call]
        stay.waiting = False
        stay.account.line.change(-1, self.now)
        wrap_up = self.settings.queues[connect.queue].wrap_up
        if (drawn := self._notes.get(connect.queue)) is not None:
            wrap_up = drawn.next()
            stay.wrap_up = (connect.agent, wrap_up)
        foreseen = UNKNOWN if connect.foreseen is None else connect.foreseen
        place = self._places[connect.agent]
        stay.account.note(
            stay.joined, connect.waited, ANSWERED, stay.priority, stay.talk, wrap_up, foreseen, place
        )
        self.plan(self.now + stay.talk, self._hang_up, connect.call)

    def _leave(self, leave: Leave) -> None:
        stay = self.here.pop(leave.call)
        self._gone(stay, leave.waited, OTHERWISE)
        to = leave.destination
        if isinstance(to, ToQueue) and stay.hops < HOPS:
            stay.hops += 1
            stay.account = self.accounts[QueueName(to.queue)]
            stay.priority = to.priority or stay.priority
            self.here[leave.call] = stay
            self.plan(self.now, self.join, stay)


def _nothing(_: Action) -> None:
    """Nobody hears it here."""
