"""A rebuild beside others who write."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import OperationalError

from softswitch.store import rebuilding
from softswitch.store.database import database_url, default_url, migrate, open_database
from softswitch.store.tables import events


def test_who_has_the_database_for_long_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_database(database_url(default_url(tmp_path)))
    migrate(engine)
    told = [("CallArrived", '{"number":"100"}'), ("CallEnded", '{"status":200}')]
    with engine.begin() as connection:
        for seq, (kind, data) in enumerate(told, 1):
            row = {"seq": seq, "at": float(seq), "kind": kind, "call": "c1", "data": data, "version": 1}
            connection.execute(insert(events).values(row))
    held = list(range(rebuilding.ATTEMPTS - 1))
    alone = rebuilding.alone

    def busy(connection: Connection) -> None:
        if held:
            held.pop()
            raise OperationalError("BEGIN", None, Exception("database is locked"))
        alone(connection)

    monkeypatch.setattr(rebuilding, "alone", busy)
    assert rebuilding.rebuild(engine) == (2, 1)
    assert not held
    held += range(rebuilding.ATTEMPTS)
    with pytest.raises(OperationalError):
        rebuilding.rebuild(engine)
    engine.dispose()
