"""Files of recordings: their names, the repair of headers after a crash, and the end of their time.

A recording is `2026/11/25/093012417-support-1a2b3c4d5e6f.wav` in the folder of recordings: local time to the
millisecond, the queue, the call. It is stereo, 16 bits, the caller on the left, the agent on the right. While
it is being written its header says "unknown length" (0xFFFFFFFF); that of a file which was never ended, as
the switch was killed, is repaired from the file's length. All of this is plain work on files, and blocks.
"""

from __future__ import annotations

import os
import re
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from softswitch.errors import StoreError
from softswitch.types import Seconds

FOLDER = "recordings"
_DAY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
UNKNOWN = 0xFFFF_FFFF
"""The length of a recording that goes on."""

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""RIFF, its length, WAVE, fmt, its length, format, channels, rate, bytes in a second, bytes in a sample, its
bits, data, its length."""


NOTED = "recordings.path"
"""In a data folder: where the recordings of its switch are, for commands that know no configuration."""


def note_folder(data: Path, folder: Path) -> None:
    """Leave the folder of recordings for who reads later. Raises StoreError."""
    try:
        (data / NOTED).write_text(f"{folder}\n")
    except OSError as error:
        raise StoreError(f"{data / NOTED}: {error.strerror}") from error


def folder_of(data: Path) -> Path:
    """The folder of recordings of a data folder."""
    try:
        return Path((data / NOTED).read_text().strip())
    except OSError:
        return data / FOLDER


def _never() -> bool:
    return False


def recordings(folder: Path, until: str = "9999") -> Iterator[Path]:
    """Every recording in the folder of recordings, oldest day first, of days up to `until` (`2026/11/25`).
    What lies elsewhere than in a day's folder is none of ours.
    """
    for parent, folders, names in os.walk(folder):
        day = os.path.relpath(parent, folder)
        folders[:] = sorted(name for name in folders if f"{day}/{name}".removeprefix("./") <= until)
        if _DAY.fullmatch(day):
            yield from (Path(parent, name) for name in sorted(names) if name.endswith(".wav"))


def repair(folder: Path, before: float, given_up: Callable[[], bool] = _never) -> list[Path]:
    """Give every recording that was never ended its length, if it was last written `before` this moment
    (seconds since the epoch): younger ones go on. Returns those that were repaired, or were empty and are
    gone; a file that cannot be repaired is left as it is. `given_up` is asked before each file: is that all?
    """
    done = []
    for file in recordings(folder):
        if given_up():
            break
        try:
            if file.stat().st_mtime < before and _repair(file):
                done.append(file)
        except OSError:
            continue
    return done


def _repair(file: Path) -> bool:
    times = file.stat()
    with file.open("r+b") as opened:
        header = opened.read(_HEADER.size)
        if len(header) < _HEADER.size:
            file.unlink()
            return True
        fields = list(_HEADER.unpack(header))
        if fields[0] != b"RIFF" or fields[-1] != UNKNOWN:
            return False
        length = os.fstat(opened.fileno()).st_size - _HEADER.size
        length -= length % fields[9]  # the last sample may be torn
        opened.truncate(_HEADER.size + length)
        fields[1], fields[-1] = length + _HEADER.size - 8, length
        opened.seek(0)
        opened.write(_HEADER.pack(*fields))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # it is as old as it was
    return True


def measure(file: Path) -> tuple[Seconds, int] | None:
    """How long a recording is, and how many bytes it has; None: it goes on, or its header says nothing.

    Raises OSError.
    """
    with file.open("rb") as opened:
        header = opened.read(_HEADER.size)
        size = os.fstat(opened.fileno()).st_size
    if len(header) < _HEADER.size:
        return None
    fields = _HEADER.unpack(header)
    if fields[0] != b"RIFF" or fields[-1] == UNKNOWN or not fields[8]:
        return None
    return round(fields[-1] / fields[8], 3), size


def delete_older(
    folder: Path, keep: Seconds, now: float, given_up: Callable[[], bool] = _never
) -> list[Path]:
    """Delete the recordings that ended more than `keep` seconds before `now`, and folders left empty.
    Returns those that are gone; what cannot be deleted stays, until the next time. `given_up`: as
    for `repair`.
    """
    gone = []
    youngest = time.strftime("%Y/%m/%d", time.localtime(now - keep))
    for file in recordings(folder, youngest):
        if given_up():
            break
        try:
            if now - file.stat().st_mtime > keep:
                file.unlink()
                gone.append(file)
        except OSError:
            continue
    for parent in {file.parent for file in gone}:
        _delete_empty(parent, folder)
    return gone


def _delete_empty(parent: Path, top: Path) -> None:
    """A day's folder, its month's and its year's, if nothing is left in them."""
    while parent != top:
        try:
            parent.rmdir()
        except OSError:
            return
        parent = parent.parent
