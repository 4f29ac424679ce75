"""What reports read of the record: everything between two moments, as plain rows or numbers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text

from softswitch.acd.service import Services

Floats = NDArray[np.float64]
Spans = dict[str, list[tuple[float, float]]]

VISIT = (
    *("joined", "waited"),
    "CASE outcome WHEN 'answered' THEN 1 WHEN 'abandoned' THEN 2 WHEN 'short' THEN 3 ELSE 0 END",
    *("coalesce(within, -1)", "coalesce(talk, -1)", "held", "wrap_up", "coalesce(estimate, -1)"),
    "coalesce(told_after, -1)",
)
"""What a report needs of a visit, all of it numbers."""

MICRO = 1_000_000
"""Moments are on record to the microsecond."""

AT_ONCE = 2
"""Queues that SQLite reads side by side."""

CHOSEN = "FROM visits WHERE queue = :queue AND joined >= :since AND joined < :until"


def visits_between(
    connection: Connection, since: float, until: float, queue: str | None
) -> Iterator[tuple[str, Floats]]:
    """Visits that began in [since, until), for each queue, a row each: joined, waited, outcome (1: answered,
    2: abandoned, 3: so soon that it does not count, 0: another), within, talk, held, wrap_up, estimate,
    told_after. -1 where nothing is known.
    """
    names = queues_seen(connection) if queue is None else [queue]
    chosen = [_named(since, until, name) for name in names]
    if connection.dialect.name != "sqlite":
        yield from zip(names, (_as_rows(connection, one) for one in chosen), strict=True)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from zip(names, pool.map(partial(_as_texts, connection.engine), chosen), strict=True)


def _as_rows(connection: Connection, chosen: dict[str, Any]) -> Floats:
    cursor: Any = connection.execute(text(f"SELECT {', '.join(VISIT)} {CHOSEN}"), chosen).cursor
    return np.fromiter(chain.from_iterable(cursor), np.float64).reshape(-1, len(VISIT))


def _as_texts(engine: Engine, chosen: dict[str, Any]) -> Floats:
    """Each column comes as one text of whole microseconds: a year's nine million numbers never are objects of
    Python, and the interpreter is free meanwhile. A text holds 10^9 bytes: 50 million visits to a queue.
    """
    parts = (f"group_concat(CAST(round(({one}) * {MICRO}) AS INTEGER))" for one in VISIT)
    with engine.connect() as connection:
        _hasten(connection)
        texts = connection.execute(text(f"SELECT {', '.join(parts)} {CHOSEN}"), chosen).one()
    return np.array([np.fromstring(one or "", np.int64, sep=",") / MICRO for one in texts]).T


def _hasten(connection: Connection) -> None:
    """Rows of a queue lie all over the table: let SQLite see the file instead of reading it page by page."""
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


def offers_between(connection: Connection, since: float, until: float, queue: str | None) -> list[Any]:
    """Begun in [since, until): agent, result, how many."""
    wanted = "" if queue is None else " AND queue = :queue"
    query = text(
        "SELECT agent, result, count(*) FROM offers "
        f"WHERE at >= :since AND at < :until{wanted} GROUP BY agent, result"
    )
    return [tuple(row) for row in connection.execute(query, _named(since, until, queue))]


def callbacks_between(connection: Connection, since: float, until: float, queue: str | None) -> list[Any]:
    """Wanted in [since, until): queue, wanted, attempts in vain, result (empty: open), waited."""
    wanted = "" if queue is None else " AND queue = :queue"
    query = text(
        "SELECT queue, wanted, attempts, result, waited FROM callbacks "
        f"WHERE wanted >= :since AND wanted < :until{wanted} ORDER BY wanted"
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
