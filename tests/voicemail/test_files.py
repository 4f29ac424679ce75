"""Files of messages: taken in, cut, put into their places, whatever the disk and crashes do."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from softswitch.errors import NoSuch, StoreError
from softswitch.mailboxes import Draft
from softswitch.voicemail.files import INCOMING, UNKNOWN, Files, Finished, Nothing
from tests.voicemail.office import RATE, draft, quiet, speech, wav

pytestmark = pytest.mark.may_block

SAID = np.concatenate([quiet(1.0), speech(3.0), quiet(2.0)])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "voicemail")


def recorded(files: Files, one: Draft, content: bytes) -> None:
    files.reserve(one, 1000).write_bytes(content)


def incoming(files: Files) -> list[str]:
    return sorted(file.name for file in (files.folder / INCOMING).iterdir())


def test_a_message_is_cut_and_put_into_its_place(files: Files) -> None:
    one = draft()
    recorded(files, one, wav(SAID))
    assert files.is_whole(one)
    done = files.finish(one)
    place = files.folder / one.file
    assert done == Finished(pytest.approx(3.4, abs=0.05), place.stat().st_size)
    assert place.stat().st_mode & 0o777 == 0o640
    with wave.open(str(place)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 2, RATE)
        assert opened.getnframes() / RATE == pytest.approx(3.4, abs=0.05)
    assert files.finish(one) == done, "again, as after a crash"
    files.drop(one)
    assert not incoming(files)
    assert files.place_of(one.file) == place


def test_one_that_a_crash_cut_is_what_came_into_the_file(files: Files) -> None:
    one = draft()
    recorded(files, one, wav(SAID, length=UNKNOWN)[:-20_001])
    assert not files.is_whole(one)
    assert isinstance(files.finish(one), Finished)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (wav(quiet(5.0)), "too short"),
        (wav(np.concatenate([speech(1.9), quiet(5.0)])), "too short"),
        (b"RIFF", "too short"),
        (None, "the sound is gone"),
    ],
)
def test_what_is_too_short_is_no_message(files: Files, content: bytes | None, why: str) -> None:
    one = draft()
    place = files.reserve(one, 1000)
    if content is not None:
        place.write_bytes(content)
    done = files.finish(one)
    assert isinstance(done, Nothing)
    assert done.why == why
    assert not (files.folder / one.file).exists()


def test_what_is_left_over_is_known_with_all_that_was(files: Files) -> None:
    first = draft("c1", began=5.0, name="Zażółć", email=("a@b.example",), subject="{caller}")
    second = draft("c2", began=4.0)
    files.reserve(first, 1000)
    files.reserve(second, 1000)
    (files.folder / INCOMING / "torn.json").write_text('{"file": "x"')
    (files.folder / INCOMING / "other.json").write_text("[]")
    assert files.left_over() == [second, first]


def test_a_full_disk_takes_no_message(files: Files) -> None:
    with pytest.raises(StoreError, match="is full"):
        files.reserve(draft(), 10**15)
    assert not incoming(files)


def test_a_file_in_place_of_the_folder_takes_none(files: Files) -> None:
    files.folder.write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        files.reserve(draft(), 0)


@pytest.mark.parametrize("file", ["../../secret.wav", "2026/01/05/none.wav", "/etc/passwd"])
def test_nothing_outside_the_folder_is_found_or_deleted(files: Files, file: str) -> None:
    secret = files.folder.parent / "secret.wav"
    secret.write_bytes(b"")
    with pytest.raises(NoSuch):
        files.place_of(file)
    files.delete(file)
    assert secret.exists()


def test_deleting_takes_empty_folders_along_and_twice_is_once(files: Files) -> None:
    one = draft()
    recorded(files, one, wav(SAID))
    files.finish(one)
    files.delete(one.file)
    files.delete(one.file)
    assert not (files.folder / "2026").exists()
    assert files.folder.exists()
