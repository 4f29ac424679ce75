"""What queueing theory says of simple queues: what simulations of the same are held against.

Time is in the unit of the arguments; `load` is arrivals per time multiplied by the mean talk time (erlangs).
All recursions are stable for thousands of agents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_PANELS = 48


def erlang_b(agents: int, load: float) -> float:
    """The share of calls lost when nobody can wait (A. K. Erlang, 1917), by the recursion
    B(n) = a B(n-1) / (n + a B(n-1)).
    """
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """The share of calls that wait when everybody does (Erlang, 1917): C = n B / (n - a (1 - B)); 1 when the
    load is no less than the agents.
    """
    if load >= agents:
        return 1.0
    blocked = erlang_b(agents, load)
    return agents * blocked / (agents - load * (1.0 - blocked))


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect of a queue in the long run."""

    delayed: float
    """The share of calls that find no free agent."""
    wait_answered: float
    """Mean wait of those answered."""
    wait_all: float
    """Mean wait of all, those who hang up included."""
    abandoned: float
    """The share that hangs up."""
    occupancy: float
    """The share of the agents' time that they talk."""
    in_time: float
    """Answered within the threshold, of all."""

    @property
    def service_level(self) -> float:
        """Answered within the threshold, of those answered."""
        return self.in_time / (1.0 - self.abandoned) if self.abandoned < 1.0 else 0.0


def endless_patience(agents: int, rate: float, talk: float, within: float) -> Expected:
    """M/M/n, Erlang C: mean wait C s / (n - a), and P(wait > t) = C exp(-(n - a) t / s). Infinite waits when
    the load is no less than the agents.
    """
    load = rate * talk
    waits = erlang_c(agents, load)
    spare = agents - load
    if spare <= 0:
        return Expected(1.0, inf, inf, 0.0, 1.0, 0.0)
    mean = waits * talk / spare
    return Expected(waits, mean, mean, 0.0, load / agents, 1.0 - waits * exp(-spare * within / talk))


def with_patience(agents: int, rate: float, talk: float, patience: float, within: float) -> Expected:
    """M/M/n+M, Erlang A (C. Palm, 1957), by the density of the virtual wait

        v(x) = rate * p(n-1) * exp(rate * H(x) - n x / talk),  H(x) = patience * (1 - exp(-x / patience)),

    as S. Zeltyn and A. Mandelbaum give it for M/M/n+G (Queueing Systems 51, 2005); here H is the integral of
    the share that still waits after u, from 0 to x.
    """
    load, drain = rate * talk, agents / talk
    longest = _longest(rate, drain, patience)
    x, dx = _grid(0.0, longest)
    power = rate * patience * -np.expm1(-x / patience) - drain * x
    top = max(0.0, float(power.max()))
    density = rate * np.exp(power - top) * dx
    free = exp(-top) / erlang_b(agents - 1, load)  # P(some agent is free), by p(n-1)
    scale = 1.0 / (free + float(density.sum()))
    density *= scale
    stay = np.exp(-x / patience)
    answered = free * scale + float((density * stay).sum())
    wait_answered = float((density * stay * x).sum()) / answered
    wait_all = float((density * patience * -np.expm1(-x / patience)).sum())
    return Expected(
        delayed=float(density.sum()),
        wait_answered=wait_answered,
        wait_all=wait_all,
        abandoned=1.0 - answered,
        occupancy=load * answered / agents,
        in_time=free * scale + _up_to(within, rate, drain, patience, top) * scale,
    )


def _up_to(within: float, rate: float, drain: float, patience: float, top: float) -> float:
    """The integral of density and patience over waits from 0 to `within`, not yet scaled."""
    x, dx = _grid(0.0, within)
    power = rate * patience * -np.expm1(-x / patience) - drain * x
    return float((rate * np.exp(power - top - x / patience) * dx).sum())


def _longest(rate: float, drain: float, patience: float) -> float:
    """Beyond this wait the density is below exp(-50) of its top."""
    peak = patience * log(rate / drain) if rate > drain else 0.0
    top = rate * patience * (1 - exp(-peak / patience)) - drain * peak
    longest = max(peak, 1.0 / drain)
    while rate * patience * (1 - exp(-longest / patience)) - drain * longest > top - 50.0:
        longest *= 1.5
    return longest


def _grid(start: float, end: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of Gauss and Legendre on equal panels."""
    edges = np.linspace(start, end, _PANELS + 1)
    half = np.diff(edges)[:, None] / 2
    middle = (edges[:-1] + edges[1:])[:, None] / 2
    return (middle + half * _NODES).ravel(), (half * _WEIGHTS).ravel()


def by_priority(agents: int, rates: Sequence[float], talk: float) -> list[float]:
    """The mean wait of each class, the most urgent first, when nobody is interrupted and all talk alike
    (A. Cobham, Priority Assignment in Waiting Line Problems, Operations Research 2, 1954):
    W(k) = W0 / ((1 - s(k-1)) (1 - s(k))), where s(k) is the occupancy by classes 1 to k, W0 = C s / n.
    """
    capacity = agents / talk
    first = erlang_c(agents, sum(rates) * talk) / capacity
    waits, before = [], 0.0
    for rate in rates:
        after = before + rate / capacity
        waits.append(first / ((1.0 - before) * (1.0 - after)) if after < 1.0 else inf)
        before = after
    return waits


def one_agent(rate: float, talk: float, deviation: float) -> float:
    """The mean wait for one agent, M/G/1 (F. Pollaczek 1930, A. Khinchine 1932):
    W = rate * E[S^2] / (2 (1 - rate * E[S])).
    """
    busy = rate * talk
    return rate * (talk * talk + deviation * deviation) / (2.0 * (1.0 - busy)) if busy < 1.0 else inf
