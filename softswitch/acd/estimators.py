"""Ways to estimate how long a caller will wait, by what is known when that one joins; pure.

They compete in simulation (`simulation/contest.py`, figures in docs/simulation.md); `estimate.py` calibrates
what the default says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isinf, log
from types import MappingProxyType
from typing import Final

from softswitch.acd.record import record
from softswitch.types import Seconds


@record
class Basis:
    """What is known."""

    position: int
    """1 is next."""
    mean: Seconds | None
    """How long one caller takes an agent; None: too few have been there. Of calls without any length nothing
    follows.
    """
    serving: float
    """Calls that can be served at once."""
    last: Seconds | None = None
    """How long the one waited who was answered last; None: nobody was."""
    head: Seconds | None = None
    """How long the one who is next has waited by now; None: nobody else waits."""
    impatience: float = 0.0
    """Of those who wait, so many give up per second: who did, by all waits."""


SUMMED: Final = 16
"""So many terms of a sum are added up, and the others are an integral: it is asked for each caller of a long
line, and off by less than one in ten thousand.
"""

Estimator = Callable[[Basis], Seconds | None]
"""None: nothing to go by."""


def by_place(of: Basis) -> Seconds | None:
    """Place x handling time / agents: one of n agents who are busy gets free every m / n seconds. Nobody is
    thought to give up.
    """
    if not of.mean or not of.serving or isinf(of.serving):
        return None
    return of.position * of.mean / of.serving


def by_erlang_a(of: Basis) -> Seconds | None:
    """The same, but those ahead may give up: with k ahead the line moves every 1 / (n / m + k i) seconds, for
    k from 0 to the place less one (W. Whitt, Predicting Queueing Delays, Management Science 45, 1999).
    Where nobody gives up it is place x handling time / agents.
    """
    if not of.mean or not of.serving or isinf(of.serving):
        return None
    rate, gone, few = of.serving / of.mean, of.impatience, min(of.position, SUMMED)
    if not gone:
        return by_place(of)
    wait = sum([1.0 / (rate + ahead * gone) for ahead in range(few)])
    if of.position > few:
        wait += log((rate + (of.position - 0.5) * gone) / (rate + (few - 0.5) * gone)) / gone
    return wait


def by_last(of: Basis) -> Seconds | None:
    """As long as the last one who was answered (last to enter service: R. Ibrahim and W. Whitt, Real-Time
    Delay Estimation Based on Delay History, Manufacturing & Service Operations Management 11, 2009).
    """
    return of.last


def by_head(of: Basis) -> Seconds | None:
    """As long as the one who is next has waited by now (head of the line: as above)."""
    return of.last if of.head is None else of.head


DEFAULT: Estimator = by_erlang_a
"""The best of them."""

ESTIMATORS: Mapping[str, Estimator] = MappingProxyType(
    {
        "place": by_place,
        "erlang-a": by_erlang_a,
        "last": by_last,
        "head": by_head,
    }
)
"""By name."""
