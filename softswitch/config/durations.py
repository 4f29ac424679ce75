"""Durations for people."""

from __future__ import annotations

from softswitch.types import Seconds


def written(duration: Seconds) -> str:
    """A duration as a file would have it: 300ms, 90s, 10m, 1h; 0 is 0s."""
    for unit, size in (("h", 3600), ("m", 60)):
        if duration >= size and duration % size == 0:
            return f"{duration / size:g}{unit}"
    return f"{duration * 1000:g}ms" if 0 < duration < 1 else f"{duration:g}s"


def on_a_clock(duration: Seconds) -> str:
    """A duration as a clock shows it, to the nearest second: 0:07, 12:05, 1:02:33."""
    minutes, seconds = divmod(round(duration), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
