"""What is made of a plan of agents, of one queue or of several."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from softswitch.simulation.demand import Demand
from softswitch.simulation.traffic import DAY
from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class Made:
    """What is made of it."""

    shrinkage: float = 0.0
    """The part of paid time in which agents are ill, in training, on breaks: 0 to 1."""
    shift: Seconds | None = None
    """The length of shifts; None: none are wanted."""
    json: bool = False
    csv: Path | None = None
    plot: Path | None = None
    html: Path | None = None


def clock_of(demand: Demand, step: int) -> str:
    """When a half-hour begins."""
    at = (demand.opens or 0.0) + step * demand.step
    minutes = round((at % DAY if at != DAY else DAY) / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
