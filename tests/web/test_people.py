"""Users and tokens by the API: made, changed, invited, revoked, and by whom."""

from __future__ import annotations

import time

import pytest

from softswitch.access import Principal, Role
from softswitch.web.sessions import COOKIE, CSRF
from tests.web.test_access import PASSWORD, log_in

pytestmark = pytest.mark.may_block  # hashing takes a while on a busy machine


@pytest.fixture
async def engineer(client, accounts):
    """The client is logged in as anna."""
    await accounts.add_user("anna", "engineer", PASSWORD)
    client.headers[CSRF] = (await log_in(client)).json()["csrf"]
    return client


async def ask(client, method, path, status, body=None):
    answer = await client.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def changes(accounts):
    return [
        (note.data["what"], note.data["of"], note.data["by"]) for note in accounts._journal.find("Changed")
    ]


async def test_a_user_is_made_changed_and_removed(engineer, accounts):
    new = {"name": "ben", "role": "agent", "agent": "desk", "password": PASSWORD}
    made = await ask(engineer, "POST", "/users", 201, new)
    assert (made["link"], made["agent"], made["invited"]) == (None, "desk", False)
    assert "already" in (await ask(engineer, "POST", "/users", 409, new))["detail"]
    assert [one["name"] for one in await ask(engineer, "GET", "/users", 200)] == ["anna", "ben"]
    changed = await ask(engineer, "PATCH", "/users/ben", 200, {"role": "supervisor", "agent": None})
    assert (changed["role"], changed["agent"]) == ("supervisor", None)
    assert (await ask(engineer, "PATCH", "/users/ben", 200, {}))["role"] == "supervisor"
    await ask(engineer, "PATCH", "/users/ben", 200, {"password": PASSWORD + "2"})
    assert await accounts.log_in("ben", PASSWORD + "2")
    await ask(engineer, "DELETE", "/users/ben", 200)
    await ask(engineer, "DELETE", "/users/ben", 404)
    by = [("user-added", "anna", "command line")] + [
        (what, "ben", "user anna") for what in ("user-added", "user-changed", "password-set", "user-removed")
    ]
    assert changes(accounts) == by


async def test_what_is_wrong_with_a_user_is_said(engineer):
    for body, says in (
        ({"name": "a b", "role": "agent"}, "name"),
        ({"name": "ben", "role": "boss"}, "engineer"),
        ({"name": "ben", "role": "agent", "password": "short"}, "at least 10"),
    ):
        assert says in (await ask(engineer, "POST", "/users", 422, body))["detail"]
    unknown = {"name": "ben", "role": "agent", "agent": "dek", "password": PASSWORD}
    assert "no agent 'dek'" in (await ask(engineer, "POST", "/users", 404, unknown))["detail"]
    await ask(engineer, "PATCH", "/users/nobody", 404, {"role": "agent"})
    await ask(engineer, "PATCH", "/users/nobody", 404, {"password": PASSWORD})
    assert (
        "left out, it stays" in (await ask(engineer, "PATCH", "/users/anna", 422, {"role": None}))["detail"]
    )


async def test_the_last_engineer_stays(engineer, accounts):
    await ask(engineer, "POST", "/users", 201, {"name": "eve", "role": "engineer"})  # no password yet
    for method, path, body in (
        ("DELETE", "/users/anna", None),
        ("PATCH", "/users/anna", {"role": "agent"}),
        ("POST", "/users/anna/invite", None),
    ):
        assert "last engineer" in (await ask(engineer, method, path, 409, body))["detail"]
    await accounts.add_user("ben", "engineer", PASSWORD)
    await ask(engineer, "DELETE", "/users/anna", 200)


async def test_an_invited_user_chooses_a_password_once(engineer, accounts):
    made = await ask(engineer, "POST", "/users", 201, {"name": "ben", "role": "agent", "agent": "desk"})
    assert made["invited"]
    assert made["link"].startswith("http://switch/first#")
    key, name = made["link"].partition("#")[2].split(":")
    assert name == "ben"
    assert (await log_in(engineer, "ben", "")).status_code == 401
    given = {"key": key, "name": "ben", "password": PASSWORD}
    await ask(engineer, "POST", "/first", 401, {**given, "name": "anna"})
    await ask(engineer, "POST", "/first", 401, {**given, "key": ("A" if key[0] != "A" else "B") + key[1:]})
    assert (await ask(engineer, "POST", "/first", 200, given))["agent"] == "desk"
    assert (await log_in(engineer, "ben")).status_code == 200
    await ask(engineer, "POST", "/first", 401, given)
    assert changes(accounts)[-2:] == [
        ("user-invited", "ben", "user anna"),
        ("password-set", "ben", "invitation"),
    ]


async def test_an_invitation_again_ends_the_one_before_and_the_password(engineer, accounts):
    await accounts.add_user("ben", "agent", PASSWORD)
    first = (await ask(engineer, "POST", "/users/ben/invite", 201))["link"]
    second = (await ask(engineer, "POST", "/users/ben/invite", 201))["link"]
    assert await accounts.log_in("ben", PASSWORD) is None
    for link, status in ((first, 401), (second, 200)):
        key = link.partition("#")[2].partition(":")[0]
        await ask(engineer, "POST", "/first", status, {"key": key, "name": "ben", "password": PASSWORD})


async def test_an_invitation_of_yesterday_is_none(accounts):
    user = await accounts.invite("ben", "agent", None, Principal("user anna", Role.ENGINEER))
    accounts._now = lambda: time.time() + 25 * 3600
    assert await accounts.redeem("ben", user.since, PASSWORD) is None


async def test_everybody_changes_their_own_password_and_knows_the_old_one(client, accounts):
    await accounts.add_user("ben", "agent", PASSWORD)
    client.headers[CSRF] = (await log_in(client, "ben")).json()["csrf"]
    before = client.cookies[COOKIE]
    path, new = "/me/password", PASSWORD + "2"
    await ask(client, "PUT", path, 403, {"old": "wrong password", "new": new})
    client.headers[CSRF] = (await ask(client, "PUT", path, 200, {"old": PASSWORD, "new": new}))["csrf"]
    assert (await ask(client, "GET", "/me", 200))["name"] == "user ben"
    assert changes(accounts)[-1] == ("password-set", "ben", "user ben")
    for _ in range(5):
        answer = await client.put("/api/v1/me/password", json={"old": "wrong password", "new": new})
    assert (await client.put("/api/v1/me/password", json={"old": new, "new": PASSWORD})).status_code == 429
    assert answer.status_code == 403
    client.cookies.clear()
    client.cookies[COOKIE] = before
    await ask(client, "GET", "/me", 401)


async def test_tokens_are_made_used_and_revoked(engineer, accounts):
    made = await ask(engineer, "POST", "/tokens", 201, {"label": "crm", "role": "supervisor"})
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await engineer.get("/api/v1/me", headers=bearer)).json()["name"] == "token crm"
    (listed,) = await ask(engineer, "GET", "/tokens", 200)
    assert (listed["id"], listed["by"], "token" in listed) == (made["id"], "user anna", False)
    denied = await engineer.put("/api/v1/me/password", headers=bearer, json={"old": "", "new": PASSWORD})
    assert (denied.status_code, "has no password" in denied.text) == (409, True)
    assert (await engineer.get("/api/v1/users", headers=bearer)).status_code == 403
    await ask(engineer, "DELETE", f"/tokens/{made['id']}", 200)
    await ask(engineer, "DELETE", f"/tokens/{made['id']}", 404)
    assert (await engineer.get("/api/v1/me", headers=bearer)).status_code == 401
    assert changes(accounts)[1:] == [
        ("token-added", made["id"], "user anna"), ("token-revoked", made["id"], "user anna")
    ]  # fmt: skip
