"""The writer's alarm and its batches."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import structlog

from softswitch.store.lines import LineFile
from softswitch.store.writer import Writer


class BrokenFile(LineFile):
    """Fails while it is told to; counts writes and syncs."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.broken = False
        self.writes = self.syncs = 0

    def append(self, data: bytes) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        self.writes += 1
        super().append(data)

    def sync(self) -> None:
        self.syncs += 1
        super().sync()


@pytest.fixture
def file(tmp_path: Path) -> BrokenFile:
    return BrokenFile(tmp_path / "lines")


def test_a_failure_that_lasts_is_said_once_a_minute_and_its_end_is_said_too(file: BrokenFile) -> None:
    now = 0.0
    writer = Writer(file, limit=10, clock=lambda: now)
    file.broken = True
    writer.put(b"one\n")
    with structlog.testing.capture_logs() as logs:
        for moment in (0.0, 1.0, 59.0, 60.0, 61.0):
            now = moment
            assert not writer.step()
    assert [line["event"] for line in logs] == ["RecordFailing"] * 2
    file.broken = False
    with structlog.testing.capture_logs() as logs:
        assert writer.step()
    assert [line["event"] for line in logs] == ["RecordWorking"]
    assert file.path.read_bytes() == b"one\n"
    file.close()


def test_lines_that_gathered_are_written_together_and_synced_once_a_second(file: BrokenFile) -> None:
    now = 0.0
    writer = Writer(file, limit=10_000, clock=lambda: now)
    for number in range(500):
        writer.put(b"%d\n" % number)
    writer.step()
    assert (file.writes, file.syncs) == (1, 0)
    writer.put(b"more\n")
    now = 1.0
    writer.step()
    writer.step()
    assert (file.writes, file.syncs) == (2, 1)
    file.close()


def test_the_thread_writes_and_ends_when_it_is_closed(file: BrokenFile) -> None:
    writer = Writer(file, limit=10)
    writer.start()
    writer.put(b"one\n")
    assert writer.close()
    assert file.path.read_bytes() == b"one\n"
    assert file.syncs == 1


class StalledFile(LineFile):
    """Neither writes nor fails until the disk comes back."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.stalled, self.back = threading.Event(), threading.Event()

    def append(self, data: bytes) -> None:
        self.stalled.set()
        self.back.wait(10)
        super().append(data)


def test_nobody_waits_for_a_stalled_disk_and_nothing_is_lost(tmp_path: Path) -> None:
    file = StalledFile(tmp_path / "lines")
    writer = Writer(file, limit=10_000)
    writer.start()
    writer.put(b"0\n")
    assert file.stalled.wait(5)
    began = time.perf_counter()
    for number in range(1, 1000):
        writer.put(b"%d\n" % number)
    assert time.perf_counter() - began < 2.0
    assert writer.count == 1000
    file.back.set()
    assert writer.close()
    assert file.path.read_bytes() == b"".join(b"%d\n" % number for number in range(1000))
