"""Messages over the API: who may hear and delete which, and that it is on record."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from softswitch.types import MailboxName
from tests.voicemail.office import OFFICE, SHOP, Office, speech, wav

PASSWORD = "correct horse battery"
WAV = wav(speech(1.0))
PATH = "/api/v1/voicemails"


@pytest.fixture
async def files(office: Office) -> list[str]:
    """Two in the desk's mailbox, one in the shop's."""
    boxes: list[tuple[str, MailboxName]] = [("100", OFFICE), ("200", SHOP), ("300", OFFICE)]
    return [await asyncio.to_thread(office.leave, name, box, queue=f"q{name}") for name, box in boxes]


@pytest.fixture
async def supervisor(accounts):
    _, text = await accounts.add_token("boss", "supervisor")
    return {"Authorization": f"Bearer {text}"}


async def log_in(client, accounts, agent: str | None) -> dict[str, str]:
    await accounts.add_user("anna", "agent", PASSWORD, agent)
    answer = await client.post("/api/v1/login", json={"name": "anna", "password": PASSWORD})
    assert answer.status_code == 200
    return {"X-CSRF-Token": answer.json()["csrf"]}


def heard(office: Office) -> list[tuple[str, str, bool]]:
    notes = office.lines.of("VoicemailHeard")
    assert {note["how"] for note in notes} <= {"listened"}
    return [(note["file"], note["by"], note["own"]) for note in notes]


async def listed(client, query: str = "", **options: Any) -> list[str]:
    answer = await client.get(f"{PATH}?{query}", **options)
    assert answer.status_code == 200, answer.text
    return [one["file"] for one in answer.json()["voicemails"]]


async def test_a_supervisor_finds_all_and_hears_without_putting_out_the_lamp(
    client, files, supervisor, office
):
    first, second, third = files
    assert await listed(client, headers=supervisor) == [third, second, first]
    assert await listed(client, "mailbox=office", headers=supervisor) == [third, first]
    assert await listed(client, "queue=q200", headers=supervisor) == [second]
    assert await listed(client, "since=1001.5", headers=supervisor) == [third]
    assert await listed(client, "new=false", headers=supervisor) == []
    page = (await client.get(f"{PATH}?limit=2", headers=supervisor)).json()
    assert await listed(client, f"before={page['next']}", headers=supervisor) == [first]
    assert not heard(office)
    whole = await client.get(f"{PATH}/{first}", headers=supervisor)
    assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/wav", WAV)
    assert whole.headers["cache-control"] == "private, no-store"
    assert heard(office) == [(first, "token boss", False)]
    assert await listed(client, "new=true", headers=supervisor) == [third, second, first]


async def test_a_browser_seeks_and_that_is_one_listening(client, files, supervisor, office):
    for span in ("0-99", "2000-2099"):
        answer = await client.get(f"{PATH}/{files[0]}", headers={**supervisor, "Range": f"bytes={span}"})
        low, high = map(int, span.split("-"))
        assert (answer.status_code, answer.content) == (206, WAV[low : high + 1])
    assert len(heard(office)) == 1


async def test_agents_hear_and_delete_their_own_alone(client, accounts, files, office):
    first, second, third = files
    csrf = await log_in(client, accounts, "desk-201")
    assert await listed(client) == [third, first]
    assert await listed(client, "mailbox=shop") == []
    assert (await client.get(f"{PATH}/{first}")).content == WAV
    assert heard(office) == [(first, "user anna", True)]
    assert await listed(client, "new=true") == [third]
    for method in ("GET", "DELETE"):
        assert (await client.request(method, f"{PATH}/{second}", headers=csrf)).status_code == 404
    assert (await client.delete(f"{PATH}/{third}")).status_code == 403, "without the CSRF token"
    assert (await client.delete(f"{PATH}/{third}", headers=csrf)).status_code == 204
    (gone,) = office.lines.of("VoicemailDeleted")
    assert gone == {"file": third, "mailbox": "office", "by": "user anna"}
    assert not (office.desk.files.folder / third).exists()
    assert await listed(client) == [first]


@pytest.mark.parametrize("agent", [None, "desk-203"])
async def test_who_has_no_mailbox_hears_nothing(client, accounts, files, office, agent):
    await log_in(client, accounts, agent)
    for path in (PATH, f"{PATH}/{files[0]}"):
        answer = await client.get(path)
        assert answer.status_code == 403
        assert "has no mailbox" in answer.json()["detail"]
    assert not heard(office)


@pytest.mark.parametrize("file", ["2026/01/05/none.wav", "2026/01/05/..%2f..%2fsecret.wav", "../secret.wav"])
async def test_what_is_not_there_is_said(client, files, supervisor, office, file):
    assert (await client.get(f"{PATH}/{file}", headers=supervisor)).status_code == 404
    assert not heard(office)


async def test_a_message_whose_file_is_gone_is_not_there(client, files, supervisor, office):
    await asyncio.to_thread(office.desk.files.delete, files[0])
    answer = await client.get(f"{PATH}/{files[0]}", headers=supervisor)
    assert (answer.status_code, "any more" in answer.json()["detail"]) == (404, True)
    assert not heard(office)


async def test_before_the_record_was_read_nobody_gets_half_of_a_list(client, supervisor, office):
    office.desk.index.is_whole = False
    answer = await client.get(PATH, headers=supervisor)
    assert (answer.status_code, "in a moment" in answer.json()["detail"]) == (409, True)


async def test_nobody_without_a_log_in_hears_any(client, files):
    for path in (PATH, f"{PATH}/{files[0]}"):
        assert (await client.get(path)).status_code == 401
