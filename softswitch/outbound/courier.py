"""What senders to other systems share: a thread with a loop of its own, and when they try again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from softswitch.types import Seconds

LOOK: Seconds = 0.25
"""Between two looks for more."""

TROUBLE: Seconds = 2.0
"""How long the database is left alone when it fails."""

RETRIES: tuple[Seconds, ...] = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""How long after each failure the next attempt comes; the last one from then on."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, so that tests need not wait."""

    now: Callable[[], float] = time.time
    """Seconds since the epoch."""


def pause_after(failures: int) -> Seconds:
    """How long to wait after so many failures, from 1."""
    return RETRIES[min(failures, len(RETRIES)) - 1]


class Courier:
    """A thread that works until it is closed, once it was started."""

    def __init__(self, name: str, serve: Callable[[], Coroutine[None, None, None]]) -> None:
        """`serve` ends soon after `closing` is set."""
        self._name = name
        self._serve = serve
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        """The thread's; None: it does not run."""

    @property
    def closing(self) -> bool:
        """Whether it is to end."""
        return self._closing.is_set()

    async def closed(self) -> None:
        """Until it is to end."""
        while not self._closing.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(LOOK)

    def start(self) -> None:
        """Begin; a second time does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def close(self, patience: Seconds = 5.0) -> None:
        """End; what is left to do is done after the next start."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._serve()

        try:
            asyncio.run(serve())
        finally:
            self.loop = None
