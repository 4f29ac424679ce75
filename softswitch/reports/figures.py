"""What a report counts, and how. A visit is one stay in a queue; it counts where it began.

| figure | is |
|---|---|
| offered | visits that began in the range |
| answered | an agent and the caller could talk |
| abandoned | the caller hung up while waiting, but for the short ones |
| short | hung up before the queue's `short_abandon` in force then; no share knows them |
| turned away | left otherwise: full, after `max_wait`, drained, transferred, hung up by us, lost by a crash |
| waits | of those answered: mean, median, 95th percentile (linear between neighbours) |
| service level | by the configured formula; in time is the queue's `service_level.within` in force then |
| service level 2 | answered or abandoned within it, of those answered or abandoned |
| abandonment | abandoned, of those answered or abandoned |
| talk | from Connected on, holds included; a talk that a crash cut counts in none of its figures |
| hold | within talk: while either side held |
| offered, of an agent | the agent's phone was rung, from a queue or directly; it counts when that began |
| missed | of these: it rang until the ring time was over |
| declined | of these: the agent pressed reject, or was busy |
| wrap-up | the time for notes that began after each conversation |
| occupancy | talk and wrap-up, of the time in which the agent was there and not paused |
| voicemails | messages left by callers who came from the queue, where they were left |
| estimate error | of those answered of whom a wait was estimated: mean distance between the two |

Hours and days are those of the machine's time zone (TZ); an hour is that of the day, over the whole range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softswitch.acd.stats import RATIOS, QueueCounts
from softswitch.types import Seconds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

DEFAULT_WITHIN: Seconds = 20.0
"""Of visits that do not say which threshold was in force."""

FORMULA = "service-level"
"""Of a service level of which nothing else is said."""

QUARTER = 900
"""Seconds: offsets of time zones are multiples of it."""


@dataclass(frozen=True, slots=True)
class Visits:
    """Columns, one value for each visit; NaN where nothing is known."""

    names: tuple[str, ...]
    """Queues by code."""
    queue: Ints
    joined: Floats
    waited: Floats
    answered: Mask
    abandoned: Mask
    short: Mask
    in_time: Mask
    talk: Floats
    held: Floats
    wrap_up: Floats
    error: Floats
    """Of the estimate, absolute."""

    def __len__(self) -> int:
        return len(self.joined)


WIDTH = 9
"""Values in a row: joined, waited, outcome (1: answered, 2: abandoned, 3: short), within, talk, held,
wrap_up, estimate, told_after; -1 where nothing is known.
"""


def columns(queues: Iterable[tuple[str, ArrayLike]]) -> Visits:
    """The rows of each queue as columns."""
    names: list[str] = []
    tables: list[Floats] = []
    for name, rows in queues:
        table = np.asarray(rows, np.float64).reshape(-1, WIDTH)
        if len(table):
            names.append(name)
            tables.append(table)
    if not tables:
        tables.append(np.zeros((0, WIDTH)))
    whole = np.ascontiguousarray(np.concatenate(tables).T)
    joined, waited, outcome, within, talk, held, wrap_up, estimate, told = whole
    answered = outcome == 1
    told_one = answered & (estimate >= 0)
    return Visits(
        names=tuple(names),
        queue=np.repeat(np.arange(len(tables)), [len(one) for one in tables]),
        joined=joined,
        waited=waited,
        answered=answered,
        abandoned=outcome == 2,
        short=outcome == 3,
        in_time=waited <= np.where(within < 0, DEFAULT_WITHIN, within),
        talk=np.where(talk < 0, np.nan, talk),
        held=held,
        wrap_up=wrap_up,
        error=np.where(told_one, np.abs(waited - told - estimate), np.nan),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of a report. None: there is nothing to divide by."""

    label: str
    offered: int
    answered: int
    abandoned: int
    short: int
    turned_away: int
    wait_mean: Seconds | None
    wait_median: Seconds | None
    wait_p95: Seconds | None
    service_level: float | None
    """0 to 1, as the other shares; by the configured formula."""
    service_level_2: float | None
    abandonment: float | None
    talk: Seconds
    talk_mean: Seconds | None
    held: Seconds
    wrap_up: Seconds
    estimate_error: Seconds | None
    estimate_error_share: float | None
    """Of the mean wait of the same callers."""
    voicemails: int = 0


def figures(visits: Visits, label: str, formula: str = FORMULA, chosen: Ints | None = None) -> Figures:
    """Of all visits, or of those at some places; `formula`: of the service level, in `stats.RATIOS`."""
    at: Ints | slice = slice(None) if chosen is None else chosen
    answered, abandoned, in_time = visits.answered[at], visits.abandoned[at], visits.in_time[at]
    waits, talks = visits.waited[at][answered], visits.talk[at][answered]
    talks, errors = talks[~np.isnan(talks)], visits.error[at]
    estimated = ~np.isnan(errors)
    errors, real = errors[estimated], visits.waited[at][estimated]
    counts = QueueCounts(
        joined=len(answered),
        answered=int(answered.sum()),
        answered_in_time=int((answered & in_time).sum()),
        abandoned=int(abandoned.sum()),
        abandoned_in_time=int((abandoned & in_time).sum()),
        abandoned_short=int(visits.short[at].sum()),
    )
    median, p95 = np.percentile(waits, (50, 95)).tolist() if len(waits) else (None, None)
    return Figures(
        label=label,
        offered=counts.joined,
        answered=counts.answered,
        abandoned=counts.abandoned,
        short=counts.abandoned_short,
        turned_away=counts.joined - counts.answered - counts.abandoned - counts.abandoned_short,
        wait_mean=_mean(waits),
        wait_median=median,
        wait_p95=p95,
        service_level=RATIOS[formula].of(counts),
        service_level_2=RATIOS["service-level-2"].of(counts),
        abandonment=RATIOS["abandonment"].of(counts),
        talk=float(talks.sum()),
        talk_mean=_mean(talks),
        held=float(visits.held[at].sum()),
        wrap_up=float(visits.wrap_up[at].sum()),
        estimate_error=_mean(errors),
        estimate_error_share=float(errors.sum() / real.sum()) if real.sum() > 0 else None,
    )


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


@dataclass(frozen=True, slots=True)
class Clock:
    """When each visit began, on the wall clock."""

    day: Ints
    """Proleptic ordinal."""
    hour: Ints
    """0 to 23."""


def clock(joined: Floats, local: Callable[[float], datetime] = datetime.fromtimestamp) -> Clock:
    """By the machine's time zone, unless `local` says another."""
    if not len(joined):
        return Clock(np.zeros(0, np.int64), np.zeros(0, np.int64))
    quarter = (joined // QUARTER).astype(np.int64)
    first = int(quarter.min())
    seen = np.flatnonzero(np.bincount(quarter - first))
    days, hours = (np.zeros(int(seen[-1]) + 1, np.int64) for _ in range(2))
    for place in seen.tolist():
        wall = local(float((first + place) * QUARTER))
        days[place], hours[place] = wall.toordinal(), wall.hour
    return Clock(days[quarter - first], hours[quarter - first])


def grouped(
    visits: Visits, keys: Ints, name: Callable[[int], str], formula: Callable[[str], str]
) -> list[Figures]:
    """Figures for each key, in the order of the keys; `formula`: of the service level, by the key's name."""
    if not len(visits):
        return []
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    parts = np.split(order, starts[1:])
    return [
        figures(visits, name(key), formula(name(key)), part)
        for key, part in zip(found.tolist(), parts, strict=True)
    ]


def heat(when: Clock) -> Ints:
    """Visits by weekday (Monday first) and hour: 7 x 24."""
    weekday = (when.day + 6) % 7
    return np.bincount(weekday * 24 + when.hour, minlength=168).reshape(7, 24)


def impatience(visits: Visits, edges: Sequence[float]) -> list[tuple[float, float, int]]:
    """Abandonment by waiting time: for each step from an edge to the next, of the callers who waited so long,
    the share that hung up within it, and how many they were.
    """
    waits, gone = np.sort(visits.waited[~visits.short]), np.sort(visits.waited[visits.abandoned])
    steps = []
    for low, high in pairwise(edges):
        there = len(waits) - int(np.searchsorted(waits, low))
        left = int(np.searchsorted(gone, high) - np.searchsorted(gone, low))
        if there:
            steps.append((low, left / there, there))
    return steps
