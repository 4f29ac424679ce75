"""Callers who do not wait on the line, and are called when it is their turn: what the live switch does in
`calls/calling_back.py`, with customers who answer by chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.acd.actions import CallBack
from softswitch.acd.events import CallbackWanted, CustomerAnswered, CustomerNotReached
from softswitch.simulation.draws import Tap, stream
from softswitch.simulation.ledger import OTHERWISE, Wanted
from softswitch.simulation.traffic import Callbacks
from softswitch.types import AgentName, CallId, Seconds

if TYPE_CHECKING:
    from softswitch.simulation.world import Stay, World


class Customers:
    """Those of one queue."""

    def __init__(self, world: World, habit: Callbacks, queue: str, seed: int) -> None:
        self._world = world
        self._habit = habit
        self._wish = stream(seed, "callback", queue)
        self._luck = stream(seed, "reached", queue)
        self._answer = Tap(habit.answer, stream(seed, "customer", queue))

    def came(self, call: CallId) -> None:
        """Somebody has joined, and may want to be called back after a while."""
        if self._wish.random() < self._habit.share:
            self.plan(call, self._habit.after)

    def plan(self, call: CallId, after: Seconds) -> None:
        """Somebody who has joined will want it."""
        self._world.plan(self._world.now + after, self._want, call)

    def _want(self, call: CallId) -> None:
        world = self._world
        stay = world.here.get(call)
        if stay is None or not stay.waiting or stay.wanted is not None:
            return
        world.leave_line(stay, world.now - stay.joined, OTHERWISE)
        stay.wanted, stay.customers = Wanted(world.now), self
        stay.account.callbacks.append(stay.wanted)
        world.tell(CallbackWanted(call))

    def call(self, action: CallBack) -> None:
        """The customer first: the agent is rung once this one has answered."""
        self._ring(action.call, None)

    def connect(self, stay: Stay, agent: AgentName) -> None:
        """An agent is there: for a customer who is on the line they talk, else that one is rung."""
        if stay.on_line:
            self._world.talk(stay, agent)
        else:
            self._ring(stay.call, agent)

    def _ring(self, call: CallId, agent: AgentName | None) -> None:
        reached = self._luck.random() < self._habit.reached
        answered = self._reached if reached else self._missed
        self._world.plan(self._world.now + self._answer.next(), answered, (call, agent))

    def _reached(self, who: tuple[CallId, AgentName | None]) -> None:
        call, agent = who
        stay = self._world.here.get(call)
        if stay is None or stay.wanted is None:
            return
        stay.wanted.attempts += 1
        stay.on_line = True
        if agent is None:
            self._world.tell(CustomerAnswered(call))
        else:
            self._world.talk(stay, agent)

    def _missed(self, who: tuple[CallId, AgentName | None]) -> None:
        call, agent = who
        stay = self._world.here.get(call)
        if stay is None or stay.wanted is None:
            return
        stay.wanted.attempts += 1
        if agent is not None:
            self._world.let_go(agent)
        self._world.tell(CustomerNotReached(call))
