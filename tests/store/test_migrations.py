"""A database of an earlier version is brought to this one whole, or stays as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select, text

from softswitch.store import database
from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.tables import calls, offers

CALL = text(
    'INSERT INTO calls (id, seq, start, "end", number, dialled, queue, agent, outcome, wait, talk, record) '
    "VALUES (:id, :seq, 1.0, 2.0, '100', '600', 'sales', 'ann', 'answered', 1.0, 1.0, :record)"
)
MISSED = text("INSERT INTO missed (seq, at, agent, call) VALUES (7, 1.5, 'ann', 'c1')")
NUMBERS = ["", "+48600100201", "", "+48600100203", "+48600100204"]


def of_before(url: str) -> Engine:
    """A database as it was before the last two migrations, with calls in it."""
    engine = open_database(database_url(url))
    with engine.begin() as connection:
        database.upgrade(connection, "0010")
        connection.execute(MISSED)
        for place, number in enumerate(NUMBERS):
            record = json.dumps({"outside": number}, separators=(",", ":"))
            connection.execute(CALL, {"id": f"c{place}", "seq": 10 + place, "record": record})
    return engine


def told(engine: Engine) -> tuple[list[str], list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        outside = list(connection.execute(select(calls.c.outside).order_by(calls.c.seq)).scalars())
        return outside, [tuple(row) for row in connection.execute(select(offers.c.seq, offers.c.result))]


def test_a_migration_that_is_cut_in_the_middle_is_made_anew(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = of_before(url)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.create_index", cut)
        with pytest.raises(KeyboardInterrupt):
            migrate(engine)
    tables = inspect(engine).get_table_names()
    assert ("missed" in tables, "offers" in tables) == (True, False)
    migrate(engine)
    assert told(engine) == (NUMBERS, [(7, "no-answer")])
    engine.dispose()
