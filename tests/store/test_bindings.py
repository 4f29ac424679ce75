"""Bindings kept over a restart: written by a thread, read once, and never in the way."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from softswitch.store import bindings
from softswitch.store.bindings import KeptBindings


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
    for number in range(3):
        kept.put("a", {"number": number})
        await asyncio.sleep(0.1)
        assert list(KeptBindings(tmp_path / "phones.db").read()) == [{"number": number}]
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
