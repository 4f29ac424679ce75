"""How many calls each half-hour of a day brings, and of what kind: what agents are planned for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from softswitch.errors import SimulationError
from softswitch.simulation.calls_file import Calls
from softswitch.simulation.draws import ENDLESS, Draws, Exponential, Measured
from softswitch.simulation.patience import Wait, draws_of, hazard_mean
from softswitch.simulation.profile_file import day
from softswitch.simulation.traffic import DAY, HOUR, Profile
from softswitch.types import Seconds

HALF: Seconds = 1800.0

FEWEST = 20
"""Talk times from which on they are taken as they were measured."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One day as it is to be expected."""

    opens: Seconds | None
    """The clock at the beginning, from midnight; None: it has none."""
    step: Seconds
    calls: tuple[float, ...]
    """In each step."""
    talk: Draws | None = None
    """As measured; None: the source does not say."""
    patience: Draws | None = None
    """As measured, of which most is known only to be longer than some wait; None: the source does not say."""
    patience_mean: Seconds | None = None
    """Of the exponential patience that fits best."""
    days: int = 1
    """Over so many the calls are means."""

    @property
    def span(self) -> Seconds:
        """All steps together."""
        return self.step * len(self.calls)

    @property
    def profile(self) -> Profile:
        """For arrivals by chance."""
        edges = tuple(self.step * number for number in range(len(self.calls) + 1))
        return Profile(edges, tuple(calls * HOUR / self.step for calls in self.calls))

    def grown(self, by: float) -> Demand:
        """With so many more calls: 0.1 is a tenth more."""
        return replace(self, calls=tuple(calls * (1.0 + by) for calls in self.calls))


def steady(calls_per_hour: float, hours: float) -> Demand:
    """The same rate in half-hours."""
    steps = round(hours * HOUR / HALF)
    if steps < 1 or abs(steps * HALF - hours * HOUR) > 1.0:
        raise SimulationError(f"--hours {hours:g}: agents are planned by half-hours; write 0.5, 1, 1.5 ...")
    return Demand(None, HALF, (calls_per_hour / 2,) * steps)


def of_profile(path: Path) -> Demand:
    """Of a file with `time` and `calls`. Raises SimulationError."""
    found = day(path)
    edges = found.profile.edges
    step = edges[1] - edges[0]
    return Demand(found.opens, step, tuple(rate * step / HOUR for rate in found.profile.rates))


def of_calls(path: Path, found: Calls, weekday: int | None = None) -> Demand:
    """Of calls as they came, in half-hours; of several days (of one weekday, 0: Monday) the mean. Raises
    SimulationError.
    """
    opens = found.clock
    moments = np.array([call.at for call in found.calls]) + (opens or 0.0)
    if found.clock is None:
        if moments[-1] > 7 * DAY:
            raise SimulationError(f"{path}: the times are seconds, and the last is after more than a week")
        steps = int(moments[-1] // HALF) + 1
        return _measured(found, Demand(None, HALF, _counts(moments, steps)))
    days = (moments // DAY).astype(int)
    chosen = range(int(days[-1]) + 1)
    if weekday is not None:
        chosen_days = [number for number in chosen if _weekday(path, found, number) == weekday]
        if not chosen_days or not np.isin(days, chosen_days).any():
            raise SimulationError(f"{path}: no calls of such a weekday; {_which(found, days)}")
    else:
        chosen_days = [number for number in chosen if (days == number).any()]
    at = moments[np.isin(days, chosen_days)] % DAY
    first, last = int(at.min() // HALF), int(at.max() // HALF)
    counts = _counts(at - first * HALF, last - first + 1)
    means = tuple(count / len(chosen_days) for count in counts)
    return _measured(found, Demand(first * HALF, HALF, means, days=len(chosen_days)))


def _counts(moments: np.ndarray[tuple[int], np.dtype[np.float64]], steps: int) -> tuple[float, ...]:
    return tuple(np.bincount((moments // HALF).astype(int), minlength=steps).astype(float).tolist())


def _weekday(path: Path, found: Calls, number: int) -> int:
    if found.day is None:
        raise SimulationError(
            f"{path}: a weekday can be chosen only of calls with dates, as 2026-03-02 08:31"
        )
    return (found.day + timedelta(days=number)).weekday()


def _which(found: Calls, days: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    assert found.day is not None
    first, last = (found.day + timedelta(days=int(days[place])) for place in (0, -1))
    return (
        f"they are of {_named(first)}" if first == last else f"they are of {_named(first)} to {_named(last)}"
    )


def _named(day_of: date) -> str:
    return f"{day_of:%A}, {day_of}"


def _measured(found: Calls, demand: Demand) -> Demand:
    """With what the calls say of talk and patience."""
    talks = tuple(call.talk for call in found.calls if call.talk is not None)
    talk: Draws | None = None
    if len(talks) >= FEWEST:
        talk = Measured(talks, "talk times of the file")
    elif talks:
        talk = Exponential(sum(talks) / len(talks))
    waits: Sequence[Wait] = [wait for of in found.waits.values() for wait in of]
    if not waits:
        return replace(demand, talk=talk)
    mean = hazard_mean(waits)
    return replace(
        demand, talk=talk, patience=draws_of(waits) if mean < float("inf") else ENDLESS, patience_mean=mean
    )
