"""Reports by mail: posted once each, over crashes, restarts and failures to make them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from softswitch.clerk.reports import AGAIN, Rounds, maker
from softswitch.config.settings import ReportSettings
from softswitch.errors import ErrandFailed
from softswitch.outbound.courier import Clock
from softswitch.ports import Recorded
from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.mails import Mails
from tests.reports.conftest import kept  # noqa: F401 - a fixture
from tests.reports.sample import days

pytestmark = pytest.mark.may_block

WARSAW = ZoneInfo("Europe/Warsaw")
DAILY = ReportSettings(
    ("anna@office.example", "ben@office.example"), "07:00", tuple(range(7)), "yesterday", None,
    ("queue",), "pdf", "Europe/Warsaw",
)  # fmt: skip


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).timestamp()


class Office:
    """A database, and a clerk that is started again and again."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_database(database_url(f"sqlite:///{folder / 'record.db'}"))
        migrate(self.engine)
        self.now = at("2026-11-25 06:00")
        self.made: list[float] = []
        self.told: list[str] = []
        self.failing = False
        self.loaded = True
        self.start()

    def start(self, *reports: ReportSettings) -> None:
        self.rounds = Rounds(
            self.engine,
            self.make,
            lambda kind, **_: self.told.append(kind),
            lambda: self.loaded,
            Clock(lambda: self.now),
        )
        self.rounds._reports = {repr(one): one for one in reports or (DAILY,)}

    async def make(self, _report: ReportSettings, due: float) -> Any:
        if self.failing:
            raise ErrandFailed("the disk is full", 1)
        self.made.append(due)
        return {"subject": "Report", "text": "...", "html": None, "files": [{"name": "a.pdf", "data": ""}]}

    @property
    def posted(self) -> list[str]:
        return sorted(one.to for one in Mails(self.engine).listed())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.engine.dispose()


async def test_each_gets_one_at_its_time_and_none_twice_over_restarts(office: Office) -> None:
    for _ in range(3):
        await office.rounds.look()
    assert office.posted == []
    office.now = at("2026-11-25 07:01")
    for _ in range(3):
        await office.rounds.look()
        office.start()
    assert office.posted == ["anna@office.example", "ben@office.example"]
    assert office.made == [at("2026-11-25 07:00")]
    assert office.told == ["ReportPosted"]


async def test_one_that_was_due_while_the_switch_was_down_comes_late(office: Office) -> None:
    await office.rounds.look()
    office.now = at("2026-11-25 18:30")
    office.start()
    office.loaded = False
    await office.rounds.look()
    assert office.made == [], "what happened before the crash is not in the database yet"
    office.loaded = True
    await office.rounds.look()
    assert office.made == [at("2026-11-25 07:00")]


async def test_one_that_cannot_be_made_is_tried_again_and_somebody_is_told(office: Office) -> None:
    await office.rounds.look()
    office.failing = True
    for minute in range(10):
        office.now = at("2026-11-25 07:01") + minute * AGAIN
        await office.rounds.look()
    assert office.told == ["ReportFailed"]
    office.failing = False
    office.now += AGAIN
    await office.rounds.look()
    assert len(office.posted) == 2
    assert office.told == ["ReportFailed", "ReportPosted"]
    office.failing = True
    office.now = at("2026-11-26 07:01")
    await office.rounds.look()
    office.now = at("2026-11-27 07:02")  # what was due for a day is given up, and the next is told of again
    await office.rounds.look()
    assert office.told[2:] == ["ReportFailed", "ReportFailed"]


async def test_a_line_that_is_new_or_changed_begins_with_its_next_moment(office: Office) -> None:
    await office.rounds.look()
    office.now = at("2026-11-25 09:00")
    await office.rounds.look()
    office.start(replace(DAILY, at="08:00"))
    await office.rounds.look()
    assert office.made == [at("2026-11-25 07:00")]
    office.now = at("2026-11-26 08:01")
    await office.rounds.look()
    assert office.made == [at("2026-11-25 07:00"), at("2026-11-26 08:00")]


@pytest.mark.parametrize(
    ("attach", "names"),
    [
        ("pdf", ["report-2026-02-26.pdf"]),
        ("csv", [f"report-2026-02-26-{what}.csv" for what in ("by-queue", "heat", "waits")]),
        (None, []),
    ],
)
async def test_a_letter_has_figures_and_its_file(
    kept: Callable[[list[Recorded]], Path],  # noqa: F811
    attach: str | None,
    names: list[str],
) -> None:
    folder = kept(days(1))
    letter = await maker(folder)(replace(DAILY, attach=attach), at("2026-02-27 07:00"))
    assert letter["subject"] == "Report of yesterday: all queues, 2026-02-26"
    for word in (
        *("By queue", "sales", "support", "service level", "Service level: answered in time"),
        *("estimate error", "voicemails", "Abandonment by waiting time", "Callers by weekday and hour"),
    ):
        assert word in letter["html"]
    assert "offered:" in letter["text"]
    assert [one["name"] for one in letter["files"]] == names
    for one in letter["files"]:
        assert base64.b64decode(one["data"])[:4] in (b"%PDF", b"labe", b"week", b"from")
    assert "<script" not in letter["html"]
    heads = re.findall("<th style=[^>]*>", letter["html"])
    assert sum("nowrap" in head for head in heads) < len(heads) / 10, (
        "heads are broken, or no window is wide enough"
    )


async def test_a_day_without_callers_is_a_letter_too(kept: Callable[[list[Recorded]], Path]) -> None:  # noqa: F811
    letter = await maker(kept(days(1)))(replace(DAILY, queue="sales"), at("2026-01-02 07:00"))
    assert letter["subject"] == "Report of yesterday: queue sales, 2026-01-01"
    assert "nobody waited in queue sales on 2026-01-01" in letter["text"]
    assert letter["files"] == []


async def test_a_record_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ErrandFailed, match="there is no record of calls in"):
        await maker(tmp_path)(DAILY, at("2026-01-02 07:00"))
