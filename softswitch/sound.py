"""What the call logic needs of sound: clips, players, the native bridge and recordings, as Protocols."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class Clip:
    """Sound that is ready for the bridge, whole and in memory: no file is read while it plays."""

    pcm: bytes
    """Signed 16-bit little-endian samples, mono."""

    rate: int
    """Samples per second; the bridge's rate."""

    label: str
    """What it is, for logs: a file name, or the text that is spoken."""

    @property
    def duration(self) -> Seconds:
        """How long it sounds, in seconds."""
        return len(self.pcm) / 2 / self.rate


class Source(Protocol):
    """Something that can be heard: a leg or a player."""


class Player(Source, Protocol):
    """A native player of one clip. A context manager: leaving it stops the sound."""

    clip: Clip

    def __enter__(self) -> Player: ...
    def __exit__(self, *exc: object) -> None: ...

    def close(self) -> None:
        """Stop and free it; a second call does nothing."""


@dataclass(frozen=True, slots=True)
class Hear:
    """One source as a leg hears it."""

    source: Source
    level: float = 1.0
    """1.0 as it is, 0.2 ducked (about -14 dB), 0.0 silent."""


class Media(Protocol):
    """The native bridge, as far as the call logic needs it."""

    rate: int
    """The bridge's clock rate in Hz; clips must have it."""

    def player(self, clip: Clip, *, loop: bool = False) -> Player:
        """A player that starts at once, for whoever declares it. `loop`: from the start again at its end."""


class Recording(Protocol):
    """A file that is being written: what two legs send, one on each side, or what one does, in mono. Its
    time never stops: a side without a leg, or with one that sends nothing, is silent.
    """

    file: Path

    paused: bool
    """Both sides are silent in the file, so that times stay true."""

    @property
    def seconds(self) -> Seconds:
        """How long it is."""

    @property
    def bytes(self) -> int:
        """How large its file is, or will be."""

    @property
    def lost(self) -> Seconds:
        """How much of that is silence because the disk could not take it in time."""

    @property
    def quiet(self) -> Seconds:
        """Of one in mono: for how long it has been silent, at its end."""

    def hear(self, left: Source | None, right: Source | None, *beside: Source) -> None:
        """Whom it hears from now on; `beside`: who else is on the right."""

    def pause(self) -> None:
        """Be silent, until `resume`."""

    def resume(self) -> None:
        """Hear again."""

    def close(self) -> None:
        """End it; the file is whole a moment later. A second call does nothing."""


class Recorder(Protocol):
    """Makes recordings. Nothing here waits for a disk."""

    def record(self, file: Path, left: Source | None, right: Source | None) -> Recording:
        """Begin at once; the file and its folders are made a moment later. Raises AudioError when there is
        no room for one more.
        """

    def record_one(self, file: Path, source: Source, longest: Seconds) -> Recording:
        """The same in mono, of one leg; after `longest` nothing more comes into the file."""
