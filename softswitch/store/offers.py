"""How often each agent was rung, and what became of it: folded from the events of calls."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.types import CallId


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
        self._ringing: dict[CallId, dict[str, tuple[str, float]]] = {}
        """The queue and the moment, by call and offer."""

    def apply(self, event: Recorded) -> Offer | None:
        """Take an event; the offer that it ended."""
        call = event.call
        if call is None:
            return None
        match event.kind:
            case Kind.OFFER_MADE:
                began = (str(event.data.get("queue") or ""), event.at)
                self._ringing.setdefault(call, {})[str(event.data.get("offer"))] = began
            case Kind.OFFER_ENDED:
                queue, at = self._ringing.get(call, {}).pop(str(event.data.get("offer")), ("", event.at))
                agent, result = str(event.data.get("agent", "")), str(event.data.get("result", ""))
                return Offer(event.seq, call, agent, queue, at, result)
            case Kind.CALL_ENDED:
                self._ringing.pop(call, None)
        return None
