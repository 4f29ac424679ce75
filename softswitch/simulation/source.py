"""The events of one day, from the record in a data folder or from a file of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from softswitch.errors import NobodyCalled, SimulationError
from softswitch.kinds import Kind
from softswitch.ports import JsonValue, Recorded
from softswitch.simulation.opening import beginning
from softswitch.simulation.past import Past, fold
from softswitch.store.attendance import Attendance
from softswitch.store.encoding import decode
from softswitch.store.loader import read
from softswitch.store.ranges import extent
from softswitch.store.reading import reading
from softswitch.types import Seconds

LEAD: Seconds = 24 * 3600.0
"""Events from so long before the day on tell which agents were there when it began."""

BACK: Seconds = 120.0
"""So far a moment may lie before the one above it: clocks are set."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the record."""

    date: date
    past: Past
    zone: str | None = None
    """By whose clock it is one; None: by the machine's."""
    missing: int = 0
    """Events that the file should have, by their numbers, and has not."""

    @property
    def midnight(self) -> float:
        """Its beginning, in seconds since the epoch."""
        return _bounds(self.date, self.zone)[0]


def day_of(source: Path, wanted: date | None, zone: str | None = None) -> Day:
    """One day; None: the last one on which anybody waited. `zone`: by whose clock, None: by the machine's.
    Raises SimulationError, StoreError and NobodyCalled.
    """
    if source.is_dir():
        return _of_folder(source, wanted, zone)
    return _of_file(source, wanted, zone)


def _bounds(day: date, zone: str | None) -> tuple[float, float]:
    return beginning(day, 0.0, zone).timestamp(), beginning(day + timedelta(days=1), 0.0, zone).timestamp()


def _date(at: float, zone: str | None) -> date:
    return datetime.fromtimestamp(at, None if zone is None else ZoneInfo(zone)).date()


def _folded(found: Iterable[Recorded], day: date, zone: str | None, missing: int = 0) -> Day:
    past = fold(found, *_bounds(day, zone))
    if not past.callers:
        raise NobodyCalled(f"nobody waited in a queue on {day}")
    return Day(day, past, zone, missing)


def _of_folder(folder: Path, wanted: date | None, zone: str | None) -> Day:
    with reading(folder) as connection:
        there = extent(connection)
        if there is None:
            raise NobodyCalled(f"the record in {folder} has no caller in a queue yet")
        first, last = (_date(at, zone) for at in there)
        day = wanted or last
        if not first <= day <= last:
            raise NobodyCalled(f"nobody waited on {day}; the record has callers from {first} to {last}")
        since, until = _bounds(day, zone)
        query = text("SELECT min(seq) FROM events WHERE at >= :at")
        begin = connection.execute(query, {"at": since - LEAD}).scalar() or 0
        before = _there(connection, since - LEAD, begin)
        return _folded((*before, *_until(read(connection, begin), until + LEAD)), day, zone)


def _there(connection: Connection, moment: float, begin: int) -> list[Recorded]:
    """Which agents were there at a moment, paused, or signed out, as events; `begin`: the first one after."""
    online = text(
        'SELECT agent FROM stints WHERE state = \'online\' AND start < :at AND ("end" > :at OR "end" IS NULL)'
    )
    found: list[tuple[str, dict[str, JsonValue]]] = [
        (Kind.AGENT_ONLINE, {"agent": agent}) for (agent,) in connection.execute(online, {"at": moment})
    ]
    kept = text("SELECT seq FROM events WHERE kind = :kind AND seq < :seq ORDER BY seq DESC LIMIT 1")
    bottom = connection.execute(kept, {"kind": Kind.STATE_KEPT, "seq": begin}).scalar() or 0
    attendance = Attendance()
    for event in read(connection, bottom):
        if event.seq >= begin:
            break
        attendance.hear(event)
    for agent, (reason, _) in attendance.paused.items():
        found.append((Kind.AGENT_PAUSED, {"agent": agent, "reason": reason}))
    for agent, steps in attendance.signed.items():
        for out, queue, _ in steps:
            kind = Kind.AGENT_SIGNED_OUT if out else Kind.AGENT_SIGNED_IN
            found.append((kind, {"agent": agent, "queue": queue}))
    return [Recorded(0, moment, kind, None, data) for kind, data in found]


def _until(found: Iterable[Recorded], end: float) -> Iterator[Recorded]:
    for event in found:
        if event.at >= end:
            return
        yield event


def _of_file(path: Path, wanted: date | None, zone: str | None) -> Day:
    found = list(_lines(path))
    if not found:
        raise SimulationError(f"{path}: no events in it")
    joined = [event.at for event in found if event.kind == Kind.CALLER_JOINED]
    if not joined:
        raise SimulationError(
            f"{path}: nobody waits in a queue in it; all events are needed, as `softswitch events --json"
            " --last 1000000` writes them"
        )
    day = wanted or _date(joined[-1], zone)
    missing = found[-1].seq - found[0].seq + 1 - len(found)
    return _folded(found, day, zone, max(missing, 0))


def _sound(event: Recorded) -> bool:
    """Whether what came from a file has the right types."""
    parts: list[tuple[object, type]] = [(event.seq, int), (event.kind, str), (event.data, dict)]
    at: object = event.at
    return isinstance(at, int | float) and all(isinstance(value, kind) for value, kind in parts)


YEAR_3000 = 32_503_680_000.0
"""In seconds since 1970; in milliseconds that was in 1971."""


def _lines(path: Path) -> Iterator[Recorded]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SimulationError(f"cannot read {path}: {error.strerror}") from None
    before: Recorded | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        event = decode(line)
        if event is None or not _sound(event):
            raise SimulationError(
                f"{path}:{number}:1: this is no event; a line looks as `softswitch events --json` prints it"
            )
        if not 0 <= event.at < YEAR_3000:
            raise SimulationError(
                f"{path}:{number}:1: event {event.seq:,} is at {event.at}, which is no moment in seconds"
                " since 1970"
            )
        if before is not None and event.seq <= before.seq:
            raise SimulationError(
                f"{path}:{number}:1: event {event.seq:,} comes after {before.seq:,}; sort them by seq"
            )
        if before is not None and event.at < before.at - BACK:
            raise SimulationError(
                f"{path}:{number}:1: event {event.seq:,} is {before.at - event.at:,.0f} s before the one"
                " above; the times are wrong, or these are two records"
            )
        before = event
        yield event
