"""The map of the configuration and its check: of the file on disk, by a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from softswitch.access import Role
from softswitch.accounts import Accounts
from softswitch.config.load import load
from softswitch.errors import ErrandFailed
from softswitch.web import configuration
from softswitch.web.configuration import WAITING, Map
from tests.web.conftest import FakeOperations

pytestmark = pytest.mark.may_block

MAP, CHECK, STATE = "/api/v1/configuration/map", "/api/v1/check", "/api/v1/configuration/state"
FILE = """\
numbers: {"600": {queue: support}}
queues: {support: {}, night: {}}
agents: {desk: {login: "201", password: "${DESK_PASSWORD}"}}
teams: {support: {agents: [desk]}, night: {agents: [desk]}}
"""


@pytest.fixture
def own_app() -> bool:
    """As it keeps who waits, and who failed."""
    return True


@pytest.fixture
def file(operations: FakeOperations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In force as it is."""
    monkeypatch.setenv("DESK_PASSWORD", "correct horse")
    file = tmp_path / "switch.yaml"
    file.write_text(FILE)
    operations.in_force = file, load(file).digest
    return file


@pytest.fixture
async def engineer(client: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    _, token = await accounts.add_token("x", "engineer")
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def test_the_map_is_that_of_the_file_and_so_is_what_check_says(
    engineer: httpx2.AsyncClient, file: Path, operations: FakeOperations
) -> None:
    answer = await engineer.get(MAP)
    told = Map.model_validate(answer.json())
    assert (told.file, told.in_force, told.problems) == (str(file), True, [])
    assert [(one.line, one.column) for one in told.warnings] == [(2, 23)]
    assert {box.id: box.marks for box in told.boxes} == {
        "numbers/600": [], "queues/support": [], "queues/night": ["unreached"],
    }  # fmt: skip
    assert "correct horse" not in answer.text
    assert "DESK_PASSWORD" not in answer.text

    await asyncio.to_thread(file.write_text, FILE.replace("queue: support", "queue: suport"))
    answer = await engineer.post(CHECK)
    assert (answer.status_code, answer.json()["in_force"]) == (200, False)
    (problem,) = answer.json()["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == (str(file), 1, 26)
    assert "did you mean 'support'?" in problem["message"]
    assert operations.done == []  # nothing was changed


async def test_whether_it_was_edited_since_is_told_without_reading_it_anew(
    engineer: httpx2.AsyncClient, file: Path
) -> None:
    async def digest() -> str | None:
        answer = await engineer.get(STATE)
        assert answer.status_code == 200
        return answer.json()["digest"]  # type: ignore[no-any-return]

    assert await digest() is None  # nobody has read it
    more = file.with_name("more.yaml")
    await asyncio.to_thread(more.write_text, "pauses: {1: lunch}\n")
    await asyncio.to_thread(file.write_text, FILE + "include: more.yaml\n")
    read = (await engineer.get(MAP)).json()
    assert (read["in_force"], read["digest"]) == (False, await digest())
    await asyncio.to_thread(more.write_text, "pauses: {1: tea}\n")
    assert read["digest"] != await digest()
    await asyncio.to_thread(more.write_text, "pauses: {1: lunch}\n")
    assert read["digest"] == await digest()
    await asyncio.to_thread(file.unlink)
    assert read["digest"] != await digest()


async def test_it_is_for_engineers(client: httpx2.AsyncClient, accounts: Accounts) -> None:
    for role in (Role.AGENT, Role.SUPERVISOR):
        _, token = await accounts.add_token(role, role)
        headers = {"authorization": f"Bearer {token}"}
        assert (await client.get(MAP, headers=headers)).status_code == 403
        assert (await client.get(STATE, headers=headers)).status_code == 403
        assert (await client.post(CHECK, headers=headers)).status_code == 403
    assert (await client.get(MAP)).status_code == 401


class Errands:
    """Stands for the processes: how many are at work at once, and how they end."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self.may_end = asyncio.Event()
        self.fails: ErrandFailed | None = None

    @asynccontextmanager
    async def begun(self, *_: str) -> AsyncIterator[Any]:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            yield self
        finally:
            self.at_once -= 1

    async def bits(self) -> AsyncIterator[bytes]:
        yield b'{"file": "a", "digest": "", "files": [], "problems": [], '
        await self.may_end.wait()
        if self.fails is not None:
            raise self.fails
        yield b'"warnings": [], "map": {"boxes": []}}'


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> Errands:
    errands = Errands()
    monkeypatch.setattr(configuration, "begun", errands.begun)
    return errands


async def test_one_is_read_at_a_time_and_too_many_are_refused(
    engineer: httpx2.AsyncClient, errands: Errands
) -> None:
    asked = [asyncio.create_task(engineer.post(CHECK)) for _ in range(WAITING + 1)]
    done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    (refused,) = (one.result() for one in done)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    errands.may_end.set()
    assert sorted(one.status_code for one in await asyncio.gather(*asked)) == [200] * WAITING + [503]
    assert errands.most == 1


async def test_what_fails_says_why_and_what_takes_too_long_is_ended(
    engineer: httpx2.AsyncClient, errands: Errands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "LIMIT", 0.01)
    answer = await engineer.post(CHECK)
    assert (answer.status_code, "longer than 0.01 s" in answer.json()["detail"]) == (503, True)
    assert errands.at_once == 0
    errands.may_end.set()
    errands.fails = ErrandFailed("no memory", 1)
    answer = await engineer.post(CHECK)
    assert (answer.status_code, answer.json()["detail"]) == (503, "no memory")
