"""Where a call goes on, beside the configuration's destinations: to somebody whom a transfer has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from softswitch.calls.call import Call
from softswitch.errors import LegError
from softswitch.ports import Leg
from softswitch.types import AgentName, Destination


@runtime_checkable
class NextParty(Protocol):
    """Somebody to talk to next, who may still be ringing. Whoever has one closes it."""

    agent: AgentName | None
    """Who that is; None: nobody of the house."""

    number: str
    """Who that is, of somebody outside."""

    async def answered(self) -> Leg:
        """The leg to talk to, as soon as it is answered; meanwhile the other side hears ringing.

        Raises LegError, and TimeoutError when nobody answers. May be awaited again after being cancelled.
        """

    def status_of(self, error: LegError | TimeoutError) -> int:
        """What it means, as a SIP status, that nobody answered."""

    def moved_to(self, call: Call) -> None:
        """It is another call's from now on."""

    def close(self, but: Leg | None = None) -> None:
        """Hang up, on the leg `but` not; the agent is in this call no more."""


@dataclass(frozen=True, slots=True)
class Riding:
    """Talk in somebody else's call, whose conversation wires both, until that one's leg is over."""

    leg: Leg


Onward = Destination | NextParty | Riding
