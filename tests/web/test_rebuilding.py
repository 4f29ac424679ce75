"""The record made anew over the API: by a process of its own, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, func, select

from softswitch.accounts import Accounts
from softswitch.errors import ErrandFailed
from softswitch.ports import Recorded
from softswitch.store.reading import engine_of
from softswitch.store.tables import calls
from softswitch.web.rebuilding import Rebuilder
from tests.reports.conftest import kept  # noqa: F401 - a fixture
from tests.reports.sample import days
from tests.web.conftest import FakeOperations

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]
REBUILD = "/api/v1/rebuild"


@pytest.fixture
def record(kept: Keep) -> Path:  # noqa: F811
    return kept(days(1))


@pytest.fixture(name="rebuilder")
async def rebuilder_of(record: Path, operations: FakeOperations) -> AsyncIterator[Rebuilder]:
    async with Rebuilder(record, operations.changed) as rebuilder:
        yield rebuilder


@pytest.fixture
async def engineer(client: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    _, token = await accounts.add_token("ops", "engineer")
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def until(engineer: httpx2.AsyncClient, state: str) -> Any:
    async with asyncio.timeout(30):
        while (told := (await engineer.get(REBUILD)).json())["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return told


async def test_what_is_lost_is_there_again_and_who_wanted_it_is_on_record(
    engineer: httpx2.AsyncClient, record: Path, operations: FakeOperations
) -> None:
    assert (await engineer.get(REBUILD)).json()["state"] == "never"
    with engine_of(record) as engine:
        with engine.begin() as connection:
            connection.execute(delete(calls))
        begun = await engineer.post(REBUILD)
        assert (begun.status_code, begun.json()["state"]) == (202, "running")
        told = await until(engineer, "done")
        with engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(calls)).scalar() == 120
    assert (told["calls"], told["events"], told["events_done"]) == (120, len(days(1)), len(days(1)))
    assert told["by"] == "token ops"
    assert told["ended"] >= told["began"]
    assert operations.done == [
        ("rebuild", "the record", "begun", "token ops"),
        ("rebuild", "the record", f"done: 120 calls made anew of {len(days(1))} events", "token ops"),
    ]


class Process:
    """Stands for it; a test says what it writes, and when it ends."""

    def __init__(self) -> None:
        self.lines_to_come: asyncio.Queue[bytes | ErrandFailed] = asyncio.Queue()
        self.ended = False

    @asynccontextmanager
    async def begun(self, *_: str, **__: Any) -> AsyncIterator[Process]:
        try:
            yield self
        finally:
            self.ended = True

    async def lines(self) -> AsyncIterator[bytes]:
        while line := await self.lines_to_come.get():
            if isinstance(line, ErrandFailed):
                raise line
            yield line


async def test_it_says_how_far_it_is_and_there_is_one_at_a_time(
    engineer: httpx2.AsyncClient, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process()
    monkeypatch.setattr("softswitch.web.rebuilding.begun", process.begun)
    await engineer.post(REBUILD)
    process.lines_to_come.put_nowait(b'{"events": 9, "events_done": 5}\n')
    await asyncio.sleep(0.01)
    told = (await engineer.get(REBUILD)).json()
    assert (told["state"], told["events"], told["events_done"], told["calls"]) == ("running", 9, 5, None)
    second = await engineer.post(REBUILD)
    assert (second.status_code, "token ops rebuilds the record already" in second.text) == (409, True)
    process.lines_to_come.put_nowait(ErrandFailed("the disk is full", 1))
    told = await until(engineer, "failed")
    assert told["problem"] == "the disk is full"
    assert operations.done[-1][2] == "failed: the disk is full"


async def test_after_a_failure_nobody_thought_of_the_next_one_can_begin(
    engineer: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process()
    monkeypatch.setattr("softswitch.web.rebuilding.begun", process.begun)
    await engineer.post(REBUILD)
    process.lines_to_come.put_nowait(b"a warning of a library\n")
    told = await until(engineer, "failed")
    assert told["problem"].startswith("JSONDecodeError")
    assert (await engineer.post(REBUILD)).status_code == 202


async def test_it_ends_with_the_switch(
    record: Path, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process()
    monkeypatch.setattr("softswitch.web.rebuilding.begun", process.begun)
    async with Rebuilder(record, operations.changed) as rebuilder:
        rebuilder.begin("user anna")
        await asyncio.sleep(0.01)
    assert process.ended
    assert (rebuilder.last.state, rebuilder.last.problem) == ("failed", "the switch ended")
