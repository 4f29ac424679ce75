"""The command line of simulations: what each command takes."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.commands import simulation_options as options
from softswitch.commands.options import AsJson

PANEL = "Simulation"


def simulate(  # noqa: PLR0913, PLR0917 - each is an option
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.", show_default=False)],
    calls_per_hour: options.Rate = None,
    profile: options.Profile = None,
    arrivals: options.Arrivals = None,
    traffic: options.Traffic = None,
    queue: options.Queue = None,
    talk: options.Talk = None,
    patience: options.Patience = None,
    wrap_up: options.WrapUp = None,
    answer: options.Answer = None,
    agents: options.Agents = None,
    hours: options.Hours = None,
    warm_up: options.WarmUp = "0s",
    seed: options.Seed = 1,
    seeds: options.Runs = 1,
    against: options.Against = None,
    plot: options.Plot = None,
    html: options.Page = None,
    events: options.Events = None,
    json: AsJson = False,
) -> None:
    """Let callers, drawn by chance, meet this configuration: the live engine under a clock that jumps."""
    from softswitch.commands.simulate import Output, span_of
    from softswitch.commands.simulate import simulate as run
    from softswitch.simulation.plan import Wishes

    wishes = Wishes(
        queue=queue,
        calls_per_hour=calls_per_hour,
        hours=hours,
        agents=agents,
        talk=talk,
        patience=patience,
        wrap_up=wrap_up,
        answer=answer,
        arrivals=arrivals,
        profile=profile,
        traffic=traffic,
        warm_up=span_of("--warm-up", warm_up),
    )
    files = [file] if against is None else [file, against]
    run(files, wishes, range(seed, seed + seeds), Output(json, plot, html, events))


def staff(  # noqa: PLR0913, PLR0917 - each is an option, said once here and once as it is handed on
    file: options.MaybeFile = None,
    source: options.PastCalls = None,
    profile: options.Profile = None,
    traffic: options.Traffic = None,
    calls_per_hour: options.Rate = None,
    hours: options.Hours = None,
    queue: options.Queue = None,
    weekday: options.Weekday = None,
    growth: options.Growth = "0%",
    service_level: options.ServiceLevel = "80%",
    within: options.Within = None,
    abandoned: options.Abandoned = None,
    talk: options.Talk = None,
    patience: options.Patience = None,
    wrap_up: options.WrapUp = None,
    answer: options.Answer = None,
    shrinkage: options.Shrinkage = "0%",
    shift: options.Shift = None,
    at_least: options.AtLeast = 1,
    seed: options.Seed = 1,
    seeds: options.Days = 20,
    csv: options.Sheet = None,
    plot: options.Plot = None,
    html: options.Page = None,
    json: AsJson = False,
) -> None:
    """How many agents each half-hour needs for a target: by Erlang A (or C), checked by simulation."""
    from softswitch.commands.simulate import span_of
    from softswitch.commands.staff import staff_day
    from softswitch.commands.staff_made import Made
    from softswitch.simulation.staff_plan import Wanted, part

    wanted = Wanted(
        source=source, profile=profile, traffic=traffic, calls_per_hour=calls_per_hour, hours=hours,
        queue=queue, weekday=weekday, growth=growth, level=service_level, abandoned=abandoned,
        within=None if within is None else span_of("--within", within), talk=talk, patience=patience,
        wrap_up=wrap_up, answer=answer, least=at_least,
    )  # fmt: skip
    away, length = (
        part("--shrinkage", shrinkage, 0.0, 0.95),
        None if shift is None else span_of("--shift", shift),
    )
    made = Made(away, length, json=json, csv=csv, plot=plot, html=html)
    staff_day(file, wanted, range(seed, seed + seeds), made)


def replay(  # noqa: PLR0913, PLR0917 - each is an option
    events: Annotated[
        Path, typer.Argument(metavar="EVENTS", help="A data folder, or a file of events.", show_default=False)
    ],
    config: Annotated[Path, typer.Option(metavar="FILE", help="The other rules.", show_default=False)],
    was: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The rules of that day. Else the file on record.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="As 2026-03-02 or yesterday. Else the last one.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Whose day. Else that of the rules' `hours`, or the machine's."),
    ] = None,
    seed: options.Seed = 1,
    seeds: options.Runs = 10,
    plot: options.Plot = None,
    html: options.Page = None,
    json: AsJson = False,
) -> None:
    """Yesterday's callers and agents under other rules, beside what happened, and the same rules replayed."""
    from softswitch.commands.options import known_zone
    from softswitch.commands.replay import Wanted
    from softswitch.commands.replay import replay as run
    from softswitch.commands.simulate import Output

    wanted = Wanted(day, None if timezone is None else known_zone(timezone))
    run(events, config, was, wanted, range(seed, seed + seeds), Output(json, plot, html))
