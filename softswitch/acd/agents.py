"""One agent: what is in hand, whether one more call fits, and what the agent is doing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from softswitch.acd.deadlines import Timer
from softswitch.acd.explain import Skipped, SkipReason
from softswitch.acd.free import Key
from softswitch.acd.states import OfferState
from softswitch.types import AgentName, CallId, OfferId, QueueName, Seconds

if TYPE_CHECKING:
    from softswitch.acd.offers import Offer
    from softswitch.acd.queues import Queue


class AgentState(StrEnum):
    """What an agent is doing, for people to see; of several things at once the first of this list."""

    TALKING = "talking"
    RINGING = "ringing"
    RESERVED = "reserved"
    """A customer is called back, and then this agent."""
    OUTSIDE_CALL = "outside-call"
    WRAP_UP = "wrap-up"
    OFFLINE = "offline"
    """No phone can be reached."""
    SIGNED_OUT = "signed-out"
    """Of all queues."""
    PAUSED = "paused"
    BACK_OFF = "back-off"
    FREE = "free"


# Named here once: to find a member in its enum takes longer than all that is done with it, at every event.
_FREE: Final = AgentState.FREE
_TALKING: Final = AgentState.TALKING
_RINGING: Final = AgentState.RINGING
_RESERVED: Final = AgentState.RESERVED
_OUTSIDE_CALL: Final = AgentState.OUTSIDE_CALL
_WRAP_UP: Final = AgentState.WRAP_UP
_PAUSED: Final = AgentState.PAUSED
_BACK_OFF: Final = AgentState.BACK_OFF
_TALKS: Final = OfferState.TALKING
_RINGS: Final = OfferState.RINGING
_IS_RESERVED: Final = OfferState.RESERVED
_CLOSED: Final = OfferState.CLOSED


class Membership:
    """One place of one agent in one team."""

    queue: Queue
    place: int
    home: QueueName
    """The queue whose team the agent belongs to: another one, for who only helps while that overflows."""
    sheet: set[int] | None
    """Where the queue has it that something about this agent has changed."""
    key: Key = None
    """By which the queue has the agent among those who are free, while it does."""

    def __init__(self, queue: Queue, place: int, home: QueueName, sheet: set[int] | None) -> None:
        self.queue = queue
        self.place = place
        self.home = home
        self.sheet = sheet

    @property
    def helps(self) -> bool:
        """Belongs to another team."""
        return self.home != self.queue.name


class Agent:
    """One agent, also while the configuration no longer names them: conversations and figures stay."""

    name: AgentName
    idle_since: Seconds
    since: Seconds
    """When `state` began."""

    limit: int | None = 1
    level: int = 0
    employed: bool = True
    """Named by the settings in force."""
    memberships: list[Membership]
    """The queues served, and those that are helped."""
    skills: Mapping[str, int]

    offers: dict[OfferId, Offer]
    """All that are not closed."""
    in_hand: dict[OfferState, int]
    """How many offers are in each state, those that are closed too."""
    load: int = 0
    """Offers not closed, and outside calls."""
    outside: dict[CallId, None]
    """Calls that did not come through a queue."""

    paused: str | None = None
    """The reason, which may be empty; None: not paused."""
    reachable: bool
    """A phone is there."""
    signed_out: set[QueueName]
    """Queues of which the agent takes no calls at the moment."""
    back_off_until: Seconds = float("-inf")
    back_off: Timer | None = None
    pause_end: Timer | None = None
    """When the pause may last no longer."""
    missed: int = 0
    """Offers in a row that were not answered."""

    taken: int = 0
    talk_time: Seconds = 0.0

    changes: int = 0
    """Grows whenever something about the agent changes."""
    available: bool = False
    """As the queues have it noted."""
    state: AgentState = AgentState.FREE
    note: Skipped | None = None
    """Why this agent cannot be offered a call; None: can be, or was not asked about since a change."""
    noted: bool = False
    """Whether a queue has noted why this agent is passed over, since a change."""
    reasons: dict[AgentState, Skipped]
    """What was noted before, by the state that was the reason; of those without an end."""
    passed_over: Skipped
    """Free, while the strategy prefers another."""

    def __init__(
        self, name: AgentName, idle_since: Seconds, since: Seconds, *, reachable: bool = True
    ) -> None:
        self.name = name
        self.idle_since = idle_since
        self.since = since
        self.memberships = []
        self.skills = {}
        self.offers = {}
        self.in_hand = dict.fromkeys(OfferState, 0)
        self.outside = {}
        self.reachable = reachable
        self.signed_out = set()
        self.reasons = {}
        self.passed_over = Skipped(name, SkipReason.RANKED_LOWER)

    def take(self, offer: Offer) -> None:
        """One more phone rings, or will."""
        self.offers[offer.id] = offer
        self.in_hand[offer.state] += 1
        self.load += 1

    def recount(self, offer: Offer, before: OfferState) -> None:
        """One of the offers changed its state."""
        after = offer.state
        self.in_hand[before] -= 1
        self.in_hand[after] += 1
        if after is _CLOSED:
            del self.offers[offer.id]
            self.load -= 1

    def wrap_ups(self) -> list[Offer]:
        """The calls on which the agent still writes notes."""
        return [offer for offer in self.offers.values() if offer.state is OfferState.WRAP_UP]

    def fits_one_more(self, now: Seconds) -> bool:
        """Whether an offer may be made at `now`."""
        limit = self.limit
        return (
            (limit is None or self.load < limit)
            and self.employed
            and self.reachable
            and self.paused is None
            and self.back_off_until <= now
        )

    def has_a_line(self) -> bool:
        """Whether the phone has room for a call dialled directly; wrap-up does not occupy it."""
        if self.limit is None:
            return True
        ringing_or_talking = sum(offer.present for offer in self.offers.values())
        return ringing_or_talking + len(self.outside) < self.limit

    def doing(self, now: Seconds) -> AgentState:
        """What the agent is doing at `now`."""
        if not self.load:
            return self._resting(now) or _FREE
        in_hand = self.in_hand
        if in_hand[_TALKS]:
            return _TALKING
        if in_hand[_RINGS]:
            return _RINGING
        if in_hand[_IS_RESERVED]:
            return _RESERVED
        return _OUTSIDE_CALL if self.outside else _WRAP_UP

    def serves(self, queue: QueueName, *, paused: bool = False) -> bool:
        """Whether the agent is there for a queue of the memberships, if perhaps in a call; `paused`: a pause
        does not matter.
        """
        return self.reachable and (paused or self.paused is None) and queue not in self.signed_out

    def is_signed_out(self, queue: Queue) -> bool:
        """Of that queue, or of the one whose team helps there."""
        return any(each.queue is queue and each.home in self.signed_out for each in self.memberships)

    def _resting(self, now: Seconds) -> AgentState | None:
        if not self.reachable:
            return AgentState.OFFLINE
        if self.signed_out and all(each.home in self.signed_out for each in self.memberships):
            return AgentState.SIGNED_OUT
        if self.paused is not None:
            return _PAUSED
        return _BACK_OFF if self.back_off_until > now else None

    def until(self, state: AgentState) -> Seconds | None:
        """When that state ends by itself; None when nobody knows."""
        if state is _BACK_OFF:
            return self.back_off_until
        if state is _PAUSED:
            return self.pause_end.at if self.pause_end else None
        if state is _WRAP_UP:
            return min([offer.timer.at for offer in self.offers.values() if offer.timer])
        return None

    def why_not(self, now: Seconds) -> Skipped:
        """Why no offer fits at `now`; kept until something about the agent changes."""
        self.noted = True
        if self.note is None:
            full = self.limit is not None and self.load >= self.limit
            state = self.state if full else self._resting(now) or _FREE
            if state in _ENDING:
                self.note = Skipped(self.name, _REASON[state], self.until(state))
            else:
                self.note = self.reasons.get(state)
                if self.note is None:
                    self.note = self.reasons[state] = Skipped(self.name, _REASON[state])
        return self.note


_ENDING: Final = frozenset({AgentState.BACK_OFF, AgentState.PAUSED, AgentState.WRAP_UP})
"""States that may end by themselves."""


_REASON: Final = {
    AgentState.TALKING: SkipReason.TALKING,
    AgentState.RINGING: SkipReason.RINGING,
    AgentState.RESERVED: SkipReason.RESERVED,
    AgentState.OUTSIDE_CALL: SkipReason.OUTSIDE_CALL,
    AgentState.WRAP_UP: SkipReason.WRAP_UP,
    AgentState.OFFLINE: SkipReason.OFFLINE,
    AgentState.SIGNED_OUT: SkipReason.SIGNED_OUT,
    AgentState.PAUSED: SkipReason.PAUSED,
    AgentState.BACK_OFF: SkipReason.BACK_OFF,
    AgentState.FREE: SkipReason.RANKED_LOWER,
}
