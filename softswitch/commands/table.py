"""How tables and durations look, the same in every command."""

from __future__ import annotations

import json
import os
from datetime import datetime

from rich.console import Console
from rich.text import Text

from softswitch.config.durations import on_a_clock

WIDE = 160
"""Columns when the output is no terminal: a table in a file or a pipe is not squeezed, unless the environment
has COLUMNS (shells keep theirs to themselves, so somebody wants it)."""


def console() -> Console:
    """Standard output."""
    terminal, columns = Console(), os.environ.get("COLUMNS", "")
    if terminal.is_terminal:
        return terminal
    return Console(width=int(columns) if columns.isdecimal() and int(columns) else WIDE)


def foreign(text: str) -> Text:
    """Text that came over the network, unable to take control of the terminal."""
    return Text("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text))


def doing(state: str) -> str:
    """What an agent is doing, or why none could be offered a call, in words. A call outside the queues is not
    one with somebody outside: the agent dialled it, took it over, or a colleague sent the caller there.
    """
    return "in a call" if state == "outside-call" else state


def print_json(value: object) -> None:
    """A result for machines."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def duration(seconds: float | None) -> str:
    """`4.2 s`, `1:05`, `2:00:00`; a dash for nothing."""
    if seconds is None or seconds < 0:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{round(seconds)} s" if round(seconds) < 60 else on_a_clock(seconds)


def when(at: float, now: datetime) -> str:
    """Local time, with the date unless that is today's."""
    moment = datetime.fromtimestamp(at).astimezone()
    return moment.strftime("%H:%M:%S" if moment.date() == now.date() else "%Y-%m-%d %H:%M:%S")


def many(count: int, one: str, several: str) -> str:
    """1 call, 2 calls."""
    return f"{count:,} {one if count == 1 else several}"
