"""The record itself: its events as they happened, and what is made of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from rich.progress import Progress
from rich.text import Text
from sqlalchemy import Connection, Engine, func, select

from softswitch.commands.behind import say_behind
from softswitch.commands.noting import note_change
from softswitch.commands.table import console
from softswitch.config.nearest import did_you_mean
from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.store.database import why
from softswitch.store.encoding import dumps, encode, of_row
from softswitch.store.loader import read
from softswitch.store.reading import engine_of, reading
from softswitch.store.rebuilding import count_events, rebuild
from softswitch.store.records import VOCABULARY
from softswitch.store.tables import events

LOOK = 0.2
"""Seconds between two looks for more."""

REBUILD = ("rebuild", "the record")
"""What is done, and to what."""


def print_events(
    folder: Path, last: int, follow: bool, as_json: bool, kind: str | None, call: str | None
) -> None:
    """`softswitch events`. Ends by Ctrl-C when it follows. Raises StoreError: there is no such kind."""
    if kind is not None and kind not in VOCABULARY:
        near = did_you_mean(kind, VOCABULARY)
        hint = near or "; they are called as `softswitch events` shows them: CallArrived, CallEnded ..."
        raise StoreError(f"no kind of event is called {kind!r}{hint}")
    with reading(folder) as connection:
        say_behind(connection, folder)
        seen = _highest(connection)
        _print(_last(connection, last, kind, call), as_json)
        while follow:
            connection.rollback()  # the next look sees what has come
            time.sleep(LOOK)
            fresh = list(read(connection, seen + 1))
            _print([event for event in fresh if _is_wanted(event, kind, call)], as_json)
            seen = fresh[-1].seq if fresh else seen


def rebuild_calls(folder: Path, as_json: bool, *, noted: bool = False) -> None:
    """`softswitch rebuild`; with `as_json` a line whenever more is done: `events`, `events_done`, `calls`.
    `noted`: somebody else puts it on record. Raises ControlError, StoreError.
    """
    with engine_of(folder) as engine:
        with engine.connect() as connection:
            total = count_events(connection)
        if not noted:
            note_change(folder, *REBUILD, "begun")
        try:
            done = _rebuild_as_json(engine, total) if as_json else _rebuild_with_bar(engine, total)
        except Exception as error:
            if not noted:
                note_change(folder, *REBUILD, f"failed: {why(error)}")
            raise
    read_so_far, made = done
    if not noted:
        note_change(folder, *REBUILD, f"done: {made} calls made anew of {read_so_far} events")
    if as_json:
        _tell(events=read_so_far, events_done=read_so_far, calls=made)
    else:
        print(f"{made:,} calls made anew of {read_so_far:,} events")


def _rebuild_with_bar(engine: Engine, total: int) -> tuple[int, int]:
    with Progress(console=console(), transient=True) as progress:
        bar = progress.add_task("folding events", total=total)
        return rebuild(engine, lambda more: progress.advance(bar, more))


def _rebuild_as_json(engine: Engine, total: int) -> tuple[int, int]:
    so_far = 0

    def hear(more: int) -> None:
        nonlocal so_far
        so_far += more
        _tell(events=total, events_done=so_far)

    return rebuild(engine, hear)


def _tell(**numbers: int) -> None:
    print(json.dumps(numbers), flush=True)


def _highest(connection: Connection) -> int:
    found: int | None = connection.execute(select(func.max(events.c.seq))).scalar()
    return found or 0


def _last(connection: Connection, most: int, kind: str | None, call: str | None) -> list[Recorded]:
    """The newest so many of those that are wanted, in order."""
    query = select(events).order_by(events.c.seq.desc()).limit(most)
    if kind is not None:
        query = query.where(events.c.kind == kind)
    if call is not None:
        query = query.where(events.c.call.startswith(call, autoescape=True))
    rows = connection.execute(query).all()[::-1]
    return [of_row(row) for row in rows]


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
