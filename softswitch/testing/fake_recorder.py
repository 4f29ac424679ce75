"""A fake recorder: files are never written; each recording remembers what it heard, and when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from softswitch.errors import AudioError
from softswitch.sound import Source
from softswitch.testing.hearing import now
from softswitch.types import Seconds


class FakeRecording:
    """One recording."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.paused = False
        self.began = now()
        self.ended: Seconds | None = None
        self.lost: Seconds = 0.0
        self.pauses: list[tuple[Seconds, bool]] = []
        """When it was paused (true) and resumed."""
        self.quiet_since: Seconds | None = None
        """Since when nothing is heard, of one in mono; None: somebody speaks."""
        self.sides: list[tuple[Seconds, str, str]] = []
        """Whom it heard from when on: the labels of left and right, empty for nobody."""

    @property
    def seconds(self) -> Seconds:
        """How long it is."""
        return (now() if self.ended is None else self.ended) - self.began

    @property
    def bytes(self) -> int:
        """How large a file it would be, at 8000 Hz."""
        return 44 + round(self.seconds * 8000) * 4

    @property
    def quiet(self) -> Seconds:
        """How long nothing has been heard."""
        return 0.0 if self.quiet_since is None else now() - self.quiet_since

    def hear(self, left: Source | None, right: Source | None, *beside: Source) -> None:
        """Whom it hears from now on; of several on the right with a plus."""
        if self.ended is None:
            rights = "+".join(getattr(source, "label", "") for source in (right, *beside))
            self.sides.append((now(), getattr(left, "label", ""), rights))

    def pause(self) -> None:
        """Be silent."""
        self._set_paused(True)

    def resume(self) -> None:
        """Hear again."""
        self._set_paused(False)

    def close(self) -> None:
        """End it; a second call does nothing."""
        if self.ended is None:
            self.ended = now()

    def _set_paused(self, paused: bool) -> None:
        self.paused = paused
        self.pauses.append((now(), paused))


class FakeRecorder:
    """Remembers every recording that it made."""

    def __init__(self) -> None:
        self.recordings: list[FakeRecording] = []
        self.broken = False
        """There is no room for one more."""

    @property
    def open(self) -> Sequence[FakeRecording]:
        """Those that go on: a finished call should leave none."""
        return [one for one in self.recordings if one.ended is None]

    def record(self, file: Path, left: Source | None, right: Source | None) -> FakeRecording:
        """Begin. Raises AudioError where it is broken."""
        if self.broken:
            raise AudioError(f"{file} cannot be recorded, as the test asked")
        recording = FakeRecording(file)
        recording.hear(left, right)
        self.recordings.append(recording)
        return recording

    def record_one(self, file: Path, source: Source, longest: Seconds) -> FakeRecording:
        """Begin, of one leg. Raises AudioError where it is broken."""
        return self.record(file, source, None)


if TYPE_CHECKING:  # the type checker holds every fake to its Protocol
    from softswitch import sound

    _recording: type[sound.Recording] = FakeRecording
    _recorder: type[sound.Recorder] = FakeRecorder
