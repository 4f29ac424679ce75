"""Listening to recordings: who may, what they get, and that it is on record."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert

from softswitch.store.database import database_url, default_url, open_database
from softswitch.store.listenings import GOES_ON
from softswitch.store.records import misfits
from softswitch.store.shelf import Shelf
from softswitch.store.tables import recordings as table
from softswitch.testing.fakes import FakeJournal
from tests.store.test_recordings import OPEN

WAV = OPEN[:40] + (4000).to_bytes(4, "little") + bytes(range(250)) * 16
MINE, SHARED, GOING, GONE = (f"2026/11/25/09301241{each}-support-c{each}.wav" for each in range(4))
PASSWORD = "correct horse battery"


def row(file: str, seq: int, agent: str, own: str, **more: Any) -> dict[str, Any]:
    usual = {"call": f"c{seq}", "queue": "support", "number": "+48600100200", "start": 1000.0 + seq}
    lengths = {"seconds": 0.125, "bytes": len(WAV), "deleted": None}
    return {"file": file, "seq": seq, "agent": agent, "own": own, **usual, **lengths, **more}


@pytest.fixture
async def files(recordings, tmp_path):
    rows = [
        row(MINE, 1, "desk", "desk"),
        row(SHARED, 2, "desk other", ""),
        row(GOING, 3, "other", "other", seconds=None, bytes=None),
        row(GONE, 4, "desk", "desk", deleted=2000.0),
    ]

    def make() -> None:
        for file, content in ((MINE, WAV), (SHARED, WAV), (GOING, OPEN + bytes(4000))):
            place = tmp_path / "recordings" / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        engine = open_database(database_url(default_url(tmp_path)))
        with engine.begin() as connection:
            connection.execute(insert(table), rows)
        engine.dispose()

    await asyncio.to_thread(make)


@pytest.fixture
async def supervisor(accounts):
    _, text = await accounts.add_token("boss", "supervisor")
    return {"Authorization": f"Bearer {text}"}


async def log_in(client, accounts, agent: str | None) -> None:
    await accounts.add_user("anna", "agent", PASSWORD, agent)
    answer = await client.post("/api/v1/login", json={"name": "anna", "password": PASSWORD})
    assert answer.status_code == 200


def heard(journal: FakeJournal) -> list[dict[str, Any]]:
    notes = journal.find("RecordingHeard")
    assert not [wrong for note in notes for wrong in misfits(note.kind, note.data)]
    return [dict(note.data) for note in notes]


async def test_a_supervisor_finds_hears_and_is_on_record(client, files, supervisor, journal):
    page = (await client.get("/api/v1/recordings?limit=3", headers=supervisor)).json()
    assert [one["file"] for one in page["recordings"]] == [GONE, GOING, SHARED]
    more = await client.get(f"/api/v1/recordings?before={page['next']}", headers=supervisor)
    assert [one["agents"] for one in more.json()["recordings"]] == [["desk"]]
    assert more.json()["next"] is None
    by_agent = (await client.get("/api/v1/recordings?agent=other", headers=supervisor)).json()
    assert [one["file"] for one in by_agent["recordings"]] == [GOING, SHARED]
    assert not heard(journal)
    whole = await client.get(f"/api/v1/recordings/{MINE}", headers=supervisor)
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/wav", WAV)
    assert whole.headers["cache-control"] == "private, no-store"
    assert heard(journal) == [{"file": MINE, "by": "token boss", "how": "listened"}]


async def test_a_browser_seeks_and_that_is_one_listening(client, files, supervisor, journal):
    async def part(span: str) -> Any:
        headers = {**supervisor, "Range": f"bytes={span}"}
        answer = await client.get(f"/api/v1/recordings/{MINE}", headers=headers)
        assert answer.status_code == 206
        return answer

    assert (await part("0-99")).content == WAV[:100]
    later = await part("2000-2099")
    assert (later.content, later.headers["content-range"]) == (WAV[2000:2100], f"bytes 2000-2099/{len(WAV)}")
    assert len(heard(journal)) == 1
    await part("0-")
    assert len(heard(journal)) == 2


async def test_whoever_begins_in_the_middle_is_on_record_too(history, journal, tmp_path):
    now = [0.0]
    shelf = Shelf(history, tmp_path, journal, lambda: False, lambda: now[0])
    shelf.heard(MINE, "anna", from_start=False)
    shelf.heard(MINE, "ben", from_start=False)
    now[0] = GOES_ON
    shelf.heard(MINE, "anna", from_start=False)
    assert [note["by"] for note in heard(journal)] == ["anna", "ben"]
    now[0] = 2 * GOES_ON + 1
    shelf.heard(MINE, "anna", from_start=False)
    assert [note["by"] for note in heard(journal)] == ["anna", "ben", "anna"]


@pytest.mark.parametrize(
    ("file", "status", "says"),
    [
        (GOING, 409, "still being written"),
        (GONE, 404, "was deleted"),
        ("2026/11/25/none.wav", 404, "there is no recording"),
        ("2026/11/25/..%2f..%2f..%2fsecret.wav", 404, "there is no"),
        ("../../../../secret.wav", 404, "there is no"),
        ("2026/11/..%5c/secret.wav", 422, ""),
    ],
)
async def test_what_cannot_be_heard_is_said(client, files, supervisor, journal, tmp_path, file, status, says):
    (tmp_path / "secret.wav").write_bytes(WAV)
    answer = await client.get(f"/api/v1/recordings/{file}", headers=supervisor)
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert not heard(journal)


async def test_agents_hear_nothing_unless_the_file_lets_them(client, accounts, files, journal):
    await log_in(client, accounts, "desk")
    for path in ("/api/v1/recordings", f"/api/v1/recordings/{MINE}"):
        answer = await client.get(path)
        assert answer.status_code == 403
        assert "recording.agents_listen: own" in answer.json()["detail"]
    assert not heard(journal)


async def test_agents_hear_their_own_conversations_alone(client, accounts, files, journal, listeners):
    listeners.add("agent")
    await log_in(client, accounts, "desk")
    found = (await client.get("/api/v1/recordings")).json()["recordings"]
    assert [one["file"] for one in found] == [GONE, MINE]
    assert (await client.get("/api/v1/recordings?agent=other")).json()["recordings"] == []
    assert (await client.get(f"/api/v1/recordings/{MINE}")).content == WAV
    assert (await client.get(f"/api/v1/recordings/{SHARED}")).status_code == 404, "another talks in it, too"
    assert heard(journal) == [{"file": MINE, "by": "user anna", "how": "listened"}]


async def test_an_agent_of_no_phone_has_no_conversations(client, accounts, files, listeners):
    listeners.add("agent")
    await log_in(client, accounts, None)
    assert (await client.get("/api/v1/recordings")).status_code == 403
