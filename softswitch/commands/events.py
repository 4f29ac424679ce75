"""The record itself: its events as they happened, and what is made of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from rich.progress import Progress
from rich.text import Text
from sqlalchemy import Connection, func, select

from softswitch.commands.behind import say_behind
from softswitch.commands.table import console
from softswitch.config.nearest import did_you_mean
from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.store.encoding import dumps, encode
from softswitch.store.loader import read
from softswitch.store.reading import reading
from softswitch.store.rebuilding import count_events, rebuild
from softswitch.store.records import VOCABULARY
from softswitch.store.tables import events

LOOK = 0.2
"""Seconds between two looks for more."""


def print_events(
    folder: Path, last: int, follow: bool, as_json: bool, kind: str | None, call: str | None
) -> None:
    """`softswitch events`. Ends by Ctrl-C when it follows. Raises StoreError: there is no such kind."""
    if kind is not None and kind not in VOCABULARY:
        raise StoreError(f"no kind of event is called {kind!r}{did_you_mean(kind, VOCABULARY)}")
    with reading(folder) as connection:
        say_behind(connection, folder)
        seen = _highest(connection)
        found = [
            event for event in read(connection, max(1, seen - last + 1)) if _is_wanted(event, kind, call)
        ]
        _print(found, as_json)
        while follow:
            connection.rollback()  # the next look sees what has come
            time.sleep(LOOK)
            fresh = list(read(connection, seen + 1))
            _print([event for event in fresh if _is_wanted(event, kind, call)], as_json)
            seen = fresh[-1].seq if fresh else seen


def rebuild_calls(folder: Path, as_json: bool) -> None:
    """`softswitch rebuild`; with `as_json` a line whenever more is done: `events`, `events_done`, `calls`."""
    with reading(folder) as connection:
        total = count_events(connection)
        done = _rebuild_as_json(connection, total) if as_json else _rebuild_with_bar(connection, total)
        connection.commit()
    read_so_far, made = done
    if as_json:
        _tell(events=read_so_far, events_done=read_so_far, calls=made)
    else:
        print(f"{made:,} calls made anew of {read_so_far:,} events")


def _rebuild_with_bar(connection: Connection, total: int) -> tuple[int, int]:
    with Progress(console=console(), transient=True) as progress:
        bar = progress.add_task("folding events", total=total)
        return rebuild(connection, lambda more: progress.advance(bar, more))


def _rebuild_as_json(connection: Connection, total: int) -> tuple[int, int]:
    so_far = 0

    def hear(more: int) -> None:
        nonlocal so_far
        so_far += more
        _tell(events=total, events_done=so_far)

    return rebuild(connection, hear)


def _tell(**numbers: int) -> None:
    print(json.dumps(numbers), flush=True)


def _highest(connection: Connection) -> int:
    found: int | None = connection.execute(select(func.max(events.c.seq))).scalar()
    return found or 0


def _is_wanted(event: Recorded, kind: str | None, call: str | None) -> bool:
    return (kind is None or event.kind == kind) and (call is None or (event.call or "").startswith(call))


def _print(some: Iterable[Recorded], as_json: bool) -> None:
    screen = console()
    for event in some:
        if as_json:
            print(encode(event).decode(), end="", flush=True)
            continue
        word = VOCABULARY.get(event.kind)
        at = datetime.fromtimestamp(event.at).astimezone().strftime("%m-%d %H:%M:%S.%f")[:-3]
        line = Text(f"{event.seq:>8} {at} ", style="dim")
        line.append(f"{(event.call or '')[:12]:<12} ")
        line.append(f"{event.kind:<18}", style="bold red" if word and word.alarming else "bold")
        fields = (f"{name}={_shown(value)}" for name, value in event.data.items() if value not in (None, ""))
        line.append(" " + " ".join(fields))
        screen.print(line, soft_wrap=True)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value if value.isprintable() and " " not in value else dumps(value)
    return dumps(value)
