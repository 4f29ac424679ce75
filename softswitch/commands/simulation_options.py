"""The options of simulations, each once: commands that take the same one say it in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def _draws(words: str) -> Any:
    return typer.Option(metavar="DRAWS", help=words)


def _file(kind: str, words: str, *names: str) -> Any:
    return typer.Option(*names, metavar=kind, help=words)


def _percent(words: str) -> Any:
    return typer.Option(metavar="PERCENT", help=words)


def _span(words: str) -> Any:
    return typer.Option(metavar="DURATION", help=words)


MaybeFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The configuration. Else a queue as in books.", show_default=False),
]

# Who calls, and for how long.
Rate = Annotated[float | None, typer.Option(min=0.001, max=1e6, help="How many call, by chance (Poisson).")]
Profile = Annotated[Path | None, _file("CSV", "Or: calls of each half-hour (time, calls).")]
Arrivals = Annotated[
    Path | None, _file("CSV", "Or: calls as they came (time, and queue, class, talk, patience).")
]
PastCalls = Annotated[
    Path | None, _file("CSV", "Or: calls as they came, or `softswitch export`.", "--from", "--arrivals")
]
Traffic = Annotated[
    Path | None, _file("YAML", "Or: a day of several queues, with shifts, redials, callbacks.")
]
Queue = Annotated[str | None, typer.Option(metavar="NAME", help="Of which queue, if there are several.")]
Hours = Annotated[
    float | None,
    typer.Option(min=0.01, max=1e5, help="For how long they call. Else 8, or as the file has it."),
]
WarmUp = Annotated[str, _span("Who comes in this time at the start does not count.")]
Weekday = Annotated[
    str | None, typer.Option(metavar="DAY", help="Of the days of --from only these, as monday.")
]
Growth = Annotated[str, _percent("So many more calls, as 10%.")]

# How long things take.
Talk = Annotated[
    str | None,
    _draws(
        "How long they talk, else as a file of calls has it, or 180s: 180s (exponential), 'constant 180s',"
        " 'lognormal 180s 120s', 'file talk.csv'."
    ),
]
Patience = Annotated[str | None, _draws("How long they wait at most. Else as in an export, or endless.")]
WrapUp = Annotated[str | None, _draws("Time for notes. Else as the queue has it.")]
Answer = Annotated[str | None, _draws("How long phones ring. Else agents answer at once.")]

# Who answers, and how well.
Agents = Annotated[
    int | None, typer.Option(min=1, max=20_000, help="So many equal agents in place of the queue's own.")
]
ServiceLevel = Annotated[str, _percent("Of all who call, so many in time, each half-hour.")]
Within = Annotated[str | None, _span("In time. Else as the queue has it, or 20s.")]
Abandoned = Annotated[str | None, _percent("And no more than so many may give up.")]
Shrinkage = Annotated[str, _percent("Paid time away from calls: breaks, training, illness.")]
Shift = Annotated[str | None, _span("Make shifts of this length, as few as can be.")]
AtLeast = Annotated[int, typer.Option(min=0, help="Agents of any half-hour.")]

# Chance.
Seed = Annotated[int, typer.Option(min=0, help="The chance: the same seed gives the same result.")]
Runs = Annotated[int, typer.Option(min=1, max=10_000, help="So many runs, over all cores.")]
Days = Annotated[int, typer.Option(min=2, max=1000, help="So many simulated days, over all cores.")]

# What comes of it.
Against = Annotated[Path | None, _file("FILE", "Another configuration, beside it: the same callers.")]
Plot = Annotated[Path | None, _file("PNG", "Draw the day.")]
Page = Annotated[Path | None, _file("FILE", "The same as a page.")]
Sheet = Annotated[Path | None, _file("FILE", "For a planner's sheet.", "--csv")]
Events = Annotated[Path | None, _file("FILE", "The day of the first seed as events, to replay it.")]
