"""The command line of users and API tokens: what each command takes."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from typing import Annotated

import typer

from softswitch.commands.options import AsJson, Config, Data, folder_of

PANEL = "Users and API tokens"

users = typer.Typer(help="Who may log in to the web server.", no_args_is_help=True)
tokens = typer.Typer(help="What programs show to the API.", no_args_is_help=True)

UserName = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
RoleName = Annotated[
    str, typer.Option("--role", metavar="agent|supervisor|engineer", help="What they may do.")
]
Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        envvar="SOFTSWITCH_PASSWORD",
        help="Ten characters at least; asked for, unless the environment has it.",
    ),
]


@users.command("add")
def add_user(
    name: UserName,
    password: Password,
    role: RoleName = "supervisor",
    agent: Annotated[str | None, typer.Option(metavar="NAME", help="The agent that this is.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Let somebody log in."""
    from softswitch.commands.access import do

    do(folder_of(data, config), "users_add", name=name, role=role, password=password, agent=agent)
    print(f"{name} may log in, as {role}")


@users.command("list")
def list_users(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """Who may."""
    from softswitch.commands.access import print_users

    print_users(folder_of(data, config), json)


@users.command("remove")
def remove_user(name: UserName, data: Data = None, config: Config = None) -> None:
    """Let somebody log in no more; who is logged in is out at once."""
    from softswitch.commands.access import do

    do(folder_of(data, config), "users_remove", name=name)
    print(f"{name} is gone")


@users.command("password")
def set_password(name: UserName, password: Password, data: Data = None, config: Config = None) -> None:
    """Set another password; who is logged in must log in again."""
    from softswitch.commands.access import do

    do(folder_of(data, config), "users_password", name=name, password=password)
    print(f"{name} has another password")


@tokens.command("add")
def add_token(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="For people: what it is for.")],
    role: RoleName = "supervisor",
    data: Data = None,
    config: Config = None,
) -> None:
    """Make a token and print it. It is kept nowhere, and is shown this once."""
    from softswitch.commands.access import do

    print(do(folder_of(data, config), "tokens_add", label=label, role=role)["token"])


@tokens.command("list")
def list_tokens(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """Those that there are, revoked ones too."""
    from softswitch.commands.access import print_tokens

    print_tokens(folder_of(data, config), json)


@tokens.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, as `tokens list` shows it.")],
    data: Data = None,
    config: Config = None,
) -> None:
    """A token is good no more, from now on."""
    from softswitch.commands.access import do

    do(folder_of(data, config), "tokens_revoke", id=token)
    print(f"{token} is revoked")
