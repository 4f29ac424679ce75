"""From any sound file to what the bridge plays: mono 16-bit samples at its rate, at an even loudness.

Everything here blocks and belongs in a thread.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from softswitch.audio.limiter import limit
from softswitch.audio.loudness import SILENCE, Samples, integrated_loudness, true_peak
from softswitch.errors import SoundFileError
from softswitch.types import Seconds

SPEECH_LOUDNESS = -18.0
"""LUFS. A little above the music, so that nobody strains to follow a menu."""

MUSIC_LOUDNESS = -20.0
"""LUFS. What people hear for minutes on end should not tire them."""

LONGEST: Seconds = 1800.0
"""A file longer than half an hour is taken for a mistake: clips are held in memory."""

_CEILING = 10 ** (-1.5 / 20)
"""True peaks stay 1.5 dB below full scale."""

_MOST_GAIN = 30.0
"""Decibels. A recording so quiet that it wants more holds noise."""

_FADE: Seconds = 0.004
"""At both edges, so that neither clicks."""

_FRAMES = 65536
"""Frames decoded at a time."""

_RATES = range(4000, 384_001)
"""Sample rates that a sound file may have, in Hz."""

_FIVE_POINT_ONE = np.array([1.0, 1.0, 0.7071, 0.0, 0.7071, 0.7071], dtype=np.float32)
"""Front left, front right, centre, low frequencies (left out), surround left and right: ITU-R BS.775."""

_EXPECTED = "expected a sound file, such as WAV, FLAC, OGG or MP3"

_MAGIC = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x1f\x8b": "a gzip archive",
    b"\x7fELF": "a program",
    b"\x1aE\xdf\xa3": "a Matroska or WebM film, which this switch cannot decode",
}


def render_file(path: Path, rate: int, loudness: float) -> bytes:
    """The whole file as 16-bit mono PCM at `rate` Hz and `loudness` LUFS. Raises SoundFileError."""
    return finished(read(path, rate), rate, loudness)


def read(path: Path, rate: int) -> NDArray[np.float32]:
    """The file as mono samples at `rate` Hz, full scale 1.0, as loud as it is. Raises SoundFileError."""
    why = unplayable(path)
    if why:
        raise SoundFileError(path, f"{why}; {_EXPECTED}")
    try:
        return _decoded(path, rate)
    except (soundfile.LibsndfileError, TypeError, OSError) as error:
        raise SoundFileError(path, f"{_kind(path)}; {_EXPECTED}") from error


def finished(samples: Samples, rate: int, loudness: float) -> bytes:
    """16-bit little-endian PCM: offset removed, brought to `loudness` LUFS, limited, its edges faded."""
    if not len(samples):
        return b""
    centred = samples - samples.mean(dtype=np.float64)
    measured = integrated_loudness(centred, rate)
    if measured != SILENCE:
        centred = centred * 10 ** (min(loudness - measured, _MOST_GAIN) / 20)
    level = limit(centred, rate, _CEILING)
    peak = true_peak(level, rate)
    if peak > _CEILING:
        level = level * np.float32(_CEILING / peak)
    edge = min(round(rate * _FADE), len(level) // 2)
    if edge:
        fade = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        level[:edge] *= fade
        level[-edge:] *= fade[::-1]
    pcm: bytes = np.rint(level * 32767.0).astype("<i2").tobytes()
    return pcm


def unplayable(path: Path) -> str:
    """Why the file cannot even be opened as sound, or nothing."""
    if path.is_dir():
        return "is a folder, not a sound file"
    try:
        if not path.exists():
            return "there is no such file"
        if not path.is_file():
            return "is a device or a pipe, not a file"
        with path.open("rb") as file:
            return "" if file.read(1) else "is empty (0 bytes)"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _kind(path: Path) -> str:
    """What a file that is no audio seems to be, for the error message."""
    with path.open("rb") as file:
        start = file.read(256)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return f"is {kind}, not audio"
    if start[4:8] == b"ftyp":
        return "is an MP4 or M4A file, which this switch cannot decode: convert it to WAV, FLAC or OGG"
    if start.startswith((b"RIFF", b"fLaC", b"OggS", b"ID3", b"FORM")):
        return "begins like audio but is broken or of an unknown encoding"
    text = start.decode("utf-8", errors="ignore")
    if len(text.encode()) >= len(start) - 3 and all(c.isprintable() or c.isspace() for c in text):
        return f"is text, not audio (it begins {text.split(chr(10))[0][:40]!r})"
    return "is no audio that can be recognised"


def _decoded(path: Path, rate: int) -> NDArray[np.float32]:
    pieces: list[NDArray[np.float32]] = []
    with soundfile.SoundFile(path) as file:
        if file.samplerate not in _RATES:
            raise SoundFileError(
                path,
                f"claims {file.samplerate} samples per second; expected {_RATES[0]} to {_RATES[-1]}",
            )
        stream = soxr.ResampleStream(file.samplerate, rate, 1, dtype="float32", quality="VHQ")
        frames = 0
        while len(block := file.read(_FRAMES, dtype="float32", always_2d=True)):
            frames += len(block)
            if frames > LONGEST * file.samplerate:
                raise SoundFileError(
                    path, f"is longer than {LONGEST / 60:.0f} minutes, the most a clip may have: cut it"
                )
            if not np.isfinite(block).all():
                raise SoundFileError(
                    path, "holds samples that are no numbers (NaN or infinity): render it again"
                )
            pieces.append(stream.resample_chunk(_mono(block)))
        if not frames:
            raise SoundFileError(path, f"holds no sound: a header and zero samples; {_EXPECTED}")
        pieces.append(stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True))
    return np.concatenate(pieces)


def _mono(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Frames of any number of channels as one channel."""
    channels = block.shape[1]
    if channels == len(_FIVE_POINT_ONE):
        weights = _FIVE_POINT_ONE / _FIVE_POINT_ONE.sum()
        return np.asarray(block @ weights, dtype=np.float32)
    return np.asarray(block.mean(axis=1), dtype=np.float32)
