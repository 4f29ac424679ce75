"""A floor as people know its rules: kept from what the engine is told and answers, to compare the two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from softswitch.acd.actions import Action, Announce, CancelRing, Connect, Leave, Ring
from softswitch.acd.chance import SplitMix64
from softswitch.acd.events import Event, SettingsChanged
from softswitch.acd.settings import AnnounceSettings, EngineSettings, QueueSettings
from softswitch.types import AgentName, CallId, CancelReason, OfferId, QueueName
from tests.acd.desk import agent, floor_of, queue

STRATEGIES = ("longest-idle", "round-robin", "ring-all", "hunt", "random", "vip-priority")
AGENTS = ("ann", "bob", "cid", "dot", "eva")


ANNOUNCEMENTS = (
    AnnounceSettings(),
    AnnounceSettings(position=True, wait=True, first=0.0, every=8.0),
    AnnounceSettings(position=True, first=3.0),
)


def floor_number(number: int) -> EngineSettings:
    """One of many floors: up to three queues, four or five agents with limits 1, 2 or none.

    Drawn by a number of its own, which is far quicker than having hypothesis draw every field; all figures
    are exact in binary, so that the model's sums are the engine's.
    """
    chance = SplitMix64(number)

    def one_of(*things: Any) -> Any:
        return things[chance.below(len(things))]

    names = one_of(AGENTS, AGENTS[:4], AGENTS[1:])
    agents = [agent(name, calls=one_of(1, 1, 1, 2, None), level=chance.below(3)) for name in names]
    queues = [
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
        )
        for name in one_of(("red", "blue"), ("red", "blue", "green"), ("blue",))
    ]
    return floor_of(*queues, *agents)


@dataclass
class Stay:
    """A caller as the model sees it."""

    call: CallId
    queue: QueueName
    asked: str
    joined: float
    order: int
    phones: dict[AgentName, OfferId] = field(default_factory=dict)
    declines: dict[AgentName, int] = field(default_factory=dict)
    agent: AgentName | None = None
    round: object = None
    """The why of the phones that were rung last."""
    joined_in: bool = False
    """That round added phones to some that rang already."""


@dataclass
class Desk:
    """An agent as the model sees it."""

    ringing: set[OfferId] = field(default_factory=set)
    talking: set[CallId] = field(default_factory=set)
    wrap_ups: list[float] = field(default_factory=list)
    outside: set[CallId] = field(default_factory=set)
    paused: bool = False
    reachable: bool = True
    signed_out: set[QueueName] = field(default_factory=set)
    in_peace_until: float = float("-inf")

    def load(self, now: float) -> int:
        wrap_ups = sum(end > now for end in self.wrap_ups)
        return len(self.ringing) + len(self.talking) + len(self.outside) + wrap_ups


class Model:
    """All callers, offers and agents; `follow` checks each action against the rules before it believes it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 64.0
        self.floor = EngineSettings()
        self.stays: dict[CallId, Stay] = {}
        self.over: list[CallId] = []
        self.offers: dict[OfferId, tuple[CallId, AgentName, float]] = {}
        """Those that ring: caller, agent, and until when."""
        self.offers_over: list[OfferId] = []
        self.desks: dict[AgentName, Desk] = {}
        self.story: list[tuple[Event, float, list[Action]]] = []

    # What the model makes of the answers -------------------------------------------------------------

    def follow(self, action: Action) -> None:
        match action:
            case Ring():
                self.follow_ring(action)
            case CancelRing(offer=offer, reason=reason):
                if offer in self.offers:
                    if reason is CancelReason.NO_ANSWER:
                        self.decline(offer)
                    self.close(offer)
            case Connect(call=call, offer=offer, agent=name):
                stay = self.stays[call]
                assert stay.agent is None, "connected twice"
                assert self.offers[offer][:2] == (call, name)
                self.close(offer)
                self.desks[name].talking.add(call)
                stay.agent = name
            case Leave(call=call):
                assert not self.stays[call].phones, "left while a phone rings"
                assert self.stays[call].agent is None
                self.end_stay(call)
            case Announce(call=call, position=position):
                assert self.stays[call].agent is None
                assert position in (None, self.line(self.stays[call].queue).index(call) + 1)

    def follow_ring(self, ring: Ring) -> None:
        stay, desk = self.stays[ring.call], self.desks[ring.agent]
        assert stay.agent is None
        assert stay.queue == ring.queue
        assert ring.agent not in stay.phones, "one phone rung twice for one caller"
        assert self.is_free(ring.agent, ring.queue), "no room for one more call"
        assert ring.agent in self.floor.queues[ring.queue].agents
        same_round = stay.round is ring.why
        heads = [head for name in self.floor.queues if (head := self.head(name, ring.agent))]
        if not stay.phones:
            ahead = [head.call for head in heads if self.urgency(head) < self.urgency(stay)]
            assert not ahead, "somebody was to be served first"
        elif not same_round:
            assert not heads, "somebody has no phone ringing at all"
        if not same_round:
            stay.joined_in = bool(stay.phones)
        if not stay.joined_in:
            team = self.floor.queues[ring.queue].agents
            fewest = min(stay.declines.get(name, 0) for name in team if self.is_free(name, ring.queue))
            assert stay.declines.get(ring.agent, 0) <= fewest
        assert ring.agent in ring.why.considered
        named = [*ring.why.considered, *(skipped.agent for skipped in ring.why.skipped)]
        assert sorted(named) == sorted(self.floor.queues[ring.queue].agents)
        assert ring.why.position == self.line(ring.queue).index(ring.call) + 1
        stay.round = ring.why
        stay.phones[ring.agent] = ring.offer
        desk.ringing.add(ring.offer)
        self.offers[ring.offer] = (ring.call, ring.agent, self.now + ring.timeout)

    def head(self, name: QueueName, agent: AgentName) -> Stay | None:
        """Who is next in a queue that the agent serves and has no phone ringing."""
        if agent not in self.floor.queues[name].agents or name in self.desks[agent].signed_out:
            return None
        return next((self.stays[call] for call in self.line(name) if not self.stays[call].phones), None)

    def close(self, offer: OfferId) -> None:
        call, name, _ = self.offers.pop(offer)
        self.offers_over.append(offer)
        self.desks[name].ringing.discard(offer)
        del self.stays[call].phones[name]

    def decline(self, offer: OfferId) -> None:
        call, name, _ = self.offers[offer]
        self.back_off(self.stays[call], name)

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

    def priority(self, stay: Stay) -> str:
        return stay.asked if stay.asked in self.floor.queues[stay.queue].priority else "default"

    def urgency(self, stay: Stay) -> tuple[bool, float, int]:
        mine = self.floor.queues[stay.queue]
        first = mine.strategy == "vip-priority" and self.priority(stay) == "vip"
        score = mine.priority[self.priority(stay)] + mine.ageing * (self.now - stay.joined)
        return (not first, -score, stay.order)

    def line(self, name: QueueName) -> list[CallId]:
        waiting = [stay for stay in self.stays.values() if stay.queue == name and not stay.agent]
        return [stay.call for stay in sorted(waiting, key=self.urgency)]

    def is_free(self, name: AgentName, queue: QueueName) -> bool:
        desk = self.desks[name]
        if name not in self.floor.agents or desk.paused or desk.in_peace_until > self.now:
            return False
        if not desk.reachable or queue in desk.signed_out:
            return False
        limit = self.floor.agents[name].calls
        return limit is None or desk.load(self.now) < limit
