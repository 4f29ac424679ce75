"""The command line of supervision, changes for a while and bulletins: what each command takes."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from softswitch.commands.options import AsJson, Config, Data, folder_of

supervisions = typer.Typer(help="Conversations that somebody listens to, or takes part in.")
changes = typer.Typer(help="Queues and agents that are not as configured, for a while.")
bulletins = typer.Typer(help="What agents are told, in their panels.")

MODES = "listen|whisper|barge"
CallId = Annotated[str, typer.Argument(metavar="CALL", help="As `calls --live` has it.", show_default=False)]
Supervision = Annotated[str, typer.Argument(metavar="SUPERVISION", help="Its id.", show_default=False)]
As = Annotated[str, typer.Option("--as", metavar=MODES, help="Who hears you: nobody, the agent, both.")]
Until = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"], help="Until when, in this machine's local time."
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Settings = Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", show_default=False)]


def move(
    call: Annotated[str, typer.Argument(metavar="CALL", help="As `queues` has it; a callback, too.")],
    queue: Annotated[str | None, typer.Option(metavar="QUEUE", help="To another queue.")] = None,
    priority: Annotated[str | None, typer.Option("--class", metavar="CLASS", help="As this class.")] = None,
    first: Annotated[bool, typer.Option("--first", help="Before all others.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Give a caller who waits another place: in another queue, by another class, or before all others."""
    from softswitch.commands.supervising import do

    answer = do(folder_of(data, config), "move", call=call, queue=queue, priority=priority, first=first)
    print(f"{call} waits in queue {answer['queue']}")


def pull(
    call: Annotated[str, typer.Argument(metavar="CALL", help="As `queues` has it; a callback, too.")],
    agent: Annotated[str, typer.Argument(metavar="AGENT", show_default=False)],
    data: Data = None,
    config: Config = None,
) -> None:
    """Ring one agent's phone for a caller who waits, and no other."""
    from softswitch.commands.supervising import do

    do(folder_of(data, config), "pull", call=call, agent=agent)
    print(f"{agent} rings")


@supervisions.callback(invoke_without_command=True)
def list_supervisions(
    context: typer.Context, data: Data = None, config: Config = None, json: AsJson = False
) -> None:
    """Who listens to whom, and how."""
    if context.invoked_subcommand is None:
        from softswitch.commands.supervising import print_supervisions

        print_supervisions(folder_of(data, config), json)


@supervisions.command("start")
def start(
    call: CallId,
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="An agent, an extension or a number.")],
    mode: As = "listen",
    data: Data = None,
    config: Config = None,
) -> None:
    """Ring a phone, which then hears a conversation."""
    from softswitch.commands.supervising import do

    answer = do(folder_of(data, config), "supervise", call=call, to=phone, mode=mode)
    print(f"{phone} rings; this is supervision {answer['supervision']}")


@supervisions.command("change")
def change_mode(supervision: Supervision, mode: As, data: Data = None, config: Config = None) -> None:
    """Let others hear the supervisor than before."""
    from softswitch.commands.supervising import do

    do(folder_of(data, config), "supervision", supervision=supervision, do=mode)
    print(f"{supervision}: {mode}")


@supervisions.command("take-over")
def take_over(supervision: Supervision, data: Data = None, config: Config = None) -> None:
    """Talk to the caller in place of the agent."""
    from softswitch.commands.supervising import do

    do(folder_of(data, config), "supervision", supervision=supervision, do="take-over")
    print(f"{supervision} has taken over")


@supervisions.command("end")
def end(supervision: Supervision, data: Data = None, config: Config = None) -> None:
    """Hang up on the supervisor; the conversation goes on."""
    from softswitch.commands.supervising import do

    do(folder_of(data, config), "supervision", supervision=supervision, do="end")
    print(f"{supervision} is over")


@changes.callback(invoke_without_command=True)
def list_changes(
    context: typer.Context, data: Data = None, config: Config = None, json: AsJson = False
) -> None:
    """What is changed, by whom, until when."""
    if context.invoked_subcommand is None:
        from softswitch.commands.supervising import print_changes

        print_changes(folder_of(data, config), json)


@changes.command("queue")
def change_queue(
    name: Name, settings: Settings, until: Until = None, data: Data = None, config: Config = None
) -> None:
    """Change a queue until midnight, or --until: strategy=hunt, opened=no, max_wait=300,
    overflow=sales,billing (nobody: no team helps), and where callers go, timeout, full, closed, closes,
    no_agents='queue sales', a menu, an agent or a number. What is left out stays as it is; KEY= is as
    configured.
    """
    from softswitch.commands.supervising import change, of_queue

    change(folder_of(data, config), "queue", name, of_queue(settings), until)


@changes.command("agent")
def change_agent(
    name: Name, settings: Settings, until: Until = None, data: Data = None, config: Config = None
) -> None:
    """Give an agent other teams or skills until midnight, or --until: queues=sales,support (nobody: of no
    team), skills='polish 2, cars 1'. What is left out stays as it is; KEY= is as configured.
    """
    from softswitch.commands.supervising import change, of_agent

    change(folder_of(data, config), "agent", name, of_agent(settings), until)


@changes.command("undo")
def undo(
    of: Annotated[str, typer.Argument(metavar="queue|agent", show_default=False)],
    name: Name,
    data: Data = None,
    config: Config = None,
) -> None:
    """Have a queue or an agent as configured."""
    from softswitch.commands.options import one_of
    from softswitch.commands.supervising import do

    do(folder_of(data, config), "undo_change", of=one_of("queue|agent", of, ("queue", "agent")), name=name)
    print(f"{of} {name} is as configured")


@bulletins.callback(invoke_without_command=True)
def list_bulletins(
    context: typer.Context, data: Data = None, config: Config = None, json: AsJson = False
) -> None:
    """Those in force, and who has read them."""
    if context.invoked_subcommand is None:
        from softswitch.commands.supervising import print_bulletins

        print_bulletins(folder_of(data, config), json)


@bulletins.command("write")
def write(
    text: Annotated[str, typer.Argument(metavar="TEXT", show_default=False)],
    queue: Annotated[list[str] | None, typer.Option(metavar="QUEUE", help="For its team; else all.")] = None,
    until: Until = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Tell agents something, until it is withdrawn, or --until."""
    from softswitch.commands.supervising import do, moment

    given = {"text": text, "queues": queue or [], "until": moment(until)}
    print(do(folder_of(data, config), "bulletin_write", **given)["bulletin"])


@bulletins.command("withdraw")
def withdraw(
    bulletin: Annotated[str, typer.Argument(metavar="BULLETIN", help="Its id.", show_default=False)],
    data: Data = None,
    config: Config = None,
) -> None:
    """It is over now."""
    from softswitch.commands.supervising import do

    do(folder_of(data, config), "bulletin_withdraw", bulletin=bulletin)
    print(f"{bulletin} is withdrawn")


def notes(
    call: Annotated[str, typer.Argument(help="A call's id or its beginning, or the caller's number.")],
    data: Data = None,
    config: Config = None,
    json: AsJson = False,
) -> None:
    """What agents wrote on a call, and how it came out."""
    from softswitch.commands.supervising import print_notes

    print_notes(folder_of(data, config), call, json)
