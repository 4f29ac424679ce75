"""What reports read of the record: everything between two moments, as plain rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from softswitch.acd.service import Services

Spans = dict[str, list[tuple[float, float]]]


def visits_between(
    connection: Connection, since: float, until: float, queue: str | None
) -> Iterator[tuple[str, Iterator[tuple[float, ...]]]]:
    """Visits that began in [since, until), for each queue: joined, waited, outcome (1: answered,
    2: abandoned, 3: so soon that it does not count, 0: another), within, talk, held, wrap_up, estimate,
    told_after. -1 where nothing is known.

    A year may have a million, so they are numbers alone, and come as they are read.
    """
    query = text(
        "SELECT joined, waited, CASE outcome WHEN 'answered' THEN 1 WHEN 'abandoned' THEN 2 "
        "WHEN 'short' THEN 3 ELSE 0 END, "
        "coalesce(within, -1), coalesce(talk, -1), held, wrap_up, coalesce(estimate, -1), "
        "coalesce(told_after, -1) FROM visits WHERE queue = :queue AND joined >= :since AND joined < :until"
    )
    _hasten(connection)
    for name in queues_seen(connection) if queue is None else [queue]:
        cursor: Any = connection.execute(query, _named(since, until, name)).cursor
        yield name, iter(cursor)


def _hasten(connection: Connection) -> None:
    """Rows of a queue lie all over the table: let SQLite see the file instead of reading it page by page."""
    if connection.dialect.name == "sqlite":
        for pragma in ("mmap_size=1073741824", "cache_size=-65536"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")


def talks_between(connection: Connection, since: float, until: float, queue: str | None) -> list[Any]:
    """By agent: agent, calls, talk, held, wrap-up, calls of which the talk is known."""
    wanted = "" if queue is None else " AND queue = :queue"
    query = text(
        "SELECT agent, count(*), sum(talk), sum(held), sum(wrap_up), count(talk) FROM talks "
        f"WHERE start >= :since AND start < :until{wanted} GROUP BY agent"
    )
    return [tuple(row) for row in connection.execute(query, _named(since, until, queue))]


def stints_between(connection: Connection, since: float, until: float) -> tuple[Spans, Spans]:
    """Spans online and paused by agent, cut to [since, until). What goes on ends at the last event."""
    now = connection.execute(text("SELECT at FROM events ORDER BY seq DESC LIMIT 1")).scalar() or until
    query = text(
        'SELECT agent, state, start, "end" FROM stints '
        'WHERE start < :until AND ("end" > :since OR "end" IS NULL) ORDER BY start'
    )
    found: dict[str, Spans] = {"online": defaultdict(list), "paused": defaultdict(list)}
    for agent, state, start, end in connection.execute(query, {"since": since, "until": until}):
        low, high = max(start, since), min(now if end is None else end, until)
        if high > low:
            found[state][agent].append((low, high))
    return dict(found["online"]), dict(found["paused"])


def queues_seen(connection: Connection) -> list[str]:
    """Every queue that anybody has waited in; each is one step in an index."""
    found: list[str] = []
    first = connection.execute(text("SELECT min(queue) FROM visits")).scalar()
    while first is not None:
        found.append(first)
        after = text("SELECT min(queue) FROM visits WHERE queue > :name")
        first = connection.execute(after, {"name": first}).scalar()
    return found


def services(connection: Connection) -> Services:
    """How the service level is counted by now."""
    found = connection.execute(text("SELECT value FROM notes WHERE name = 'service'")).scalar()
    return Services() if found is None else Services.from_json(json.loads(found))


def extent(connection: Connection) -> tuple[float, float] | None:
    """When the first and the last visit began; None: there is none."""
    low, high = connection.execute(text("SELECT min(joined), max(joined) FROM visits")).one()
    return None if low is None else (low, high)


def _named(since: float, until: float, queue: str | None) -> dict[str, Any]:
    return {"since": since, "until": until} | ({} if queue is None else {"queue": queue})
