"""Makes anew what is read off the events: calls, visits, talks, the times of agents, the index of
recordings.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, func, select

from softswitch.store.loader import BATCH, read
from softswitch.store.projections import TABLES, Folds
from softswitch.store.tables import events
from softswitch.store.turns import alone


def rebuild(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> tuple[int, int]:
    """Fold every event again, in the connection's transaction: all of it is there afterwards, or nothing has
    changed. A switch that runs loads on meanwhile, a little later. Returns how many events and calls.

    `progress` hears how many more events are done.
    """
    alone(connection)
    for table in TABLES:
        connection.execute(delete(table))
    folds = Folds()
    read_so_far = made = 0
    for event in read(connection):
        read_so_far += 1
        folds.apply(event)
        if read_so_far % BATCH == 0:
            made += len(folds.calls)
            folds.write(connection)
            progress(BATCH)
    made += len(folds.calls)
    folds.write(connection)
    progress(read_so_far % BATCH)
    return read_so_far, made


def count_events(connection: Connection) -> int:
    """How many there are."""
    found: int = connection.execute(select(func.count()).select_from(events)).scalar_one()
    return found
