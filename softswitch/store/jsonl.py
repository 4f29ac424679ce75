"""The record in files: `events.jsonl`, every event on a line of its own, and `calls.jsonl`, read off it.

    {"seq":7,"at":1763765421.25,"time":"2025-11-21T22:50:21.250Z","kind":"MenuEntered","call":"c1",
     "data":{"menu":"welcome"},"version":1}

Both are appended by one `Writer`. Whoever reads them sees whole lines, at most 50 ms old.
"""

from __future__ import annotations

import json
import mmap
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from softswitch.errors import StoreError
from softswitch.ports import JsonValue, Recorded, StoreHealth
from softswitch.store.calls import LOST, CallFold, CallRecord
from softswitch.store.lines import LineFile, read_lines, read_lines_backwards
from softswitch.store.records import Kind
from softswitch.store.writer import Writer
from softswitch.types import CallId, EndedBy

EVENTS = "events.jsonl"
CALLS = "calls.jsonl"

log = structlog.get_logger(__name__)


class JsonlStore:
    """`ports.Store` in a folder. Also keeps the call records, which follow from the events."""

    def __init__(self, folder: Path, *, limit: int = 100_000) -> None:
        """Open the folder's record, or begin one; a call that a crash cut short is ended as lost.

        `limit`: how many lines may wait in memory while the disk fails (about 0.5 kB each).
        Raises StoreError: the folder cannot be written, or another switch does.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the data folder {folder} cannot be made: {error.strerror}") from error
        self._events = LineFile(folder / EVENTS)
        self._calls = LineFile(folder / CALLS)
        self._writer = Writer([self._events, self._calls], limit=limit)
        self._writer.start()
        self._fold = CallFold()
        self._last = _last_seq(folder)
        self._lost = 0
        self._gap: Recorded | None = None
        self._close_lost_calls(folder)

    @property
    def lines(self) -> LineFile:
        """The file of events, for whoever reads it while it is written."""
        return self._events

    @property
    def last(self) -> int:
        """See `ports.Store`."""
        return self._last

    def append(self, event: Recorded) -> None:
        """See `ports.Store`."""
        self._last = event.seq
        if self._writer.full:
            self._lose(event)
            return
        self._tell_of_gap()
        self._writer.put(self._events, encode(event))
        record = self._fold.apply(event)
        if record is not None:
            self._writer.put(self._calls, encode_record(record))

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
        self._fold.apply(event)
        first = self._gap or event
        gap = {"count": event.seq - first.seq + 1, "last": event.seq}
        self._gap = Recorded(first.seq, first.at, Kind.EVENTS_LOST, None, gap)

    def _tell_of_gap(self) -> None:
        if self._gap is not None:
            self._writer.put(self._events, encode(self._gap))
            self._gap = None

    def _close_lost_calls(self, folder: Path) -> None:
        """After a crash: write the records that are missing, and end the calls that were in progress."""
        fold, missing = _unfinished(folder)
        for record in missing:
            self._writer.put(self._calls, encode_record(record))
        self._fold = fold
        now, last_seen, lost = time.time(), fold.last_seen, fold.open
        for call in lost:
            data: dict[str, JsonValue] = {
                "ended_by": EndedBy.SWITCH,
                "status": 0,
                "reason": LOST,
                "last_seen": last_seen,
            }
            self.append(Recorded(self._last + 1, now, Kind.CALL_ENDED, call, data))
        if lost or missing:
            log.warning("CallsLost", calls=len(lost), advice="the switch had not been stopped in order")


# Lines. --------------------------------------------------------------------------------------------

_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str).encode


def encode(event: Recorded) -> bytes:
    """An event as a line. What JSON cannot say is said as text, never refused."""
    try:
        data = _dumps(event.data)
    except (ValueError, TypeError, RecursionError):
        data = _dumps({"unprintable": repr(event.data)})
    call = "null" if event.call is None else _dumps(event.call)
    line = (
        f'{{"seq":{event.seq},"at":{event.at:.6f},"time":"{utc(event.at)}","kind":{_dumps(event.kind)},'
        f'"call":{call},"data":{data},"version":{event.version}}}\n'
    )
    return line.encode("utf-8", "backslashreplace")  # a lone surrogate becomes \udc80: JSON's own escape


def encode_record(record: CallRecord) -> bytes:
    """A call record as a line."""
    return (_dumps(record.to_json()) + "\n").encode("utf-8", "backslashreplace")


def decode(line: bytes) -> Recorded | None:
    """The event of a line, None when it is none (garbage that a dying disk or an editor left)."""
    try:
        read: dict[str, Any] = json.loads(line)
        return Recorded(
            read["seq"], read["at"], read["kind"], read["call"], read["data"], read.get("version", 1)
        )
    except (ValueError, KeyError, TypeError):
        return None


def utc(at: float) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# Reading. ------------------------------------------------------------------------------------------


def read_events(folder: Path, start: int = 0) -> Iterator[Recorded]:
    """Events of a folder in order, from a byte offset on; lines that are none are passed over."""
    for line in read_lines(folder / EVENTS, start):
        event = decode(line)
        if event is not None:
            yield event


def events_of(folder: Path, call: CallId) -> Iterator[Recorded]:
    """Every event of one call in order; of a call that nobody knows, none."""
    mark = f'"call":{_dumps(call)}'.encode()
    found = []
    for line in read_lines_backwards(folder / EVENTS):
        if mark in line and (event := decode(line)) is not None and event.call == call:
            found.append(event)
            if event.kind == Kind.CALL_ARRIVED:
                break
    yield from reversed(found)


def read_calls(folder: Path) -> Iterator[CallRecord]:
    """Call records of a folder, the newest first."""
    for line in read_lines_backwards(folder / CALLS):
        try:
            yield CallRecord.from_json(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue


def _last_seq(folder: Path) -> int:
    """The highest number given out, gaps included."""
    for line in read_lines_backwards(folder / EVENTS):
        event = decode(line)
        if event is not None:
            last = event.data.get("last") if event.kind == Kind.EVENTS_LOST else None
            return max(event.seq, last) if isinstance(last, int) else event.seq
    return 0


def _unfinished(folder: Path) -> tuple[CallFold, list[CallRecord]]:
    """What the last run left undone: its open calls, and records of calls that are not in calls.jsonl."""
    fold = CallFold()
    recorded = next(read_calls(folder), CallRecord(CallId(""))).seq
    missing = []
    for event in read_events(folder, _last_start(folder / EVENTS)):
        record = fold.apply(event)
        if record is not None and record.seq > recorded:
            missing.append(record)
    return fold, missing


def _last_start(path: Path) -> int:
    """The byte offset of the last start, or of the stop in order that came after it."""
    if not path.stat().st_size:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        stopped = text.rfind(b'"kind":"SwitchStopped"')
        started = text.rfind(b'"kind":"SwitchStarted"', max(stopped, 0))
        begin = started if started >= 0 else stopped
        if begin < 0:
            return 0
        return text.rfind(b"\n", 0, begin) + 1
