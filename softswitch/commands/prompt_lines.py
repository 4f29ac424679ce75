"""The command line of `softswitch prompts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.commands.options import AsJson


def prompts(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.", show_default=False)],
    language: Annotated[str, typer.Option(metavar="LANGUAGE", help="Only of this one, as pl.")] = "",
    numbers: Annotated[int, typer.Option(min=2, max=1000, help="List numbers up to this one.")] = 60,
    missing: Annotated[bool, typer.Option("--missing", help="Only what is not recorded yet.")] = False,
    script: Annotated[bool, typer.Option("--script", help="Lines for the speaker to read.")] = False,
    json: AsJson = False,
) -> None:
    """What can be recorded in place of the voice, under which file names, and what is there."""
    from softswitch.commands.prompts import print_prompts  # noqa: PLC0415 - only who is called needs it

    print_prompts(file, language, numbers, missing=missing, script=script, as_json=json)
