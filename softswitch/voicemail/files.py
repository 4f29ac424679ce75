"""Files of messages. All of this blocks, and belongs in a thread.

| where, in the folder of messages | what |
|---|---|
| `incoming/NAME.wav` | the sound as the recorder writes it |
| `incoming/NAME.json` | what is known of it: a `Draft` |
| `2026/11/25/NAME.wav` | a message, whole |

NAME is `093012417-sales-1a2b3c4d5e6f`: local time to the millisecond, the mailbox, the call.
"""

from __future__ import annotations

import json
import os
import struct
import wave
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softswitch.audio.trim import trim
from softswitch.errors import NoSuch, StoreError
from softswitch.mailboxes import Draft
from softswitch.types import CallId, MailboxName, Seconds

INCOMING = "incoming"

RESERVE = 16 * 1024 * 1024
"""Bytes of the disk that messages leave to the record."""

HEADER = 44
UNKNOWN = 0xFFFF_FFFF
"""The length of sound that is still being recorded."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A message in its place."""

    seconds: Seconds
    bytes: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """No message."""

    speech: Seconds
    why: str


class Files:
    """Those of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / INCOMING

    def reserve(self, draft: Draft, room: int) -> Path:
        """Write down what is known; returns where the sound goes. Raises StoreError: it cannot be written, or
        fewer than `room` bytes, and the reserve, are left.
        """
        try:
            self._incoming.mkdir(parents=True, exist_ok=True, mode=0o750)
            disk = os.statvfs(self._incoming)
            if disk.f_bavail * disk.f_frsize < room + RESERVE:
                raise StoreError(f"the disk of {self.folder} is full: messages need room of {room:,} bytes")
            _write(self._told(draft), json.dumps(asdict(draft)).encode())
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be written: {error.strerror}") from error
        return self._sound(draft)

    def drop(self, draft: Draft) -> None:
        """Forget what came in."""
        self._sound(draft).unlink(missing_ok=True)
        self._told(draft).unlink(missing_ok=True)

    def left_over(self) -> list[Draft]:
        """What came in and is not done with, the eldest first. What cannot be read is left alone."""
        found = []
        for file in self._incoming.glob("*.json"):
            try:
                found.append(_draft(json.loads(file.read_text())))
            except (OSError, ValueError, TypeError, KeyError):
                continue
        return sorted(found, key=lambda draft: draft.began)

    def is_whole(self, draft: Draft) -> bool:
        """Whether the recorder is done with the sound."""
        try:
            with self._sound(draft).open("rb") as file:
                header = file.read(HEADER)
        except FileNotFoundError:
            return False
        return len(header) == HEADER and struct.unpack("<I", header[-4:])[0] != UNKNOWN

    def finish(self, draft: Draft) -> Finished | Nothing:
        """Cut the silence, and put the message into its place; again, if that was done. Raises OSError."""
        try:
            pcm, rate = _read(self._sound(draft))
        except FileNotFoundError:
            return Nothing(0.0, "the sound is gone")
        trimmed = trim(pcm, rate)
        if trimmed.speech < draft.shortest or not len(trimmed.pcm):
            return Nothing(round(trimmed.speech, 3), "too short")
        place = self.folder / draft.file
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        _write_wav(place, trimmed.pcm, rate)
        return Finished(round(len(trimmed.pcm) / rate, 3), place.stat().st_size)

    def place_of(self, file: str) -> Path:
        """Where a message lies. Raises NoSuch: it is gone, or would be somewhere else than in the folder."""
        top, place = self.folder.resolve(), (self.folder / file).resolve()
        if not place.is_relative_to(top) or not place.is_file():
            raise NoSuch(f"the message {file} is not in {self.folder} any more; somebody has deleted it")
        return place

    def delete(self, file: str) -> None:
        """Delete a message, and folders left empty; one that is gone is deleted. Raises OSError."""
        try:
            place = self.place_of(file)
        except NoSuch:
            return
        place.unlink()
        parent = place.parent
        while parent != self.folder.resolve():
            try:
                parent.rmdir()
            except OSError:
                return
            parent = parent.parent

    def _sound(self, draft: Draft) -> Path:
        return self._incoming / Path(draft.file).name

    def _told(self, draft: Draft) -> Path:
        return self._incoming / Path(draft.file).with_suffix(".json").name


def _draft(plain: dict[str, Any]) -> Draft:
    known = {**plain, "email": tuple(plain["email"])}
    known["mailbox"], known["call"] = MailboxName(plain["mailbox"]), CallId(plain["call"])
    return Draft(**known)


def _read(file: Path) -> tuple[NDArray[np.int16], int]:
    """Mono samples and their rate, as far as they came into the file."""
    content = file.read_bytes()
    if len(content) < HEADER:
        return np.zeros(0, np.int16), 8000
    rate: int = struct.unpack("<I", content[24:28])[0]
    length = (len(content) - HEADER) // 2 * 2
    return np.frombuffer(content, "<i2", length // 2, HEADER), rate


def _write_wav(place: Path, pcm: NDArray[np.int16], rate: int) -> None:
    part = place.with_name(f".{place.name}.part")
    try:
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o640)
            with wave.open(file, "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(rate)
                out.writeframes(pcm.astype("<i2").tobytes())
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _write(place: Path, content: bytes) -> None:
    """All of it, or nothing."""
    part = place.with_name(f".{place.name}.part")
    try:
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o640)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    except OSError:
        part.unlink(missing_ok=True)
        raise
