"""How often each agent was rung, and what became of it: folded from the events of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId, CancelReason

KINDS = frozenset({Kind.OFFER_MADE, Kind.OFFER_ENDED, Kind.CALL_ENDED})
"""Of the events that tell of them."""

LOST = "lost"
"""How it ended: the switch crashed. The agent has neither missed nor declined it."""

_NEVER_RUNG = frozenset(
    {CancelReason.CALLER_LEFT, CancelReason.CUSTOMER_NOT_REACHED, CancelReason.QUEUE_CLOSED}
)
"""How it ends for an agent who was reserved while the customer was called."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One ringing of one agent that is over."""

    seq: int
    """The number of the event that ended it; of one that is `LOST`, of that which began it."""
    call: CallId
    agent: str
    queue: str
    """Empty: dialled directly."""
    at: float
    """When it began, seconds since the epoch."""
    result: str
    """`answered`, an OfferFailure, a CancelReason, or `LOST`."""


@dataclass(frozen=True, slots=True)
class _Ringing:
    """One that is not over."""

    seq: int
    at: float
    agent: str
    queue: str
    reserved: bool
    """The customer is called first."""


class OfferFold:
    """Turns events, in their order, into offers."""

    def __init__(self) -> None:
        self._ringing: dict[CallId, dict[str, _Ringing]] = {}
        """By call and offer."""

    def apply(self, event: Recorded) -> Sequence[Offer]:
        """Take an event; the offers that it ended. None where no phone rang: the agent was reserved, and the
        customer was not reached.
        """
        call = event.call
        if call is None:
            return ()
        data: Any = event.data
        agent = str(data.get("agent", ""))
        match event.kind:
            case Kind.OFFER_MADE:
                queue, reserved = str(data.get("queue") or ""), bool(data.get("reserved"))
                began = _Ringing(event.seq, event.at, agent, queue, reserved)
                self._ringing.setdefault(call, {})[str(data.get("offer"))] = began
            case Kind.OFFER_ENDED:
                unknown = _Ringing(event.seq, event.at, agent, "", reserved=False)
                rung = self._ringing.get(call, {}).pop(str(data.get("offer")), unknown)
                result = str(data.get("result", ""))
                if not rung.reserved or result not in _NEVER_RUNG:
                    return (Offer(event.seq, call, agent, rung.queue, rung.at, result),)
            case Kind.CALL_ENDED:
                left = self._ringing.pop(call, {}).values()
                if "last_seen" in data:
                    return [
                        Offer(rung.seq, call, rung.agent, rung.queue, rung.at, LOST)
                        for rung in left
                        if not rung.reserved
                    ]
        return ()
