"""The librarian as a process: it answers what it is asked, is replaced when it dies, and ends with us."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from softswitch.errors import StoreError
from softswitch.librarian import parent
from softswitch.librarian.parent import Librarian
from softswitch.store.call_record import CallRecord
from softswitch.store.projections import write_calls
from softswitch.store.reading import engine_of
from softswitch.types import CallId
from softswitch.web import record_models
from tests.store.sample import ALICE, BOB, Kept, story

pytestmark = pytest.mark.may_block

ANYBODY: dict[str, Any] = {"since": None, "until": None, "before": None, "limit": 10, "wanted": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    record = Kept(tmp_path)
    for event in story():
        record.append(event)
    record.close()
    return tmp_path


@pytest.fixture(autouse=True)
def log_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test of this process may have had the module's logger bound for good."""
    monkeypatch.setattr("softswitch.librarian.parent.log", structlog.get_logger())


def pid_of(librarian: Librarian) -> int:
    assert librarian._process is not None
    return librarian._process.pid


async def test_pages_are_json_as_the_models_say(folder: Path) -> None:
    async with Librarian(folder) as librarian:
        page = record_models.CallRecords.model_validate_json(await librarian.find(**ANYBODY))
        assert [(call.id, call.outcome) for call in page.calls] == [(ALICE, "answered"), (BOB, "abandoned")]
        assert page.next is None
        last = await librarian.find(**ANYBODY | {"limit": 1, "wanted": {"number": "+48600100201"}})
        assert json.loads(last)["calls"][0]["id"] == BOB
        assert json.loads(last)["next"] == json.loads(last)["calls"][0]["seq"]
        one = await librarian.call(ALICE)
        assert one is not None
        assert record_models.CallRecord.model_validate_json(one) == page.calls[0]
        events = record_models.Events.model_validate_json(await librarian.events(3, 2))
        assert [event.seq for event in events.events] == [4, 5]
        why = await librarian.why(ALICE)
        assert why is not None
        kinds = [step["kind"] for step in json.loads(why)["steps"]]
        assert kinds[:2] == ["CallerJoined", "OfferMade"]


async def test_of_what_is_not_there_it_says_so(folder: Path) -> None:
    async with Librarian(folder) as librarian:
        assert [await one("nobody") for one in (librarian.call, librarian.events_of, librarian.why)] == [
            None
        ] * 3
        assert await librarian.lines(1000, 10) == []


async def test_events_of_a_stream_come_apart_again(folder: Path) -> None:
    async with Librarian(folder) as librarian:
        lines = await librarian.lines(0, 100)
    assert [line[:2] for line in lines] == [(event.seq, event.kind) for event in story()]
    for seq, _, text in lines:
        assert text.startswith(f"id: {seq}\nevent: event\ndata: {{".encode())
        assert text.endswith(b"}\n\n")


async def test_a_page_of_a_thousand_calls_costs_the_loop_next_to_nothing(folder: Path) -> None:
    """Made in the switch's process it takes a quarter of a second, in which no SIP is heard."""
    with engine_of(folder) as engine, engine.begin() as connection:
        write_calls(connection, [CallRecord(CallId(f"c{seq}"), seq) for seq in range(100, 1100)])
    longest, asked = 0.0, {**ANYBODY, "limit": 1000}
    async with Librarian(folder) as librarian:
        page = asyncio.create_task(librarian.find(**asked))
        while not page.done():
            began = time.thread_time()  # of this thread: others may have the core meanwhile
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - began)
    assert len(json.loads(page.result())["calls"]) == 1000
    assert longest < 0.02


async def test_one_that_dies_is_followed_by_another_that_answers_what_is_open(folder: Path) -> None:
    async with Librarian(folder) as librarian:
        await librarian.call(ALICE)
        first = pid_of(librarian)
        os.kill(first, signal.SIGSTOP)  # so that the question is open when it dies
        with capture_logs() as logs:
            open_question = asyncio.create_task(librarian.call(BOB))
            await asyncio.sleep(0.05)
            os.kill(first, signal.SIGKILL)
            assert json.loads(await asyncio.wait_for(open_question, 20) or b"")["id"] == BOB
        assert pid_of(librarian) != first
    assert [line["code"] for line in logs if line["event"] == "LibrarianEnded"] == [-9]


async def test_what_two_have_died_of_is_not_asked_a_third_time(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(parent, "AGAIN", 0.05)
    async with Librarian(folder) as librarian:
        await librarian.call(ALICE)
        first = pid_of(librarian)
        os.kill(first, signal.SIGSTOP)
        question = asyncio.create_task(librarian.call(BOB))
        await asyncio.sleep(0.05)
        os.kill(first, signal.SIGKILL)
        while librarian._process is None or pid_of(librarian) == first:  # noqa: ASYNC110
            await asyncio.sleep(0)
        os.kill(pid_of(librarian), signal.SIGKILL)  # before it can have read
        with pytest.raises(StoreError, match="ended over this"):
            await asyncio.wait_for(question, 20)
        assert await librarian.call(BOB) is not None, "the next one works"


async def test_without_a_database_every_answer_says_why(folder: Path) -> None:
    (folder / "record.db").unlink()
    (folder / "record.db").mkdir()
    async with Librarian(folder) as librarian:
        with pytest.raises(StoreError, match="cannot be read: unable to open"):
            await librarian.find(**ANYBODY)
        assert pid_of(librarian), "it lives on"


async def test_more_than_can_be_answered_is_refused(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(parent, "MOST", 3)
    async with Librarian(folder) as librarian:
        asked = [asyncio.create_task(librarian.call(ALICE)) for _ in range(4)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(answer, StoreError) for answer in answers] == [False, False, False, True]
    assert "come again later" in str(answers[-1])


async def test_it_ends_with_the_switch_however_that_ends(folder: Path) -> None:
    async with Librarian(folder) as librarian:
        await librarian.call(ALICE)
        process = librarian._process
    assert process is not None
    assert process.returncode == 0
    orphan = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "softswitch.librarian", str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert orphan.stdin is not None
    orphan.stdin.close()
    assert await asyncio.wait_for(orphan.wait(), 15) == 0
