"""The command line of what is made of the record: reports, and exports for other programs."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.commands.options import AsJson, Config, Data, folder_of, one_of

Since = Annotated[str, typer.Option("--from", metavar="DATE", help="First day, as 2026-03-01.")]
Until = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, included. Else today.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="Else standard output.")]


def report(  # noqa: PLR0913, PLR0917 - each can be asked for
    since: Since = "today",
    until: Until = None,
    queue: Annotated[str | None, typer.Option(help="Of this queue alone.")] = None,
    by: Annotated[str, typer.Option(metavar="hour|day|agent|queue", help="A line for each.")] = "day",
    format: Annotated[
        str, typer.Option(metavar="table|csv|json|html|pdf", help="html and pdf have plots.")
    ] = "table",
    part: Annotated[
        str,
        typer.Option(metavar="figures|callbacks|heat|waits", help="Which table, with --format csv."),
    ] = "figures",
    language: Annotated[str, typer.Option(metavar="en|pl|he", help="Of titles, heads and plots.")] = "en",
    out: Out = None,
    json: Annotated[bool, typer.Option("--json", help="As --format json.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Volumes, waits, service level, talk and occupancy of some days, by the machine's time zone."""
    from softswitch.commands.report import BYS, FORMATS, Wish, print_report, range_of
    from softswitch.commands.report_files import PARTS
    from softswitch.reports.wording import LANGUAGES

    one_of("--by", by, BYS)
    format = one_of("--format", "json" if json else format, FORMATS)
    if one_of("--part", part, PARTS) != "figures" and format != "csv":
        raise typer.BadParameter(f"goes with --format csv; {format} has all of it", param_hint="--part")
    wish = Wish(by, format, part, one_of("--language", language, LANGUAGES))
    print_report(folder_of(data, config), range_of(since, until), queue, wish, out)


def estimate(
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day, as 2026-03-01. Else all.")
    ] = None,
    until: Until = None,
    queue: Annotated[str | None, typer.Option(help="Of this queue alone.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw them.")] = None,
    json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """How good the estimated waits were: bias, error by waiting time, share that was close."""
    from softswitch.commands.estimate import estimate as score
    from softswitch.commands.report import range_of

    days = None if since is None and until is None else range_of(since or "1970-01-02", until)
    score(folder_of(data, config), days, queue, json, plot)


def export(
    format: Annotated[
        str,
        typer.Option(metavar="queue_log|csv|parquet|json", help="queue_log: Asterisk's; the others: calls."),
    ],
    since: Since = "today",
    until: Until = None,
    out: Out = None,
    data: Data = None,
    config: Config = None,
    noted: Annotated[bool, typer.Option("--noted", hidden=True)] = False,
) -> None:
    """The record of some days for other programs; that somebody takes it is on record (RecordExported)."""
    from softswitch.commands.export import FORMATS
    from softswitch.commands.export import export as write
    from softswitch.commands.report import range_of

    one_of("--format", format, FORMATS)
    write(folder_of(data, config), range_of(since, until), format, out, noted=noted)
