"""The keeper of recordings: repairs once, deletes every hour, and says so."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from softswitch.store.keeper import EVERY, Keeper
from softswitch.testing.fakes import FakeClock, FakeJournal
from tests.store.test_recordings import DAY, OPEN, file

pytestmark = pytest.mark.virtual_time


async def hear(journal: FakeJournal, kind: str) -> None:
    """Until it has been noted: threads do not run on virtual time."""
    for _ in range(1000):
        if journal.find(kind):
            return
        await asyncio.sleep(0)
        await asyncio.to_thread(lambda: None)


async def test_it_repairs_at_the_start_and_deletes_every_hour(tmp_path: Path) -> None:
    clock, journal = FakeClock(), FakeJournal()
    cut = file(tmp_path, "2026/01/04/cut.wav", OPEN + bytes(400))
    old = file(tmp_path, "2025/10/01/old.wav", OPEN[:40] + bytes(4))
    os.utime(cut, (clock.now() - DAY,) * 2)
    os.utime(old, (clock.now() - 90 * DAY + EVERY / 2,) * 2)
    keeping = asyncio.create_task(Keeper(tmp_path, lambda: 90 * DAY, journal, clock).run())
    await hear(journal, "RecordingsRepaired")
    await asyncio.sleep(EVERY / 3)
    assert not journal.find("RecordingsDeleted")
    await asyncio.sleep(EVERY)
    await hear(journal, "RecordingsDeleted")
    keeping.cancel()
    repaired, deleted = journal.notes
    assert repaired.data == {"count": 1, "files": ["2026/01/04/cut.wav"], "seconds": [0.013], "bytes": [444]}
    assert deleted.data == {"count": 1, "files": ["2025/10/01/old.wav"], "days": 90}
    assert cut.exists()
    assert not old.exists()


async def test_without_a_limit_nothing_is_deleted(tmp_path: Path) -> None:
    clock, journal = FakeClock(), FakeJournal()
    old = file(tmp_path, "1999/10/01/old.wav", OPEN[:40] + bytes(4))
    os.utime(old, (0, 0))
    await Keeper(tmp_path, lambda: None, journal, clock).delete()
    assert old.exists()
