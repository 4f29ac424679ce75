"""The record under load: what it costs to keep 2,000 events a second, in lines and in the database."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path

import structlog

from bench.machine import cpu_seconds
from bench.rows import Row
from softswitch.clerk.parent import Clerk
from softswitch.ports import JsonValue, Recorded
from softswitch.store.journal import Journal
from softswitch.store.record import Record
from softswitch.types import CallId

RATE, SECONDS, TURNS = 2_000, 15, 20
"""Events a second, for so long, in so many lots a second."""

CORES = 0.15
"""Of a core, at most."""

WHY: dict[str, JsonValue] = {
    "strategy": "longest-idle", "position": 1, "score": 12.5,
    "considered": ["desk-201", "desk-202", "desk-203"],
    "skipped": [{"agent": "desk-204", "reason": "wrap-up", "until": 12.0}], "uncounted": 3,
}  # fmt: skip
MEDIA: dict[str, JsonValue] = {"codec": "PCMU/8000", "received": 500, "sent": 510, "lost": 3, "jitter": 0.002}
CALL: tuple[tuple[str, dict[str, JsonValue]], ...] = (
    ("CallArrived", {"number": "+48600100200", "name": "Caller", "dialled": "600", "transport": "udp"}),
    ("CallRouted", {"rule": "600", "destination": "queue support"}),
    ("CallerJoined", {"queue": "support", "priority": "default"}),
    ("CallAnswered", {}),
    ("Announced", {"position": 3, "wait": 120.0}),
    ("OfferMade", {"offer": "o1", "agent": "desk-201", "queue": "support", "why": WHY}),
    ("OfferEnded", {"offer": "o1", "agent": "desk-201", "result": "answered", "status": 200}),
    ("Connected", {"agent": "desk-201", "offer": "o1", "queue": "support", "waited": 7.0}),
    ("ConversationEnded", {"agent": "desk-201", "ended_by": "caller", "talked": 10.0}),
    ("CallEnded", {"ended_by": "caller", "status": 200, "caller": MEDIA, "agent": MEDIA}),
)
"""What one call of a queue leaves."""


def run() -> list[Row]:
    """One row."""
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=True)  # as the switch has it
    with tempfile.TemporaryDirectory(prefix="bench-record-") as folder:
        cores, behind = asyncio.run(_measure(Path(folder)))
    shown = f"{cores:.1%} of a core, {behind} not yet in the database at the end"
    return [Row(f"{RATE:,} events/s kept in SQLite", shown, f"at most {CORES:.0%} of a core", cores <= CORES)]


async def _measure(folder: Path) -> tuple[float, int]:
    """Cores of this process and the clerk's together, and how many events were not loaded at the end."""
    record = Record(folder)
    async with Clerk(folder) as clerk:
        while not clerk.progress.loaded:  # its tables are made
            record.append(Recorded(record.last + 1, time.time(), "Odd", None, {}))
            await asyncio.sleep(0.2)
        assert clerk._process is not None
        process = clerk._process.pid
        used = cpu_seconds(process)
        cores = await _cores(Journal(record))
        cores += (cpu_seconds(process) - used) / SECONDS
        behind = record.last - clerk.progress.loaded
        record.close()
    return cores, behind


async def _cores(journal: Journal) -> float:
    began, used, noted = time.perf_counter(), time.process_time(), 0
    for turn in range(1, SECONDS * TURNS + 1):
        for _ in range(RATE // TURNS):
            kind, data = CALL[noted % len(CALL)]
            journal.note(kind, CallId(f"call{noted // len(CALL)}"), **data)
            noted += 1
        await asyncio.sleep(max(0.0, began + turn / TURNS - time.perf_counter()))
    return (time.process_time() - used) / (time.perf_counter() - began)
