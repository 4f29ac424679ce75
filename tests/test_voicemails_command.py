"""`softswitch voicemails`: lists messages, copies them with a word on record, and has them deleted."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from softswitch.cli import app
from softswitch.commands import voicemails as command
from softswitch.errors import NobodyAnswers, StoreError
from softswitch.ports import Recorded
from softswitch.store.spool import read_events
from softswitch.types import CallId
from tests.store.sample import Kept
from tests.voicemail.office import speech, wav

pytestmark = pytest.mark.may_block

FILES = [f"2026/11/25/09301241{each}-office-c{each}.wav" for each in range(3)]
WAV = wav(speech(1.0))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a switch that took three messages: one was heard, of one the file is gone."""
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "data"
    record = Kept(folder)
    for seq, file in enumerate(FILES, 1):
        known = {"mailbox": "office", "number": f"+4860010020{seq}", "name": "=1+1", "queue": "support"}
        fields = {"file": file, **known, "began": 1_764_057_600.0 + seq, "seconds": 75.0, "bytes": len(WAV)}
        record.append(Recorded(seq, 1_764_057_700.0 + seq, "VoicemailLeft", CallId(f"c{seq}"), fields))
    heard = {"file": FILES[0], "mailbox": "office", "by": "agent ann", "how": "phone", "own": True}
    record.append(Recorded(4, 1_764_057_800.0, "VoicemailHeard", CallId("c1"), heard))
    record.close()
    for file in FILES[:2]:
        place = folder / "voicemail" / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(WAV)
    return folder


def softswitch(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["voicemails", *arguments])


def test_they_are_listed_the_newest_last(data: Path) -> None:
    lines = softswitch("--data", str(data)).stdout.splitlines()
    assert [line.split()[-1] for line in lines if ".wav" in line] == FILES
    (first,) = [line for line in lines if FILES[0] in line]
    assert all(word in first for word in ("office", "+48600100201", "support", "1:15", "heard"))
    found = json.loads(softswitch("--new", "--json", "--data", str(data)).stdout)
    assert [one["file"] for one in found] == FILES[1:]
    assert "no such message" in softswitch("--mailbox", "shop", "--data", str(data)).stdout


def test_copies_are_on_record_and_in_a_list(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = softswitch("export", str(out), "--data", str(data))
    assert "2 messages and index.csv" in answer.stdout
    assert [(out / file).read_bytes() for file in FILES[:2]] == [WAV, WAV]
    with (out / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["number"], row["name"]) for row in rows] == [
        (FILES[0], "+48600100201", "'=1+1"),
        (FILES[1], "+48600100202", "'=1+1"),
    ]
    heard = [event.data for event in read_events(data) if event.kind == "VoicemailHeard"][1:]
    assert [(one["file"], one["by"], one["how"], one["own"]) for one in heard] == [
        (file, "command line", "exported", False) for file in FILES[:2]
    ]
    with pytest.raises(StoreError, match="no such message"):
        command.copy_messages(data, command.wanted("shop", None, False), out)


def test_the_running_switch_deletes(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(command, "ask", lambda _path, what, file: asked.append((what, file)))
    command.delete_message(data, FILES[0])
    assert asked == [("voicemail_delete", FILES[0])]
    assert "is deleted" in capsys.readouterr().out


def test_without_a_switch_nothing_is_deleted(data: Path) -> None:
    with pytest.raises(NobodyAnswers):
        command.delete_message(data, FILES[0])
    assert (data / "voicemail" / FILES[0]).exists()
