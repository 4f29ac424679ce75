"""Callers who gave up and call again: about the same matter, with patience of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softswitch.simulation.draws import Tap, stream
from softswitch.simulation.traffic import QueueTraffic, Redial

if TYPE_CHECKING:
    from softswitch.simulation.world import Stay, World


class Redials:
    """Those of one queue."""

    def __init__(self, world: World, habit: Redial, traffic: QueueTraffic, seed: int) -> None:
        self._world = world
        self._habit = habit
        self._wish = stream(seed, "redial", traffic.queue)
        self._after = Tap(habit.after, stream(seed, "redial after", traffic.queue))
        self._patience = Tap(traffic.patience, stream(seed, "redial patience", traffic.queue))

    def gave_up(self, stay: Stay) -> None:
        """Somebody has hung up, and may call again later, if that is still within the day."""
        world = self._world
        at = world.now + self._after.next()
        if (
            self._wish.random() < self._habit.share
            and stay.tries <= self._habit.most
            and at < world.traffic.span
        ):
            world.plan(at, self._call_again, stay)

    def _call_again(self, stay: Stay) -> None:
        world, queue = self._world, stay.account.name
        patience = self._patience.next()
        world.come(
            (world.now, queue, stay.priority, stay.number, stay.talk, patience, stay.more), stay.tries + 1
        )
