"""What reports read, from either database."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.store.database import database_url, open_database
from softswitch.store.encoding import encode
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader
from softswitch.store.ranges import extent, queues_seen, stints_between, talks_between, visits_between
from tests.store.sample import story

pytestmark = pytest.mark.may_block

BASE = 1_700_000_000.0


def test_a_range_has_what_began_in_it(tmp_path: Path, url: str) -> None:
    lines = LineFile(tmp_path / "events.jsonl")
    lines.open()
    lines.append(b"".join(map(encode, story())))
    engine = open_database(database_url(url))
    loader = Loader(lines, "here", engine)
    assert loader.step()
    with engine.connect() as connection:
        found = [(name, list(rows)) for name, rows in visits_between(connection, BASE, BASE + 100, None)]
        alice = (BASE + 4, 7.0, 1, -1, 10.0, 2.0, 0.0, -1, -1)
        assert found == [("sales", [alice, (BASE + 5, 10.0, 2, -1, 0.0, 0.0, 0.0, -1, -1)])]
        later = visits_between(connection, BASE + 4.5, BASE + 5, "sales")
        assert [list(rows) for _, rows in later] == [[]]
        assert talks_between(connection, BASE, BASE + 100, "sales") == [("ben", 1, 10.0, 2.0, 0.0, 1)]
        assert stints_between(connection, BASE, BASE + 100) == ({}, {})
        assert (queues_seen(connection), extent(connection)) == (["sales"], (BASE + 4, BASE + 5))
    loader.close()
    lines.close()
