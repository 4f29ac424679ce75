"""Hold music: a playlist becomes one clip that is looped, each piece at the same loudness.

Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from softswitch.audio.cache import DiskCache, content_of, key_of
from softswitch.audio.render import LONGEST, MUSIC_LOUDNESS, SPEECH_LOUDNESS, render_file, unplayable
from softswitch.errors import AudioError, SoundFileError
from softswitch.sound import Clip
from softswitch.types import Seconds

_log = structlog.get_logger(__name__)

MEDIA = Path(__file__).parents[2] / "media"
"""What is shipped beside the package: music, and the folder for recorded prompts."""

CLASSICAL = "classical"
SILENCE = "silence"

GAP: Seconds = 1.5
"""Silence after each piece, the last one too: the loop's seam is a pause like the others."""

LONGEST_PLAYLIST: Seconds = 4 * LONGEST
"""Two hours: 115 MB at 8 kHz, held in memory."""


def pieces(playlist: str, configured: Mapping[str, Sequence[Path]]) -> tuple[Path, ...]:
    """The files of a playlist, in order. Raises AudioError, naming the nearest name, when there is none."""
    if playlist in configured:
        return tuple(configured[playlist])
    if playlist == CLASSICAL:
        return tuple(sorted((MEDIA / "music").glob("*.ogg")))
    known = sorted({CLASSICAL, SILENCE, *configured})
    near = difflib.get_close_matches(playlist, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    raise AudioError(f"there is no playlist {playlist!r}; {hint}")


def silence(rate: int) -> Clip:
    """A second of nothing, to be looped."""
    return Clip(pcm=bytes(2 * rate), rate=rate, label=SILENCE)


def render_playlist(playlist: str, files: Sequence[Path], rate: int, cache: DiskCache) -> Clip:
    """All pieces with a pause after each. One that cannot be played is logged and left out.

    Raises AudioError when none is left, or when all together are too long.
    """
    if not files:
        raise AudioError(
            f"playlist {playlist!r} has no pieces; shipped music is looked for in {MEDIA / 'music'}"
        )
    gap = bytes(2 * round(GAP * rate))
    parts: list[bytes] = []
    failed: SoundFileError | None = None
    for path in files:
        try:
            parts += [rendered(path, rate, MUSIC_LOUDNESS, cache), gap]
        except SoundFileError as error:
            failed = error
            _log.error("a piece of music is left out", playlist=playlist, error=str(error))
        if sum(map(len, parts)) > 2 * rate * LONGEST_PLAYLIST:
            raise AudioError(
                f"playlist {playlist!r} is longer than {LONGEST_PLAYLIST / 60:.0f} minutes: leave pieces out"
            )
    if failed and not parts:
        raise AudioError(f"nothing in playlist {playlist!r} can be played; the last: {failed}") from failed
    return Clip(pcm=b"".join(parts), rate=rate, label=playlist)


def recording(path: Path, rate: int, cache: DiskCache) -> Clip:
    """One file of recorded speech, or of whatever else a menu should play. Raises SoundFileError."""
    return Clip(pcm=rendered(path, rate, SPEECH_LOUDNESS, cache), rate=rate, label=path.name)


def rendered(path: Path, rate: int, loudness: float, cache: DiskCache) -> bytes:
    """The file's samples, from the cache when its content has been rendered before. Raises SoundFileError."""
    why = unplayable(path)
    if why:
        raise SoundFileError(path, f"{why}; expected a sound file")
    try:
        key = key_of("file", content_of(path), rate, loudness)
    except OSError as error:
        raise SoundFileError(path, f"cannot be read ({error.strerror})") from error
    return cache.pcm(key, lambda: render_file(path, rate, loudness))
