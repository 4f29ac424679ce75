"""A floor as people know its rules: kept from what the engine is told and answers, to compare the two."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

from softswitch.acd.actions import (
    Action,
    Announce,
    CallBack,
    CancelRing,
    Connect,
    Leave,
    ReportAmendmentOver,
    ReportOverflow,
    ReportPause,
    ReportPlace,
    ReportRest,
    ReportResume,
    ReportWrapUp,
    Ring,
)
from softswitch.acd.chance import SplitMix64
from softswitch.acd.events import Event, SettingsChanged
from softswitch.acd.meaning.supervisors import PULLED
from softswitch.acd.settings import (
    AnnounceSettings,
    CallbackSettings,
    EngineSettings,
    Member,
    NoAgents,
    Overflow,
    QueueSettings,
    Relaxation,
)
from softswitch.types import AgentName, CallId, CancelReason, HangUp, LeaveReason, OfferId, QueueName
from tests.acd.desk import agent, floor_of, queue

STRATEGIES = (
    *("longest-idle", "round-robin", "ring-all", "hunt", "random", "vip-priority", "fewest-calls"),
    *("least-talk", "sequential", "ring-progressively", "weighted-random"),
)
AGENTS = ("ann", "bob", "cid", "dot", "eva")
NUMBERS = ("", "+481", "+482", "+483")


ANNOUNCEMENTS = (
    AnnounceSettings(),
    AnnounceSettings(position=True, wait=True, first=0.0, every=8.0),
    AnnounceSettings(position=True, first=3.0),
)
MEMBERS: tuple[dict[AgentName, Member], ...] = (
    {},
    {},
    {AgentName("bob"): Member(tier=2), AgentName("cid"): Member(tier=2, after=8.0, ring=6.0)},
    {AgentName("ann"): Member(tier=3, after=16.0, weight=3.0), AgentName("eva"): Member(after=4.0)},
)
NEEDS = ({}, {}, {}, {"polish": 1}, {"polish": 2, "cars": 1})
RELAXES = (
    (),
    (Relaxation(8.0, {"polish": 1}),),
    (Relaxation(4.0, {"polish": 1, "cars": 1}), Relaxation(12.0, {})),
)
PAUSES = {"lunch": 16.0}


def floor_number(number: int) -> EngineSettings:
    """One of many floors: up to three queues, four or five agents with limits 1, 2 or none.

    Drawn by a number of its own, which is far quicker than having hypothesis draw every field; all figures
    are exact in binary, so that the model's sums are the engine's.
    """
    chance = SplitMix64(number)

    def one_of(*things: Any) -> Any:
        return things[chance.below(len(things))]

    names = one_of(AGENTS, AGENTS[:4], AGENTS[1:])
    agents = [
        agent(
            name,
            calls=one_of(1, 1, 1, 2, None),
            level=chance.below(3),
            skills={"polish": chance.below(3), "cars": chance.below(2)},
        )
        for name in names
    ]
    plenty = chance.below(2) == 1
    queues = one_of(("red", "blue"), ("red", "blue", "green"), ("blue",))
    made = [
        queue(
            name,
            " ".join(chance.shuffled(names)[: one_of(0, 1, 2, 3, 4, 5)]),
            strategy=one_of(*STRATEGIES),
            ring=one_of(4.0, 20.0),
            retry=one_of(0.0, 5.0, 5.0),
            wrap_up=one_of(0.0, 10.0),
            ageing=one_of(0.0, 0.5, 4.0),
            max_callers=one_of(None, None, 4),
            max_wait=one_of(None, 30.0),
            announce=one_of(*ANNOUNCEMENTS),
            **(depth(one_of, tuple(map(QueueName, queues)), name) if plenty else {}),
        )
        for name in queues
    ]
    return floor_of(*made, *agents, pauses=PAUSES if plenty else {})


def depth(one_of: Any, queues: tuple[QueueName, ...], name: str) -> dict[str, Any]:
    """What few queues have."""
    others = tuple(each for each in queues if each != name)
    return {
        "members": one_of(*MEMBERS),
        "needs": one_of(*NEEDS),
        "relax": one_of(*RELAXES),
        "weight": one_of(0.0, 8.0),
        "overdue": one_of(None, 10.0, 40.0),
        "preferred_for": one_of(0.0, 6.0, 20.0),
        "pause_after": one_of(None, None, 1, 2),
        "wrap_up_most": one_of(None, 15.0),
        "no_agents": one_of(
            NoAgents(),
            NoAgents(joining=HangUp()),
            NoAgents(waiting=HangUp(), grace=2.0, count_paused=True),
            NoAgents(joining=HangUp(), waiting=HangUp()),
        ),
        "closes": one_of(None, HangUp()),
        "overflow": one_of(None, Overflow(others, callers=3, until=1), Overflow(others)) if others else None,
        "keep_place": one_of(0.0, 30.0),
        "callback": one_of(
            CallbackSettings(pause=8.0, attempts=2, expires=60.0),
            CallbackSettings(customer_first=True, ring=8.0, pause=4.0, attempts=3, expires=100.0),
        ),
    }


@dataclass
class Stay:
    """A caller as the model sees it."""

    call: CallId
    queue: QueueName
    asked: str
    joined: float
    order: int
    number: str = ""
    skills: dict[str, int] = field(default_factory=dict)
    preferred: AgentName | None = None
    """Held for this agent."""
    standing: float = field(init=False)
    phones: dict[AgentName, OfferId] = field(default_factory=dict)
    declines: dict[AgentName, int] = field(default_factory=dict)
    agent: AgentName | None = None
    round: object = None
    """The why of the phones that were rung last."""
    joined_in: bool = False
    """That round added phones to some that rang already."""
    held: bool = False
    """Hears something first."""
    absent: bool = False
    callback: bool = False
    reserved: OfferId | None = None
    accepted: OfferId | None = None
    """Its agent has answered, and hears who comes."""
    attempts: int = 0
    resting: bool = False
    rest_until: float | None = None
    wanted: float = 0.0
    barred: bool = False
    """There is no way to call."""
    advanced: float | None = None
    """When a supervisor put this one first."""

    def __post_init__(self) -> None:
        self.standing = self.joined


@dataclass
class WrapUp:
    """Notes on one call."""

    end: float
    began: float
    queue: QueueName


@dataclass
class Desk:
    """An agent as the model sees it."""

    ringing: set[OfferId] = field(default_factory=set)
    talking: set[CallId] = field(default_factory=set)
    wrap_ups: list[WrapUp] = field(default_factory=list)
    outside: set[CallId] = field(default_factory=set)
    paused: bool = False
    pause_end: float = inf
    reachable: bool = True
    signed_out: set[QueueName] = field(default_factory=set)
    in_peace_until: float = -inf
    missed: int = 0

    def load(self, now: float) -> int:
        wrap_ups = sum(each.end > now for each in self.wrap_ups)
        return len(self.ringing) + len(self.talking) + len(self.outside) + wrap_ups

    def resume(self) -> None:
        self.paused, self.pause_end = False, inf


class Model:
    """All callers, offers and agents; `follow` checks each action against the rules before it believes it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 64.0
        self.tried = True
        """An attempt to call back that fails now has come to the customer's side."""
        self.floor = EngineSettings()
        self.stays: dict[CallId, Stay] = {}
        self.over: list[CallId] = []
        self.offers: dict[OfferId, tuple[CallId, AgentName, float]] = {}
        """Those that ring, or will: caller, agent, and until when."""
        self.offers_over: list[OfferId] = []
        self.desks: dict[AgentName, Desk] = {}
        self.closed: set[QueueName] = set()
        self.helped: set[QueueName] = set()
        self.kept: dict[tuple[QueueName, str], tuple[float, int, str, float]] = {}
        self.deserted: dict[QueueName, float] = {}
        """Since when nobody is there for who waits."""
        self.story: list[tuple[Event, float, list[Action]]] = []

    # What the model makes of the answers -------------------------------------------------------------

    def follow(self, action: Action) -> None:
        match action:
            case Ring() if action.why.strategy == PULLED and action.offer not in self.offers:
                self.follow_pull(action)
            case ReportAmendmentOver():
                self.follow_amendment_over(action)
            case Ring() | CallBack():
                self.follow_offer(action)
            case CancelRing(offer=offer, reason=reason):
                if offer in self.offers:
                    self.follow_cancel(offer, reason)
            case Connect(call=call, offer=offer, agent=name):
                stay = self.stays[call]
                assert stay.agent is None, "connected twice"
                assert self.offers[offer][:2] == (call, name)
                assert stay.reserved is None
                self.close(offer)
                self.desks[name].talking.add(call)
                self.desks[name].missed = 0
                stay.agent = name
            case Leave():
                self.follow_leave(action)
            case Announce(call=call, position=position):
                assert self.stays[call].agent is None
                assert not self.stays[call].absent, "nobody is there to hear it"
                assert not self.stays[call].held, "something else is being heard"
                assert position in (None, self.line(self.stays[call].queue).index(call) + 1)
            case _:
                self.follow_report(action)

    def follow_pull(self, ring: Ring) -> None:
        """See `supervisors.py`."""
        raise NotImplementedError

    def follow_amendment_over(self, action: ReportAmendmentOver) -> None:
        """See `supervisors.py`."""
        raise NotImplementedError

    def follow_cancel(self, offer: OfferId, reason: CancelReason) -> None:
        if reason is CancelReason.NO_ANSWER:
            self.decline(offer)
            self.miss(offer)
        elif reason is CancelReason.CUSTOMER_NOT_REACHED:
            self.stays[self.offers[offer][0]].attempts += self.tried
        self.close(offer)

    def follow_leave(self, action: Leave) -> None:
        stay = self.stays[action.call]
        assert not stay.phones, "left while a phone rings"
        assert stay.agent is None
        if action.reason in (LeaveReason.NOT_REACHED, LeaveReason.EXPIRED):
            assert stay.absent
        elif action.reason in (LeaveReason.MAX_WAIT, LeaveReason.NO_AGENTS, LeaveReason.CLOSED):
            assert not stay.absent
        self.end_stay(action.call)

    def follow_report(self, action: Action) -> None:
        match action:
            case ReportRest(call=call, attempts=attempts, until=until):
                stay = self.stays[call]
                assert stay.absent
                assert not stay.phones
                assert attempts == stay.attempts
                stay.resting, stay.rest_until = True, until
            case ReportPause(agent=name):
                desk = self.desks[name]
                assert not desk.paused
                assert desk.missed >= 1
                desk.paused, desk.missed = True, 0
                self.release()
            case ReportResume(agent=name):
                assert self.desks[name].pause_end <= self.now
                self.desks[name].resume()
            case ReportOverflow(queue=name, helped=helped):
                assert helped is not (name in self.helped)
                (self.helped.add if helped else self.helped.discard)(name)
            case ReportWrapUp(took=took):
                assert took > 0
            case ReportPlace(call=call, standing=standing):
                assert self.stays[call].standing == standing <= self.now

    def follow_offer(self, ring: Ring | CallBack) -> None:
        stay, desk = self.stays[ring.call], self.desks[ring.agent]
        assert stay.agent is None
        assert stay.queue == ring.queue
        if isinstance(ring, Ring) and stay.reserved == ring.offer:
            assert not stay.absent, "the customer is to be there first"
            stay.reserved = None
            self.offers[ring.offer] = (ring.call, ring.agent, self.now + ring.timeout)
            return
        first = self.floor.queues[ring.queue].callback.customer_first
        assert isinstance(ring, CallBack) is (stay.absent and first)
        assert not self.is_resting(stay)
        assert not stay.held
        assert stay.accepted is None, "an agent has answered"
        assert ring.agent not in stay.phones, "one phone rung twice for one caller"
        assert not stay.phones or getattr(stay.round, "strategy", "") != PULLED, "for one agent alone"
        assert self.is_free(ring.agent, ring.queue), "no room for one more call"
        assert self.reaches(stay, ring.agent), "not for this caller, or not yet"
        self.check_turn(stay, ring)
        self.check_why(ring)
        stay.round = ring.why
        stay.phones[ring.agent] = ring.offer
        desk.ringing.add(ring.offer)
        self.offers[ring.offer] = (ring.call, ring.agent, self.now + ring.timeout)
        if isinstance(ring, CallBack):
            stay.reserved = ring.offer
            assert ring.attempt == stay.attempts + 1

    def check_turn(self, stay: Stay, ring: Ring | CallBack) -> None:
        same_round = stay.round is ring.why
        heads = [head for name in self.floor.queues if (head := self.head(name, ring.agent))]
        if not stay.phones:
            ahead = [head.call for head in heads if self.urgency(head) < self.urgency(stay)]
            assert not ahead, f"{ahead} were to be served before {stay}"
        elif not same_round:
            assert not heads, "somebody has no phone ringing at all"
        if not same_round:
            stay.joined_in = bool(stay.phones)
        if not stay.joined_in:
            names = [name for name in self.team(ring.queue) if self.can_take(stay, name)]
            fewest = min(stay.declines.get(name, 0) for name in names)
            assert stay.declines.get(ring.agent, 0) <= fewest
            tiers = [self.tier(ring.queue, name) for name in names if stay.declines.get(name, 0) == fewest]
            assert same_round or self.tier(ring.queue, ring.agent) == min(tiers)

    def check_why(self, ring: Ring | CallBack) -> None:
        assert ring.agent in ring.why.considered
        named = [*ring.why.considered, *(skipped.agent for skipped in ring.why.skipped)]
        helped = ring.queue in self.helped
        team = [name for name, home in self.team(ring.queue).items() if helped or home == ring.queue]
        assert sorted(named) == sorted(team)
        assert ring.why.position == self.line(ring.queue).index(ring.call) + 1

    def head(self, name: QueueName, agent: AgentName) -> Stay | None:
        """Who is next in a queue for that agent, of those who have no phone ringing."""
        stays = (self.stays[call] for call in self.line(name))
        return next((stay for stay in stays if not stay.phones and self.can_take(stay, agent)), None)

    def can_take(self, stay: Stay, name: AgentName) -> bool:
        """Whether an agent may be offered a caller who wants one."""
        if stay.accepted is not None or stay.held:
            return False
        return not self.is_resting(stay) and self.reaches(stay, name) and self.is_free(name, stay.queue)

    def close(self, offer: OfferId) -> None:
        call, name, _ = self.offers.pop(offer)
        self.offers_over.append(offer)
        self.desks[name].ringing.discard(offer)
        del self.stays[call].phones[name]
        if self.stays[call].reserved == offer:
            self.stays[call].reserved = None
        if self.stays[call].accepted == offer:
            self.stays[call].accepted = None

    def decline(self, offer: OfferId) -> None:
        call, name, _ = self.offers[offer]
        self.back_off(self.stays[call], name)

    def miss(self, offer: OfferId) -> None:
        self.desks[self.offers[offer][1]].missed += 1

    def back_off(self, stay: Stay, name: AgentName) -> None:
        stay.declines[name] = stay.declines.get(name, 0) + 1
        desk = self.desks[name]
        desk.in_peace_until = max(desk.in_peace_until, self.now + self.queue_settings(stay.queue).retry)

    def end_stay(self, call: CallId) -> None:
        stay = self.stays.pop(call)
        for name, offer in stay.phones.items():
            del self.offers[offer]
            self.offers_over.append(offer)
            self.desks[name].ringing.discard(offer)
        self.over.append(call)

    # What the model knows ----------------------------------------------------------------------------

    def pick(self, which: int, things: list[Any]) -> Any:
        return things[which % len(things)]

    def waiting(self) -> list[CallId]:
        return [stay.call for stay in self.stays.values() if not stay.agent]

    def talking(self) -> list[CallId]:
        return [stay.call for stay in self.stays.values() if stay.agent]

    def ringing(self) -> list[OfferId]:
        """Offers that an agent could answer."""
        reserved = {stay.reserved for stay in self.stays.values()}
        return [offer for offer in self.offers if offer not in reserved]

    def was_answered(self, offer: OfferId) -> bool:
        """The duplicate of an answer that led to a conversation is no news while that call is in hand."""
        return any(
            isinstance(action, Connect) and action.offer == offer
            for _, _, actions in self.story
            for action in actions
        )

    def queue_settings(self, name: QueueName) -> QueueSettings:
        """In force, or the last that were."""
        if name in self.floor.queues:
            return self.floor.queues[name]
        floors = [event.settings for event, _, _ in self.story if isinstance(event, SettingsChanged)]
        return next(floor.queues[name] for floor in reversed(floors) if name in floor.queues)

    def latest_end(self, notes: WrapUp) -> float:
        """How far they may be extended by the settings in force now."""
        most = self.queue_settings(notes.queue).wrap_up_most
        return inf if most is None else notes.began + most

    def priority(self, stay: Stay) -> str:
        return stay.asked if stay.asked in self.floor.queues[stay.queue].priority else "default"

    def urgency(self, stay: Stay) -> tuple[int, float, float, int]:
        mine = self.floor.queues[stay.queue]
        if stay.advanced is not None:
            return (-3, -stay.advanced, stay.standing, stay.order)
        if mine.overdue is not None and stay.standing + mine.overdue <= self.now:
            return (-2, stay.standing, stay.standing, stay.order)
        first = mine.strategy == "vip-priority" and self.priority(stay) == "vip"
        score = mine.priority[self.priority(stay)] + mine.ageing * (self.now - stay.standing) + mine.weight
        return (-1 if first else 0, -score, stay.standing, stay.order)

    def line(self, name: QueueName) -> list[CallId]:
        waiting = [stay for stay in self.stays.values() if stay.queue == name and not stay.agent]
        return [stay.call for stay in sorted(waiting, key=self.urgency)]

    def team(self, name: QueueName) -> dict[AgentName, QueueName]:
        """Who is in a queue's team, or might help, and where each is at home."""
        mine = self.floor.queues[name]
        team = dict.fromkeys(mine.agents, name)
        for other in mine.overflow.to if mine.overflow else ():
            for each in self.floor.queues[other].agents:
                team.setdefault(each, other)
        return team

    def tier(self, queue: QueueName, name: AgentName) -> float:
        return self.floor.queues[queue].member(name).tier if self.team(queue)[name] == queue else inf

    def reaches(self, stay: Stay, name: AgentName) -> bool:
        """Whether a caller can be offered to an agent by now, free or not."""
        home = self.team(stay.queue).get(name)
        if home is None:
            return False
        if stay.preferred is not None:
            return name == stay.preferred
        if home != stay.queue and stay.queue not in self.helped:
            return False
        mine = self.floor.queues[stay.queue]
        return stay.standing + max(mine.member(name).after, self.skilled_after(stay, name)) <= self.now

    def skilled_after(self, stay: Stay, name: AgentName) -> float:
        mine, skills = self.floor.queues[stay.queue], self.floor.agents[name].skills
        needs = dict(mine.needs)
        for skill, level in stay.skills.items():
            needs[skill] = max(level, needs.get(skill, 0))
        if all(skills.get(skill, 0) >= level for skill, level in needs.items()):
            return 0.0
        for step in mine.relax:
            left = {skill: min(needs[skill], step.needs[skill]) for skill in needs if skill in step.needs}
            if all(skills.get(skill, 0) >= level for skill, level in left.items()):
                return step.after
        return inf

    def release(self) -> None:
        """Who cannot wait for the preferred agent alone any more never does again."""
        for stay in self.stays.values():
            if stay.queue not in self.floor.queues or not self.is_held(stay):
                stay.preferred = None

    def is_held(self, stay: Stay) -> bool:
        """Whether a caller who prefers an agent still waits for that one alone."""
        name, mine = stay.preferred, self.floor.queues[stay.queue]
        if name is None or name not in mine.agents or not self.now < stay.standing + mine.preferred_for:
            return False
        return self.serves(name, stay.queue)

    def serves(self, name: AgentName, home: QueueName, *, count_paused: bool = False) -> bool:
        desk = self.desks[name]
        return desk.reachable and (count_paused or not desk.paused) and home not in desk.signed_out

    def attended(self, name: QueueName) -> bool:
        mine = self.floor.queues[name]
        paused = mine.no_agents.count_paused
        return any(self.serves(each, name, count_paused=paused) for each in mine.agents)

    def is_resting(self, stay: Stay) -> bool:
        if stay.barred and stay.absent and not stay.phones:
            return True
        if not stay.resting:
            return False
        return stay.queue in self.closed or (stay.rest_until is not None and self.now < stay.rest_until)

    def is_free(self, name: AgentName, queue: QueueName) -> bool:
        desk, home = self.desks[name], self.team(queue)[name]
        if name not in self.floor.agents or desk.paused or desk.in_peace_until > self.now:
            return False
        if not desk.reachable or home in desk.signed_out:
            return False
        limit = self.floor.agents[name].calls
        return limit is None or desk.load(self.now) < limit
