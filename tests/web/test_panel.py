"""Agents' desks, notes and bulletins over the API: who may, and what is said."""

from __future__ import annotations

import time

import pytest

from softswitch.kinds import Kind
from softswitch.ports import Recorded

PASSWORD = "correct horse battery"
DESK, OTHER = "/api/v1/agents/desk", "/api/v1/agents/other"
BULLETINS = "/api/v1/bulletins"


@pytest.fixture
async def anna(client, accounts):
    """An agent in a browser: the header for changes."""
    await accounts.add_user("anna", "agent", PASSWORD, "desk")
    answer = await client.post("/api/v1/login", json={"name": "anna", "password": PASSWORD})
    return {"X-CSRF-Token": answer.json()["csrf"]}


@pytest.fixture
async def boss(accounts):
    _, text = await accounts.add_token("boss", "supervisor")
    return {"Authorization": f"Bearer {text}"}


async def test_an_agent_has_the_own_desk_alone(client, anna):
    assert (await client.get(f"{DESK}/panel")).json()["label"] == "Desk"
    day = (await client.get(f"{DESK}/day")).json()
    assert (day["taken"], day["missed"], day["calls"]) == (0, 0, [])
    assert (await client.get(f"{DESK}/callbacks")).json()[0]["number"] == "+48600100200"
    assert (await client.get(f"{DESK}/calls/c1/contacts")).json() == {"contacts": []}
    for path in ("panel", "day", "callbacks", "calls/c1/contacts"):
        assert (await client.get(f"{OTHER}/{path}")).status_code == 403, path
    for method, path in (
        ("PUT", "calls/c1/notes"), ("POST", "calls/c1/hang-up"), ("POST", "callbacks/c1/take"),
    ):  # fmt: skip
        assert (await client.request(method, f"{OTHER}/{path}", json={}, headers=anna)).status_code == 403


async def test_notes_are_written_on_own_calls_with_what_is_wrong_in_words(client, anna, operations):
    text = {"notes": "tea\n\tgreen", "disposition": "sold"}
    done = await client.put(f"{DESK}/calls/c1/notes", json=text, headers=anna)
    assert done.json() == {"call": "c1", "written": 5.0}
    assert operations.done == [("notes", "desk", "c1", "tea\n\tgreen", "sold", "user anna")]
    late = await client.put(f"{DESK}/calls/c1/notes", json={**text, "seen": 1.0}, headers=anna)
    assert (late.status_code, "meanwhile" in late.json()["detail"]) == (409, True)
    for wrong in ({"notes": "\x00"}, {"disposition": "a\nb"}, {"note": "x"}, {"notes": "x" * 4001}):
        answer = await client.put(f"{DESK}/calls/c1/notes", json=wrong, headers=anna)
        assert answer.status_code == 422, wrong
    assert (await client.get(f"{DESK}/calls/c2/contacts")).status_code == 403
    assert (await client.put(f"{DESK}/calls/c1/notes", json=text)).status_code == 403, "no CSRF token"


async def test_an_agent_hangs_up_and_takes_callbacks(client, anna, operations):
    assert (await client.post(f"{DESK}/calls/c1/hang-up", headers=anna)).status_code == 200
    gone = await client.post(f"{DESK}/calls/c9/hang-up", headers=anna)
    assert (gone.status_code, gone.json()["detail"]) == (409, "desk is not in call c9")
    begun = await client.post(f"{DESK}/callbacks/c1/take", headers=anna)
    assert (begun.status_code, begun.json()) == (202, {"call": "c3"})
    assert operations.done == [("hang-up", "c1", "user anna"), ("take", "desk", "c1", "user anna")]


async def test_supervisors_tell_agents_something_and_see_who_has_read_it(client, anna, boss, journal):
    text = "The new tariff\nholds from today."
    made = await client.post(BULLETINS, json={"text": text, "queues": ["support"]}, headers=boss)
    assert made.status_code == 201
    id = made.json()["bulletin"]
    await client.post(BULLETINS, json={"text": "short", "until": time.time() + 0.05}, headers=boss)
    (mine,) = [one for one in (await client.get(BULLETINS)).json()["bulletins"] if one["text"] == text]
    assert (mine["id"], mine["by"], mine["read"], mine["until"]) == (id, "token boss", [], None)
    for _ in range(2):
        assert (await client.post(f"{BULLETINS}/{id}/read", headers=anna)).status_code == 200
    assert [note.data["agent"] for note in journal.find(Kind.BULLETIN_READ)] == ["desk"]
    told = (await client.get(BULLETINS, headers=boss)).json()["bulletins"]
    assert [one["read"] for one in told if one["id"] == id] == [["desk"]]
    assert (await client.delete(f"{BULLETINS}/{id}", headers=anna)).status_code == 403
    assert (await client.delete(f"{BULLETINS}/{id}", headers=boss)).status_code == 200
    gone = await client.post(f"{BULLETINS}/{id}/read", headers=anna)
    assert (gone.status_code, "is in force" in gone.json()["detail"]) == (404, True)


async def test_what_is_wrong_with_a_bulletin_is_said(client, anna, boss):
    wrong = await client.post(BULLETINS, json={"text": "x", "queues": ["suport"]}, headers=boss)
    assert (wrong.status_code, "did you mean 'support'" in wrong.json()["detail"]) == (404, True)
    over = await client.post(BULLETINS, json={"text": "x", "until": 5.0}, headers=boss)
    assert (over.status_code, "over already" in over.json()["detail"]) == (409, True)
    assert (await client.post(BULLETINS, json={"text": " \n"}, headers=boss)).status_code == 422
    assert (await client.post(BULLETINS, json={"text": "x"}, headers=anna)).status_code == 403
    made = (await client.post(BULLETINS, json={"text": "x"}, headers=boss)).json()["bulletin"]
    nobody = await client.post(f"{BULLETINS}/{made}/read", headers=boss)
    assert (nobody.status_code, "no agent" in nobody.json()["detail"]) == (403, True)


async def test_agents_see_what_is_for_their_teams(client, anna, boss, notices):
    await client.post(BULLETINS, json={"text": "for all"}, headers=boss)
    written = {"bulletin": "b9", "text": "for others", "queues": ["billing"], "by": "user sam"}
    notices.hear(Recorded(99, time.time(), Kind.BULLETIN_WRITTEN, None, written))

    async def texts(**who):
        return {one["text"] for one in (await client.get(BULLETINS, **who)).json()["bulletins"]}

    assert await texts() == {"for all"}
    assert await texts(headers=boss) == {"for all", "for others"}
