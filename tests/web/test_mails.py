"""Mails over the API: what waits, what no server took, and what becomes of both."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from softswitch.accounts import Accounts
from softswitch.parcels import Mail
from softswitch.store.mails import Mails, id_of
from softswitch.store.postbox import Postbox
from tests.web.conftest import FakeOperations

MAILS = "/api/v1/mails"
FIRST, SECOND = (Mail(key, "anna@office.example", f"About {key}", "text") for key in ("one", "two"))


@pytest.fixture
async def engineer(client: httpx2.AsyncClient, accounts: Accounts) -> httpx2.AsyncClient:
    _, token = await accounts.add_token("ops", "engineer")
    client.headers["authorization"] = f"Bearer {token}"
    return client


@pytest.fixture
async def box(postbox: Postbox) -> Mails:
    """One waits, one was given up."""
    box = Mails(postbox._engine)

    def fill() -> None:
        box.post(FIRST, 100.0)
        box.post(SECOND, 200.0)
        box.give_up(id_of(SECOND), "550 no such user")

    await asyncio.to_thread(fill)
    return box


async def test_mails_are_listed_with_the_servers_words(engineer: httpx2.AsyncClient, box: Mails) -> None:
    second, first = (await engineer.get(MAILS)).json()["mails"]
    assert (second["id"], second["again"], second["why"]) == (id_of(SECOND), None, "550 no such user")
    assert (first["subject"], first["again"], first["made"]) == ("About one", 100.0, 100.0)
    assert len((await engineer.get(MAILS, params={"limit": 1})).json()["mails"]) == 1


async def test_one_is_tried_again_or_all(
    engineer: httpx2.AsyncClient, box: Mails, operations: FakeOperations
) -> None:
    assert (await engineer.post(f"{MAILS}/{id_of(SECOND)}/retry")).json() == {"again": 1}
    assert [one["again"] is None for one in (await engineer.get(MAILS)).json()["mails"]] == [False, False]
    assert (await engineer.post(f"{MAILS}/all/retry")).json() == {"again": 2}
    assert operations.done == [
        ("mail-retry", id_of(SECOND), "1", "token ops"),
        ("mail-retry", "all", "2", "token ops"),
    ]
    unknown = await engineer.post(f"{MAILS}/abc/retry")
    assert (unknown.status_code, "no mail 'abc' waits" in unknown.json()["detail"]) == (404, True)


async def test_what_is_dropped_is_neither_sent_nor_posted_again(
    engineer: httpx2.AsyncClient, box: Mails, operations: FakeOperations
) -> None:
    dropped = await engineer.delete(f"{MAILS}/{id_of(FIRST)}")
    assert dropped.json() == {"done": f"mail {id_of(FIRST)} is not sent any more"}
    assert operations.done == [("mail-drop", id_of(FIRST), "", "token ops")]
    assert [one["id"] for one in (await engineer.get(MAILS)).json()["mails"]] == [id_of(SECOND)]
    assert await asyncio.to_thread(box.due, 10, 1e12) == []
    assert not await asyncio.to_thread(box.post, FIRST, 300.0)
    assert (await engineer.delete(f"{MAILS}/{id_of(FIRST)}")).status_code == 404


async def test_the_server_is_tried_out(engineer: httpx2.AsyncClient, operations: FakeOperations) -> None:
    tried = await engineer.post("/api/v1/mail-test", json={"to": "anna@office.example"})
    assert tried.json() == {"taken": False, "said": "550 no such user"}
    assert operations.done == [("mail-test", "anna@office.example", "token ops")]
