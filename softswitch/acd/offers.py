"""What one caller takes of one agent: from the first ring over the conversation to the end of wrap-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.acd.deadlines import Timer
from softswitch.acd.explain import Why
from softswitch.acd.states import OFFER, OfferMove, OfferState, moved
from softswitch.types import OfferId, Seconds

if TYPE_CHECKING:
    from softswitch.acd.agents import Agent
    from softswitch.acd.queues import Queue
    from softswitch.acd.waiting import Caller


class Offer:
    """It counts against the agent's limit until closed, so an answer above the limit cannot happen."""

    id: OfferId
    caller: Caller
    agent: Agent
    queue: Queue
    rung: Seconds
    timer: Timer | None = None
    """The ring time; then the wrap-up."""
    state: OfferState
    answered: Seconds = 0.0
    in_time: bool = False
    """Whether the answer counted as in time."""
    ended: Seconds = 0.0
    """When wrap-up began."""
    why: Why | None = None
    """Kept while the customer is called back first."""

    def __init__(
        self,
        id: OfferId,
        caller: Caller,
        agent: Agent,
        queue: Queue,
        rung: Seconds,
        *,
        state: OfferState = OfferState.RINGING,
    ) -> None:
        self.id = id
        self.caller = caller
        self.agent = agent
        self.queue = queue
        self.rung = rung
        self.state = state

    @property
    def present(self) -> bool:
        """The caller is to come, rings or talks; in wrap-up the caller is gone."""
        return self.state in (OfferState.RESERVED, OfferState.RINGING, OfferState.TALKING)

    @property
    def open(self) -> bool:
        """Nobody has answered yet."""
        return self.state in (OfferState.RESERVED, OfferState.RINGING)

    @property
    def accepted(self) -> bool:
        """The agent has answered, and hears who comes."""
        return self.caller.accepted is self

    def move(self, move: OfferMove) -> None:
        """Change state, the agent's counts with it. Raises EngineError when that is impossible."""
        before = self.state
        self.state = moved(OFFER, before, move)
        self.agent.recount(self, before)
