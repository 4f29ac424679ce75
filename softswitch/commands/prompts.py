"""`softswitch prompts`: what can be recorded in place of the voice, and what is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from softswitch.audio.music import MEDIA
from softswitch.audio.recorded import file_of
from softswitch.commands.table import console
from softswitch.config.checks.sounds import sound_problem
from softswitch.config.load import load
from softswitch.config.nearest import did_you_mean
from softswitch.config.spoken import Spoken, spoken
from softswitch.errors import SoftswitchError
from softswitch.fitting import Cell, Fitting

THERE, MISSING = "there", "missing"


def print_prompts(
    file: Path, language: str, numbers: int, *, missing: bool, script: bool, as_json: bool
) -> None:
    """Print the list, or what a speaker reads. Raises ConfigError, and SoftswitchError for a language."""
    settings = load(file)
    if language and language not in settings.media.languages:
        known = settings.media.languages
        raise SoftswitchError(
            f"--language: {language!r} is not among the languages in `media`{did_you_mean(language, known)}"
        )
    folder = settings.media.prompts or MEDIA / "prompts"
    rows = [
        (one, path, state)
        for one in spoken(settings, numbers)
        if not language or one.language == language
        for path in (file_of(folder, one.language, one.text),)
        for state in (state_of(path),)
        if not (missing and state == THERE)
    ]
    if script:
        print(_script(rows, folder))
    elif as_json:
        print(json.dumps([_plain(*row) for row in rows], ensure_ascii=False, indent=2))
    else:
        _print_table(rows, folder)


def state_of(path: Path) -> str:
    """there, missing, or what is wrong with the file."""
    if not path.exists():
        return MISSING
    return sound_problem(path) or THERE


Row = tuple[Spoken, Path, str]


def _plain(one: Spoken, path: Path, state: str) -> dict[str, str]:
    return {
        "language": one.language,
        "kind": one.kind,
        "text": one.text,
        "file": str(path),
        "state": state,
    }


def _print_table(rows: Sequence[Row], folder: Path) -> None:
    out = console()
    out.print(prompts(rows, folder))
    there = sum(state == THERE for _, _, state in rows)
    out.print(Text(f"{there} of {len(rows)} are there, in {folder}"), soft_wrap=True)


def prompts(rows: Sequence[Row], folder: Path) -> Fitting:
    """One line for each."""
    return Fitting(COLUMNS, [_cells(folder, *row) for row in rows], BELOW, "text")


COLUMNS = ("language", "kind", "text", "file", "recording")
BELOW = ("file", "language", "kind")
"""What goes below its row on a narrow terminal, the first first."""


def _cells(folder: Path, one: Spoken, path: Path, state: str) -> tuple[Cell, ...]:
    style = {THERE: "green", MISSING: "dim"}.get(state, "red")
    return (one.language, one.kind, one.text, str(path.relative_to(folder)), Text(state, style=style))


def _script(rows: Sequence[Row], folder: Path) -> str:
    """Numbered lines for the speaker, each with the file that it is to become."""
    lines = [
        f"Recordings for {folder}: WAV files, one voice, any rate.",
        "Parts and numbers are spoken as within a sentence: evenly, and without a pause at the end.",
    ]
    language = ""
    for number, (one, path, _) in enumerate(rows, start=1):
        if one.language != language:
            language = one.language
            lines += ["", f"== {language} ==", ""]
        lines += [f"{number:4}. {one.text}", f"      {path.relative_to(folder)}"]
    return "\n".join(lines)
