"""Reports over the API: made by processes of their own, two at a time, and ended with their clients."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from softswitch.accounts import Accounts
from softswitch.errors import ErrandFailed
from softswitch.ports import Recorded
from softswitch.web import reports
from softswitch.web.reports import AT_ONCE, ReportBody, ReportDesk
from tests.reports.conftest import kept  # noqa: F401 - a fixture
from tests.reports.sample import days

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]
REPORT = "/api/v1/report"
RANGE = {"from": "2026-02-20", "to": "2026-03-05"}


@pytest.fixture(name="reports")
def reports_desk(kept: Keep) -> ReportDesk:  # noqa: F811
    return ReportDesk(kept(days(1)), "Europe/Warsaw")


@pytest.fixture
async def supervisor(client: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    _, token = await accounts.add_token("board", "supervisor")
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def test_every_form_tells_the_same(supervisor: httpx2.AsyncClient) -> None:
    asked = {**RANGE, "by": "queue"}
    answers = await asyncio.gather(
        *(
            supervisor.get(REPORT, params={**asked, "format": form, **more}, headers=liked)
            for form, more, liked in (
                ("json", {}, {}),
                ("csv", {}, {}),
                ("html", {}, {"accept-language": "de, pl;q=0.8"}),
                ("pdf", {"language": "he"}, {}),
            )
        )
    )
    assert [one.status_code for one in answers] == [200] * 4
    told, sheet, page, pdf = answers
    body = ReportBody.model_validate(told.json())
    assert body.title == "All queues, 2026-02-20 to 2026-03-05"
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert [row["label"] for row in rows] == ["sales", "support"]
    assert [int(row["offered"]) for row in rows] == [row["offered"] for row in body.rows]
    assert page.text.count("<svg") == 9
    assert '<html lang="pl"' in page.text
    assert "sandbox" in page.headers["content-security-policy"]
    assert pdf.content.startswith(b"%PDF")
    assert [one.headers["content-type"].partition(";")[0] for one in answers] == [
        "application/json", "text/csv", "text/html", "application/pdf",
    ]  # fmt: skip


async def test_days_are_those_of_the_opening_hours(supervisor: httpx2.AsyncClient) -> None:
    told = (await supervisor.get(REPORT, params=RANGE)).json()
    zone = ZoneInfo("Europe/Warsaw")
    joined = {
        f"{datetime.fromtimestamp(one.at, zone):%Y-%m-%d}" for one in days(1) if one.kind == "CallerJoined"
    }
    assert {row["label"] for row in told["rows"]} == joined


async def test_it_is_for_supervisors_and_mistakes_say_what_to_do(
    client: httpx2.AsyncClient, supervisor: httpx2.AsyncClient, accounts: Accounts
) -> None:
    nobody = await supervisor.get(REPORT, params={"from": "2020-01-01", "to": "2020-01-01"})
    assert (nobody.status_code, "callers from 2026-02-25" in nobody.json()["detail"]) == (404, True)
    unknown = await supervisor.get(REPORT, params={**RANGE, "queue": "salse"})
    assert (unknown.status_code, "did you mean 'sales'" in unknown.json()["detail"]) == (404, True)
    for asked in (
        {"from": "2026-03-05", "to": "2026-02-20"},
        {"from": "yesterday"},
        {"by": "week"},
        {"language": "de"},
        {"from": "0001-01-01"},
    ):
        assert (await supervisor.get(REPORT, params=asked)).status_code == 422
    _, token = await accounts.add_token("agent", "agent")
    client.headers["authorization"] = f"Bearer {token}"
    assert (await client.get(REPORT, params=RANGE)).status_code == 403
    del client.headers["authorization"]
    assert (await client.get(REPORT, params=RANGE)).status_code == 401
    page = await client.get("/reports")
    assert (page.status_code, page.headers["location"]) == (303, "/login?then=/reports")


class Works:
    """Stands for the processes: each works until it may end."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        self.may_end = asyncio.Event()

    async def run(self, *_: str, **__: Any) -> bytes:
        self.begun += 1
        try:
            await self.may_end.wait()
        finally:
            self.ended += 1
        return b"{}"


class Client:
    """A request whose client goes away when a test says so."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()

    def go(self) -> None:
        self._gone.set()

    async def receive(self) -> dict[str, str]:
        await self._gone.wait()
        return {"type": "http.disconnect"}


async def test_two_are_made_at_once_and_whoever_goes_away_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works, desk, day = Works(), ReportDesk(tmp_path), datetime(2026, 1, 1).date()
    monkeypatch.setattr(reports, "run", works.run)
    clients: list[Any] = [Client() for _ in range(4)]
    made = [asyncio.create_task(desk.make(one, day, day, None, by="day", format="json")) for one in clients]
    await asyncio.sleep(0.05)
    assert works.begun == AT_ONCE == 2
    clients[0].go()
    clients[3].go()  # had not begun
    await asyncio.sleep(0.05)
    assert (works.begun, works.ended) == (3, 1)
    works.may_end.set()
    assert [type(one) for one in await asyncio.gather(*made, return_exceptions=True)] == [
        reports.Refused, bytes, bytes, reports.Refused,
    ]  # fmt: skip


async def test_a_process_ends_with_who_waits_for_it_and_with_its_time(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text(
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        with pytest.raises(ErrandFailed, match="longer than 2 s"):
            await reports.run("sleeper", limit=2.0, environment=environment)
        pid = int((tmp_path / "pid").read_text())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        (tmp_path / "pid").unlink()
        waiting = asyncio.create_task(reports.run("sleeper", limit=30.0, environment=environment))
        async with asyncio.timeout(10):
            while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)
