"""Reads the record's lines while they are written: the eldest file first, and on into the one of now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Protocol

from softswitch.ports import Recorded
from softswitch.store.encoding import data_in, decode
from softswitch.store.spool import EVENTS, OLDER


def number_of(file: Path) -> int:
    """The last event in an older file, by its name."""
    return int(file.stem.partition("-")[2])


def older(folder: Path, after: int = -1) -> list[Path]:
    """Files of the past that hold events after that number, in their order."""
    return [file for file in sorted(folder.glob(OLDER)) if number_of(file) > after]


class Lines(Protocol):
    """The file of now, as far as it may be read."""

    path: Path

    @property
    def size(self) -> int:
        """Bytes of whole lines that will stay."""


class Growing:
    """The file of now of another process. What has been there for a moment will stay: a write that fails
    half-way is undone at once.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / EVENTS
        self._size = self._seen = self._file = 0

    @property
    def size(self) -> int:
        """What was there when `look` looked last but one."""
        return self._size

    def look(self, *, settled: bool = True) -> None:
        """Look at it again; `settled=False`: nobody writes it any more."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return  # a new one begins just now
        before = self._seen if found.st_ino == self._file else 0
        self._file, self._seen = found.st_ino, found.st_size
        self._size = min(before, found.st_size) if settled else found.st_size


class Tail:
    """A place in the lines; it moves on as they are read. For one thread."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._file: BinaryIO | None = None
        self._finished = -1
        """The number of the last file that was read to its end."""

    def begin(self, after: int) -> None:
        """Read from the file on that holds the next event."""
        self.close()
        self._finished = after

    def read(self, after: int, most: int) -> list[tuple[Recorded, str]]:
        """The next events after that number, each with its data as it is written; none: that was all.

        Raises OSError.
        """
        found: list[tuple[Recorded, str]] = []
        while len(found) < most:
            if self._file is None:
                self._file = self._next().open("rb")
            active, there = self._is_of_now(self._file), os.fstat(self._file.fileno()).st_size
            limit = self._lines.size if active else there
            place = self._file.tell()
            if place > there:  # somebody has emptied the file: it is written anew from its beginning
                place = self._file.seek(0)
            while place < limit and len(found) < most:
                line = self._file.readline()
                if active and not line.endswith(b"\n"):  # in the making
                    self._file.seek(place)
                    return found
                place += len(line)
                event = decode(line)
                if event is not None and event.seq > after:
                    found.append((event, data_in(line)))
            if place >= limit and active:
                break
            if place >= limit:
                self._finish(self._file)
        return found

    def sync(self) -> None:
        """What was read last survives a power cut, as what is made of it may: the database must never know
        numbers that are given out again afterwards. Raises OSError.
        """
        if self._file is not None and self._is_of_now(self._file):
            os.fdatasync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _next(self) -> Path:
        return next(iter(older(self._lines.path.parent, self._finished)), self._lines.path)

    def _is_of_now(self, file: BinaryIO) -> bool:
        """Whether lines are still appended to it. In the moment when a new one begins, it may seem so."""
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._lines.path.stat())
        except FileNotFoundError:
            return True

    def _finish(self, file: BinaryIO) -> None:
        own = os.fstat(file.fileno())
        names = [one for one in older(self._lines.path.parent) if os.path.samestat(own, one.stat())]
        self._finished = number_of(names[0]) if names else self._finished
        self.close()
