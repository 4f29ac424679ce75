"""Options that many commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        envvar="SOFTSWITCH_DATA",
        help="The switch's data folder. Else --config's, else softswitch-data here or one folder below.",
    ),
]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="Use the data folder that FILE names.")]


def folder_of(data: Path | None, config: Path | None) -> Path:
    """The data folder that they name. Raises ControlError: there is none."""
    from softswitch.commands.finding import data_folder  # noqa: PLC0415 - only who is called needs it

    return data_folder(data, config)
