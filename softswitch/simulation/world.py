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
    ReportHopeless,
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
    QueueClosed,
    QueueOpened,
    SettingsChanged,
    TimerExpired,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.acd.settings import EngineSettings
from softswitch.ports import Recorded
from softswitch.simulation.arrivals import Arrival, arrivals
from softswitch.simulation.attendance import Attendance
from softswitch.simulation.callbacks import Customers
from softswitch.simulation.draws import AT_ONCE, Constant, Tap, stream
from softswitch.simulation.ledger import ABANDONED, ANSWERED, OTHERWISE, SHORT, UNKNOWN, Account, Wanted
from softswitch.simulation.redials import Redials
from softswitch.simulation.rota import Rota
from softswitch.simulation.traffic import QueueTraffic, Traffic, with_wrap_ups
from softswitch.simulation.witness import Witness
from softswitch.types import AgentName, CallId, QueueName, Seconds, ToQueue

PATIENT_AFTER: Seconds = 4 * 3600.0
"""For so long after the last call came those who still wait are served; then the world ends."""

HOPS = 10
"""So often a caller is sent on to another queue."""

WATCHED = 512
"""Whoever watches is told after so many calls how far it is."""


class Stay:
    """One caller, from joining until the end."""

    __slots__ = (
        *("account", "agent", "call", "customers", "hops", "joined", "more", "number", "on_line", "priority"),
        *("talk", "tries", "waiting", "wanted", "wrap_up"),
    )

    def __init__(self, call: CallId, account: Account, arrival: Arrival, tries: int = 1) -> None:
        self.call = call
        self.account = account
        self.joined, _, self.priority, self.number, self.talk, _, self.more = arrival
        self.tries = tries
        """Which call of this caller it is."""
        self.hops = 0
        self.waiting = False
        """In the line, and on it."""
        self.wanted: Wanted | None = None
        """To be called back."""
        self.customers: Customers | None = None
        """Of which queue, whatever other one this one was sent on to."""
        self.on_line = False
        """Has been called back, and is there."""
        self.agent: AgentName | None = None
        """Who talks to this one."""
        self.wrap_up: Seconds = 0.0
        """The notes after it."""


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
        self.settings = settings = with_wrap_ups(settings, traffic)
        self.traffic = traffic
        self.engine: Engine | Witness = Engine(seed=seed)
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
        self._luck = stream(seed, "missed") if traffic.missed else None
        self.rota: Rota | Attendance | None = Rota(self) if traffic.shifts else None
        if traffic.presence is not None:
            self.rota = Attendance(self, traffic.presence)
        self._habits = {each.queue: Habits(self, each, seed) for each in traffic.queues}
        self._acts: dict[type[Action], Callable[[Any], None]] = {
            Ring: self._ring,
            Connect: self._connect,
            Leave: self._leave,
            CallBack: self._call_back,
            ReportWrapUp: self._wrapped_up,
            **dict.fromkeys((CancelRing, Announce, ReportPause, ReportResume), _nothing),
            **dict.fromkeys((ReportOverflow, ReportPlace, ReportHopeless, ReportRest), _nothing),
        }

    def record(self, zero: float, write: Callable[[Recorded], None]) -> None:
        """Have the day noted as the live switch would; `zero`: when it begins, in seconds since the epoch."""
        assert isinstance(self.engine, Engine)
        self.engine = Witness(self.engine, zero, write)

    def run(self, until: Seconds = inf) -> None:
        """Until the last caller is gone, or until a moment."""
        self._begin()
        plans, next_deadline = self._plans, self.engine.next_deadline
        coming = arrivals(self.traffic, self._seed)
        arrival = next(coming, None)
        end = min(self.traffic.span + PATIENT_AFTER, until)
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
            elif arrival is None or at > end:
                break
            else:
                self.now = at
                self._arrive(arrival)
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
            if agent.registers and (self.rota is None or self.rota.comes_by_itself(name)):
                self.tell(PhonesReachable(name))
        for turn in self.traffic.turns:
            self.plan(turn.at, self.tell, QueueClosed(turn.queue) if turn.closed else QueueOpened(turn.queue))
        if self.rota is not None:
            self.rota.begin()

    def _end(self) -> None:
        for account in self.accounts.values():
            account.line.change(0, self.now)

    # Callers -------------------------------------------------------------------------------------

    def _arrive(self, arrival: Arrival) -> None:
        self.come(arrival)
        if self._watch is not None and not self.came % WATCHED:
            self._watch(self.now / self.traffic.span)

    def come(self, arrival: Arrival, tries: int = 1) -> None:
        """Somebody calls."""
        self.came += 1
        call = CallId(f"c{self.came}")
        stay = self.here[call] = Stay(call, self.accounts[arrival[1]], arrival, tries)
        patience = arrival[5]
        if patience < inf:
            self.plan(self.now + patience, self._give_up, call)
        self.join(stay)

    def join(self, stay: Stay) -> None:
        """Wait in the queue of the stay's account."""
        stay.joined = self.now
        stay.waiting = True
        account = stay.account
        account.line.change(1, self.now)
        habits = self._habits.get(account.name)
        if habits is not None and habits.customers is not None:
            habits.customers.came(stay.call)
            if stay.more is not None and stay.more.wants_callback is not None:
                habits.customers.plan(stay.call, stay.more.wants_callback)
        if (more := stay.more) is None:
            self.tell(CallerJoined(stay.call, account.name, stay.priority, stay.number))
        else:
            self.tell(
                CallerJoined(stay.call, account.name, stay.priority, stay.number, more.needs, more.preferred)
            )

    def _give_up(self, call: CallId) -> None:
        stay = self.here.get(call)
        if stay is None or not stay.waiting:
            return
        del self.here[call]
        waited = self.now - stay.joined
        short = waited < self.settings.queues[stay.account.name].short_abandon
        self.leave_line(stay, waited, SHORT if short else ABANDONED)
        self.tell(CallerLeft(call))
        habits = self._habits.get(stay.account.name)
        if habits is not None and habits.redials is not None:
            habits.redials.gave_up(stay)

    def leave_line(self, stay: Stay, waited: Seconds, outcome: float) -> None:
        """Somebody waits no more, and talks to nobody."""
        stay.waiting = False
        stay.account.line.change(-1, self.now)
        stay.account.note(stay.joined, waited, outcome, stay.priority)

    def talk(self, stay: Stay, agent: AgentName) -> None:
        """Somebody who was called back and an agent talk; the stay ended when the line was left."""
        assert stay.wanted is not None
        stay.wanted.reached = self.now
        stay.agent, stay.wrap_up = agent, self._notes_of(stay, stay.account.name)
        stay.account.talked(self.now, stay.talk + stay.wrap_up, self._places[agent])
        self.plan(self.now + stay.talk, self._hang_up, stay.call)

    def _hang_up(self, call: CallId) -> None:
        stay = self.here.pop(call)
        self.tell(ConversationEnded(call))
        assert stay.agent is not None
        usual = self.settings.queues[stay.account.name].wrap_up
        if stay.wrap_up > usual:
            self.tell(WrapUpExtended(stay.agent, stay.wrap_up - usual))
        elif 0 < stay.wrap_up < usual:
            self.plan(self.now + stay.wrap_up, self.tell, WrapUpEnded(stay.agent))
        elif not stay.wrap_up:
            if usual:
                self.tell(WrapUpEnded(stay.agent))
            self.let_go(stay.agent)

    def let_go(self, agent: AgentName) -> None:
        """An agent has a call less in hand."""
        if self.rota is not None:
            self.rota.has_done(agent)

    def _notes_of(self, stay: Stay, queue: QueueName) -> Seconds:
        """How long the notes after one more conversation take."""
        if stay.more is not None and stay.more.notes is not None:
            return stay.more.notes
        habits = self._habits.get(queue)
        if habits is None or habits.notes is None:
            return self.settings.queues[queue].wrap_up
        return habits.notes.next()

    # What the engine says ------------------------------------------------------------------------

    def _ring(self, ring: Ring) -> None:
        if self._luck is not None and self._luck.random() < self.traffic.missed:
            return
        if self._answer is None:
            self._inbox.append(OfferAnswered(ring.offer))
        else:
            self.plan(self.now + self._answer.next(), self.tell, OfferAnswered(ring.offer))

    def _connect(self, connect: Connect) -> None:
        stay = self.here[connect.call]
        if self.rota is not None:
            self.rota.took(connect.agent)
        if stay.wanted is not None:
            self._customers(stay).connect(stay, connect.agent)
            return
        stay.waiting = False
        stay.account.line.change(-1, self.now)
        stay.agent, stay.wrap_up = connect.agent, self._notes_of(stay, connect.queue)
        stay.account.note(
            stay.joined,
            connect.waited,
            ANSWERED,
            stay.priority,
            stay.talk,
            stay.wrap_up,
            UNKNOWN if connect.foreseen is None else connect.foreseen,
            self._places[connect.agent],
        )
        self.plan(self.now + stay.talk, self._hang_up, connect.call)

    def _leave(self, leave: Leave) -> None:
        stay = self.here.pop(leave.call)
        if stay.wanted is not None:
            return  # the stay ended when the line was left
        self.leave_line(stay, leave.waited, OTHERWISE)
        to = leave.destination
        if isinstance(to, ToQueue) and stay.hops < HOPS:
            stay.hops += 1
            stay.account = self.accounts[QueueName(to.queue)]
            stay.priority = to.priority or stay.priority
            self.here[leave.call] = stay
            self.plan(self.now, self.join, stay)

    def _call_back(self, action: CallBack) -> None:
        self._customers(self.here[action.call]).call(action)

    def _customers(self, stay: Stay) -> Customers:
        assert stay.customers is not None
        return stay.customers

    def _wrapped_up(self, report: ReportWrapUp) -> None:
        self.let_go(report.agent)


class Habits:
    """What the callers of one queue do, and how long its agents write notes."""

    def __init__(self, world: World, traffic: QueueTraffic, seed: int) -> None:
        self.customers: Customers | None = None
        self.redials: Redials | None = None
        self.notes: Tap | None = None
        """None: always the same."""
        if traffic.callbacks is not None:
            self.customers = Customers(world, traffic.callbacks, traffic.queue, seed)
        if traffic.redial is not None:
            self.redials = Redials(world, traffic.redial, traffic, seed)
        if traffic.wrap_up is not None and not isinstance(traffic.wrap_up, Constant):
            self.notes = Tap(traffic.wrap_up, stream(seed, "wrap-up", traffic.queue))


def _nothing(_: Action) -> None:
    """Nobody hears it here."""
