"""Where a caller stands in a line: what lines are sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from softswitch.types import Seconds

if TYPE_CHECKING:
    from softswitch.acd.waiting import Caller


class Place(NamedTuple):
    """The smallest goes first."""

    precedence: int
    points: float
    """Minus the score at time 0."""
    standing: Seconds
    """Since when the wait counts."""
    order: int
    """Of joining, unique among those who wait: they themselves are never compared."""
    caller: Caller
