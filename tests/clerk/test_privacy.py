"""The clerk forgets: one caller when it is told to, everybody after a time; its own death stops nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from softswitch.clerk.erasure import Erasure
from softswitch.clerk.parent import Clerk
from softswitch.config.load import load
from softswitch.config.settings import PrivacySettings, SwitchSettings
from softswitch.errors import ControlError, NotNow
from softswitch.ports import Recorded
from softswitch.store.journal import Journal
from softswitch.store.reading import reading
from softswitch.store.record import Record
from softswitch.store.records import misfits
from softswitch.store.tables import calls
from softswitch.types import CallId
from tests.patience import until
from tests.store.sample import story

pytestmark = pytest.mark.may_block

CONFIG = """
numbers: {"600": {queue: sales}, "2xx": {agent: dialled}, "+48221234567": {queue: sales}}
queues: {sales: {}}
agents: {ann: {extension: "201", dial: "sip:201@10.0.0.1"}}
teams: {sales: {agents: [ann]}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> SwitchSettings:
    file = tmp_path / "switch.yaml"
    file.write_text(CONFIG)
    return load(file, {})


def keeping(settings: SwitchSettings, days: int) -> SwitchSettings:
    return replace(settings, privacy=PrivacySettings(retention=days * 86400.0))


class Kept:
    """A record with its clerk, and what was noted."""

    def __init__(self, folder: Path, settings: SwitchSettings) -> None:
        self.folder = folder
        self.record = Record(folder)
        self.clerk = Clerk(folder)
        self.journal = Journal(self.record)
        self.clerk.note = self.journal.note
        self.noted: list[Recorded] = []
        self.journal.subscribe(self.noted.append)
        self.erasure = Erasure(self.clerk, self.record, self.journal, folder / "recordings", lambda: settings)

    def told(self, kind: str) -> list[dict[str, Any]]:
        found = [dict(event.data) for event in self.noted if event.kind == kind]
        assert not [wrong for data in found for wrong in misfits(kind, data)]
        return found

    def numbers(self) -> set[str]:
        with reading(self.folder) as connection:
            return set(connection.execute(select(calls.c.number)).scalars())


@asynccontextmanager
async def kept(folder: Path, settings: SwitchSettings, copies: int = 1) -> AsyncIterator[Kept]:
    """With so many copies of the story of two callers."""
    one = Kept(folder, settings)
    now = time.time()
    async with one.clerk:
        last = 0
        for copy in range(copies):
            for event in story():
                last += 1
                call = None if event.call is None else CallId(f"{event.call}{copy}")
                at = now - 10 * 86400 + event.at - 1_700_000_000
                one.record.append(event._replace(seq=last, call=call, at=at))
        one.journal._seq = last
        await until(lambda: one.clerk.progress.loaded >= last)
        yield one
        one.record.close()


async def test_one_caller_is_counted_and_erased_and_that_is_on_record(
    tmp_path: Path, settings: SwitchSettings
) -> None:
    async with kept(tmp_path / "data", settings) as one:
        counts = {"calls": 1, "events": 4, "recordings": 0, "voicemails": 0, "deliveries": 0}
        number = "600 100 200"
        found = await one.erasure.outcome(number, only_count=True, by="user anna")
        assert found == counts | {"going_on": 0}
        assert one.numbers() == {"+48600100200", "+48600100201"}
        assert not one.noted
        done = await one.erasure.outcome(number, only_count=False, by="user anna")
        assert done == found
        assert one.numbers() == {"", "+48600100201"}
        assert one.told("CallerErased") == [{"by": "user anna", **counts}]
        assert one.told("Changed") == [{"by": "user anna", "what": "erase", "of": "a caller", "how": ""}]
        assert "600100200" not in str(one.noted)
        again = await one.erasure.outcome(number, only_count=True, by="user anna")
        assert again["calls"] == again["events"] == 0


@pytest.mark.parametrize(
    ("number", "says"),
    [("7", "too short"), ("600", "a number of this switch"), ("201", "a number of this switch"),
     ("221234567", "a number of this switch")],
)  # fmt: skip
async def test_numbers_of_the_house_are_nobodys(
    tmp_path: Path, settings: SwitchSettings, number: str, says: str
) -> None:
    async with kept(tmp_path / "data", settings) as one:
        with pytest.raises(ControlError, match=says):
            await one.erasure.outcome(number, only_count=False, by="x")
        assert not one.noted


async def test_what_a_killed_clerk_left_is_erased_by_the_next_order(
    tmp_path: Path, settings: SwitchSettings
) -> None:
    async with kept(tmp_path / "data", settings, copies=200) as one:
        erasing = one.erasure.steps("600100200", only_count=False)
        async for said in erasing:
            if "found" in said:
                assert said["found"]["calls"] == 200
                break
        process = one.clerk._process
        assert process is not None
        await until(lambda: len(one.numbers()) > 2 or "" in one.numbers())
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(NotNow, match=r"process that does it ended. What was begun is finished"):
            async for _ in erasing:
                pass
        assert not one.told("CallerErased")
        await until(lambda: one.clerk._process not in (None, process))
        await until(lambda: one.clerk.progress.problem is None)
        done = await one.erasure.outcome("600100200", only_count=False, by="x")
        assert 0 < done["calls"] <= 200
        assert one.numbers() == {"", "+48600100201"}
        with (tmp_path / "data" / "events.jsonl").open() as lines:
            assert "600100200" not in lines.read()


async def test_one_order_at_a_time(tmp_path: Path, settings: SwitchSettings) -> None:
    async with kept(tmp_path / "data", settings) as one:
        first = one.erasure.steps("600100200", only_count=True)
        await anext(first)
        with pytest.raises(NotNow, match="another caller"):
            await one.erasure.outcome("600100201", only_count=True, by="x")
        await first.aclose()
        assert (await one.erasure.outcome("600100201", only_count=True, by="x"))["calls"] == 1


async def test_it_goes_on_to_its_end_though_nobody_listens(tmp_path: Path, settings: SwitchSettings) -> None:
    async with kept(tmp_path / "data", settings, copies=60) as one:
        erasing = one.erasure.steps("600100200", only_count=False, by="user anna")
        await anext(erasing)
        await erasing.aclose()
        found = await one.erasure.outcome("600100201", only_count=True, by="x")
        assert found["calls"] == 60
        await until(lambda: one.told("CallerErased"))
        assert one.told("CallerErased")[0]["by"] == "user anna"
        assert one.told("CallerErased")[0]["calls"] == 60
        assert one.numbers() == {"", "+48600100201"}


async def test_after_the_time_of_the_configuration_nobody_knows_who_called(
    tmp_path: Path, settings: SwitchSettings
) -> None:
    async with kept(tmp_path / "data", settings) as one:
        one.clerk.apply(keeping(settings, 11))
        await asyncio.sleep(1.0)
        assert one.numbers() == {"+48600100200", "+48600100201"}
        one.clerk.apply(keeping(settings, 9))
        await until(lambda: one.told("CallersForgotten"))
        assert one.told("CallersForgotten") == [{"calls": 2, "events": 5, "days": 9}]
        assert one.numbers() == {""}


async def test_an_order_does_not_wait_for_what_is_only_too_old(
    tmp_path: Path, settings: SwitchSettings
) -> None:
    async with kept(tmp_path / "data", settings, copies=600) as one:
        one.clerk.apply(keeping(settings, 1))
        await until(lambda: "" in one.numbers())
        await one.erasure.outcome("600100200", only_count=False, by="x")
        assert one.numbers() == {"", "+48600100201"}, "those of the other caller are still to be forgotten"
        assert not one.told("CallersForgotten")
        await until(lambda: one.told("CallersForgotten"), 60)
        assert one.numbers() == {""}
