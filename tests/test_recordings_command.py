"""`softswitch recordings`: lists them, and copies them with a word on record."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from softswitch.commands.record_lines import recordings
from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.store.recordings import note_folder
from softswitch.store.spool import read_events
from softswitch.types import CallId
from tests.store.sample import Kept
from tests.store.test_recordings import OPEN

pytestmark = pytest.mark.may_block

FILES = [f"2026/11/25/09301241{each}-support-c{each}.wav" for each in range(3)]
WAV = OPEN[:40] + (4000).to_bytes(4, "little") + bytes(4000)


def told(each: int, agent: str) -> list[tuple[str, dict[str, Any]]]:
    file = FILES[each]
    return [
        ("CallArrived", {"number": f"+4860010020{each}"}),
        ("Connected", {"agent": agent, "queue": "support"}),
        ("RecordingStarted", {"file": file, "queue": "support", "agent": agent}),
        ("RecordingEnded", {"file": file, "seconds": 75.0, "bytes": 2400044, "lost": 0}),
        ("CallEnded", {"status": 200}),
    ]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a switch that recorded three calls, of which one is gone from the disk."""
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "data"
    record = Kept(folder)
    events = [(CallId(f"c{each}"), *one) for each in range(3) for one in told(each, "ann" if each else "ben")]
    for seq, (call, kind, fields) in enumerate(events, 1):
        record.append(Recorded(seq, 1_764_057_600.0 + seq, kind, call, fields))
    record.close()
    note_folder(folder, tmp_path / "elsewhere")
    for file in FILES[:2]:
        place = tmp_path / "elsewhere" / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(WAV)
    return folder


def test_they_are_listed_the_newest_last(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recordings(data=data)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines if ".wav" in line] == FILES
    (first,) = [line for line in lines if FILES[0] in line]
    assert "+48600100200" in first
    assert "1:15   2.4 MB" in first
    recordings(data=data, agent="ann", json=True)
    found = json.loads(capsys.readouterr().out)
    assert [one["file"] for one in found] == FILES[1:]
    recordings(data=data, since="2026-11-25")
    assert "no such recording" in capsys.readouterr().out


def test_copies_are_on_record_and_in_a_list(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    recordings(data=data, out=out)
    assert "2 recordings and index.csv; 1 are gone" in capsys.readouterr().out
    assert [(out / file).read_bytes() for file in FILES[:2]] == [WAV, WAV]
    with (out / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["number"], row["agents"]) for row in rows] == [
        (FILES[0], "+48600100200", "ben"),
        (FILES[1], "+48600100201", "ann"),
    ]
    heard = [event.data for event in read_events(data) if event.kind == "RecordingHeard"]
    assert heard == [{"file": file, "by": "command line", "how": "exported"} for file in FILES[:2]]
    with pytest.raises(StoreError, match="no whole recording"):
        recordings(data=data, out=out, queue="sales")
