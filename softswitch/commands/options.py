"""Options that many commands take."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from softswitch.config.nearest import nearest

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

Timezone = Annotated[
    str | None,
    typer.Option(metavar="ZONE", help="Whose days and hours, as Europe/Warsaw. Else the machine's."),
]


def known_zone(zone: str) -> str:
    """The same. Raises BadParameter: there is no such time zone."""
    from softswitch.hours import zone_problem  # noqa: PLC0415 - only who is called needs it

    if problem := zone_problem(zone):
        raise typer.BadParameter(problem, param_hint="--timezone")
    return zone


def follow(zone: str | None) -> None:
    """Days and hours of this process are those of a zone from now on. Raises BadParameter."""
    if zone is not None:
        os.environ["TZ"] = known_zone(zone)
        time.tzset()


def folder_of(data: Path | None, config: Path | None) -> Path:
    """The data folder that they name. Raises ControlError: there is none."""
    from softswitch.commands.finding import data_folder  # noqa: PLC0415 - only who is called needs it

    return data_folder(data, config)


def one_of(option: str, value: str, known: tuple[str, ...]) -> str:
    """The value, if it is known. Raises BadParameter."""
    if value not in known:
        near = nearest(value, known)
        hint = f"; did you mean {near!r}?" if near else ""
        raise typer.BadParameter(f"{value!r} is none of {', '.join(known)}{hint}", param_hint=option)
    return value
