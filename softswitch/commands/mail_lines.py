"""The command line of mails: what each command takes."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from typing import Annotated

import typer

from softswitch.commands.options import AsJson, Config, Data, folder_of

mail = typer.Typer(help="Mails: those that wait, and those that no server took.")


@mail.callback(invoke_without_command=True)
def list_mails(
    context: typer.Context, data: Data = None, config: Config = None, json: AsJson = False
) -> None:
    """Mails that wait, and those that were given up, with the server's words."""
    if context.invoked_subcommand is None:
        from softswitch.commands.mail import print_mails

        print_mails(folder_of(data, config), json)


@mail.command("test")
def probe(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", show_default=False)],
    data: Data = None,
    config: Config = None,
) -> None:
    """Have the running switch send one mail, at once, and show what the server says."""
    from softswitch.commands.mail import probe_server

    raise typer.Exit(probe_server(folder_of(data, config), address))


@mail.command("retry")
def retry(
    mail: Annotated[str | None, typer.Argument(metavar="[MAIL]", help="Its id; else all.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Try mails again at once, also those that were given up."""
    from softswitch.commands.mail import retry_mails

    retry_mails(folder_of(data, config), mail)


@mail.command("drop")
def drop(
    mail: Annotated[str, typer.Argument(metavar="MAIL", help="Its id.", show_default=False)],
    data: Data = None,
    config: Config = None,
) -> None:
    """Send a mail no more, whether it waits or was given up."""
    from softswitch.commands.mail import drop_mail

    drop_mail(folder_of(data, config), mail)
