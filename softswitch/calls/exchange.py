"""Who talks with whom, by leg: how a transfer finds the calls behind two dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

from softswitch.acd.actions import Ring
from softswitch.ports import Leg, Referral
from softswitch.types import CallId, Language, LegId

if TYPE_CHECKING:
    from softswitch.calls.bridge import Conversation
    from softswitch.calls.call import Call, Move
    from softswitch.calls.onward import Onward, OwnWay
    from softswitch.calls.ringing import Ringing
    from softswitch.calls.supervising import Supervision


class Adopt(Protocol):
    """Makes a leg that this switch has dialled the caller's leg of a call of its own."""

    def __call__(self, leg: Leg, begins: Onward, before: Call, move: Move) -> CallId:
        """It begins with `begins`; `before` is the call in which the move was made."""


class Lead(Protocol):
    """Begins a call with nobody on the line."""

    def __call__(self, leg: Leg, begins: OwnWay, language: Language, callback: CallId) -> Call:
        """`leg` stands for whom it is with; `callback`: the call in which a callback was wanted."""


class Refer(Protocol):
    """Does what a REFER asks for."""

    def __call__(self, conversation: Conversation, mover: Leg, referral: Referral) -> int:
        """`mover`: the agent's leg, of the two in the conversation. Returns the status to answer with."""


class Exchange:
    """Every call and every conversation in progress."""

    def __init__(self) -> None:
        self.calls: dict[LegId, Call] = {}
        """By the caller's leg."""
        self.conversations: dict[LegId, Conversation] = {}
        """By each of their two legs."""
        self.offered: dict[LegId, Ring] = {}
        """Offers of queues by the legs that ring for them."""
        self.introduced: WeakSet[Leg] = WeakSet()
        """Whoever has been in a conversation: the phone shows with whom."""
        self.ringing: dict[Ringing, None] = {}
        """Agents' phones that ring outside the queues, those that do longest first."""
        self.supervisions: dict[CallId, Supervision] = {}
        """Supervisors in conversations of others, by the calls of their own phones."""
        self.adopt: Adopt
        """Set, as the next one, by whoever is the parent of all calls."""
        self.refer: Refer
        self.lead: Lead
