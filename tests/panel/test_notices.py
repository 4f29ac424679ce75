"""Bulletins of a running switch."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, update

from softswitch.kinds import Kind
from softswitch.panel.notices import Notices
from softswitch.ports import Recorded
from softswitch.store.database import database_url, default_url, migrate, open_database
from softswitch.store.reading import URL_FILE
from softswitch.store.tables import bulletins
from tests.patience import until


@pytest.mark.may_block
async def test_when_a_caller_is_erased_bulletins_are_read_anew(tmp_path) -> None:
    engine = open_database(database_url(default_url(tmp_path)))
    migrate(engine)
    (tmp_path / URL_FILE).write_text(default_url(tmp_path))
    row = {
        "id": "b1",
        "seq": 1,
        "at": time.time(),
        "by": "user sam",
        "text": "600100200: call",
        "queues": "[]",
    }
    with engine.begin() as connection:
        connection.execute(insert(bulletins).values(row))
    switch: Any = SimpleNamespace(clock=SimpleNamespace(now=time.time))
    store: Any = SimpleNamespace(last=0, health=lambda: SimpleNamespace(loaded=0))
    async with Notices(switch, tmp_path, store) as notices:
        await until(notices.entries)
        with engine.begin() as connection:
            connection.execute(update(bulletins).values(text="***: call"))
        notices.hear(Recorded(2, time.time(), Kind.CALLER_ERASED, None, {}))
        await until(lambda: notices.entries()["b1"]["text"] != row["text"])
        assert notices.entries()["b1"]["text"] == "***: call"
    engine.dispose()


async def test_an_erasure_that_is_heard_during_a_reading_is_followed_by_another(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[float]()
    loop = asyncio.get_running_loop()
    switch: Any = SimpleNamespace(clock=SimpleNamespace(now=time.time))
    store: Any = SimpleNamespace(last=0, health=lambda: SimpleNamespace(loaded=0))
    notices = Notices(switch, tmp_path, store)

    def reading(_folder: object, now: float) -> list[Any]:
        read.append(now)
        if len(read) == 1:
            erased = Recorded(2, now, Kind.CALLER_ERASED, None, {})
            loop.call_soon_threadsafe(notices.hear, erased)
            time.sleep(0.05)
        return []

    monkeypatch.setattr("softswitch.panel.notices._read", reading)
    async with notices:
        await until(lambda: len(read) > 1)
        await asyncio.sleep(0.1)
    assert len(read) == 2, "and by no third"
