"""Where a call goes on, beside the configuration's destinations: to somebody whom a transfer has found."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

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


class Riding:
    """Talk in somebody else's call, whose conversation wires both, until that one's leg is over or this
    one is handed on.
    """

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._onward: asyncio.Future[Onward] = asyncio.get_running_loop().create_future()

    async def over(self) -> Onward | None:
        """Until it is over; returns where to go on."""
        moments: set[asyncio.Future[Any]] = {self._leg.ended, self._onward}
        try:
            await asyncio.wait(moments, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if self._onward.done() and isinstance(onward := self._onward.result(), NextParty):
                onward.close()  # nobody is left to go on
            raise
        return self._onward.result() if self._onward.done() else None

    def hand_on(self, onward: Onward) -> None:
        """Go on elsewhere."""
        if not self._onward.done():
            self._onward.set_result(onward)


class OwnWay(ABC):
    """A call that began with nobody on the line, and leads itself."""

    @abstractmethod
    async def lead(self) -> Onward | None:
        """All of it; returns where to go on."""


class Aside(ABC):
    """What somebody was rung for: to take part in a conversation of others."""

    @abstractmethod
    async def lead(self, call: Call) -> Onward | None:
        """All of it, in the call of whoever was rung; returns where to go on."""


@dataclass(frozen=True, slots=True)
class PickUp:
    """Take what rings at a colleague."""

    colleague: AgentName | None = None
    """None: at any."""
    leg: Leg | None = None
    """What rings there; None: anything."""


@dataclass(frozen=True, slots=True)
class HearMessages:
    """Hear those of the own mailboxes."""


Onward = Destination | NextParty | Riding | PickUp | HearMessages | OwnWay | Aside
