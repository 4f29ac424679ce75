"""Files of recordings: their names, the repair of their headers, their end."""

from __future__ import annotations

import os
import struct
import time
import wave
from pathlib import Path

from softswitch.store.recordings import delete_older, recordings, repair

DAY = 86400.0
OPEN = struct.pack(
    "<4sI4s4sIHHIIHH4sI",
    b"RIFF",
    0xFFFFFFFF,
    b"WAVE",
    b"fmt ",
    16,
    1,
    2,
    8000,
    32000,
    4,
    16,
    b"data",
    0xFFFFFFFF,
)
"""The header of a recording that goes on."""


def file(folder: Path, name: str, content: bytes, age: float = 0.0) -> Path:
    made = folder / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(content)
    os.utime(made, (time.time() - age,) * 2)
    return made


def test_a_file_that_was_never_ended_gets_its_length_and_loses_a_torn_sample(tmp_path: Path) -> None:
    torn = file(tmp_path, "2026/11/25/a.wav", OPEN + bytes(32000) + b"xyz")
    assert repair(tmp_path, time.time() + 1) == [torn]
    with wave.open(str(torn)) as opened:
        assert (opened.getnchannels(), opened.getframerate(), opened.getnframes()) == (2, 8000, 8000)
    assert torn.stat().st_size == 44 + 32000
    assert repair(tmp_path, time.time() + 1) == []


def test_what_needs_no_repair_is_left_alone_and_what_has_no_sound_goes(tmp_path: Path) -> None:
    other = file(tmp_path, "2026/11/25/notes.txt", OPEN + b"x")
    whole = file(tmp_path, "2026/11/25/whole.wav", OPEN[:40] + struct.pack("<I", 4) + b"four")
    strange = file(tmp_path, "2026/11/25/strange.wav", bytes(100))
    begun = file(tmp_path, "2026/11/25/begun.wav", OPEN[:20])
    before = [one.read_bytes() for one in (other, whole, strange)]
    assert repair(tmp_path, time.time() + 1) == [begun]
    assert not begun.exists()
    assert [one.read_bytes() for one in (other, whole, strange)] == before
    assert repair(tmp_path / "nowhere", time.time()) == []


def test_old_files_go_with_their_empty_folders_and_young_ones_stay(tmp_path: Path) -> None:
    old = [file(tmp_path, f"2026/08/0{day}/{day}.wav", OPEN, 91 * DAY) for day in (1, 2)]
    young = file(tmp_path, "2026/08/02/young.wav", OPEN, 89 * DAY)
    note = file(tmp_path, "2026/08/02/old.txt", b"", 300 * DAY)
    others = [file(tmp_path, f"{place}song.wav", OPEN, 300 * DAY) for place in ("", "2026/", "1999/music/")]
    assert delete_older(tmp_path, 90 * DAY, time.time()) == old
    assert list(recordings(tmp_path)) == [young]
    assert note.exists()
    assert not (tmp_path / "2026/08/01").exists()
    assert all(one.exists() for one in others)
    assert delete_older(tmp_path, 80 * DAY, time.time()) == [young]
    assert tmp_path.exists()


def test_a_recording_that_goes_on_is_not_repaired(tmp_path: Path) -> None:
    going_on = file(tmp_path, "2026/11/25/a.wav", OPEN + bytes(4000))
    assert repair(tmp_path, time.time() - 5) == []
    assert going_on.read_bytes() == OPEN + bytes(4000)


def test_whoever_ends_waits_for_no_more_than_one_file(tmp_path: Path) -> None:
    many = [file(tmp_path, f"2026/08/01/{n}.wav", OPEN + bytes(4), 91 * DAY) for n in range(9)]
    asked = iter([False, False, True])
    assert repair(tmp_path, time.time(), lambda: next(asked)) == many[:2]
    asked = iter([False, False, True])
    assert delete_older(tmp_path, 90 * DAY, time.time(), lambda: next(asked)) == many[:2]
    assert list(recordings(tmp_path)) == many[2:]
