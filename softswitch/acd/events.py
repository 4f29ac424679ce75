"""What happened, as the engine is told: frozen, past tense, one sentence each.

Every event and action is plain data with a versioned JSON form (see `acd/wire.py`), and the same events in
the same order, with the same times, give the same actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from softswitch.acd.amendments import AgentAmended, CallerAdvanced, CallerPulled, QueueAmended
from softswitch.acd.estimate import Outcome
from softswitch.acd.record import record
from softswitch.acd.settings import EngineSettings
from softswitch.acd.stats import AgentFigures, QueueCounts
from softswitch.types import (
    AgentName,
    CallId,
    EndedBy,
    LeaveReason,
    OfferFailure,
    OfferId,
    QueueName,
    Seconds,
)


@record
class SettingsChanged:
    """Queues and agents were configured, at the start or by a reload. Waiting callers, offers, conversations
    and statistics stay; callers of a queue that is gone get `Leave`.
    """

    settings: EngineSettings


@record
class CallerJoined:
    """A caller asked to wait in a queue."""

    call: CallId
    queue: QueueName
    priority: str = "default"
    """The caller's priority class: a key of the queue's `priority`; an unknown one counts as default."""
    number: str = ""
    """The caller's number, for the record and the why, and to know who calls again."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """The least level of each skill that this caller needs, beside what the queue does."""
    preferred: AgentName | None = None
    """Who is to be rung first."""
    standing: Seconds | None = None
    """From when on the wait counts; None: from now. Of a callback from before a restart."""
    absent: bool = False
    """Nobody is on the line: to be called back."""
    attempts: int = 0
    """How often such a one was called back already, before a restart."""
    rests_until: Seconds | None = None
    """Until when such a one is not to be called back; None: at once, when it is the turn."""
    restored: bool = False
    """Such a one is from before a restart, and was counted then."""
    wanted: Seconds | None = None
    """When such a one asked for it, from which on `expires` counts; None: now."""
    barred: bool = False
    """Such a one cannot be called at the moment: no offers until `WayFound`."""
    held: bool = False
    """Has to hear something first: keeps the place, and is offered to nobody until `CallerReady`."""


@record
class CallerReady:
    """A caller who was held has heard what was to be heard first: agents' phones may ring."""

    call: CallId


@record
class CallerLeft:
    """A waiting caller is gone: hung up, or was led elsewhere by the shell."""

    call: CallId
    reason: LeaveReason = LeaveReason.HUNG_UP


@record
class PriorityChanged:
    """A waiting caller has another priority class from now on."""

    call: CallId
    priority: str


@record
class PlaceKept:
    """Somebody was cut off before a restart, and has the old place on calling again."""

    queue: QueueName
    number: str
    standing: Seconds
    until: Seconds
    priority: str = "default"


@record
class CallbackWanted:
    """A waiting caller need not stay on the line: the place stays, and the caller will be called back."""

    call: CallId


@record
class CustomerAnswered:
    """Somebody who is called back before an agent is has answered: now the agent is rung."""

    call: CallId


@record
class CustomerNotReached:
    """The attempt to call somebody back is over, and they did not talk: the agent is free, and there will be
    another one. Also where somebody answered who was a mailbox, or hung up at once.
    """

    call: CallId
    tried: bool = True
    """It came to the customer's own side, and counts. False: ours, or the carrier's, failed."""


@record
class WayLost:
    """There is no way to call somebody back at the moment: no attempt begins until `WayFound`."""

    call: CallId


@record
class WayFound:
    """There is one again."""

    call: CallId


@record
class OfferAccepted:
    """An agent's phone answered, and the agent hears who comes first: `OfferAnswered`, or `OfferFailed`, will
    follow. If the offer is no longer open, the engine says `CancelRing` again.
    """

    offer: OfferId


@record
class OfferAnswered:
    """An agent's phone answered. If the offer is no longer open, the engine says `CancelRing` again."""

    offer: OfferId


@record
class OfferPickedUp:
    """Another agent has taken the caller for whom a phone rings, from a phone of his own: `Connect` follows,
    by an offer of which there was no `Ring`. Nothing happens if the offer is no longer open, or that agent's.
    """

    offer: OfferId
    by: AgentName


@record
class OfferFailed:
    """Ringing an agent ended without an answer, not by our cancelling."""

    offer: OfferId
    failure: OfferFailure
    status: int = 0
    """The phone's final SIP status, 0 when there was none."""


@record
class ConnectFailed:
    """The agent's leg ended after its answer and before the two could talk: the caller keeps the old place,
    the agent is not rung again at once.
    """

    call: CallId


@record
class ConversationEnded:
    """Caller and agent talked, and one of them hung up. Wrap-up begins."""

    call: CallId
    ended_by: EndedBy = EndedBy.CALLER
    apart: Seconds = 0.0
    """For how long the two did not hear each other any more: the agent was handing the caller on."""


@record
class AgentCallStarted:
    """An agent is in a call outside the queues (dialled directly); it counts against the agent's limit."""

    agent: AgentName
    call: CallId


@record
class AgentCallEnded:
    """A call outside the queues is over."""

    agent: AgentName
    call: CallId


@record
class AgentPaused:
    """An agent takes no offers until resumed; conversations go on, an open offer is left to the phone."""

    agent: AgentName
    reason: str = ""
    since: Seconds | None = None
    """From when on it counts; None: from now. Of a pause from before a restart."""


@record
class AgentResumed:
    """An agent takes offers again."""

    agent: AgentName


@record
class WrapUpEnded:
    """An agent has done with the notes."""

    agent: AgentName


@record
class WrapUpExtended:
    """An agent needs more time for the notes."""

    agent: AgentName
    by: Seconds


@record
class AgentSignedIn:
    """An agent takes calls of a queue again."""

    agent: AgentName
    queue: QueueName | None = None
    """None: of all that the agent serves."""


@record
class AgentSignedOut:
    """An agent takes no more calls of a queue until signed in; conversations and open offers go on."""

    agent: AgentName
    queue: QueueName | None = None
    """None: of all that the agent serves."""
    since: Seconds | None = None
    """From when on it counts; None: from now. Of one from before a restart."""


@record
class PhonesReachable:
    """A phone of an agent of whom none was there has come."""

    agent: AgentName


@record
class PhonesUnreachable:
    """The last phone of an agent is gone: offers are taken back, conversations go on."""

    agent: AgentName


@record
class QueueOpened:
    """The hours of a queue have begun."""

    queue: QueueName


@record
class QueueClosed:
    """The hours of a queue are over."""

    queue: QueueName


@record
class FiguresRestored:
    """What was counted before a restart, and goes on counting."""

    queues: Mapping[QueueName, QueueCounts] = field(default_factory=dict)
    agents: Mapping[AgentName, AgentFigures] = field(default_factory=dict)


@record
class Notes:
    """What an agent writes on a call that ended before a restart."""

    call: CallId
    queue: QueueName
    ended: Seconds
    until: Seconds


@record
class AgentMemory:
    """What one agent was at before a restart."""

    idle_since: Seconds | None = None
    """When the last call, notes or offer ended; None: unknown."""
    notes: tuple[Notes, ...] = ()


@record
class Wait:
    """How long somebody waited before a restart."""

    waited: Seconds
    gave_up: bool
    """And hung up then."""


@record
class QueueMemory:
    """What one queue went by before a restart."""

    offered_last: AgentName | None = None
    """Whom its last caller was offered to; None: unknown."""
    handle_times: tuple[Seconds, ...] = ()
    """How long each of the last callers took an agent, the oldest first."""
    outcomes: tuple[Outcome, ...] = ()
    """Of the last estimates, the oldest first."""
    waits: tuple[Wait, ...] = ()
    """The last ones, the oldest first."""


@record
class MemoryRestored:
    """What is remembered beside figures, from before a restart: whose turn it is, and who writes notes."""

    queues: Mapping[QueueName, QueueMemory] = field(default_factory=dict)
    agents: Mapping[AgentName, AgentMemory] = field(default_factory=dict)


@record
class TimerExpired:
    """`next_deadline()` has come (or passed)."""


Event = (
    SettingsChanged
    | CallerJoined
    | CallerReady
    | CallerLeft
    | PriorityChanged
    | CallerAdvanced
    | CallerPulled
    | PlaceKept
    | CallbackWanted
    | CustomerAnswered
    | CustomerNotReached
    | WayLost
    | WayFound
    | OfferAccepted
    | OfferAnswered
    | OfferPickedUp
    | OfferFailed
    | ConnectFailed
    | ConversationEnded
    | AgentCallStarted
    | AgentCallEnded
    | AgentPaused
    | AgentResumed
    | WrapUpEnded
    | WrapUpExtended
    | AgentSignedIn
    | AgentSignedOut
    | QueueOpened
    | QueueClosed
    | QueueAmended
    | AgentAmended
    | PhonesReachable
    | PhonesUnreachable
    | FiguresRestored
    | MemoryRestored
    | TimerExpired
)
