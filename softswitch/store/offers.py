"""How often each agent was rung, and what became of it: folded from the events of calls."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId, CancelReason

KINDS = frozenset({Kind.OFFER_MADE, Kind.OFFER_ENDED, Kind.CALL_ENDED})
"""Of the events that tell of them."""

_NEVER_RUNG = frozenset(
    {CancelReason.CALLER_LEFT, CancelReason.CUSTOMER_NOT_REACHED, CancelReason.QUEUE_CLOSED}
)
"""How it ends for an agent who was reserved while the customer was called."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One ringing of one agent that is over."""

    seq: int
    """The number of the event that ended it."""
    call: CallId
    agent: str
    queue: str
    """Empty: dialled directly."""
    at: float
    """When it began, seconds since the epoch."""
    result: str
    """`answered`, an OfferFailure or a CancelReason."""


class OfferFold:
    """Turns events, in their order, into offers."""

    def __init__(self) -> None:
        self._ringing: dict[CallId, dict[str, tuple[str, float, bool]]] = {}
        """The queue, the moment and whether the agent was only reserved, by call and offer."""

    def apply(self, event: Recorded) -> Offer | None:
        """Take an event; the offer that it ended. None where no phone rang: the agent was reserved, and the
        customer was not reached.
        """
        call = event.call
        if call is None:
            return None
        match event.kind:
            case Kind.OFFER_MADE:
                began = (str(event.data.get("queue") or ""), event.at, bool(event.data.get("reserved")))
                self._ringing.setdefault(call, {})[str(event.data.get("offer"))] = began
            case Kind.OFFER_ENDED:
                unknown = ("", event.at, False)
                queue, at, reserved = self._ringing.get(call, {}).pop(str(event.data.get("offer")), unknown)
                agent, result = str(event.data.get("agent", "")), str(event.data.get("result", ""))
                if reserved and result in _NEVER_RUNG:
                    return None
                return Offer(event.seq, call, agent, queue, at, result)
            case Kind.CALL_ENDED:
                self._ringing.pop(call, None)
        return None
