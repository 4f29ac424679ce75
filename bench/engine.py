"""The queue engine alone: events per second with 1,000 agents and 100 to 100,000 waiting callers.

Traffic is acted out once by an untimed engine whose agents answer, reject and ignore as people do, and whose
callers hang up. What that engine was told is then replayed on a fresh one (same seed, events and times, so
exactly the same work) and its CPU time taken. Counted are the events given to the engine, never the actions
it returns; one `TimerExpired` counts once, however much was due. Reading the next deadline after each event,
as the live switch does, is in the time.

The announcement period grows with the line, so that the mix of events is the same at every length.
"""

from __future__ import annotations

import gc
import heapq
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter_ns, process_time_ns

from rich.console import Console

from bench.rows import Row, table
from softswitch.acd import COMPILED
from softswitch.acd.actions import Action, CancelRing, Connect, Leave, Ring
from softswitch.acd.chance import SplitMix64
from softswitch.acd.engine import Engine
from softswitch.acd.events import (
    AgentPaused,
    AgentResumed,
    CallerJoined,
    CallerLeft,
    ConversationEnded,
    Event,
    OfferAnswered,
    OfferFailed,
    SettingsChanged,
    TimerExpired,
)
from softswitch.acd.settings import AgentSettings, AnnounceSettings, EngineSettings, QueueSettings
from softswitch.garbage import set_aside
from softswitch.types import AgentName, CallId, OfferFailure, QueueName

SIZES = (100, 1_000, 10_000, 100_000)
EVENTS = 20_000
WANTED = 50_000
AGENTS = 1_000
STRATEGIES = (
    "longest-idle", "round-robin", "hunt", "random", "vip-priority",
    "longest-idle", "round-robin", "longest-idle", "longest-idle", "ring-all",
)  # fmt: skip
"""One queue each; every agent serves one to three of them."""

Told = tuple[Event, float]


def settings(waiting: int) -> EngineSettings:
    """Ten queues of about 200 agents each."""
    names = [AgentName(f"agent-{number}") for number in range(AGENTS)]
    chance = SplitMix64(1)
    teams: list[list[AgentName]] = [[] for _ in STRATEGIES]
    for name in names:
        for queue in chance.shuffled(range(len(STRATEGIES)))[: 1 + chance.below(3)]:
            teams[queue].append(name)
    announce = AnnounceSettings(position=True, wait=True, first=0.0, every=max(waiting / 10, 5.0))
    queues = {
        QueueName(f"queue-{number}"): QueueSettings(
            QueueName(f"queue-{number}"),
            agents=tuple(teams[number]),
            strategy=strategy,
            wrap_up=15.0,
            ageing=1 / 30,
            max_wait=1e6,
            announce=announce,
        )
        for number, strategy in enumerate(STRATEGIES)
    }
    agents = {name: AgentSettings(name, level=chance.below(5)) for name in names}
    return EngineSettings(queues, agents)


class World:
    """Callers and agents as they behave; keeps `waiting` callers in the lines and notes all it tells."""

    def __init__(self, waiting: int) -> None:
        self.engine = Engine(seed=7)
        self.chance = SplitMix64(2)
        self.waiting = waiting
        self.told: list[Told] = []
        self.now = 0.0
        self.calls = itertools.count()
        self.plans: list[tuple[float, int, Event]] = []
        self.planned = itertools.count()
        self.line: list[CallId] = []
        self.where: dict[CallId, int] = {}
        self.every = max(waiting / 10, 5.0)

    def tell(self, event: Event) -> None:
        self.told.append((event, self.now))
        for action in self.engine.receive(event, self.now):
            self.react(action)

    def plan(self, after: float, event: Event) -> None:
        heapq.heappush(self.plans, (self.now + after, next(self.planned), event))

    def react(self, action: Action) -> None:
        chance = self.chance
        match action:
            case Ring(offer=offer):
                mood = chance.fraction()
                if mood < 0.85:
                    self.plan(2 + 6 * chance.fraction(), OfferAnswered(offer))
                elif mood < 0.95:
                    self.plan(3.0, OfferFailed(offer, OfferFailure.REJECTED, 603))
            case Connect(call=call):
                self.forget(call)
                self.plan(30 + 180 * chance.fraction(), ConversationEnded(call))
            case Leave(call=call):
                self.forget(call)
            case CancelRing():
                pass

    def forget(self, call: CallId) -> None:
        at = self.where.pop(call)
        last = self.line.pop()
        if last != call:
            self.line[at] = last
            self.where[last] = at

    def join(self) -> None:
        call = CallId(f"call-{next(self.calls)}")
        queue = QueueName(f"queue-{self.chance.below(len(STRATEGIES))}")
        drawn = self.chance.fraction()
        priority = "vip" if drawn < 0.05 else "urgent" if drawn < 0.2 else "default"
        self.where[call] = len(self.line)
        self.line.append(call)
        self.tell(CallerJoined(call, queue, priority, number="+48600100200"))

    def hang_up(self) -> None:
        call = self.line[self.chance.below(len(self.line))]
        self.forget(call)
        self.tell(CallerLeft(call))

    def fill(self) -> None:
        """Callers come in over one announcement period while nobody works."""
        everybody = settings(self.waiting)
        self.tell(SettingsChanged(everybody))
        for agent in everybody.agents:
            self.tell(AgentPaused(agent))
        for number in range(self.waiting):
            self.run_until(self.every * number / self.waiting)
            self.join()
        for agent in everybody.agents:
            self.tell(AgentResumed(agent))

    def run_until(self, moment: float) -> None:
        while (step := self.next_step()) <= moment:
            self.step(step)
        self.now = moment

    def next_step(self) -> float:
        due = self.engine.next_deadline()
        planned = self.plans[0][0] if self.plans else float("inf")
        return planned if due is None else min(due, planned)

    def step(self, moment: float) -> None:
        self.now = max(self.now, moment)
        if self.plans and self.plans[0][0] <= moment:
            event = heapq.heappop(self.plans)[2]
            if not self.is_over(event):
                self.tell(event)
        else:
            self.tell(TimerExpired())

    def is_over(self, event: Event) -> bool:
        """A real phone does not answer what was cancelled."""
        offers = self.engine._floor.offers
        return isinstance(event, OfferAnswered | OfferFailed) and event.offer not in offers

    def work(self, events: int) -> None:
        """Traffic until so many events more were told."""
        end = len(self.told) + events
        while len(self.told) < end:
            self.step(self.next_step())
            if self.chance.fraction() < 0.04:
                self.hang_up()
            while len(self.line) < self.waiting:
                self.join()


@dataclass(frozen=True, slots=True)
class Figures:
    """What one size took, in CPU time of one core."""

    waiting: int
    events: int
    per_second: float
    median: float
    """Microseconds of one event."""
    p99: float
    mix: Counter[str]


@contextmanager
def collector_of_the_switch() -> Iterator[None]:
    """The garbage collector as the live switch sets it: what is there before the first call is left alone,
    here the notes of what was told. What the engine itself keeps of calls is looked through.
    """
    before = gc.get_threshold()
    set_aside()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def replay(told: Sequence[Told], timed_from: int) -> tuple[int, list[int]]:
    """Nanoseconds of CPU for all timed events together, and for each of them from another run.

    Each run does exactly the same work, so the fastest of five is the one that others disturbed least.
    """
    with collector_of_the_switch():
        return min(_whole(told, timed_from) for _ in range(5)), _each(told, timed_from)


def _whole(told: Sequence[Told], timed_from: int) -> int:
    engine = _engine_after(told[:timed_from])
    receive, next_deadline = engine.receive, engine.next_deadline
    begun = process_time_ns()
    for event, now in told[timed_from:]:
        receive(event, now)
        next_deadline()
    return process_time_ns() - begun


def _each(told: Sequence[Told], timed_from: int) -> list[int]:
    engine = _engine_after(told[:timed_from])
    receive, next_deadline = engine.receive, engine.next_deadline
    each = []
    for event, now in told[timed_from:]:
        begun = perf_counter_ns()
        receive(event, now)
        next_deadline()
        each.append(perf_counter_ns() - begun)
    return sorted(each)


def _engine_after(told: Sequence[Told]) -> Engine:
    engine = Engine(seed=7)
    for event, now in told:
        engine.receive(event, now)
    return engine


def measure(waiting: int, events: int = EVENTS) -> Figures:
    """Act out, then replay."""
    world = World(waiting)
    world.fill()
    world.work(events // 4)
    timed_from = len(world.told)
    world.work(events)
    told = world.told
    del world
    whole, each = replay(told, timed_from)
    count = len(each)
    mix = Counter(type(event).__name__ for event, _ in told[timed_from:])
    median, p99 = (each[count * share // 100] / 1e3 for share in (50, 99))
    return Figures(waiting, count, count / whole * 1e9, median, p99, mix)


def rows(measured: Sequence[Figures]) -> list[Row]:
    """The figures as rows of the bench table."""
    table = []
    for one in measured:
        wanted = one.waiting == 10_000
        table.append(
            Row(
                f"engine: events/s, {one.waiting:,} waiting, {AGENTS:,} agents, {len(STRATEGIES)} queues",
                f"{one.per_second:,.0f} (median {one.median:.0f} us, p99 {one.p99:.0f} us)",
                f"{WANTED:,}" if wanted else "",
                one.per_second >= WANTED if wanted else None,
            )
        )
    growth = measured[0].per_second / measured[-1].per_second
    sizes = f"{measured[0].waiting:,} to {measured[-1].waiting:,}"
    table.append(Row(f"engine: CPU per event, growth from {sizes} waiting", f"x {growth:.2f}"))
    table.append(Row("engine: how it runs", "compiled" if COMPILED else "as Python: the set-up compiles it"))
    mix = ", ".join(
        f"{name} {count / measured[-1].events:.0%}" for name, count in measured[-1].mix.most_common()
    )
    table.append(Row("engine: mix of events", mix))
    return table


def run(sizes: Sequence[int] = SIZES, events: int = EVENTS) -> list[Row]:
    """All rows, in about half a minute."""
    return rows([measure(size, events) for size in sizes])


if __name__ == "__main__":
    Console().print(table(run()))
