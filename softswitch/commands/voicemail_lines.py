"""The command line of messages: what each command takes."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.commands.options import AsJson, Config, Data, folder_of

voicemails = typer.Typer(help="Messages that callers left: what there is, copies of them, their end.")

Mailbox = Annotated[str | None, typer.Option(help="In this mailbox alone.")]
Number = Annotated[str | None, typer.Option(help="Of this caller, as `softswitch calls` shows it.")]
New = Annotated[bool, typer.Option("--new", help="Those alone that nobody has heard.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="As the list names it.", show_default=False)]


@voicemails.callback(invoke_without_command=True)
def list_messages(
    context: typer.Context,
    mailbox: Mailbox = None,
    number: Number = None,
    new: New = False,
    json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Messages that are there, the newest last."""
    if context.invoked_subcommand is None:
        from softswitch.commands.voicemails import print_messages, wanted

        print_messages(folder_of(data, config), wanted(mailbox, number, new), json)


@voicemails.command("export")
def export(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
    mailbox: Mailbox = None,
    number: Number = None,
    new: New = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Copy messages into FOLDER, with a list of them in index.csv. Every copy is on record."""
    from softswitch.commands.voicemails import copy_messages, wanted

    copy_messages(folder_of(data, config), wanted(mailbox, number, new), out)


@voicemails.command("delete")
def delete(file: File, data: Data = None, config: Config = None) -> None:
    """Have the running switch delete a message, for good."""
    from softswitch.commands.voicemails import delete_message

    delete_message(folder_of(data, config), file)
