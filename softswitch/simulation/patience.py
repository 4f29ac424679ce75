"""How long callers would have waited, from a day on which most were answered before they gave up.

Of who gave up it is known; of the others only that it was longer than their wait (they are censored).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from operator import neg

import numpy as np
from numpy.typing import NDArray

from softswitch.simulation.draws import ENDLESS, Draws
from softswitch.types import Seconds

Floats = NDArray[np.float64]
Wait = tuple[Seconds, bool]
"""How long somebody waited, and whether that one gave up then."""


@dataclass(frozen=True, slots=True)
class Survival:
    """The share that still waits after each time (E. L. Kaplan and P. Meier, Nonparametric Estimation from
    Incomplete Observations, JASA 53, 1958), and beyond the longest wait that was seen an exponential tail.
    """

    times: tuple[Seconds, ...]
    """At which somebody gave up, ascending."""
    shares: tuple[float, ...]
    """Of callers who would wait longer than that."""
    last: Seconds
    """The longest wait; the tail begins here."""
    tail: Seconds
    """The mean of the tail: all waits by the number of those who gave up, as an exponential patience has it
    (A. Mandelbaum and S. Zeltyn, Service Engineering in Action, 2007).
    """

    @property
    def mean(self) -> Seconds:
        """The area under the curve."""
        edges = np.array((0.0, *self.times, self.last))
        return float((np.diff(edges) * np.array((1.0, *self.shares))).sum()) + self.shares[-1] * self.tail

    def share(self, waited: Seconds) -> float:
        """Of callers who would wait longer than this."""
        if waited > self.last:
            return float(self.shares[-1] * np.exp(-(waited - self.last) / self.tail))
        place = bisect_right(self.times, waited)
        return 1.0 if place == 0 else self.shares[place - 1]

    def sample(self, chance: np.random.Generator, count: int) -> Floats:
        """By inversion."""
        return np.array([self._at(part) for part in (1.0 - chance.random(count)).tolist()])

    def beyond(self, waited: Seconds, chance: np.random.Generator) -> Seconds:
        """The patience of one who has waited so long, and had more."""
        return max(self._at((1.0 - chance.random()) * self.share(waited)), waited)

    def _at(self, share: float) -> Seconds:
        """After which time only this share still waits."""
        if share < self.shares[-1] or not self.times:
            return float(self.last - self.tail * np.log(share / self.shares[-1]))
        place = bisect_left(self.shares, -share, key=neg)
        return self.times[min(place, len(self.times) - 1)]

    def __str__(self) -> str:
        return f"as seen: mean {self.mean:.0f} s"


def survival(waits: Iterable[Wait]) -> Survival | None:
    """None: nobody gave up, so nothing is known but that patience was long."""
    ordered = np.array(sorted(waits), np.float64).reshape(-1, 2)
    gone = ordered[:, 1] > 0
    if not gone.any():
        return None
    times, counts = np.unique(ordered[gone, 0], return_counts=True)
    there = len(ordered) - np.searchsorted(ordered[:, 0], times)
    shares = np.cumprod(1.0 - counts / there)
    if shares[-1] <= 0:  # who waited longest gave up: so it is known for all, and there is no tail
        shares[-1] = 0.5 / len(ordered)
    tail = max(float(ordered[:, 0].sum()) / int(gone.sum()), 1e-3)
    return Survival(tuple(times.tolist()), tuple(shares.tolist()), float(ordered[-1, 0]), tail)


def draws_of(waits: Iterable[Wait]) -> Draws:
    """What to draw patience from; endless, if nobody gave up."""
    return survival(waits) or ENDLESS


def hazard_mean(waits: Iterable[Wait]) -> Seconds:
    """The mean of an exponential patience that fits best: all waits by the number of those who gave up;
    infinite if nobody did.
    """
    known = list(waits)
    gone = sum(gave_up for _, gave_up in known)
    return sum(waited for waited, _ in known) / gone if gone else inf
