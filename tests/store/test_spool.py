"""The record in a folder: numbered over restarts, mended after crashes, in memory while the disk fails."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import structlog

from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.store.calls import rebuild
from softswitch.store.encoding import decode, encode
from softswitch.store.lines import LineFile
from softswitch.store.spool import Spool, files, read_events
from softswitch.types import CallId
from tests.store.sample import ALICE, story


def keep(folder: Path, events: list[Recorded]) -> None:
    store = Spool(folder)
    for event in events:
        store.append(event)
    store.close()


def test_events_are_read_back_as_they_were_appended(tmp_path: Path) -> None:
    keep(tmp_path, story())
    assert list(read_events(tmp_path)) == story()


def test_a_line_is_json_with_the_time_in_words(tmp_path: Path) -> None:
    event = Recorded(7, 1_700_000_000.25, "MenuEntered", CallId("c1"), {"menu": "welcome"})
    assert json.loads(encode(event)) == {
        "seq": 7,
        "at": 1_700_000_000.25,
        "time": "2023-11-14T22:13:20.250Z",
        "kind": "MenuEntered",
        "call": "c1",
        "data": {"menu": "welcome"},
        "version": 1,
    }


@pytest.mark.parametrize(
    "data",
    [
        {"name": "\udcff\x00\n\u2028 Łukasz"},
        {"value": float("nan")},
        {"value": {1, 2}},
        {"value": Path("x")},
        {"value": {(1, 2): 3}},
    ],
)
def test_nothing_is_refused_and_every_event_is_one_line(data: dict[str, object]) -> None:
    line = encode(Recorded(1, 0.0, "Odd", None, data))  # type: ignore[arg-type]
    assert line.count(b"\n") == 1
    event = decode(line)
    assert event is not None
    assert event.kind == "Odd"


def test_a_name_with_a_lone_surrogate_survives() -> None:
    event = Recorded(1, 0.0, "CallArrived", CallId("c"), {"name": "J\udcf3zef"})
    assert decode(encode(event)) == event


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    keep(tmp_path, story())
    store = Spool(tmp_path)
    assert store.last == len(story())
    store.close()


def test_a_torn_last_line_is_cut_and_said_in_the_log(tmp_path: Path) -> None:
    keep(tmp_path, story())
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"seq":24,"at":17')
    with structlog.testing.capture_logs() as logs:
        store = Spool(tmp_path)
    store.close()
    assert store.last == len(story())
    assert [line["cut_bytes"] for line in logs if line["event"] == "RecordMended"] == [17]


def test_garbage_lines_are_passed_over(tmp_path: Path) -> None:
    keep(tmp_path, story())
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'\0\0\0\nno json\n[1]\n{"seq":99}\n')
    store = Spool(tmp_path)
    store.close()
    assert store.last == len(story())
    assert list(read_events(tmp_path)) == story()


def test_a_call_that_a_crash_cut_is_closed_as_lost_at_the_next_start(tmp_path: Path) -> None:
    keep(tmp_path, story()[:17])
    store = Spool(tmp_path)
    assert store.last == 19
    store.close()
    lost = {record.id: record for record in rebuild(read_events(tmp_path))}
    assert {record.outcome for record in lost.values()} == {"lost"}
    assert lost[ALICE].end == story()[16].at
    assert lost[ALICE].wait == 7.0
    assert (lost[ALICE].talk, lost[ALICE].talks[-1].seconds) == (None, None)


def test_a_lost_call_is_closed_only_once(tmp_path: Path) -> None:
    keep(tmp_path, story()[:16])
    for _ in range(3):
        Spool(tmp_path).close()
    assert len(list(read_events(tmp_path))) == 18


def test_a_stop_in_order_leaves_nothing_to_close(tmp_path: Path) -> None:
    keep(tmp_path, story())
    Spool(tmp_path).close()
    assert list(read_events(tmp_path)) == story()


@pytest.mark.parametrize("cut", range(1, len(story())))
def test_new_files_begin_now_and_then_and_a_crash_after_any_event_loses_no_call(
    tmp_path: Path, cut: int
) -> None:
    """Every file holds two events or so: what was in progress is in the heading of the next one."""
    store = Spool(tmp_path, turn=300)
    for event in story()[:cut]:
        store.append(event)
    store.close()
    assert list(read_events(tmp_path)) == story()[:cut]
    assert len(files(tmp_path)) > cut / 4
    for older in files(tmp_path)[:-2]:
        older.unlink()  # as the loader does
    open_before = {event.call for event in story()[:cut] if event.kind == "CallArrived"}
    open_before -= {event.call for event in story()[:cut] if event.kind == "CallEnded"}
    store = Spool(tmp_path)
    store.close()
    assert store.last == cut + len(open_before)
    closed = [event for event in read_events(tmp_path) if event.seq > cut]
    assert {event.call for event in closed} == open_before
    assert {event.data["last_seen"] for event in closed} <= {story()[cut - 1].at}


def test_a_crash_between_two_files_loses_no_number(tmp_path: Path) -> None:
    keep(tmp_path, story()[:16])
    (tmp_path / "events.jsonl").rename(tmp_path / "events-000000000016.jsonl")
    store = Spool(tmp_path)
    store.close()
    assert store.last == 18
    assert [event.kind for event in read_events(tmp_path)][16:] == ["CallEnded", "CallEnded"]


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file/data"):
        Spool(tmp_path / "file" / "data")


def test_a_second_switch_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    store = Spool(tmp_path)
    with pytest.raises(StoreError, match="--data DIR"):
        Spool(tmp_path)
    store.close()


class FullDisk:
    """Makes every write fail until there is space again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        append = LineFile.append

        def write(file: LineFile, data: bytes) -> None:
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            append(file, data)

        monkeypatch.setattr(LineFile, "append", write)


def test_while_the_disk_is_full_events_wait_in_memory_and_the_excess_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    disk.full = True
    with structlog.testing.capture_logs() as logs:
        store = Spool(tmp_path, limit=5)
        for event in story():
            store.append(event)
        store._writer.step()
    health = store.health()
    assert (health.last, health.waiting, health.lost) == (23, 5, 18)
    assert health.problem == "No space left on device"
    assert [line["log_level"] for line in logs if line["event"] == "RecordFailing"] == ["error"]
    assert [(line["log_level"], line["since"]) for line in logs if line["event"] == "EventsLost"] == [
        ("error", 6)
    ], "at once, and once"
    disk.full = False
    store.close()
    kept = list(read_events(tmp_path))
    assert kept[:5] == story()[:5]
    assert (kept[5].seq, kept[5].kind, kept[5].data) == (6, "EventsLost", {"count": 18, "last": 23})
    assert len(kept) == 6


def test_numbers_go_on_after_a_gap_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    disk.full = True
    store = Spool(tmp_path, limit=5)
    for event in story():
        store.append(event)
    disk.full = False
    store.close()
    store = Spool(tmp_path)
    assert store.last >= 23
    store.close()


def test_after_a_gap_events_are_kept_again_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    disk.full = True
    store = Spool(tmp_path, limit=3)
    for event in story()[:6]:
        store.append(event)
    disk.full = False
    store._writer.step()
    for event in story()[6:8]:
        store.append(event)
    store.close()
    assert [event.seq for event in read_events(tmp_path)] == [1, 2, 3, 4, 7, 8]
    assert store.health().problem is None
