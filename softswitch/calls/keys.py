"""Keys that a caller presses while waiting: those that lead somewhere, and others, which do nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.rules import Entrance
from softswitch.types import Destination

_NO_KEYS = Entrance()


class Keys:
    """What one caller can press in the queue where the call is now."""

    def __init__(self, switch: Switch, call: Call) -> None:
        """What was pressed before is not heeded."""
        entrances = switch.settings.entrances
        self._keys = (entrances.get(call.queue, _NO_KEYS) if call.queue else _NO_KEYS).keys
        self._call = call
        while self._keys and not call.leg.digits.empty():
            call.leg.digits.get_nowait()

    @contextmanager
    def heeded(self, group: asyncio.TaskGroup, pressed: Callable[[Destination], None]) -> Iterator[None]:
        """A block in which keys count; the music goes on. `pressed` is told where one leads."""
        if not self._keys:
            yield
            return
        self._call.leg.await_keys(True)
        heeding = group.create_task(self._heed(pressed), name=f"keys {self._call.id}")
        try:
            yield
        finally:
            heeding.cancel()
            self._call.leg.await_keys(False)

    async def _heed(self, pressed: Callable[[Destination], None]) -> None:
        while True:
            key = await self._call.leg.digits.get()
            self._call.note("DigitsPressed", digits=key, queue=self._call.queue)
            if (to := self._keys.get(key)) is not None:
                pressed(to)
