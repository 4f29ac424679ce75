"""The command lines of `softswitch recordings`, `erase` and `webhooks`."""

# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.commands.options import AsJson, Config, Data, folder_of


def recordings(  # noqa: PLR0913, PLR0917 - each is an option
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day, as 2026-03-01 or today.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day, included. Else today.")
    ] = None,
    queue: Annotated[str | None, typer.Option(help="Of this queue alone.")] = None,
    agent: Annotated[str | None, typer.Option(help="In which this agent talks.")] = None,
    number: Annotated[
        str | None, typer.Option(help="Of this caller, as `softswitch calls` shows it.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="How many, without --from and --out.")] = 20,
    json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Copy them there, with a list in index.csv.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Recordings of calls: what there is, or with --out copies of them. Every copy is on record."""
    from softswitch.commands.recordings import copy_recordings, print_recordings
    from softswitch.commands.report import range_of
    from softswitch.store.listening import Wanted

    days = None if since is None and until is None else range_of(since or "1970-01-02", until)
    wanted = Wanted(
        since=None if days is None else days.since,
        until=None if days is None else days.until,
        queue=queue,
        agent=agent,
        number=number,
        there=out is not None,
    )
    folder = folder_of(data, config)
    if out is not None:
        copy_recordings(folder, wanted, out)
        return
    print_recordings(folder, wanted, None if days else last, json)


def erase(
    number: Annotated[str, typer.Argument(help="The caller's number, in any form in which it is dialled.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Erase all that the record knows of one caller, recordings too; reports keep their figures."""
    from softswitch.commands.erasing import erase_caller

    erase_caller(folder_of(data, config), number, sure=yes)


def webhooks(
    data: Data = None,
    config: Config = None,
    retry: Annotated[str | None, typer.Option(metavar="NAME", help="Try again what was given up.")] = None,
    json: AsJson = False,
) -> None:
    """Servers that are told of events: how far behind they are, and what they never took."""
    from softswitch.commands.webhooks import print_webhooks

    print_webhooks(folder_of(data, config), retry, json)
