"""Nobody is told of a change that a kill could still undo."""

from __future__ import annotations

import asyncio

import pytest

from softswitch import promises
from tests.web.conftest import FakeOperations

PAUSE = "/api/v1/agents/desk/pause"


class Noting(FakeOperations):
    """Each change is an event, which is in no file until a test says so."""

    loaded = 7

    def __init__(self) -> None:
        super().__init__()
        self.in_files = 7

    @property
    def newest(self) -> int:
        return 7 + len(self.done)

    @property
    def written(self) -> int:
        return self.in_files


@pytest.fixture
def operations() -> Noting:
    return Noting()


@pytest.fixture
async def supervisor(client, accounts):
    _, token = await accounts.add_token("board", "supervisor")
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def test_the_answer_to_a_change_waits_until_it_is_in_a_file(supervisor, operations):
    answer = asyncio.ensure_future(supervisor.post(PAUSE))
    async with asyncio.timeout(5):
        while not operations.done:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(answer), 0.05)
    operations.in_files = 8
    assert (await answer).status_code == 200


async def test_it_comes_late_and_all_the_same_while_nothing_can_be_written(
    supervisor, operations, monkeypatch
):
    monkeypatch.setattr(promises, "PATIENCE", 0.02)
    assert (await supervisor.post(PAUSE)).status_code == 200
    assert operations.newest > operations.written


async def test_who_changes_nothing_waits_for_nothing(supervisor, operations):
    operations.done.append(("by", "somebody", "else"))
    async with asyncio.timeout(1):
        assert (await supervisor.get("/api/v1/queues")).status_code == 200
        assert (await supervisor.post("/api/v1/agents/nobody/pause")).status_code == 404
