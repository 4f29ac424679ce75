"""Figures of several runs, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from softswitch.simulation.figures import Outcome, spreads
from softswitch.simulation.student import interval


@dataclass(frozen=True)
class Fake:
    """A run with two figures."""

    level: float
    wait: float

    def numbers(self) -> dict[str, float | None]:
        return {"service_level": self.level, "mean_wait_s": self.wait}


def test_no_interval_says_what_cannot_be() -> None:
    runs = [Fake(1.0, 0.0), Fake(1.0, 9.0), Fake(0.8, 0.0)]
    found = spreads([cast(Outcome, run) for run in runs])
    wide = interval([run.level for run in runs])
    assert wide is not None
    assert wide[1] > 1.0
    assert (found["service_level"].low, found["service_level"].high) == (wide[0], 1.0)
    assert found["mean_wait_s"].low == 0.0
    assert (found["mean_wait_s"].high or 0.0) > 1.0
