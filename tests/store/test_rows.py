"""Rows handed to the driver as they are, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.rows import add, put
from softswitch.store.tables import stints


def test_a_row_takes_the_place_of_the_one_with_its_key(url: str) -> None:
    engine = open_database(database_url(url))
    migrate(engine)
    with engine.begin() as connection:
        put(connection, stints, [])
        put(connection, stints, [(1, "ann", "online", 5, None), (1, "bob %s ?", "online", 5.0, None)])
        put(connection, stints, [(1, "ann", "online", 5.0, 9.5), (1, "ann", "paused", 6.0, 9.5)])
        there = connection.execute(select(stints).order_by(stints.c.agent)).all()
    assert [tuple(row) for row in there] == [
        (1, "ann", "paused", 6.0, 9.5),
        (1, "bob %s ?", "online", 5.0, None),
    ]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        add(connection, stints, [(1, "ann", "online", 5.0, None)])
    engine.dispose()
