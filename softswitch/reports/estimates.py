"""How good estimated waits were: what was foreseen of callers, against what came of it.

| figure | is |
|---|---|
| estimated | callers who were answered, and of whom a wait was estimated on joining, told or not |
| bias | mean of estimate less wait: above 0, people were told too much |
| off by | mean distance between the two; as a share: of the mean wait of the same callers |
| close | the share whose wait was within `CLOSE` of the estimate, or a third of it, either way |
| longer | the share who waited longer than was estimated, and not by close |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from softswitch.types import Seconds

Floats = NDArray[np.float64]

CLOSE: Seconds = 30.0
"""Nobody is angry about so little."""

PART = 1 / 3
"""Nor about such a part of a long wait."""

STEPS: Sequence[Seconds] = (0, 30, 60, 120, 300, 600, 1200, float("inf"))
"""Of waiting time."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of some callers. None: there were none."""

    label: str
    estimated: int
    wait_mean: Seconds | None = None
    bias: Seconds | None = None
    off_by: Seconds | None = None
    off_share: float | None = None
    """Of the mean wait."""
    close: float | None = None
    longer: float | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """What was estimated, and what came of it."""

    estimate: Floats
    waited: Floats

    def __len__(self) -> int:
        return len(self.estimate)


def pairs(rows: NDArray[np.float64]) -> Pairs:
    """Of visits as `reports/figures.py` has them: those answered of whom there was an estimate."""
    joined_cells = rows.reshape(-1, 9)
    waited, outcome, estimate, after = (joined_cells[:, place] for place in (1, 2, 7, 8))
    known = (outcome == 1) & (estimate >= 0)
    return Pairs(estimate[known], (waited - np.maximum(after, 0.0))[known])


def together(found: Sequence[Pairs]) -> Pairs:
    """Of all of them."""
    nothing = np.zeros(0)
    return Pairs(
        np.concatenate([nothing, *(each.estimate for each in found)]),
        np.concatenate([nothing, *(each.waited for each in found)]),
    )


def score(label: str, of: Pairs) -> Score:
    """The figures."""
    if not len(of):
        return Score(label, 0)
    off = of.estimate - of.waited
    distance = np.abs(off)
    bound = np.maximum(CLOSE, PART * of.estimate)
    mean = float(of.waited.mean())
    return Score(
        label,
        len(of),
        mean,
        float(off.mean()),
        float(distance.mean()),
        float(distance.sum() / of.waited.sum()) if of.waited.sum() > 0 else None,
        float((distance <= bound).mean()),
        float((-off > bound).mean()),
    )


def by_wait(of: Pairs) -> list[Score]:
    """By how long they waited; steps in which nobody did are left out."""
    found = []
    for low, high in pairwise(STEPS):
        chosen = (of.waited >= low) & (of.waited < high)
        if chosen.any():
            found.append(score(_named(low, high), Pairs(of.estimate[chosen], of.waited[chosen])))
    return found


def _named(low: Seconds, high: Seconds) -> str:
    if high == float("inf"):
        return f"from {_span(low)} on"
    return f"{_span(low)} to {_span(high)}"


def _span(seconds: Seconds) -> str:
    return f"{seconds:g} s" if seconds < 60 else f"{seconds / 60:g} min"
