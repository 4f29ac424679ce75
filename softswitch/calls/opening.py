"""Tells the queue engine when queues open and close: it knows no calendar."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from softswitch.acd.events import QueueClosed, QueueOpened
from softswitch.calls.switch import Switch
from softswitch.hours import Standing, state
from softswitch.types import QueueName, Seconds

LONGEST: Seconds = 3600.0
"""A clock that is set, or a zone whose rules change, is noticed within this time."""


class Opening:
    """One watch for all queues; `look` is to be called after a reload."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._closed: set[QueueName] = set()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._changed.clear()
            wait = self.look()
            try:
                async with asyncio.timeout(min(wait, LONGEST)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def changed(self) -> None:
        """Hours, or whose they are, have changed."""
        self._changed.set()

    def look(self) -> Seconds:
        """Open and close what is to be now. Returns for how long all stays so."""
        settings, now = self._switch.settings, self._switch.clock.now()
        moment, wait = datetime.fromtimestamp(now, UTC), LONGEST
        for queue in settings.engine.queues:
            name = settings.queue_hours.get(queue)
            if name is None:
                self._turn(queue, closed=False)
                continue
            found = state(settings.hours.schedules[name], moment)
            self._turn(queue, closed=found.standing is not Standing.OPEN)
            if found.until is not None:
                wait = min(wait, max(found.until.timestamp() - now, 0.0))
        self._closed &= settings.engine.queues.keys()
        return wait

    def _turn(self, queue: QueueName, *, closed: bool) -> None:
        if closed is (queue in self._closed):
            return
        (self._closed.add if closed else self._closed.discard)(queue)
        self._switch.journal.note("QueueClosed" if closed else "QueueOpened", queue=queue)
        self._switch.dispatcher.feed(QueueClosed(queue) if closed else QueueOpened(queue))
