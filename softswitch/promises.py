"""Nobody is told of a change before it is on record: what was answered is there after a kill at any moment.

An event is a line in a file within 50 ms or so, and for so long the answer to whoever has changed something
waits, by whatever interface. While the disk is full, answers come late and all the same: the change has been
made. Who only reads does not wait for what others do meanwhile (`reads`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from softswitch.types import Seconds

LOOK: Seconds = 0.005
"""Between two looks."""

PATIENCE: Seconds = 2.0
"""How long an answer waits for a record that cannot be written."""


Command = TypeVar("Command", bound=Callable[..., Any])


def reads(command: Command) -> Command:
    """Says of a command that it changes nothing, so that its answer promises nothing."""
    vars(command)[_READS] = True
    return command


def changes(command: Callable[..., Any]) -> bool:
    """Whether a command may change something: all do that `reads` was not said of."""
    return not getattr(command, _READS, False)


_READS = "only_reads"


class Progress(Protocol):
    """How far the record is."""

    @property
    def newest(self) -> int:
        """The highest number of an event."""

    @property
    def written(self) -> int:
        """Up to which number events survive whatever happens to this process."""


class Promise:
    """Between a request and its answer."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._before = progress.newest

    async def kept(self) -> None:
        """Wait until all that has happened since the last time is on record; at once where nothing has."""
        before, upto = self._before, self._progress.newest
        self._before = upto
        if upto == before:
            return
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        while self._progress.written < upto and clock() < until:  # noqa: ASYNC110 - a thread writes
            await asyncio.sleep(LOOK)
