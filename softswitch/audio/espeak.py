"""espeak-ng inside this process, by ctypes: some milliseconds per sentence and no program started.

The library holds one engine with one current voice in global variables; this module is the one place that
knows it: `_engine` starts it once, and a lock lets one thread at a time speak.
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from softswitch.errors import SpeechError
from softswitch.types import Language

WORDS_PER_MINUTE = 150

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
"""Without it a bad data folder ends the whole process."""
_RATE = 1
_UTF8_WITH_PHONEMES = 0x1 | 0x100
"""`[[...]]` in a text is read as phonemes."""
_LONGEST_PATH = 160
"""espeak-ng copies the data folder's name into an array of this size."""

_VOICES = {"en": "en-us"}
"""What espeak-ng calls a language, where that is not its ISO 639-1 code."""

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

_lock = threading.Lock()


class _Engine:
    """The library, loaded and initialised. Raises SpeechError or OSError when it cannot be."""

    def __init__(self, library: Path, data: Path) -> None:
        if len(str(data)) >= _LONGEST_PATH:
            raise SpeechError(
                f"espeak-ng cannot open a data folder whose name has {_LONGEST_PATH} characters: {data}"
            )
        self.library = ctypes.CDLL(str(library))
        self.rate: int = self.library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _DO_NOT_EXIT)
        if self.rate <= 0:
            raise SpeechError(f"espeak-ng does not start with its data in {data}")
        self._pieces: list[NDArray[np.int16]] = []
        self._callback = _Callback(self._collect)
        self.library.espeak_SetSynthCallback(self._callback)
        self.library.espeak_Info.restype = ctypes.c_char_p
        self.version: str = self.library.espeak_Info(None).decode()

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        return 0

    def speak(self, text: str, voice: str) -> NDArray[np.int16]:
        if self.library.espeak_SetVoiceByName(voice.encode()):
            raise SpeechError(f"espeak-ng has no voice for the language {voice!r}")
        self.library.espeak_SetParameter(_RATE, WORDS_PER_MINUTE, 0)
        self._pieces = []
        content = text.replace("\0", " ").encode() + b"\0"
        failed = self.library.espeak_Synth(
            content, ctypes.c_size_t(len(content)), 0, 1, 0, _UTF8_WITH_PHONEMES, None, None
        )
        self.library.espeak_Synchronize()
        if failed:
            raise SpeechError(f"espeak-ng gives error {failed}")
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, dtype=np.int16)


@cache
def _engine() -> _Engine:
    """The one engine of this process."""
    try:
        import espeakng_loader  # noqa: PLC0415 - a platform without this wheel has the program instead

        return _Engine(Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path()))
    except (ImportError, OSError, AttributeError) as error:
        raise SpeechError(f"the espeak-ng library cannot be loaded: {error}") from error


class EspeakVoice:
    """The built-in voice. Raises SpeechError when the library does not load."""

    reads_phonemes = True

    def __init__(self) -> None:
        with _lock:
            self._engine = _engine()
        self.name = f"espeak-ng {self._engine.version} {WORDS_PER_MINUTE}"

    def speak(self, text: str, language: Language, rate: int) -> NDArray[np.float32]:
        """The text as mono samples at `rate` Hz, full scale 1.0. Raises SpeechError."""
        with _lock:
            samples = self._engine.speak(text, _VOICES.get(language, language))
        spoken = samples.astype(np.float32) / 32768.0
        return np.asarray(soxr.resample(spoken, self._engine.rate, rate, quality="VHQ"), dtype=np.float32)
