"""One thread that writes lines in batches, so that neither SIP nor audio ever waits for a disk.

What is promised: a line reaches the kernel within about 50 ms (it then survives a killed process) and the
disk itself within about a second (it then survives a power cut). While writing fails, lines stay in memory up
to a limit and are written in order once it works again; the failure is logged at once and every minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

import structlog

from softswitch.errors import StoreError
from softswitch.store.lines import LineFile
from softswitch.types import Seconds

BATCH: Seconds = 0.05
"""How long lines gather before they are written together."""

SYNC: Seconds = 1.0
"""fsync at most so often."""

RETRY: Seconds = 1.0
"""How long a failing file is left alone."""

ALARM: Seconds = 60.0
"""How often a failure that lasts is logged."""

CHUNK = 1000
"""Lines per write: when space returns bit by bit, a backlog is written bit by bit."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A new file begins here; the one so far gets this name."""

    name: str


class Writer:
    """Appends lines to a file; `put` from one thread, everything that blocks in its own."""

    def __init__(self, file: LineFile, *, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`limit`: lines kept in memory while they cannot be written."""
        self._file = file
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[bytes | Turn] = []
        self._unsynced = False
        self._synced_at = clock()
        self._alarmed_at: float | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="record-writer", daemon=True)
        self.problem: str | None = None
        """Why nothing can be written at the moment; None: all is well."""

    def start(self) -> None:
        """Open the file and begin. Raises StoreError when that cannot be done."""
        try:
            cut = self._file.open()
        except OSError as error:
            raise StoreError(
                f"the record {self._file.path} cannot be opened: {error.strerror}. Check the folder's owner "
                "and free space, or name another one with --data DIR."
            ) from error
        if cut:
            advice = "a torn last line was removed"
            log.warning("RecordMended", file=str(self._file.path), cut_bytes=cut, advice=advice)
        self._thread.start()

    @property
    def count(self) -> int:
        """Lines in memory."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether `put` must not be called: memory holds as many lines as it may."""
        return len(self._waiting) >= self._limit

    def put(self, line: bytes | Turn) -> None:
        """Take one line with its end. Never blocks."""
        with self._lock:
            self._waiting.append(line)
        if not self._wake.is_set():
            self._wake.set()

    def close(self, patience: Seconds = 5.0) -> bool:
        """Write what is waiting and stop; False when that took too long (a stalled disk) or failed."""
        self._closing.set()
        self._wake.set()
        self._thread.join(patience)
        return not self._thread.is_alive() and not self._waiting

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(None if not self._unsynced else SYNC)
            self._wake.clear()
            self._closing.wait(BATCH)
            if not self.step():
                self._closing.wait(RETRY)
                self._wake.set()
        self.step(sync=True)
        self._file.close()

    def step(self, *, sync: bool = False) -> bool:
        """Write what is waiting now, sync when it is time or asked for; False when a file failed. Blocks."""
        try:
            while chunk := self._waiting[:CHUNK]:
                self._done(self._write(chunk))
            if sync or self._clock() - self._synced_at >= SYNC:
                self._sync()
        except (OSError, StoreError) as error:
            self._failed(error)
            return False
        self._recovered()
        return True

    def _write(self, chunk: list[bytes | Turn]) -> int:
        """Write the lines up to the next turn, or take the turn; returns how many of the chunk that was."""
        lines = list(takewhile(lambda each: isinstance(each, bytes), chunk))
        if not lines:
            turn = chunk[0]
            assert isinstance(turn, Turn)
            self._file.turn(turn.name)
            return 1
        self._file.append(b"".join(lines))  # type: ignore[arg-type]
        self._unsynced = True
        return len(lines)

    def _done(self, count: int) -> None:
        with self._lock:
            del self._waiting[:count]

    def _sync(self) -> None:
        self._synced_at = self._clock()
        if self._unsynced:
            self._file.sync()
            self._unsynced = False

    def _failed(self, error: Exception) -> None:
        self.problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
        now = self._clock()
        if self._alarmed_at is None or now - self._alarmed_at >= ALARM:
            self._alarmed_at = now
            log.error(
                "RecordFailing",
                problem=self.problem,
                folder=str(self._file.path.parent),
                kept_in_memory=self.count,
                room_for=self._limit,
                advice="calls go on; free space or repair the disk, and everything kept is written in order",
            )

    def _recovered(self) -> None:
        if self.problem is not None:
            self.problem = None
            self._alarmed_at = None
            log.warning("RecordWorking", advice="what was kept in memory has been written")
