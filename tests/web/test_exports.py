"""The record for other programs, over the API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx2
import pytest

from softswitch.accounts import Accounts
from softswitch.commands.export import export
from softswitch.commands.report import Range
from softswitch.errors import ErrandFailed
from softswitch.ports import Recorded
from softswitch.testing.fakes import FakeJournal
from softswitch.web.exports import AT_ONCE, Export, ExportDesk
from softswitch.web.problems import Refused
from tests.reports.conftest import kept  # noqa: F401 - a fixture
from tests.reports.sample import days

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]
EXPORT = "/api/v1/export"
RANGE = {"from": "2026-02-20", "to": "2026-03-05"}
DAY = date(2026, 1, 1)


@pytest.fixture
def record(kept: Keep) -> Path:  # noqa: F811
    return kept(days(1))


@pytest.fixture(name="exports")
def exports_desk(record: Path, journal: FakeJournal) -> ExportDesk:
    return ExportDesk(record, "UTC", journal)


@pytest.fixture
async def supervisor(client: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    _, token = await accounts.add_token("board", "supervisor")
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def test_every_format_is_what_the_command_line_writes(
    supervisor: httpx2.AsyncClient,
    record: Path,
    journal: FakeJournal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    forms = ("queue_log", "csv", "json")
    answers = [await supervisor.get(EXPORT, params={**RANGE, "format": form}) for form in forms]
    assert [one.status_code for one in answers] == [200] * 3
    for form, answer in zip(forms, answers, strict=True):
        export(record, Range(date(2026, 2, 20), date(2026, 3, 5)), form, tmp_path / form)
        assert answer.text.count("\n") == (tmp_path / form).read_text().count("\n") > 100
    calls = [json.loads(line) for line in answers[2].text.splitlines()]
    assert {call["number"] for call in calls} == {"+48600100200"}
    assert (tmp_path / "json").read_text() == answers[2].text
    names = [one.headers["content-disposition"].partition("=")[2].strip('"') for one in answers]
    kinds = (("log", "queue_log"), ("calls", "csv"), ("calls", "jsonl"))
    assert names == [f"{what}-2026-02-20-2026-03-05.{end}" for what, end in kinds]
    noted = [note.data for note in journal.find("RecordExported")]
    assert [note["format"] for note in noted] == list(forms)
    assert noted[0] == {
        "by": "token board", "format": "queue_log", "first": "2026-02-20", "last": "2026-03-05",
    }  # fmt: skip


async def test_parquet_comes_where_it_can_be_written(supervisor: httpx2.AsyncClient) -> None:
    answer = await supervisor.get(EXPORT, params={**RANGE, "format": "parquet"})
    if find_spec("pyarrow"):
        assert answer.content[:4] == answer.content[-4:] == b"PAR1"
    else:
        assert (answer.status_code, "pip install" in answer.json()["detail"]) == (503, True)


async def test_it_is_for_supervisors_and_mistakes_say_what_to_do(
    client: httpx2.AsyncClient, supervisor: httpx2.AsyncClient, accounts: Accounts, journal: FakeJournal
) -> None:
    day = {"from": "2020-01-01", "to": "2020-01-01", "format": "csv"}
    nobody = await supervisor.get(EXPORT, params=day)
    assert (nobody.status_code, nobody.json()["detail"]) == (404, "the record has no call of 2020-01-01")
    for asked in ({}, {"format": "xls"}, {"format": "csv", "from": "2026-02-01", "to": "2026-01-01"}):
        assert (await supervisor.get(EXPORT, params=asked)).status_code == 422
    _, token = await accounts.add_token("agent", "agent")
    client.headers["authorization"] = f"Bearer {token}"
    assert (await client.get(EXPORT, params={**RANGE, "format": "csv"})).status_code == 403
    assert journal.find("RecordExported") == []


class Wire:
    """What a client gets, and takes as slowly as a test says."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.may_take = asyncio.Event()
        self.hung_up = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message["type"] == "http.response.body":
            await self.may_take.wait()

    async def receive(self) -> dict[str, str]:
        await self.hung_up.wait()
        return {"type": "http.disconnect"}


async def taken(exports: ExportDesk, wire: Wire) -> None:
    """An export, by a client."""
    await Export(exports, "csv", DAY, DAY, "user anna")({}, wire.receive, wire.send)


class Writer:
    """Stands for the process."""

    def __init__(self, *bits: bytes | Exception) -> None:
        self._bits = bits
        self.ended = False

    @asynccontextmanager
    async def begun(self, *_: str, **__: Any) -> AsyncIterator[Writer]:
        try:
            yield self
        finally:
            self.ended = True

    async def bits(self) -> AsyncIterator[bytes]:
        for bit in self._bits:
            if isinstance(bit, Exception):
                raise bit
            yield bit


async def test_a_slow_client_holds_up_the_writer_and_one_that_goes_ends_it(
    exports: ExportDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer, wire = Writer(b"a", b"b", b"c"), Wire()
    monkeypatch.setattr("softswitch.web.exports.begun", writer.begun)
    going_on = [asyncio.create_task(taken(exports, wire)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.05)
    assert [one["type"] for one in wire.sent] == ["http.response.start", "http.response.body"] * AT_ONCE
    with pytest.raises(Refused, match="exports go on already"):
        await taken(exports, wire)
    wire.hung_up.set()
    ends = await asyncio.gather(*going_on, return_exceptions=True)
    assert ends == [None] * AT_ONCE
    assert writer.ended
    wire.may_take.set()
    again = Wire()
    again.may_take.set()
    await taken(exports, again)
    assert b"".join(one.get("body", b"") for one in again.sent) == b"abc"


async def test_what_fails_midway_is_no_whole_answer(
    exports: ExportDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("softswitch.web.exports.begun", Writer(b"a", ErrandFailed("no disk", 1)).begun)
    wire = Wire()
    wire.may_take.set()
    with pytest.raises(ErrandFailed, match="no disk"):
        await taken(exports, wire)
    assert [one.get("more_body") for one in wire.sent] == [None, True]


async def test_a_client_that_takes_nothing_for_a_minute_is_let_go(
    exports: ExportDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer, wire = Writer(b"a"), Wire()
    monkeypatch.setattr("softswitch.web.exports.begun", writer.begun)
    monkeypatch.setattr("softswitch.web.exports.SLOWEST", 0.05)

    with pytest.raises(TimeoutError):
        await taken(exports, wire)
    assert writer.ended
