"""A file of lines that survives crashes: what is in it is whole lines, or is made so when it is opened."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from softswitch.errors import StoreError

BLOCK = 65536
"""Bytes read at a time when looking from the end."""


class LineFile:
    """An append-only file of lines with one writer, kept whole.

    A write that fails half-way (a full disk) is undone, so the file never holds half a line because of it.
    A torn last line, as a killed process or a dead machine leaves one, is cut off by `open`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of whole lines that are surely in it; readers in other threads go no further."""
        return self._size

    def open(self) -> int:
        """Open or create it, lock it, make its end whole; the number of bytes that were cut off.

        Raises OSError, and StoreError when another process writes it.
        """
        self.close()
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            self._lock(fd)
            cut = self._mend(fd)
        except BaseException:
            os.close(fd)
            raise
        self._fd, self._size = fd, os.fstat(fd).st_size
        return cut

    def _lock(self, fd: int) -> None:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                f"{self.path} is being written by another process: a switch is running on this data folder "
                "already, or is still stopping. Stop it, or give this one its own folder with --data DIR."
            ) from None

    @staticmethod
    def _mend(fd: int) -> int:
        size = os.fstat(fd).st_size
        end = size
        while end:
            start = max(0, end - BLOCK)
            newline = os.pread(fd, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(fd, end)
        return size - end

    def append(self, data: bytes) -> None:
        """Write whole lines: all of them, or none and OSError."""
        if self._fd is None:
            self.open()
        assert self._fd is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            self._undo()
            raise
        self._size += len(data)

    def _undo(self) -> None:
        assert self._fd is not None
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:
            self.close()  # the next append opens it anew and cuts off what is torn

    def sync(self) -> None:
        """Have the disk hold what was written (fsync); raises OSError.

        When the file was moved away or deleted, the next write starts a new one of the old name.
        """
        if self._fd is None:
            return
        os.fsync(self._fd)
        try:
            moved = os.stat(self.path).st_ino != os.fstat(self._fd).st_ino
        except FileNotFoundError:
            moved = True
        if moved:
            self.close()

    def turn(self, name: str) -> None:
        """Give the file another name, with all of it on the disk, and begin a new one. Raises OSError."""
        if self._fd is not None:
            os.fsync(self._fd)
            self.close()
        if self.path.exists():  # not so when this failed half-way before
            self.path.rename(self.path.with_name(name))
        self.open()

    def close(self) -> None:
        """Let go of it; a second call does nothing."""
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None


def read_lines(path: Path, start: int = 0) -> Iterator[bytes]:
    """The whole lines of a file from a byte offset on, without their ends; a last line still in the making is
    left out, a missing file has none.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1]
    except FileNotFoundError:
        return


def read_lines_backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, the last one first, without reading more of it than is asked for."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        position = file.seek(0, os.SEEK_END)
        rest = b""
        first = True
        while position:
            length = min(BLOCK, position)
            position -= length
            file.seek(position)
            lines = (file.read(length) + rest).split(b"\n")
            rest = lines[0]
            whole = lines[1:-1] if first else lines[1:]
            first = first and len(lines) == 1
            yield from reversed(whole)
        if rest and not first:
            yield rest
