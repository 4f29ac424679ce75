"""Any traffic, any reload, any race: what must hold always.

The engine's own books are only read to be compared with the model's.
"""

from __future__ import annotations

from math import inf

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from softswitch.acd.actions import Action, CancelRing, Connect, Leave
from softswitch.acd.chance import SplitMix64
from softswitch.acd.engine import Engine
from softswitch.acd.estimate import Foreseen, Outcome
from softswitch.acd.events import (
    AgentCallEnded,
    AgentCallStarted,
    AgentMemory,
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallbackWanted,
    CallerJoined,
    CallerLeft,
    CallerReady,
    ConnectFailed,
    ConversationEnded,
    CustomerAnswered,
    CustomerNotReached,
    Event,
    FiguresRestored,
    MemoryRestored,
    Notes,
    OfferAccepted,
    OfferAnswered,
    OfferFailed,
    PhonesReachable,
    PhonesUnreachable,
    PriorityChanged,
    QueueClosed,
    QueueMemory,
    QueueOpened,
    SettingsChanged,
    TimerExpired,
    WayFound,
    WayLost,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.acd.settings import EngineSettings
from softswitch.acd.stats import AgentFigures, QueueCounts
from softswitch.acd.wire import event_from_json, to_json
from softswitch.types import AgentName, CallId, LeaveReason, OfferFailure, QueueName
from tests.acd.model import AGENTS, NUMBERS, Desk, Stay, WrapUp, floor_number
from tests.acd.supervisors import Supervisors

PRIORITIES = ("default", "urgent", "vip", "unheard-of")
FLOORS = st.integers(0, 1_000_000).map(floor_number)


class AnyTraffic(Supervisors, RuleBasedStateMachine):
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
        self.release()
        for action in actions:
            self.follow(action)
        return actions

    @rule(queue=st.integers(0, 2), priority=st.sampled_from(PRIORITIES), other=st.integers(0, 127))
    def join(self, queue: int, priority: str, other: int = 0) -> None:
        names = sorted(self.known_queues)
        name = names[queue % len(names)]
        self.joins += 1
        call, number, held = CallId(f"c{self.joins}"), NUMBERS[other % 4], other >= 64
        skills = ({}, {}, {"cars": 1}, {"polish": 1})[other // 4 % 4]
        preferred = AgentName(AGENTS[other % 5]) if other % 64 >= 32 else None
        turned_away = self.turned_away(name, number)
        stay = self.stays[call] = Stay(call, name, priority, self.now, self.joins, number, skills)
        if not turned_away:
            stay.preferred = preferred
            kept = self.kept.pop((name, number), None)
            if kept is not None and kept[3] > self.now:
                stay.standing, stay.order, stay.asked = kept[:3]
            stay.preferred = preferred if self.is_held(stay) else None
            stay.held = held
        joined = CallerJoined(call, name, priority, number, skills=skills, preferred=preferred, held=held)
        actions = self.tell(joined)
        if turned_away:
            assert isinstance(actions[0], Leave)
            assert actions[0].reason is turned_away

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0))
    def be_ready(self, which: int) -> None:
        """Nothing comes of it for who was not held."""
        stay = self.stays[self.pick(which, self.waiting())]
        stay.held = False
        self.tell(CallerReady(stay.call))

    def turned_away(self, name: QueueName, number: str) -> LeaveReason | None:
        if name not in self.floor.queues:
            return LeaveReason.QUEUE_REMOVED
        mine = self.floor.queues[name]
        if name in self.closed:
            return LeaveReason.CLOSED
        if mine.no_agents.joining is not None and not self.attended(name):
            return LeaveReason.NO_AGENTS
        kept = self.kept.get((name, number))
        if kept is not None and kept[3] > self.now:
            return None
        on_line = [call for call in self.line(name) if not self.stays[call].absent]
        return LeaveReason.FULL if mine.max_callers is not None and len(on_line) >= mine.max_callers else None

    @rule(queue=st.integers(0, 2), ago=st.sampled_from([1.0, 30.0]), attempts=st.integers(0, 1))
    def remember_a_callback(self, queue: int, ago: float, attempts: int) -> None:
        names = sorted(self.floor.queues)
        name = names[queue % len(names)]
        self.joins += 1
        call = CallId(f"c{self.joins}")
        stay = self.stays[call] = Stay(call, name, "default", self.now, self.joins)
        stay.standing, stay.attempts, stay.absent, stay.callback = self.now - ago, attempts, True, True
        stay.wanted, stay.barred = self.now - ago / 2, ago == 30.0
        self.tell(
            CallerJoined(
                *(call, name),
                standing=stay.standing,
                absent=True,
                attempts=attempts,
                wanted=stay.wanted,
                barred=stay.barred,
            )
        )

    @precondition(lambda self: any(stay.callback for stay in self.stays.values()))
    @rule(which=st.integers(0), lost=st.booleans())
    def lose_or_find_a_way(self, which: int, lost: bool) -> None:
        stay = self.stays[self.pick(which, [each.call for each in self.stays.values() if each.callback])]
        stay.barred = lost
        self.tell(WayLost(stay.call) if lost else WayFound(stay.call))

    @rule(which=st.sampled_from(AGENTS), queue=st.integers(0, 2), left=st.sampled_from([-4.0, 8.0, 40.0]))
    def remember_what_was_before_a_restart(self, which: str, queue: int, left: float) -> None:
        """Figures, whose turn it is, and the rest of an agent's notes."""
        name, names = AgentName(which), sorted(self.known_queues)
        if name not in self.desks:
            return
        place, begun = names[queue % len(names)], self.now - 16.0
        self.tell(FiguresRestored({place: QueueCounts(joined=2)}, {name: AgentFigures(1, 8.0)}))
        notes = Notes(CallId(f"before-{len(self.story)}"), place, begun, self.now + left)
        if left > 0:
            self.desks[name].wrap_ups.append(WrapUp(self.now + left, begun, place))
        outcome = Outcome(Foreseen(8.0, 16.0), 16.0)
        self.tell(
            MemoryRestored(
                {place: QueueMemory(name, (32.0,), (outcome,))}, {name: AgentMemory(begun, (notes,))}
            )
        )

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0), reason=st.sampled_from([LeaveReason.HUNG_UP, LeaveReason.EXIT_KEY]))
    def leave(self, which: int, reason: LeaveReason = LeaveReason.HUNG_UP) -> None:
        call = self.pick(which, self.waiting())
        stay = self.stays[call]
        phones = set(stay.phones.values())
        keep = self.queue_settings(stay.queue).keep_place
        if keep and stay.number and not stay.absent and reason is LeaveReason.HUNG_UP:
            place = (stay.standing, stay.order, stay.asked, self.now + keep)
            self.kept[stay.queue, stay.number] = place
        self.end_stay(call)
        actions = self.tell(CallerLeft(call, reason))
        cancelled = {action.offer for action in actions if isinstance(action, CancelRing)}
        assert phones <= cancelled
        assert not phones & self.offers.keys()

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0), priority=st.sampled_from(PRIORITIES))
    def change_priority(self, which: int, priority: str) -> None:
        call = self.pick(which, self.waiting())
        self.stays[call].asked, self.stays[call].advanced = priority, None
        self.tell(PriorityChanged(call, priority))

    @precondition(lambda self: self.waiting())
    @rule(which=st.integers(0))
    def want_callback(self, which: int) -> None:
        stay = self.stays[self.pick(which, self.waiting())]
        if stay.callback and not stay.absent:
            return
        stay.absent, stay.callback, stay.held = True, True, False
        stay.wanted = self.now
        self.tell(CallbackWanted(stay.call))

    @precondition(lambda self: any(stay.callback for stay in self.stays.values()))
    @rule(which=st.integers(0), answers=st.booleans(), tried=st.booleans())
    def call_back(self, which: int, answers: bool, tried: bool) -> None:
        """The customer answers, or does not, or is gone again, or a carrier fails; nothing comes of it where
        nobody called.
        """
        stay = self.stays[self.pick(which, [each.call for each in self.stays.values() if each.callback])]
        if answers:
            stay.absent = stay.absent and stay.reserved is None
            self.tell(CustomerAnswered(stay.call))
            return
        if stay.agent:
            self.desks[stay.agent].talking.remove(stay.call)
        if stay.agent or not stay.absent:
            stay.agent, stay.absent, stay.attempts = None, True, stay.attempts + tried
        self.tried = tried
        self.tell(CustomerNotReached(stay.call, tried))
        self.tried = True

    @precondition(lambda self: self.ringing())
    @rule(which=st.integers(0))
    def answer(self, which: int) -> None:
        offer = self.pick(which, self.ringing())
        call = self.offers[offer][0]
        actions = self.tell(OfferAnswered(offer))
        assert isinstance(actions[0], Connect)
        assert (actions[0].call, actions[0].offer) == (call, offer)

    @precondition(lambda self: self.ringing())
    @rule(which=st.integers(0))
    def accept(self, which: int) -> None:
        """The agent has answered, and hears who comes: every other phone stops."""
        offer = self.pick(which, self.ringing())
        call, name, _ = self.offers[offer]
        self.offers[offer] = (call, name, inf)
        self.stays[call].accepted = offer
        self.tell(OfferAccepted(offer))
        assert list(self.stays[call].phones) == [name]

    @precondition(lambda self: self.ringing())
    @rule(which=st.integers(0), failure=st.sampled_from(OfferFailure))
    def fail(self, which: int, failure: OfferFailure) -> None:
        offer = self.pick(which, self.ringing())
        self.decline(offer)
        if failure in (OfferFailure.NO_ANSWER, OfferFailure.UNREACHABLE):
            self.miss(offer)
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
        mine = self.queue_settings(stay.queue)
        desk.wrap_ups.append(WrapUp(self.now + mine.wrap_up, self.now, stay.queue))
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

    @rule(which=st.sampled_from(AGENTS), paused=st.booleans(), reason=st.sampled_from(["", "lunch"]))
    def pause(self, which: str, paused: bool, reason: str) -> None:
        name = AgentName(which)
        if name in self.desks:
            desk = self.desks[name]
            desk.resume()
            if paused:
                desk.paused, desk.missed = True, 0
                desk.pause_end = self.now + self.floor.pauses.get(reason, inf)
            self.tell(AgentPaused(name, reason) if paused else AgentResumed(name))

    @rule(which=st.sampled_from(AGENTS), more=st.none() | st.sampled_from([4.0, 40.0]))
    def write_notes(self, which: str, more: float | None) -> None:
        """Be done with them, or take more time."""
        name = AgentName(which)
        if name not in self.desks:
            return
        notes = [each for each in self.desks[name].wrap_ups if each.end > self.story[-1][1]]
        for each in notes:
            longer = min(each.end + (more or 0.0), self.latest_end(each))
            each.end = self.now if more is None else max(each.end, longer)
        self.tell(WrapUpEnded(name) if more is None else WrapUpExtended(name, more))

    @rule(queue=st.integers(0, 2), closed=st.booleans())
    def open_or_close(self, queue: int, closed: bool) -> None:
        names = sorted(self.known_queues)
        name = names[queue % len(names)]
        (self.shut.add if closed else self.shut.discard)(name)
        self.doors()
        self.tell(QueueClosed(name) if closed else QueueOpened(name))

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
                    if self.stays[self.offers[offer][0]].accepted != offer:
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
        happened = chance.below(11)
        if happened == 10:
            self.steer(chance)
        elif happened < 3:
            self.join(which, PRIORITIES[which % len(PRIORITIES)], chance.below(64 + 8))
        elif happened < 6 and self.ringing():
            self.answer(which)
        elif happened == 6 and self.ringing():
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
        self.known_queues |= floor.queues.keys()
        self.configured(floor)
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
            self.nobody_waits_too_long(self.stays[call])
        for name in self.floor.queues:
            self.help_is_there_when_needed(name)
            self.nobody_waits_for_nobody(name)
        for desk in self.desks.values():
            assert desk.pause_end > self.now, "a pause is too long"
        self.nothing_changed_for_too_long()
        self.nobody_is_lost()
        self.nobody_idles_while_somebody_waits()

    def nobody_waits_too_long(self, stay: Stay) -> None:
        mine = self.floor.queues[stay.queue]
        if stay.absent:
            in_hand = stay.accepted is not None
            assert in_hand or stay.wanted + mine.callback.expires > self.now, "a callback has expired"
        elif not stay.callback:
            limit = mine.max_wait
            in_hand = stay.accepted is not None
            assert in_hand or limit is None or stay.joined + limit > self.now, "a caller waits too long"
            assert in_hand or stay.queue not in self.closed or mine.closes is None, "the queue is closed"

    def help_is_there_when_needed(self, name: QueueName) -> None:
        rule, waiting = self.floor.queues[name].overflow, len(self.line(name))
        if rule is None or waiting <= rule.until:
            assert name not in self.helped
        elif rule.callers is None or waiting >= rule.callers:
            assert name in self.helped

    def nobody_waits_for_nobody(self, name: QueueName) -> None:
        rule = self.floor.queues[name].no_agents
        stays = [self.stays[call] for call in self.line(name)]
        on_line = [stay for stay in stays if not stay.absent and stay.accepted is None]
        if rule.waiting is None or self.attended(name) or not on_line:
            self.deserted.pop(name, None)
        else:
            since = self.deserted.setdefault(name, self.story[-1][1])
            assert since + rule.grace > self.now, "nobody was there for too long"

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
        for name in self.floor.queues:
            team = self.team(name)
            for stay in (self.stays[call] for call in self.line(name)):
                if not stay.phones:
                    assert not [agent for agent in team if self.can_take(stay, agent)], stay

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
    max_examples=70,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,  # the same stories for everybody; without it each run tells new ones
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_any_traffic = AnyTraffic.TestCase


def test_supervisors_who_have_much_to_do() -> None:
    """Among ordinary things on forty floors, which a machine that draws everything comes to too seldom. What
    must hold after each of them the story's own invariants assert, as in the machine.
    """
    for number in range(40):
        story, chance = AnyTraffic(), SplitMix64(number)
        story.open(floor_number(number), 0)
        for _ in range(60):
            story.steer(chance) if chance.below(3) == 0 else story.ordinary_thing(chance)
            story.nothing_is_due()
        story.teardown()
