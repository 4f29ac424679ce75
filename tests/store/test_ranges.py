"""What reports read, from either database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.encoding import encode
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader
from softswitch.store.ranges import extent, queues_seen, stints_between, talks_between, visits_between
from softswitch.store.tables import visits
from tests.store.sample import story

pytestmark = pytest.mark.may_block

BASE = 1_700_000_000.0


def told(rows: Any) -> list[tuple[float, ...]]:
    return [tuple(row) for row in rows.tolist()]


def test_a_range_has_what_began_in_it(tmp_path: Path, url: str) -> None:
    lines = LineFile(tmp_path / "events.jsonl")
    lines.open()
    lines.append(b"".join(map(encode, story())))
    engine = open_database(database_url(url))
    loader = Loader(lines, "here", engine)
    assert loader.step()
    with engine.connect() as connection:
        found = [(name, told(rows)) for name, rows in visits_between(connection, BASE, BASE + 100, None)]
        alice = (BASE + 4, 7.0, 1, -1, 10.0, 2.0, 0.0, -1, -1)
        assert found == [("sales", [alice, (BASE + 5, 10.0, 2, -1, 0.0, 0.0, 0.0, -1, -1)])]
        later = visits_between(connection, BASE + 4.5, BASE + 5, "sales")
        assert [told(rows) for _, rows in later] == [[]]
        assert talks_between(connection, BASE, BASE + 100, "sales") == [("ben", 1, 10.0, 2.0, 0.0, 1)]
        assert stints_between(connection, BASE, BASE + 100) == ({}, {})
        assert (queues_seen(connection), extent(connection)) == (["sales"], (BASE + 4, BASE + 5))
    loader.close()
    lines.close()


ODD = (
    # joined, within, waited, outcome, talk, held, wrap_up, estimate, told_after
    (BASE, 20.0, 0.289, "answered", 1.001, 0.0, 15.0, 30.0, 0.5),
    (BASE + 0.999999, None, 8.2, "full", None, 0.0, 0.0, None, None),
    (BASE + 0.1, 0.0, -3.001, "abandoned", -0.5, -0.001, -15.0, 0.0, -0.289),  # a clock was set back
    (BASE + 3599.999999, 1e-6, 1e9, "answered", 4e12, 86400.001, 1e10, 1e9, 123456789.123),
    (BASE + 60, 20.0, 0.0, "short", 0.0, 0.0, 0.0, 4.0, 0.000001),
    (BASE + 7200, 20.000001, 20.0, "a word of tomorrow", 0.0, 0.0, 0.0, 4.0, None),
)


def test_odd_values_come_to_the_microsecond(url: str) -> None:
    names = ("joined", "within", "waited", "outcome", "talk", "held", "wrap_up", "estimate", "told_after")
    rest = {"call": "c", "priority": "default", "agent": "", "position": None}
    kept = [dict(zip(names, one, strict=True)) for one in ODD]
    engine = open_database(database_url(url))
    migrate(engine)
    with engine.begin() as connection:
        rows = [
            one | rest | {"seq": 2 * seq + at, "queue": queue}
            for seq, one in enumerate(kept)
            for at, queue in enumerate(("it's", "źle"))
        ]
        connection.execute(insert(visits), rows)
    with engine.connect() as connection:
        found = dict(visits_between(connection, BASE, BASE + 7200.5, None))
    engine.dispose()
    expected = sorted(tuple(number(name, one[name]) for name in ORDER) for one in kept)
    assert list(found) == ["it's", "źle"]
    assert [sorted(told(rows)) for rows in found.values()] == [expected, expected]


ORDER = ("joined", "waited", "outcome", "within", "talk", "held", "wrap_up", "estimate", "told_after")


def number(name: str, value: Any) -> float:
    if name == "outcome":
        return {"answered": 1.0, "abandoned": 2.0, "short": 3.0}.get(value, 0.0)
    return -1.0 if value is None else float(value)
