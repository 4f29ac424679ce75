"""Events as they come, for many viewers: read once from the record's database, written once, handed to all.

Whatever a viewer sees is on record; a viewer who comes again names the last number that was seen, and misses
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import structlog

from softswitch.errors import StoreError
from softswitch.types import Seconds
from softswitch.web.lines import Line
from softswitch.web.operations import Pages

log = structlog.get_logger(__name__)

LOOK: Seconds = 0.1
"""Between two looks whether there is more."""

PAGE = 500
"""Events read at a time."""

BEHIND = 5000
"""Events that a viewer may be behind; whoever does not read is let go, and may come again."""

VIEWERS = 100
"""At once."""


class TooMany(Exception):
    """There are as many viewers as there may be."""


class Viewer:
    """One who looks on."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[Line | None] = asyncio.Queue()
        self._over = False

    def put(self, lines: list[Line]) -> None:
        """More has come."""
        if self._over:
            return
        for line in lines:
            self._lines.put_nowait(line)
        if self._lines.qsize() > BEHIND:
            self.end()

    def end(self) -> None:
        """There will be no more; what is there may still be read."""
        self._over = True
        self._lines.put_nowait(None)

    async def next(self, patience: Seconds) -> Line | None:
        """The next one; None: there will be none. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            return await self._lines.get()


class Live:
    """All viewers, and the one who reads for them while there are any."""

    def __init__(
        self, pages: Pages, loaded: Callable[[], int], newest: Callable[[], int] | None = None
    ) -> None:
        """`loaded`: the highest number in the database; `newest`: of the record, which the database may lag
        behind, as after a start.
        """
        self._pages = pages
        self._loaded = loaded
        self._newest = newest or loaded
        self._position = 0
        self._viewers: set[Viewer] = set()
        self._reader: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """The switch ends."""
        return self._closed

    @property
    def end(self) -> int:
        """The highest number of an event: a higher one is of another record."""
        return max(self._newest(), self._position)

    @property
    def count(self) -> int:
        """How many look on."""
        return len(self._viewers)

    def close(self) -> None:
        """Nothing more comes: viewers see what they have, and their streams end."""
        self._closed = True
        for viewer in self._viewers:
            viewer.end()
        if self._reader is not None:
            self._reader.cancel()

    async def watch(self, after: int | None, patience: Seconds) -> AsyncGenerator[Line | None]:
        """The events that follow number `after` (None: those from now on; never beyond `end`), without end;
        None whenever nothing has come for `patience` seconds. Raises TooMany, StoreError.
        """
        viewer = self._join()
        try:
            seen = self._position if after is None else after
            while seen < self._position:  # the past; what comes meanwhile waits in the viewer's queue
                late = self._loaded() <= seen
                page = [] if late else await self._pages.lines(seen, PAGE)
                if not page:
                    if not late or self._closed:
                        break
                    await asyncio.sleep(LOOK)  # the database lags behind the record, as after a start
                    yield None
                    continue
                for event in page:
                    yield event
                seen = page[-1][0]
            while True:
                try:
                    line = await viewer.next(patience)
                except TimeoutError:
                    yield None
                    continue
                if line is None:
                    return
                if line[0] > seen:
                    yield line
        finally:
            self._viewers.discard(viewer)

    def _join(self) -> Viewer:
        if len(self._viewers) >= VIEWERS:
            raise TooMany
        viewer = Viewer()
        self._viewers.add(viewer)
        if self._closed:
            viewer.end()
        elif self._reader is None or self._reader.done():
            self._position = max(self._loaded(), self._newest())
            self._reader = asyncio.create_task(self._read(), name="events for viewers")
        return viewer

    async def _read(self) -> None:
        while self._viewers:
            await asyncio.sleep(LOOK)
            if self._loaded() <= self._position:
                continue
            try:
                lines = await self._pages.lines(self._position, PAGE)
            except StoreError as error:
                log.warning("web.events_wait", why=str(error))
                await asyncio.sleep(1.0)
                continue
            if not lines:
                continue
            self._position = lines[-1][0]
            for viewer in self._viewers:
                viewer.put(lines)
