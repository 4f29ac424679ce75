"""Changes lines of the record's files where they stand, while another process appends to them.

A changed line is as long as it was, with blanks at its end: nothing moves, so neither who appends nor who
reads notices. Only lines of which the database has the event are changed: one that a crash tears is not
missed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from softswitch.ports import JsonValue, Recorded
from softswitch.store.encoding import decode, encode
from softswitch.store.spool import EVENTS, files

Change = Callable[[Recorded], "dict[str, JsonValue] | None"]
"""The new fields of an event; None: they stay."""

LOT = 2000
"""Lines between two moments at which something else may be done."""


def scrub(folder: Path, upto: int, change: Change, torn: Callable[[bytes], bool]) -> Iterator[int]:
    """Change lines of all files of a folder, of events up to a number; `torn`: whether a line that is no
    event is to be made blank. Yields how many lines were changed, now and then. Raises OSError.
    """
    for path in files(folder):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            if path.name != EVENTS:
                continue  # it is in the database, and was just deleted
            return
        with open(descriptor, "r+b", buffering=0) as raw:
            yield from _scrub(raw.fileno(), upto, change, torn)


def _scrub(fd: int, upto: int, change: Change, torn: Callable[[bytes], bool]) -> Iterator[int]:
    place = changed = 0
    with open(fd, "rb", closefd=False) as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break  # in the making
            new = _changed(line, upto, change, torn)
            if new is not None:
                os.pwrite(fd, new, place)
                changed += 1
            place += len(line)
            if number % LOT == 0:
                yield changed
                changed = 0
    os.fsync(fd)
    yield changed


def _changed(line: bytes, upto: int, change: Change, torn: Callable[[bytes], bool]) -> bytes | None:
    event = decode(line)
    if event is None:
        return b" " * (len(line) - 1) + b"\n" if torn(line) else None
    if event.seq > upto or (data := change(event)) is None:
        return None
    new = encode(event._replace(data=data))[:-1]
    if len(new) >= len(line):  # an editor wrote it with fewer blanks than we do
        new = encode(event._replace(data={}))[:-1]
    return new.ljust(len(line) - 1) + b"\n"
