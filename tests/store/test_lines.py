"""A file of lines stays whole, whatever happens to the process or the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from softswitch.errors import StoreError
from softswitch.store.lines import BLOCK, LineFile, read_lines, read_lines_backwards


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.jsonl"


def test_a_torn_last_line_is_cut_off_when_the_file_is_opened(path: Path) -> None:
    path.write_bytes(b"one\ntwo\nthr")
    file = LineFile(path)
    assert file.open() == 3
    file.append(b"three\n")
    file.close()
    assert path.read_bytes() == b"one\ntwo\nthree\n"


@pytest.mark.parametrize("torn", [b"x" * (BLOCK * 2 + 5), b"\0" * 4096])
def test_a_torn_line_of_any_length_is_cut_off(path: Path, torn: bytes) -> None:
    path.write_bytes(b"one\n" + torn)
    file = LineFile(path)
    assert file.open() == len(torn)
    file.close()
    assert path.read_bytes() == b"one\n"


def test_a_write_that_fails_half_way_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = LineFile(path)
    file.append(b"one\n")
    write = os.write
    space = iter([4])

    def full(fd: int, data: bytes) -> int:
        for room in space:
            return write(fd, data[:room])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            file.append(b"two\nthree\n")
    assert path.read_bytes() == b"one\n"
    file.append(b"two\nthree\n")
    file.close()
    assert path.read_bytes() == b"one\ntwo\nthree\n"


def test_two_processes_cannot_write_the_same_file(path: Path) -> None:
    first, second = LineFile(path), LineFile(path)
    first.open()
    with pytest.raises(StoreError, match="already"):
        second.open()
    first.close()
    assert second.open() == 0
    second.close()


def test_a_file_that_was_moved_away_is_begun_anew(path: Path) -> None:
    file = LineFile(path)
    file.append(b"one\n")
    path.rename(path.with_suffix(".old"))
    file.sync()
    file.append(b"two\n")
    file.close()
    assert path.read_bytes() == b"two\n"


def test_reading_passes_over_a_line_in_the_making(path: Path) -> None:
    path.write_bytes(b"one\ntwo\nthr")
    assert list(read_lines(path)) == [b"one", b"two"]
    assert list(read_lines(path, 4)) == [b"two"]
    assert list(read_lines_backwards(path)) == [b"two", b"one"]


def test_a_missing_or_empty_file_has_no_lines(path: Path) -> None:
    assert list(read_lines(path)) == list(read_lines_backwards(path)) == []
    path.touch()
    assert list(read_lines(path)) == list(read_lines_backwards(path)) == []


def test_reading_backwards_gives_the_same_lines_over_block_ends(path: Path) -> None:
    lines = [b"%06d" % number + b"x" * (number % 977) for number in range(500)] + [b"y" * BLOCK * 2, b"end"]
    path.write_bytes(b"\n".join(lines) + b"\ntorn" + b"z" * BLOCK)
    assert list(read_lines_backwards(path)) == lines[::-1]
