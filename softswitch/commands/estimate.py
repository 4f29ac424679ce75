"""`softswitch estimate`: how good the estimated waits on record were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.text import Text

from softswitch.commands.behind import say_behind
from softswitch.commands.report import Range
from softswitch.commands.table import console, duration
from softswitch.config.nearest import did_you_mean
from softswitch.errors import NobodyCalled, StoreError
from softswitch.fitting import Fitting
from softswitch.reports.estimates import CLOSE, Pairs, Score, by_wait, pairs, score, together
from softswitch.store.ranges import extent, queues_seen, visits_between
from softswitch.store.reading import reading

DIGITS = 4
"""Of figures in JSON."""

HEADS = ("", ">estimated", ">wait, mean", ">bias", ">off by", ">of the wait", ">close", ">longer")


def estimate(folder: Path, days: Range | None, queue: str | None, as_json: bool, plot: Path | None) -> None:
    """Score, and print. Raises StoreError, and NobodyCalled where there is nothing to score."""
    with reading(folder) as connection:
        say_behind(connection, folder)
        known = queues_seen(connection)
        if queue is not None and queue not in known:
            raise NobodyCalled(f"nobody has waited in a queue {queue!r}{did_you_mean(queue, known)}")
        there = extent(connection)
        if there is None:
            raise NobodyCalled("the record has no caller in a queue yet")
        since, until = there if days is None else (days.since, days.until)
        until += 1.0 if days is None else 0.0
        queues = {name: pairs(rows) for name, rows in visits_between(connection, since, until, queue)}
    queues = {name: each for name, each in queues.items() if len(each)}
    if not queues:
        raise NobodyCalled(
            f"of nobody who was answered {'' if days is None else f'on {days} '}was a wait estimated:"
            " that takes five conversations of a queue, and callers who wait"
        )
    title = f"Estimated waits, {'all days' if days is None else days}"
    if as_json:
        print(json.dumps(_plain(queues), indent=2, ensure_ascii=False))
    else:
        _print(title, queues)
    if plot is not None:
        from softswitch.reports.estimate_picture import png  # noqa: PLC0415 - matplotlib takes its time

        try:
            plot.write_bytes(png(title, queues))
        except OSError as error:
            raise StoreError(f"{plot}: {error.strerror}") from None


def _plain(queues: dict[str, Pairs]) -> dict[str, Any]:
    whole = together([*queues.values()])
    return {
        **_rounded(score("total", whole)),
        "by_wait": [_rounded(each) for each in by_wait(whole)],
        "queues": {name: _rounded(score(name, each)) for name, each in queues.items()},
    }


def _rounded(one: Score) -> dict[str, Any]:
    return {
        name: round(value, DIGITS) if isinstance(value, float) else value
        for name, value in asdict(one).items()
    }


def _print(title: str, queues: dict[str, Pairs]) -> None:
    screen, whole = console(), together([*queues.values()])
    screen.print(Text(title, style="bold"))
    scores = [score(name, each) for name, each in queues.items()]
    screen.print(_table([*scores, *([score("total", whole)] if len(scores) > 1 else [])]))
    screen.print(Text("By how long they waited", style="bold"))
    screen.print(_table(by_wait(whole)))
    screen.print(
        f"Bias is estimate less wait. Close is within {CLOSE:g} s or a third of the estimate; longer: who"
        " waited longer than that. Of those answered, told or not.",
        style="dim",
    )


def _table(scores: Sequence[Score]) -> Fitting:
    return Fitting(HEADS, [_cells(each) for each in scores])


def _cells(one: Score) -> list[str]:
    bias = one.bias or 0.0
    return [
        one.label,
        f"{one.estimated:,}",
        duration(one.wait_mean),
        f"{'-' if bias < 0 else '+'}{duration(abs(bias))}",
        duration(one.off_by),
        *("-" if value is None else f"{value:.1%}" for value in (one.off_share, one.close, one.longer)),
    ]
