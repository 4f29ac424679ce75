"""Recorded sentences, and sentences joined of recorded parts; everything here blocks and belongs in a thread.

A recording is known by its name: `FOLDER/<language>/<slug>.wav`, the slug of the text (`slug_of`). The whole
sentence is looked for first; then its parts, as the words before the number, the number, and those after it;
for a number that has no recording, each of its words. What is missing is spoken by the voice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import numpy as np
import structlog
from numpy.typing import NDArray

from softswitch.audio.render import SPEECH_LOUDNESS, finished, read
from softswitch.errors import SoundFileError
from softswitch.sentences.grammar import Part, Sentence
from softswitch.types import Language, Seconds

_log = structlog.get_logger(__name__)

GAP: Seconds = 0.06
"""Between two parts of a sentence: what is left of the silence around each."""

_LONGEST_SLUG = 60
_QUIET = 10 ** (-40 / 20)
"""Of the loudest sample of a part: what is below that at its edges is cut."""
_EVEN = 0.1
"""The mean level that parts have before they are joined, about -20 dB: speakers and voices differ."""

Samples = NDArray[np.float32]


def slug_of(text: str) -> str:
    """The name under which a recording of this text is looked for: its words, joined by hyphens.

    `You are next in line.` gives `you-are-next-in-line`; of a long text the first words and a checksum.
    """
    slug = re.sub(r"[^\w]+", "-", normalize("NFC", text).casefold()).strip("-")
    if len(slug) <= _LONGEST_SLUG:
        return slug
    return f"{slug[:_LONGEST_SLUG].rstrip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"


def file_of(folder: Path, language: Language, text: str) -> Path:
    """Where a recording of this text is looked for; one whose accents are letters of their own is found, too:
    so names come out of archives that were packed on a Mac.
    """
    path = folder / language / f"{slug_of(text)}.wav"
    apart = path.with_name(normalize("NFD", path.name))
    return apart if apart.exists() and not path.exists() else path


def joined(
    sentence: Sentence,
    language: Language,
    folder: Path,
    rate: int,
    speak: Callable[[str], Samples],
) -> bytes | None:
    """The samples of a sentence some part of which is recorded; None: none is. Raises what `speak` raises."""
    if len(sentence.parts) < 2:
        return None
    found = [_recorded(part, language, folder, rate) for part in sentence.parts]
    if not any(found):
        return None
    pieces: list[Samples] = []
    for part, recorded in zip(sentence.parts, found, strict=True):
        pieces += recorded or [speak(part.text)]
    gap = np.zeros(round(GAP * rate), dtype=np.float32)
    spaced = [piece for each in pieces for piece in (_even(each, rate), gap)]
    return finished(np.concatenate(spaced[:-1]), rate, SPEECH_LOUDNESS)


def _recorded(part: Part, language: Language, folder: Path, rate: int) -> list[Samples]:
    """The recording of a part, or those of all its words; empty: there is none."""
    for texts in ((part.text,), part.words):
        files = [file_of(folder, language, text) for text in texts]
        if files and all(file.exists() for file in files):
            try:
                return [np.asarray(read(file, rate), dtype=np.float32) for file in files]
            except SoundFileError as error:
                _log.error("a recorded part is replaced by the voice", error=str(error))
    return []


def _even(samples: Samples, rate: int) -> Samples:
    """Without the silence at both edges, and as loud as every other."""
    level = np.abs(samples)
    loud = np.flatnonzero(level > level.max(initial=0.0) * _QUIET)
    if not len(loud):
        return samples
    margin = round(0.01 * rate)
    cut = samples[max(0, loud[0] - margin) : loud[-1] + 1 + margin]
    mean = float(np.sqrt(np.mean(np.square(cut, dtype=np.float64))))
    return np.asarray(cut * (_EVEN / mean), dtype=np.float32) if mean > 0 else cut
