"""`make bench`, or `python -m bench [name ...]`: measures, then prints one table."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console

from bench import (
    calls,
    engine,
    estimates,
    gaps,
    hold,
    hostile,
    offer,
    readers,
    record,
    registrations,
    simulation,
    speed,
    theory,
    wallboard,
    year,
)
from bench.rows import Row, table

BENCHES: dict[str, tuple[str, Callable[[], list[Row]]]] = {
    "engine": ("the engine alone, about 20 s", engine.run),
    "simulation": ("the simulator, about a minute", simulation.run),
    "theory": ("simulations against theory, about a quarter of an hour", theory.run),
    "estimates": ("estimators of waits against each other, about two minutes", estimates.run),
    "record": ("the record, about 20 s", record.run),
    "year": ("the report of a year, about 40 s", year.run),
    "gaps": ("RTP gaps while the GIL is held, about 20 s", gaps.run),
    "offer": ("from a free agent to the next INVITE, about 40 s", offer.run),
    "calls": ("queue-to-agent calls per second, about 60 s", calls.run),
    "readers": ("readers of the API beside calls, about 60 s", readers.run),
    "wallboard": ("viewers of the wallboard beside calls, about 90 s", wallboard.run),
    "registrations": ("phones that register, about 40 s", registrations.run),
    "hostile": ("a hostile network while callers are on hold, about 80 s", hostile.run),
    "hold": ("callers on hold with music, about 90 s", hold.run),
}

LONG = {"theory", "estimates"}
"""Only when they are named."""


def main() -> int:
    """Run all benches but the long ones, or those that are named; 1 when a target was missed."""
    console = Console()
    if not console.is_terminal:
        console.width = 120
    chosen = sys.argv[1:] or [name for name in BENCHES if name not in LONG]
    if unknown := set(chosen) - BENCHES.keys():
        console.print(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
        return 2
    console.print(speed.line())
    rows: list[Row] = []
    for bench in chosen:
        what, run = BENCHES[bench]
        console.print(f"measuring {what} ...")
        rows += run()
    console.print(table(rows))
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
