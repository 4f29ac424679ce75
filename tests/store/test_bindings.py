"""Bindings kept over a restart: written by a thread, read once, and never in the way."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from structlog.testing import capture_logs

from softswitch.store import bindings
from softswitch.store.bindings import KeptBindings
from tests.patience import until


async def test_what_was_put_is_there_after_a_restart(tmp_path):
    kept = KeptBindings(tmp_path / "phones.db")
    assert list(kept.read()) == []
    kept.put("a", {"agent": "ann"})
    kept.put("b", {"agent": "bob"})
    kept.put("a", {"agent": "ann", "cseq": 2})
    kept.put("b", None)
    kept.close()
    assert list(KeptBindings(tmp_path / "phones.db").read()) == [{"agent": "ann", "cseq": 2}]


async def test_news_is_written_without_being_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(bindings, "EVERY", 0.01)
    kept = KeptBindings(tmp_path / "phones.db")

    def there() -> list[object]:
        return list(KeptBindings(tmp_path / "phones.db").read())

    for number in range(3):
        before = there()
        kept.put("a", {"number": number})
        await until(lambda before=before: there() != before)
        assert there() == [{"number": number}]
    kept.close()


async def test_a_broken_file_is_set_aside_and_said(tmp_path):
    path = tmp_path / "phones.db"
    path.write_bytes(b"this is no database" * 100)
    with capture_logs() as logs:
        assert list(KeptBindings(path).read()) == []
    assert logs[0]["event"] == "phones.file_set_aside"
    assert path.with_suffix(".broken").exists()
    kept = KeptBindings(path)
    kept.put("a", {"agent": "ann"})
    kept.close()
    assert list(KeptBindings(path).read()) == [{"agent": "ann"}]


async def test_a_disk_that_takes_nothing_is_said_and_stops_nobody(tmp_path):
    kept = KeptBindings(tmp_path / "not-there" / "phones.db")
    kept.put("a", {"agent": "ann"})
    with capture_logs() as logs:
        kept.close()
    assert logs[0]["event"] == "phones.not_kept"


async def test_one_broken_row_keeps_no_other_from_being_read(tmp_path):
    path = tmp_path / "phones.db"
    kept = KeptBindings(path)
    kept.put("a", {"agent": "ann"})
    kept.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO bindings VALUES ('b', '{'), ('c', '7'), ('d', x'00ff')")
    assert list(KeptBindings(path).read()) == [{"agent": "ann"}]


async def test_a_file_that_cannot_even_be_moved_stops_nobody(tmp_path):
    assert list(KeptBindings(tmp_path / "nowhere" / "phones.db").read()) == []


async def test_what_has_ended_meanwhile_does_not_stay_in_the_file_for_ever(tmp_path):
    path = tmp_path / "phones.db"
    kept = KeptBindings(path)
    for key in "abc":
        kept.put(key, {"key": key})
    kept.close()
    again = KeptBindings(path)
    assert len(list(again.read())) == 3
    again.keep_only({"b"})
    again.close()
    assert list(KeptBindings(path).read()) == [{"key": "b"}]
