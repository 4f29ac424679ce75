"""Files of the record that are lost, or older than its database: no number is given out twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from softswitch.store import tail
from softswitch.store.database import database_url
from softswitch.store.journal import Journal
from softswitch.store.left import left_in
from softswitch.store.loader import Loader, identity, read
from softswitch.store.reading import open_of, reading
from softswitch.store.record import Record
from softswitch.store.tables import calls
from softswitch.store.tail import Growing
from softswitch.types import CallId

pytestmark = pytest.mark.may_block

C1, C2 = CallId("c1"), CallId("c2")


def run(folder: Path, url: str, tell: Callable[[Journal], None]) -> None:
    """One run of a switch, killed at its end."""
    record = Record(folder, url)
    tell(Journal(record))
    record.close()


def load(folder: Path) -> bool:
    lines = Growing(folder)
    lines.look(settled=False)
    loader = Loader(lines, identity(folder), open_of(folder))
    done = loader.step()
    loader.close()
    return done


def first(journal: Journal) -> None:
    journal.note("SwitchStarting")
    journal.note("CallArrived", C1, number="100")
    journal.note("CallEnded", C1, ended_by="caller", status=200)
    journal.note("CallArrived", C2, number="200")


@pytest.mark.parametrize("lines_left", [0, 2])
def test_numbers_go_on_after_those_of_the_database_when_files_are_lost(
    tmp_path: Path, url: str, lines_left: int
) -> None:
    run(tmp_path, url, first)
    assert load(tmp_path)
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:lines_left]))
    with structlog.testing.capture_logs() as logged:
        run(tmp_path, url, lambda journal: journal.note("SwitchStarting"))
    told = [line for line in logged if line["event"] == "RecordFilesShort"]
    assert [(line["last_in_files"], line["last_in_database"]) for line in told] == [(lines_left, 4)]
    assert load(tmp_path)
    with reading(tmp_path) as connection:
        found = [(event.seq, event.kind, event.call) for event in read(connection)]
        outcomes = connection.execute(select(calls.c.id, calls.c.outcome).order_by(calls.c.seq)).all()
    assert found[4:] == [(5, "CallEnded", C2), (6, "SwitchStarting", None)]
    assert [row.id for row in outcomes] == [C1, C2]
    assert outcomes[1].outcome == "lost"


def test_whole_files_know_more_than_the_database(tmp_path: Path, url: str) -> None:
    run(tmp_path, url, first)
    assert load(tmp_path)
    run(tmp_path, url, lambda journal: journal.note("SwitchStarting"))
    run(tmp_path, url, lambda journal: journal.note("SwitchStarting"))
    assert load(tmp_path)
    with reading(tmp_path) as connection:
        assert [event.seq for event in read(connection)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_database_of_another_record_or_none_says_nothing(tmp_path: Path, url: str) -> None:
    run(tmp_path / "one", url, first)
    address = database_url(url)
    assert left_in(address, tmp_path / "one") is None, "it has no tables yet"
    assert load(tmp_path / "one")
    found = left_in(address, tmp_path / "one")
    assert found is not None
    assert (found.last, found.open) == (4, (C2,))
    (tmp_path / "two").mkdir()
    identity(tmp_path / "two")
    assert left_in(address, tmp_path / "two") is None
    away = database_url("postgresql://nobody@127.0.0.1:1/none")
    assert left_in(away, tmp_path / "one") is None


def test_what_the_database_knows_survives_a_power_cut_in_the_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    run(tmp_path, url, first)

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(tail.os, "fdatasync", broken)
    assert not load(tmp_path), "a line that may be gone after a power cut is not loaded"
    with reading(tmp_path) as connection:
        assert list(read(connection)) == []
    monkeypatch.undo()
    assert load(tmp_path)


def test_a_file_that_was_emptied_in_its_place_is_read_from_its_beginning(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    record = Record(tmp_path, url)
    journal, lines = Journal(record), Growing(tmp_path)
    loader = Loader(lines, identity(tmp_path), open_of(tmp_path))

    def told(kind: str) -> int:
        journal.note(kind)
        while record.health().waiting:
            time.sleep(0.002)
        lines.look(settled=False)
        assert loader.step()
        return loader.state.last

    assert [told("SwitchStarting"), told("SwitchStarted")] == [1, 2]
    os.truncate(tmp_path / "events.jsonl", 0)
    assert [told("SwitchDraining"), told("SwitchStopped")] == [3, 4]
    loader.close()
    record.close()
