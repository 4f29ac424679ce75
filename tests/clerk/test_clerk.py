"""The clerk as a process: it loads what is written, is replaced when it dies, and ends its work after us."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from structlog.testing import capture_logs

from softswitch.clerk.parent import Clerk
from softswitch.store.loader import read
from softswitch.store.reading import reading
from softswitch.store.record import Record
from tests.patience import until
from tests.store.sample import story

pytestmark = pytest.mark.may_block


def stored(folder: Path) -> list[int]:
    with reading(folder) as connection:
        return [event.seq for event in read(connection)]


async def test_it_loads_what_is_written_and_the_rest_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is started, also where things have the names of what it imports."""
    (tmp_path / "here" / "softswitch").mkdir(parents=True)
    (tmp_path / "here" / "html.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path / "here")
    record = Record(tmp_path)
    async with Clerk(tmp_path) as clerk:
        for event in story()[:9]:
            record.append(event)
        await until(lambda: clerk.progress.loaded == 9)
        assert stored(tmp_path) == list(range(1, 10))
        for event in story()[9:]:
            record.append(event)
        record.close()
    assert stored(tmp_path) == [event.seq for event in story()]


async def test_one_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    record = Record(tmp_path)
    async with Clerk(tmp_path) as clerk:
        record.append(story()[0])
        await until(lambda: clerk.progress.loaded == 1)
        assert clerk._process is not None
        with capture_logs() as logs:
            os.kill(clerk._process.pid, signal.SIGKILL)
            for event in story()[1:]:
                record.append(event)
            await until(lambda: clerk.progress.loaded == len(story()))
        assert [line["code"] for line in logs if line["event"] == "ClerkEnded"] == [-9]
        assert clerk.progress.problem is None
        record.close()
    assert stored(tmp_path) == [event.seq for event in story()]


async def test_what_it_says_that_makes_no_sense_is_logged_and_passed_over(tmp_path: Path) -> None:
    listener = asyncio.StreamReader()
    listener.feed_data(b'[]\nnonsense\n{"odd": 1}\n{"loaded": 7, "problem": null}\n')
    listener.feed_eof()
    clerk, process = Clerk(tmp_path), SimpleNamespace(stdout=listener)
    with capture_logs() as logs:
        await clerk._listen(process)  # type: ignore[arg-type]
    assert clerk.progress.loaded == 7
    assert [line["said"] for line in logs] == ["[]\n", "nonsense\n", '{"odd": 1}\n']


async def test_the_log_of_the_clerk_is_the_switchs(tmp_path: Path) -> None:
    record = Record(tmp_path)
    (tmp_path / "record.db").mkdir()
    record.append(story()[0])
    with capture_logs() as logs:
        async with Clerk(tmp_path) as clerk:
            await until(lambda: clerk.progress.problem)
            (tmp_path / "record.db").rmdir()
            await until(lambda: clerk.progress.loaded == 1)
            record.close()
    assert [line["event"] for line in logs] == ["DatabaseFailing", "DatabaseWorking"]
    assert logs[0]["log_level"] == "error"
    assert "unable to open database file" in logs[0]["problem"]


async def test_after_the_death_of_its_parent_it_ends_its_work_and_itself(tmp_path: Path) -> None:
    record = Record(tmp_path)
    for event in story():
        record.append(event)
    record.close()
    orphan = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "softswitch.clerk", str(tmp_path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert orphan.stdin is not None
    orphan.stdin.close()
    assert await asyncio.wait_for(orphan.wait(), 15) == 0
    assert stored(tmp_path) == [event.seq for event in story()]


@pytest.fixture(autouse=True)
def log_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test of this process may have had the module's logger bound for good."""
    monkeypatch.setattr("softswitch.clerk.parent.log", structlog.get_logger())
