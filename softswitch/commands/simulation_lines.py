"""The command line of simulations: what each command takes."""

# ruff: noqa: PLC0415 - what a command does is imported only once it is called

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.commands.options import AsJson

PANEL = "Simulation"

Draw = "180s (exponential), 'constant 180s', 'lognormal 180s 120s', 'file talk.csv'"


def simulate(  # noqa: PLR0913, PLR0917 - each is an option
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.", show_default=False)],
    calls_per_hour: Annotated[
        float | None, typer.Option(min=0.001, help="How many call, by chance (Poisson).")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Or: calls of each half-hour (time, calls).")
    ] = None,
    arrivals: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Or: calls as they came (time, and queue, class, talk, patience)."),
    ] = None,
    traffic: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="Or: a day of several queues, with shifts, redials, callbacks."),
    ] = None,
    queue: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whom they call, if there are several.")
    ] = None,
    talk: Annotated[str | None, typer.Option(metavar="DRAWS", help=f"How long they talk: {Draw}.")] = None,
    patience: Annotated[
        str | None, typer.Option(metavar="DRAWS", help="How long they wait at most. Else endless.")
    ] = None,
    wrap_up: Annotated[
        str | None, typer.Option(metavar="DRAWS", help="Time for notes. Else as the queue has it.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option(metavar="DRAWS", help="How long phones ring. Else agents answer at once.")
    ] = None,
    agents: Annotated[
        int | None, typer.Option(min=1, help="So many equal agents in place of the queue's own.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.01, help="For how long they call. Else 8, or as the file has it.")
    ] = None,
    warm_up: Annotated[
        str, typer.Option(metavar="DURATION", help="Who comes in this time at the start does not count.")
    ] = "0s",
    seed: Annotated[int, typer.Option(min=0, help="The chance: the same seed gives the same result.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=10_000, help="So many runs, over all cores.")] = 1,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another configuration, beside it: the same callers.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw the day.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="The same as a page.")] = None,
    events: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The day of the first seed as events, to replay it.")
    ] = None,
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


def staff(  # noqa: PLR0913, PLR0917 - each is an option
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="The configuration. Else a queue as in textbooks.", show_default=False
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", "--arrivals", metavar="CSV", help="Calls as they came, or `softswitch export`."
        ),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Or: calls of each half-hour (time, calls).")
    ] = None,
    calls_per_hour: Annotated[
        float | None, typer.Option(min=0.001, help="Or: the same rate all day.")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0.5, help="For how long then. Else 8.")] = None,
    queue: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose agents, if there are several.")
    ] = None,
    weekday: Annotated[
        str | None, typer.Option(metavar="DAY", help="Of the days of --from only these, as monday.")
    ] = None,
    growth: Annotated[str, typer.Option(metavar="PERCENT", help="So many more calls, as 10%.")] = "0%",
    service_level: Annotated[
        str, typer.Option(metavar="PERCENT", help="Of all who call, so many in time, each half-hour.")
    ] = "80%",
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="In time. Else as the queue has it, or 20s.")
    ] = None,
    abandoned: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="And no more than so many may give up.")
    ] = None,
    talk: Annotated[str | None, typer.Option(metavar="DRAWS", help=f"{Draw}. Else as in --from.")] = None,
    patience: Annotated[
        str | None,
        typer.Option(metavar="DRAWS", help="How long callers wait. Else as in an export, or endless."),
    ] = None,
    wrap_up: Annotated[
        str | None, typer.Option(metavar="DRAWS", help="Time for notes. Else as the queue has it.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option(metavar="DRAWS", help="How long phones ring. Else agents answer at once.")
    ] = None,
    shrinkage: Annotated[
        str, typer.Option(metavar="PERCENT", help="Paid time away from calls: breaks, training, illness.")
    ] = "0%",
    shift: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Make shifts of this length, as few as can be.")
    ] = None,
    at_least: Annotated[int, typer.Option(min=0, help="Agents of any half-hour.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The chance: the same seed gives the same result.")] = 1,
    seeds: Annotated[int, typer.Option(min=2, max=1000, help="So many simulated days, over all cores.")] = 20,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="For a planner's sheet.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw the day.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="The same as a page.")] = None,
    json: AsJson = False,
) -> None:
    """How many agents each half-hour needs for a target: by Erlang A (or C), checked by simulation."""
    from softswitch.commands.simulate import span_of
    from softswitch.commands.staff import Made, staff_day
    from softswitch.simulation.staff_plan import Wanted, part

    wanted = Wanted(
        source=source,
        profile=profile,
        calls_per_hour=calls_per_hour,
        hours=hours,
        queue=queue,
        weekday=weekday,
        growth=growth,
        level=service_level,
        within=None if within is None else span_of("--within", within),
        abandoned=abandoned,
        talk=talk,
        patience=patience,
        wrap_up=wrap_up,
        answer=answer,
        least=at_least,
    )
    made = Made(
        shrinkage=part("--shrinkage", shrinkage, 0.0, 0.95),
        shift=None if shift is None else span_of("--shift", shift),
        json=json,
        csv=csv,
        plot=plot,
        html=html,
    )
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
    seed: Annotated[int, typer.Option(min=0, help="The chance: the same seed gives the same result.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="So many replays, over all cores.")] = 10,
    plot: Annotated[Path | None, typer.Option(metavar="PNG", help="Draw the day.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="The same as a page.")] = None,
    json: AsJson = False,
) -> None:
    """Yesterday's callers and agents under other rules, beside what happened, and the same rules replayed."""
    from softswitch.commands.replay import replay as run
    from softswitch.commands.simulate import Output

    run(events, config, was, day, range(seed, seed + seeds), Output(json, plot, html))
