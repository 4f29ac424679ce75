"""Makes anew what is read off the events: the calls."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, func, select

from softswitch.store.calls import CallFold, CallRecord
from softswitch.store.loader import BATCH, read, write_calls
from softswitch.store.tables import calls, events


def rebuild(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> tuple[int, int]:
    """Fold every event again, in the connection's transaction: all of it is there afterwards, or nothing has
    changed. A switch that runs loads on meanwhile, a little later. Returns how many events and calls.

    `progress` hears how many more events are done.
    """
    connection.execute(delete(calls))
    fold = CallFold()
    ended: list[CallRecord] = []
    read_so_far = made = 0
    for event in read(connection):
        read_so_far += 1
        if (record := fold.apply(event)) is not None:
            ended.append(record)
        if len(ended) >= BATCH:
            write_calls(connection, ended)
            made, ended = made + len(ended), []
        if read_so_far % BATCH == 0:
            progress(BATCH)
    write_calls(connection, ended)
    progress(read_so_far % BATCH)
    return read_so_far, made + len(ended)


def count_events(connection: Connection) -> int:
    """How many there are."""
    found: int = connection.execute(select(func.count()).select_from(events)).scalar_one()
    return found
