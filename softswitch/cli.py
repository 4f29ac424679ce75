"""The command line: what each command takes.

What a command does is imported only once it is called, so that help and `version` come at once.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from softswitch import __version__
from softswitch.commands import (
    access_lines,
    mail_lines,
    prompt_lines,
    record_lines,
    report_lines,
    simulation_lines,
    supervision_lines,
    voicemail_lines,
)
from softswitch.commands.options import AsJson, Config, Data, folder_of, one_of
from softswitch.errors import ConfigError, NobodyCalled, SimulationError, SoftswitchError

app = typer.Typer(
    name="softswitch",
    help="A SIP call-centre switch: menus, queues with music, agents' phones.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(access_lines.users, name="users", rich_help_panel=access_lines.PANEL)
app.add_typer(mail_lines.mail, name="mail", rich_help_panel="The record")
app.add_typer(voicemail_lines.voicemails, name="voicemails", rich_help_panel="The record")
app.add_typer(access_lines.tokens, name="tokens", rich_help_panel=access_lines.PANEL)

RUNNING = "The running switch"
SUPERVISION = "Supervision"
RECORD = "The record"
FILES = "Configurations"

CODES = {SimulationError: 2, NobodyCalled: 4}
"""What errors end with, 1 if they are not here. NobodyCalled: a report or an export has nobody to tell of."""

ConfigFile = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.", show_default=False)]


def main() -> None:
    """Run the command line. Errors that users can mend are sentences on stderr: exit 2 for mistakes in a
    configuration, in what is to be simulated or in the command, 4 for a report or export of nobody, else 1.
    """
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except ConfigError as error:
        count = len(error.problems)
        print(error, file=sys.stderr)
        print(f"{count} problem{'s' * (count > 1)}. `softswitch check` shows the lines.", file=sys.stderr)
        sys.exit(2)
    except SoftswitchError as error:
        print(f"softswitch: {error}", file=sys.stderr)
        sys.exit(CODES.get(type(error), 1))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(f"softswitch: {error.filename or 'what it prints'}: {error.strerror}", file=sys.stderr)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it is written out once more at the end
        sys.exit(1)
    except ExceptionGroup as group:  # as the switch's tasks leave them
        if group.split(SoftswitchError)[1] is not None:
            raise
        for each in _leaves(group):
            print(f"softswitch: {each}", file=sys.stderr)
        sys.exit(1)


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    for each in group.exceptions:
        if isinstance(each, ExceptionGroup):
            yield from _leaves(each)
        else:
            yield each


@app.command()
def run(
    context: typer.Context,
    file: ConfigFile,
    log: Annotated[str, typer.Option(metavar="human|json", help="How log lines look.")] = "human",
    level: Annotated[
        str, typer.Option(metavar="debug|info|warning|error", help="From which level on.")
    ] = "info",
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", envvar="SOFTSWITCH_DATA", help="The folder for record and control socket."
        ),
    ] = None,
) -> None:
    """Run the switch in the foreground. SIGHUP reloads FILE, SIGTERM drains, a second one stops at once."""
    import asyncio

    from softswitch.log import LEVELS, configure

    format = one_of("--log", log, ("human", "json"))
    thread = configure("json" if format == "json" else "human", level=one_of("--level", level, tuple(LEVELS)))
    try:
        from softswitch.app import serve

        in_environment = getattr(context.get_parameter_source("data"), "name", "") == "ENVIRONMENT"
        named_by = "SOFTSWITCH_DATA in the environment" if in_environment else "--data"
        asyncio.run(serve(file, data=data, named_by=named_by))
    finally:
        thread.close()


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the recording and the picture go.")] = Path(
        "demo-output"
    ),
    seconds: Annotated[int, typer.Option(min=30, max=600, help="How long callers keep dialling in.")] = 30,
) -> None:
    """A dozen real callers, three agents, live in the terminal; ends with a summary, a WAV and a picture."""
    from softswitch.demo.show import show

    raise typer.Exit(show(out, seconds))


@app.command()
def version() -> None:
    """Print the version."""
    print(f"softswitch {__version__}")


@app.command(rich_help_panel=FILES)
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", show_default=False)], json: AsJson = False
) -> None:
    """Show every problem of each FILE, or a summary of what it sets up. Exit 2 when there is a problem."""
    from softswitch.commands.configuration import check_files, check_for_machines

    raise typer.Exit(check_for_machines(files) if json else check_files(files))


@app.command(rich_help_panel=FILES)
def schema() -> None:
    """Print the JSON Schema of configurations, for editors."""
    from softswitch.commands.configuration import print_schema

    print_schema()


@app.command("try", rich_help_panel=FILES)
def try_(
    file: ConfigFile,
    dial: Annotated[str, typer.Option(metavar="NUMBER", help="What the caller dials.", show_default=False)],
    keys: Annotated[
        str, typer.Option(help="Keys in order: 2,1 for one key a menu, 123456# for an entry, - for silence.")
    ] = "",
    caller: Annotated[str, typer.Option("--from", metavar="NUMBER", help="Who calls.")] = "",
    agent: Annotated[
        str, typer.Option(metavar="NAME", help="The agent from whose phone it is dialled.")
    ] = "",
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"],
            help="When, on the wall clock of the opening hours. Else now.",
        ),
    ] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="No agent is signed in.")] = False,
    full: Annotated[bool, typer.Option("--full", help="As many wait in each queue as may.")] = False,
) -> None:
    """Walk a call through numbers, hours, menus and queues and print every step, without any SIP."""
    from softswitch.commands.configuration import print_walk
    from softswitch.walk import Circumstances

    print_walk(file, dial, keys, caller, at or datetime.now(UTC), agent, Circumstances(nobody, full))


app.command(rich_help_panel=FILES)(prompt_lines.prompts)
app.command(rich_help_panel=simulation_lines.PANEL)(simulation_lines.simulate)
app.command(rich_help_panel=simulation_lines.PANEL)(simulation_lines.staff)
app.command(rich_help_panel=simulation_lines.PANEL)(simulation_lines.replay)


@app.command(rich_help_panel=RUNNING)
def status(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """How the running switch is, in a few numbers."""
    from softswitch.commands.running import print_status

    print_status(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def queues(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """Who waits where, and what each queue has done so far."""
    from softswitch.commands.running import print_queues

    print_queues(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def phones(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """Every phone that is registered: where it is, how fast it answers, until when it stays."""
    from softswitch.commands.phones import print_phones

    print_phones(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def trunks(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """Every carrier's servers: whether they are there, how fast they answer, how many calls they carry."""
    from softswitch.commands.trunks import print_trunks

    print_trunks(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def agents(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """What each agent is doing, and since when."""
    from softswitch.commands.running import print_agents

    print_agents(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def callbacks(
    data: Data = None,
    config: Config = None,
    json: AsJson = False,
    cancel: Annotated[
        str | None, typer.Option(metavar="CALLBACK", help="Call this one back no more.", show_default=False)
    ] = None,
) -> None:
    """Who is to be called back, since when, and how often that was tried."""
    from softswitch.commands.callbacks import cancel_callback, print_callbacks

    if cancel is not None:
        cancel_callback(_socket(data, config), cancel)
    else:
        print_callbacks(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def bans(data: Data = None, config: Config = None, json: AsJson = False) -> None:
    """Addresses that are not heard for a while, why, and how long still."""
    from softswitch.commands.running import print_bans

    print_bans(_socket(data, config), json)


@app.command(rich_help_panel=RUNNING)
def unban(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="As `softswitch bans` shows it.")],
    data: Data = None,
    config: Config = None,
) -> None:
    """Hear an address again before its time."""
    from softswitch.commands.running import unban as lift

    lift(_socket(data, config), address)


@app.command(rich_help_panel=RUNNING)
def reload(data: Data = None, config: Config = None) -> None:
    """Apply the changed configuration without touching a call; a broken one changes nothing."""
    from softswitch.commands.running import reload_settings

    reload_settings(_socket(data, config))


@app.command(rich_help_panel=RUNNING)
def stop(
    data: Data = None,
    config: Config = None,
    now: Annotated[bool, typer.Option("--now", help="Do not wait for conversations to end.")] = False,
) -> None:
    """Take no new calls, let those in progress end, then stop."""
    from softswitch.commands.running import stop_switch

    stop_switch(_socket(data, config), now)


@app.command(rich_help_panel=RECORD)
def calls(
    data: Data = None,
    config: Config = None,
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    live: Annotated[bool, typer.Option("--live", help="Those in progress, from the running switch.")] = False,
    json: AsJson = False,
) -> None:
    """The last calls: who, which way, how long, which agent, how it ended. One record a line with --json."""
    if live:
        from softswitch.commands.running import print_live_calls

        print_live_calls(_socket(data, config), json)
        return
    from softswitch.commands.record import print_calls

    print_calls(folder_of(data, config), last, json)


@app.command(rich_help_panel=RECORD)
def why(
    call: Annotated[
        str, typer.Argument(help="A call's id or its beginning, or the caller's number for the last one.")
    ],
    data: Data = None,
    config: Config = None,
    json: AsJson = False,
) -> None:
    """Each time an agent was rung for a call: who was considered, who was skipped, and why."""
    from softswitch.commands.record import print_why

    print_why(folder_of(data, config), call, json)


@app.command(rich_help_panel=RECORD)
def events(
    data: Data = None,
    config: Config = None,
    last: Annotated[int, typer.Option(min=0, help="How many of the past.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="And all that come, until Ctrl-C.")] = False,
    kind: Annotated[str | None, typer.Option(help="Of this kind only, as CallEnded.")] = None,
    call: Annotated[str | None, typer.Option(help="Of the call whose id begins so.")] = None,
    json: AsJson = False,
) -> None:
    """What happened, event by event. One a line with --json."""
    from softswitch.commands.events import print_events

    with contextlib.suppress(KeyboardInterrupt):
        print_events(folder_of(data, config), last, follow, json, kind, call)


@app.command(rich_help_panel=RECORD)
def rebuild(
    data: Data = None,
    config: Config = None,
    json: AsJson = False,
    noted: Annotated[bool, typer.Option("--noted", hidden=True)] = False,
) -> None:
    """Make the calls of the record anew from its events; a switch that runs goes on."""
    from softswitch.commands.events import rebuild_calls

    rebuild_calls(folder_of(data, config), json, noted=noted)


app.command(rich_help_panel=SUPERVISION)(supervision_lines.move)
app.command(rich_help_panel=SUPERVISION)(supervision_lines.pull)
app.add_typer(supervision_lines.supervisions, name="supervisions", rich_help_panel=SUPERVISION)
app.add_typer(supervision_lines.changes, name="changes", rich_help_panel=SUPERVISION)
app.add_typer(supervision_lines.bulletins, name="bulletins", rich_help_panel=SUPERVISION)
app.command(rich_help_panel=RECORD)(supervision_lines.notes)
app.command(rich_help_panel=RECORD)(record_lines.recordings)
app.command(rich_help_panel=RECORD)(record_lines.erase)


app.command(rich_help_panel=RECORD)(report_lines.report)
app.command(rich_help_panel=RECORD)(report_lines.estimate)
app.command(rich_help_panel=RECORD)(report_lines.export)


app.command(rich_help_panel=RECORD)(record_lines.webhooks)


def _socket(data: Path | None, config: Path | None) -> Path:
    from softswitch.control.wire import SOCKET

    return folder_of(data, config) / SOCKET
