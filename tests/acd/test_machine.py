"""Any traffic, any reload, any race: what must hold always.

The engine's own books are only read to be compared with the model's.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from softswitch.acd.actions import Action, CancelRing, Connect, Leave
from softswitch.acd.chance import SplitMix64
from softswitch.acd.engine import Engine
from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallerJoined,
    CallerLeft,
    ConnectFailed,
    ConversationEnded,
    Event,
    OfferAnswered,
    OfferFailed,
    PhonesReachable,
    PhonesUnreachable,
    SettingsChanged,
    TimerExpired,
)
from softswitch.acd.settings import EngineSettings
from softswitch.acd.wire import event_from_json, to_json
from softswitch.types import AgentName, CallId, OfferFailure, QueueName
from tests.acd.model import AGENTS, Desk, Model, Stay, floor_number

PRIORITIES = ("default", "urgent", "vip", "unheard-of")
FLOORS = st.integers(0, 1_000_000).map(floor_number)


class AnyTraffic(Model, RuleBasedStateMachine):
    """The machine."""

    @initialize(floor=FLOORS, seed=st.integers(0, 3))
    def open(self, floor: EngineSettings, seed: int) -> None:
        self.seed = seed
        self.engine = Engine(seed=seed)
        self.known_queues: set[QueueName] = set()
        self.joins = 0
        self.reload(floor)

    # What happens ----------------------------------------------------------------------------------

    def tell(self, event: Event) -> list[Action]:
        actions = list(self.engine.receive(event, self.now))
        self.story.append((event, self.now, actions))
        for action in actions:
            self.follow(action)
        return actions

    @rule(queue=st.integers(0, 2), priority=st.sampled_from(PRIORITIES))
    def join(self, queue: int, priority: str) -> None:
        names = sorted(self.known_queues)
        name = names[queue % len(names)]
        self.joins += 1
        call = CallId(f"c{self.joins}")
        if name in self.floor.queues:
            limit = self.floor.queues[name].max_callers
            full = limit is not None and len(self.line(name)) >= limit
        self.stays[call] = Stay(call, name, priority, self.now, self.joins)
        actions = self.tell(CallerJoined(call, name, priority))
        if name not in self.floor.queues or full:
            assert isinstance(actions[0], Leave)

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0))
    def leave(self, which: int) -> None:
        call = self.pick(which, self.waiting())
        phones = set(self.stays[call].phones.values())
        self.end_stay(call)
        actions = self.tell(CallerLeft(call))
        cancelled = {action.offer for action in actions if isinstance(action, CancelRing)}
        assert phones <= cancelled
        assert not phones & self.offers.keys()

    @precondition(lambda self: self.offers)
    @rule(which=st.integers(0))
    def answer(self, which: int) -> None:
        offer = self.pick(which, list(self.offers))
        call = self.offers[offer][0]
        actions = self.tell(OfferAnswered(offer))
        assert isinstance(actions[0], Connect)
        assert (actions[0].call, actions[0].offer) == (call, offer)

    @precondition(lambda self: self.offers)
    @rule(which=st.integers(0), failure=st.sampled_from(OfferFailure))
    def fail(self, which: int, failure: OfferFailure) -> None:
        offer = self.pick(which, list(self.offers))
        self.decline(offer)
        self.close(offer)
        self.tell(OfferFailed(offer, failure))

    @precondition(lambda self: self.talking())
    @rule(which=st.integers(0))
    def connect_fails(self, which: int) -> None:
        stay = self.stays[self.pick(which, self.talking())]
        assert stay.agent
        desk = self.desks[stay.agent]
        desk.talking.remove(stay.call)
        self.back_off(stay, stay.agent)
        stay.agent = None
        self.tell(ConnectFailed(stay.call))

    @precondition(lambda self: self.talking())
    @rule(which=st.integers(0), crossed=st.booleans())
    def end(self, which: int, crossed: bool) -> None:
        stay = self.stays[self.pick(which, self.talking())]
        assert stay.agent
        desk = self.desks[stay.agent]
        desk.talking.remove(stay.call)
        desk.wrap_ups.append(self.now + self.queue_settings(stay.queue).wrap_up)
        self.end_stay(stay.call)
        self.tell(CallerLeft(stay.call) if crossed else ConversationEnded(stay.call))

    @precondition(lambda self: self.over or self.offers_over)
    @rule(which=st.integers(0))
    def hear_late_news(self, which: int) -> None:
        """Nothing comes of it but a CancelRing for an answer, and what was due anyway."""
        if self.over:
            call = self.pick(which, self.over)
            for event in (CallerLeft(call), ConversationEnded(call), ConnectFailed(call)):
                self.tell(event)
        if self.offers_over:
            offer = self.pick(which, self.offers_over)
            self.tell(OfferFailed(offer, OfferFailure.BUSY))
            actions = self.tell(OfferAnswered(offer))
            assert self.was_answered(offer) or isinstance(actions[0], CancelRing)

    @rule(which=st.sampled_from(AGENTS), call=st.sampled_from(["x1", "x2"]), over=st.booleans())
    def outside(self, which: str, call: str, over: bool) -> None:
        name, outside = AgentName(which), CallId(f"{which}-{call}")
        if name not in self.desks or (over and outside not in self.desks[name].outside):
            return
        if over:
            self.desks[name].outside.remove(outside)
            self.tell(AgentCallEnded(name, outside))
        else:
            self.desks[name].outside.add(outside)
            self.tell(AgentCallStarted(name, outside))

    @rule(which=st.sampled_from(AGENTS), paused=st.booleans())
    def pause(self, which: str, paused: bool) -> None:
        name = AgentName(which)
        if name in self.desks:
            self.desks[name].paused = paused
            self.tell(AgentPaused(name) if paused else AgentResumed(name))

    @rule(which=st.sampled_from(AGENTS), out=st.booleans(), queue=st.none() | st.integers(0, 2))
    def sign(self, which: str, out: bool, queue: int | None) -> None:
        name, names = AgentName(which), sorted(self.floor.queues)
        if name not in self.desks or not names:
            return
        place = None if queue is None else names[queue % len(names)]
        served = {each for each in names if name in self.floor.queues[each].agents}
        desk = self.desks[name]
        if out:
            desk.signed_out |= served if place is None else {place}
        else:
            desk.signed_out = set() if place is None else desk.signed_out - {place}
        self.tell(AgentSignedOut(name, place) if out else AgentSignedIn(name, place))

    @rule(which=st.sampled_from(AGENTS), there=st.booleans())
    def phone_comes_or_goes(self, which: str, there: bool) -> None:
        name = AgentName(which)
        if name in self.desks:
            self.desks[name].reachable = there
            if not there:
                for offer in [offer for offer, (_, agent, _) in self.offers.items() if agent == name]:
                    self.close(offer)
            self.tell(PhonesReachable(name) if there else PhonesUnreachable(name))

    @precondition(lambda self: self.engine.next_deadline() is not None)
    @rule()
    def come_to_deadline(self) -> None:
        deadline = self.engine.next_deadline()
        assert deadline is not None
        self.now = deadline
        self.tell(TimerExpired())

    @rule(seconds=st.sampled_from([0.0, 0.5, 3.0]))
    def let_time_pass_unseen(self, seconds: float) -> None:
        """The next event comes first; what became due in between is done with it."""
        self.now += seconds

    @rule(seconds=st.sampled_from([1.0, 6.0, 25.0]))
    def wake_late(self, seconds: float) -> None:
        self.now += seconds
        self.tell(TimerExpired())

    @rule(number=st.integers(0, 1_000_000))
    def have_a_busy_spell(self, number: int) -> None:
        """A dozen things that happen most, in a row, so that the rare ones meet a floor full of life."""
        chance = SplitMix64(number)
        for _ in range(12):
            self.ordinary_thing(chance)
            self.nothing_is_due()

    def ordinary_thing(self, chance: SplitMix64) -> None:
        which = chance.below(1000)
        happened = chance.below(10)
        if happened < 3:
            self.join(which, PRIORITIES[which % len(PRIORITIES)])
        elif happened < 6 and self.offers:
            self.answer(which)
        elif happened == 6 and self.offers:
            self.fail(which, OfferFailure.REJECTED)
        elif happened == 7 and self.talking():
            self.end(which, crossed=False)
        elif happened == 8:
            self.now += 0.5
            self.tell(TimerExpired())
        elif self.engine.next_deadline() is not None:
            self.come_to_deadline()

    @rule(floor=FLOORS)
    def reload(self, floor: EngineSettings) -> None:
        self.floor = floor
        self.known_queues |= floor.queues.keys()
        for name in floor.agents:
            self.desks.setdefault(name, Desk())
        self.tell(SettingsChanged(floor))

    # What must hold always ---------------------------------------------------------------------------

    @invariant()
    def nothing_is_due(self) -> None:
        if self.now > self.story[-1][1]:
            return
        deadline = self.engine.next_deadline()
        assert deadline is None or deadline > self.now
        for _, _, until in self.offers.values():
            assert until > self.now, "a phone rings too long"
        for call in self.waiting():
            limit = self.floor.queues[self.stays[call].queue].max_wait
            assert limit is None or self.stays[call].joined + limit > self.now, "a caller waits too long"
        self.nobody_is_lost()
        self.nobody_idles_while_somebody_waits()

    def nobody_is_lost(self) -> None:
        seen = self.engine.snapshot(self.now)
        lines = {name: [caller.call for caller in view.callers] for name, view in seen.queues.items()}
        assert lines == {name: self.line(name) for name in self.floor.queues}
        assert {view.call: view.agent for view in seen.conversations} == {
            stay.call: stay.agent for stay in self.stays.values() if stay.agent
        }
        for name, view in seen.agents.items():
            assert view.load == self.desks[name].load(self.now)
        for view in seen.queues.values():
            for caller in view.callers:
                assert set(caller.ringing) == self.stays[caller.call].phones.keys()

    def nobody_idles_while_somebody_waits(self) -> None:
        for name, queue_settings in self.floor.queues.items():
            if any(not self.stays[call].phones for call in self.line(name)):
                assert not [agent for agent in queue_settings.agents if self.is_free(agent, name)]

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.everything_comes_to_rest()
        self.the_same_again()

    def everything_comes_to_rest(self) -> None:
        self.tell(TimerExpired())
        while self.stays:
            if talking := self.talking():
                self.end(0, crossed=len(talking) % 2 == 0)
            else:
                self.leave(0)
        for _ in range(len(self.story) * 4):
            if self.engine.next_deadline() is None:
                break
            self.come_to_deadline()
        assert self.engine.next_deadline() is None
        for name, desk in self.desks.items():
            assert desk.load(self.now) == len(desk.outside), name
        self.nobody_is_lost()

    def the_same_again(self) -> None:
        """The story as it would reach another node: through JSON, into an engine with the same seed."""
        other = Engine(seed=self.seed)
        for event, now, actions in self.story:
            assert list(other.receive(event_from_json(to_json(event)), now)) == actions
        assert other.snapshot(self.now) == self.engine.snapshot(self.now)


AnyTraffic.TestCase.settings = settings(
    max_examples=250,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,  # the same stories for everybody; without it each run tells new ones
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_any_traffic = AnyTraffic.TestCase
