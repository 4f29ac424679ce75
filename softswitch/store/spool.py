"""The record on its first stop: lines in files, appended before anybody hears of what happened.

| file | holds |
|---|---|
| `events.jsonl` | the events of now; one writer, whole lines, at most 50 ms old |
| `events-000000012345.jsonl` | older ones, up to that number; deleted once the database has them |

A new file begins with a line that says which calls were in progress, so that after a crash this file alone
tells whose calls were lost.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from softswitch.errors import StoreError
from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded, StoreHealth
from softswitch.store.call_record import LOST
from softswitch.store.encoding import decode, dumps, encode
from softswitch.store.lines import LineFile, read_lines, read_lines_backwards
from softswitch.store.writer import Turn, Writer
from softswitch.types import CallId, EndedBy

EVENTS = "events.jsonl"
OLDER = "events-*.jsonl"

TURN = 64 * 1024 * 1024
"""Bytes after which a new file begins."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """By a run that is over."""

    last: int = 0
    """The number of the last event."""
    at: float = 0.0
    """When that was, seconds since the epoch."""
    open: tuple[CallId, ...] = ()
    """The calls that were in progress."""


class Spool:
    """The files of a folder, from opening to `close`."""

    def __init__(
        self, folder: Path, *, limit: int = 100_000, turn: int = TURN, loaded: Left | None = None
    ) -> None:
        """Open the folder's record, or begin one; a call that a crash cut short is ended as lost.

        `limit`: how many lines may wait in memory while the disk fails (about 0.5 kB each). `turn`: bytes.
        `loaded`: what the database says of the last run, which counts where files are lost.
        Raises StoreError: the folder cannot be written, or another switch does.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the data folder {folder} cannot be made: {error.strerror}. Make it, or name another one "
                "with --data DIR."
            ) from error
        self.lines = LineFile(folder / EVENTS)
        """The events of now, for whoever reads them while they are written."""
        self._writer = Writer(self.lines, limit=limit)
        self._writer.start()
        self._turn, self._bytes = turn, self.lines.size
        self._lost = 0
        self._gap: Recorded | None = None
        left = _latest(_left_by_the_last_run(folder), loaded)
        self._last, self._seen, self._open = left.last, left.at, dict.fromkeys(left.open)
        self._close_lost_calls()

    @property
    def last(self) -> int:
        """See `ports.Store`."""
        return self._last

    def append(self, event: Recorded) -> None:
        """See `ports.Store`."""
        self._last, self._seen = event.seq, event.at
        if event.kind == Kind.CALL_ARRIVED and event.call is not None:
            self._open[event.call] = None
        elif event.kind == Kind.CALL_ENDED and event.call is not None:
            self._open.pop(event.call, None)
        if self._writer.full:
            self._lose(event)
            return
        self._tell_of_gap()
        line = encode(event)
        self._writer.put(line)
        self._bytes += len(line)
        if self._bytes >= self._turn:
            self._bytes = 0
            self._writer.put(Turn(f"events-{event.seq:012}.jsonl"))
            self._writer.put(self._heading())

    def health(self) -> StoreHealth:
        """See `ports.Store`."""
        return StoreHealth(self._last, self._writer.count, self._lost, self._writer.problem)

    def close(self) -> None:
        """See `ports.Store`."""
        self._tell_of_gap()
        if not self._writer.close():
            log.error("RecordIncomplete", unwritten=self._writer.count, problem=self._writer.problem)

    def _lose(self, event: Recorded) -> None:
        """Count an event that finds no place; the marker takes the number of the first one of the gap."""
        self._lost += 1
        if self._gap is None:
            advice = "memory holds no more of them while the disk is full (`events_in_memory`); calls go on"
            log.error("EventsLost", since=event.seq, problem=self._writer.problem, advice=advice)
        first = self._gap or event
        gap = {"count": event.seq - first.seq + 1, "last": event.seq}
        self._gap = Recorded(first.seq, first.at, Kind.EVENTS_LOST, None, gap)

    def _tell_of_gap(self) -> None:
        if self._gap is not None:
            log.error("EventsLost", since=self._gap.seq, **self._gap.data)
            self._writer.put(encode(self._gap))
            self._gap = None

    def _heading(self) -> bytes:
        """The first line of a new file."""
        return dumps({"after": self._last, "at": self._seen, "open": list(self._open)}).encode() + b"\n"

    def _close_lost_calls(self) -> None:
        """After a crash: end the calls that were in progress."""
        now, seen, lost = time.time(), self._seen, list(self._open)
        for call in lost:
            data: dict[str, JsonValue] = {
                "ended_by": EndedBy.SWITCH,
                "status": 0,
                "reason": LOST,
                "last_seen": seen,
            }
            self.append(Recorded(self._last + 1, now, Kind.CALL_ENDED, call, data))
        if lost:
            log.warning("CallsLost", calls=len(lost), advice="the switch had not been stopped in order")


def read_events(folder: Path) -> Iterator[Recorded]:
    """The events in the files of a folder, in order; lines that are none are passed over."""
    for file in files(folder):
        for line in read_lines(file):
            event = decode(line)
            if event is not None:
                yield event


def files(folder: Path) -> list[Path]:
    """Those that there are, in the order of their events."""
    return [*sorted(folder.glob(OLDER)), folder / EVENTS]


def backwards(folder: Path) -> Iterator[Recorded]:
    """The events in the files of a folder, the newest first, read no further than they are asked for."""
    for line in _backwards(folder):
        event = decode(line)
        if event is not None:
            yield event


def _latest(files: Left, loaded: Left | None) -> Left:
    """A number that the database has is never given out again: it would not take the second event."""
    if loaded is None or loaded.last <= files.last:
        return files
    advice = "events.jsonl was deleted or an older one put back; the database has what is missing in it"
    log.error("RecordFilesShort", last_in_files=files.last, last_in_database=loaded.last, advice=advice)
    return loaded


def _left_by_the_last_run(folder: Path) -> Left:
    """What the files say of it."""
    seen: list[Recorded] = []
    heading = Heading()
    for line in _backwards(folder):
        event = decode(line)
        if event is not None:
            seen.append(event)
        if event is None and (found := _heading_in(line)) is not None:
            heading = found
        if heading.after or (event is not None and event.kind in _BOUNDS):
            break
    still = dict.fromkeys(map(CallId, heading.open))
    for event in reversed(seen):
        if event.call is not None and event.kind == Kind.CALL_ARRIVED:
            still[event.call] = None
        elif event.call is not None and event.kind == Kind.CALL_ENDED:
            still.pop(event.call, None)
    if not seen:
        return Left(heading.after, heading.at, tuple(still))
    newest = seen[0]
    gap = newest.data.get("last") if newest.kind == Kind.EVENTS_LOST else None
    return Left(max(newest.seq, gap if isinstance(gap, int) else 0), newest.at, tuple(still))


_BOUNDS = (Kind.SWITCH_STARTED, Kind.SWITCH_STOPPED)
"""No call goes on over these."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line of a file that others came before."""

    after: int = 0
    """The last event of the file before."""
    at: float = 0.0
    open: tuple[str, ...] = ()
    """The calls that were in progress."""


def _backwards(folder: Path) -> Iterator[bytes]:
    for file in reversed(files(folder)):
        yield from read_lines_backwards(file)


def _heading_in(line: bytes) -> Heading | None:
    try:
        found = json.loads(line)
        return Heading(int(found["after"]), float(found["at"]), tuple(map(str, found["open"])))
    except (ValueError, TypeError, KeyError):
        return None
