"""Who speaks: the built-in espeak-ng, the system's program of that name, or any command a user names."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from softswitch.audio.espeak import WORDS_PER_MINUTE, EspeakVoice
from softswitch.audio.render import read
from softswitch.errors import SoundFileError, SpeechError
from softswitch.types import Language, Seconds

PATIENCE: Seconds = 30.0
"""How long a command may take for one text."""


class Voice(Protocol):
    """Something that turns text into sound; it blocks and belongs in a thread."""

    name: str
    """Voice, version and manner: sound is cached under it."""

    reads_phonemes: bool
    """Takes `[[...]]` in a text for phonemes of espeak-ng's."""

    def speak(self, text: str, language: Language, rate: int) -> NDArray[np.float32]:
        """The text as mono samples at `rate` Hz, full scale 1.0. Raises SpeechError."""


class CommandVoice:
    """A program that writes a sound file.

    In its arguments `{wav}` is the file to write, `{language}` the language and `{text}` the text; without a
    `{text}` it comes on standard input.
    """

    reads_phonemes = False

    def __init__(self, command: Sequence[str]) -> None:
        if not any("{wav}" in argument for argument in command):
            raise SpeechError(
                f"the speech command {' '.join(command)!r} has no {{wav}}, the file it should write"
            )
        self.command = tuple(command)
        self.name = "\0".join(command)

    def speak(self, text: str, language: Language, rate: int) -> NDArray[np.float32]:
        """Run the command. Raises SpeechError when it fails (with what it printed), hangs or is silent."""
        with tempfile.TemporaryDirectory(prefix="softswitch-speech-") as folder:
            wav = Path(folder) / "speech.wav"
            filled = [
                argument.replace("{wav}", str(wav)).replace("{language}", language).replace("{text}", text)
                for argument in self.command
            ]
            try:
                done = subprocess.run(
                    filled, input=text.encode(), capture_output=True, timeout=PATIENCE, check=False
                )
            except subprocess.TimeoutExpired:
                raise SpeechError(f"{self.command[0]} took more than {PATIENCE:.0f} seconds") from None
            except (OSError, ValueError) as error:
                raise SpeechError(f"{self.command[0]} cannot be started: {error}") from error
            if done.returncode:
                printed = done.stderr.decode(errors="replace").strip()[-300:] or "and prints nothing"
                raise SpeechError(f"{self.command[0]} ends with status {done.returncode}: {printed}")
            try:
                return read(wav, rate)
            except SoundFileError as error:
                raise SpeechError(f"{self.command[0]} wrote no sound: {error}") from error


class _EspeakProgram(CommandVoice):
    """The system's espeak-ng, for platforms where the library does not load."""

    reads_phonemes = True

    def __init__(self, program: str) -> None:
        super().__init__(
            [program, "-v", "{language}", "-s", str(WORDS_PER_MINUTE), "-b", "1", "-w", "{wav}", "--stdin"]
        )


def built_in() -> Voice:
    """espeak-ng in whatever form there is. Raises SpeechError."""
    try:
        return EspeakVoice()
    except SpeechError as error:
        program = shutil.which("espeak-ng")
        if program is None:
            raise SpeechError(
                f"{error}; nor is there a program espeak-ng: install one of them, or name a speech command"
            ) from error
        return _EspeakProgram(program)
