"""The garbage collector, as a switch wants it that holds thousands of calls."""

from __future__ import annotations

import gc

THRESHOLDS = (1_000, 10, 100)
"""Objects between two collections. Calls leave nothing in circles (tests hold that), so the collector finds
little, and what it looks at while calls are many must be little too: ten lots of a thousand take 16 ms."""


LOTS = (20_000, 10, 100)
"""For a process that holds what it works on for a moment, and on which nobody waits."""


def set_aside(thresholds: tuple[int, int, int] = THRESHOLDS) -> None:
    """What is there now stays: the collector need not look at it again while calls wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*thresholds)
