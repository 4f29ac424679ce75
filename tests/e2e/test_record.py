"""The record of the real switch when the plug is pulled, the disk is full, or the database is away.

What is counted: every number that was given out is there once, in order, and every call has its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from softswitch.control.client import ask
from softswitch.errors import ControlError, StoreError
from softswitch.ports import Recorded
from softswitch.store.calls import rebuild
from softswitch.store.loader import read
from softswitch.store.reading import last_calls, reading
from softswitch.testing.phone import Phone, Refused
from tests.e2e.switch import Switch, serving, until
from tests.store.postgres import Postgres, a_server

pytestmark = pytest.mark.may_block

ALL = 1_000_000
"""Calls: more than a test makes."""

CONFIGURATION = {
    "media": {"languages": ["en"]},
    "numbers": {"600": {"queue": "support"}, "601": "hangup"},
    "queues": {"support": {"music": "silence"}},
    "agents": {"desk": {"name": "Desk", "login": "201", "password": "secret-201"}},
    "teams": {"support": {"agents": ["desk"]}},
}


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with a_server() as server:
        yield server


def stored(switch: Switch) -> list[Recorded]:
    with contextlib.suppress(StoreError), reading(switch.data) as connection:  # it may just be made
        return list(read(connection))
    return []


def loaded(switch: Switch) -> list[Recorded]:
    """Once everything that is in the files is in the database, too."""

    def there() -> list[Recorded] | None:
        found, lines = stored(switch), switch.events()
        return found if found and found[-1].seq == lines[-1]["seq"] else None

    return until(there, 20.0, lambda: f"not all is loaded{switch.last_words()}")


def nothing_is_missing(switch: Switch) -> list[Recorded]:
    """Numbers without gaps, and the calls that follow from them."""
    found = loaded(switch)
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    arrived = [event.call for event in found if event.kind == "CallArrived"]
    assert len(arrived) == len(set(arrived))
    assert {event.call for event in found if event.kind == "CallEnded"} == set(arrived)
    with reading(switch.data) as connection:
        assert last_calls(connection, ALL) == list(rebuild(found))
    return found


async def health_when(switch: Switch, is_so: Callable[[Mapping[str, Any]], object]) -> Mapping[str, Any]:
    """How the record is, as soon as it is so."""

    def look() -> Mapping[str, Any] | None:
        health = ask(switch.data / "control.sock", "status")["record"]
        return health if is_so(health) else None

    return await asyncio.to_thread(until, look, 15.0, switch.last_words)


async def a_storm(switch: Switch, phone: Phone, seconds: float) -> None:
    """Calls as fast as they come, to a queue without agents and to a number that hangs up."""
    until_then, number = time.monotonic() + seconds, 0
    while time.monotonic() < until_then:
        number += 1
        phone.call(switch.uri("600" if number % 3 else "601"))
        await asyncio.sleep(0.01)


async def test_after_a_kill_at_any_moment_nothing_is_missing_or_there_twice(tmp_path):
    switch = Switch(tmp_path, CONFIGURATION)
    chance = random.Random(20261125)
    async with serving(switch), Phone("100") as phone:
        for _ in range(4):
            await a_storm(switch, phone, 0.3 + chance.random() * 0.6)
            lines = [(event["seq"], event["kind"], event["call"]) for event in switch.events()]
            await asyncio.to_thread(switch.restart_after_a_crash)
            found = await asyncio.to_thread(nothing_is_missing, switch)
            assert [(event.seq, event.kind, event.call) for event in found[: len(lines)]] == lines
        with reading(switch.data) as connection:
            outcomes = {record.outcome for record in last_calls(connection, ALL)}
        assert "lost" in outcomes
        with pytest.raises(ControlError, match="add `web:` to its configuration"):
            await asyncio.to_thread(ask, switch.data / "control.sock", "bulletins")
        assert await phone.ask("OPTIONS", switch.uri("600")) is not None


async def refused_calls(phone, switch, count):
    """Call so many times where everybody is refused; returns how many of them were calls to the switch."""
    statuses = []
    for _ in range(count):
        with pytest.raises(Refused) as refused:
            await phone.call(switch.uri("601")).until_answered()
        statuses.append(refused.value.status)
    taken = [status for status in statuses if status != 503]  # the shield of a busy switch turns some away
    assert len(taken) > count / 2
    return len(taken)


async def test_with_the_disk_full_calls_go_on_and_all_is_written_when_there_is_room(tmp_path):
    switch = Switch(tmp_path, CONFIGURATION)
    async with serving(switch), Phone("100") as phone:
        await asyncio.to_thread(loaded, switch)
        largest = max(file.stat().st_size for file in switch.data.iterdir())
        smallest = (switch.data / "events.jsonl").stat().st_size
        assert smallest < largest
        # Writes that would make a file longer than this fail, as on a disk that is full.
        resource.prlimit(switch.pid, resource.RLIMIT_FSIZE, (smallest, resource.RLIM_INFINITY))
        calls = await refused_calls(phone, switch, 20)
        health = await health_when(switch, lambda health: health["problem"])
        assert health["waiting"] > 50
        assert health["lost"] == 0
        resource.prlimit(switch.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        written = lambda: len(switch.events("CallEnded")) == calls  # noqa: E731
        await asyncio.to_thread(until, written, 10.0, switch.last_words)
        found = await asyncio.to_thread(nothing_is_missing, switch)
        assert sum(event.kind == "CallEnded" for event in found) == calls
        assert (await health_when(switch, lambda health: not health["problem"]))["waiting"] == 0


async def test_a_database_that_is_away_for_a_while_misses_nothing(tmp_path, postgres):
    switch = Switch(tmp_path, CONFIGURATION | {"store": postgres.url})
    async with serving(switch), Phone("100") as phone:
        calls = await refused_calls(phone, switch, 1)
        before = await asyncio.to_thread(loaded, switch)
        await asyncio.to_thread(postgres.stop)
        calls += await refused_calls(phone, switch, 20)
        health = await health_when(switch, lambda health: health["database_problem"])
        assert health["problem"] is None
        await asyncio.to_thread(until, lambda: "DatabaseFailing" in switch.log(), 5.0, switch.last_words)
        assert health["loaded"] == before[-1].seq
        await asyncio.to_thread(postgres.start)
        found = await asyncio.to_thread(nothing_is_missing, switch)
        assert sum(event.kind == "CallEnded" for event in found) == calls


async def test_commands_of_others_find_the_record_by_its_folder_and_the_url_is_the_owners(tmp_path):
    switch = Switch(tmp_path, CONFIGURATION)
    async with serving(switch):
        await asyncio.to_thread(loaded, switch)
        url = switch.data / "record.url"
        assert url.stat().st_mode & 0o077 == 0
        assert url.read_text() == f"sqlite:///{switch.data / 'record.db'}"
        assert (switch.data / "record.db").exists()
        assert json.loads((switch.data / "events.jsonl").read_text().splitlines()[0])["seq"] == 1
