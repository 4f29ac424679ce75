"""Users, tokens, sessions: who is let in, and who is not."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from softswitch.access import Role
from softswitch.errors import ControlError, StoreError
from softswitch.store.access import AccessStore
from softswitch.store.lately import HOLDS, Lately
from softswitch.web.attempts import Attempts
from softswitch.web.sessions import COOKIE, CSRF, LASTS, Sessions, secret_in
from tests.web.sharing import SECRET

PASSWORD = "correct horse battery"


@pytest.fixture
def own_app() -> bool:
    """As it keeps who waits, and who failed."""
    return True


@pytest.fixture
async def anna(accounts):
    await accounts.add_user("anna", "engineer", PASSWORD)


async def log_in(client, name="anna", password=PASSWORD):
    return await client.post("/api/v1/login", json={"name": name, "password": password})


async def test_nothing_but_health_is_there_without_a_log_in(client):
    for path in ("/api/v1/me", "/api/v1/logout"):
        answer = await client.request("POST" if "logout" in path else "GET", path)
        assert answer.status_code == 401, path
        assert "tokens add" in answer.json()["detail"]


@pytest.mark.parametrize("hasher", [None])
async def test_calls_go_on_while_a_password_is_hashed(accounts):
    """argon2 lets go of Python's lock: with it held, the loop would turn once or twice in all that time."""
    turns = 0
    hashing = asyncio.create_task(accounts.add_user("anna", "engineer", PASSWORD))
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_a_password_gives_a_session(client, anna):
    entered = await log_in(client)
    assert entered.json()["role"] == "engineer"
    flags = entered.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags
    assert (await client.get("/api/v1/me")).json()["name"] == "user anna"


async def test_a_change_by_a_session_needs_its_csrf_token(client, anna):
    csrf = (await log_in(client)).json()["csrf"]
    assert (await client.post("/api/v1/logout")).status_code == 403
    assert (await client.post("/api/v1/logout", headers={CSRF: "x"})).status_code == 403
    cookie = client.cookies[COOKIE]
    assert (await client.post("/api/v1/logout", headers={CSRF: csrf})).status_code == 204
    client.cookies[COOKIE] = cookie  # who has copied it has nothing of it
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_another_password_and_a_removal_end_sessions(client, accounts, anna):
    await log_in(client)
    await accounts.set_password("anna", PASSWORD + "2")
    assert (await client.get("/api/v1/me")).status_code == 401
    assert (await log_in(client, password=PASSWORD + "2")).status_code == 200
    await accounts.remove_user("anna")
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_unknown_users_and_wrong_passwords_get_one_answer_and_five_of_them_must_wait(client, anna):
    wrong = await log_in(client, password="wrong password")
    unknown = await log_in(client, name="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    for _ in range(4):
        await log_in(client, password="wrong password")
    answer = await log_in(client)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 500


async def test_tries_at_the_same_time_are_no_more_tries(client, anna):
    answers = await asyncio.gather(*(log_in(client, password="wrong password") for _ in range(12)))
    assert sorted({answer.status_code for answer in answers}) == [401, 429]
    assert sum(answer.status_code == 401 for answer in answers) == 5


async def test_a_token_is_good_until_it_is_revoked_and_its_text_is_kept_nowhere(client, accounts, tmp_path):
    token, text = await accounts.add_token("crm", "supervisor")
    headers = {"Authorization": f"Bearer {text}"}
    me = (await client.get("/api/v1/me", headers=headers)).json()
    assert (me["name"], me["role"], me["csrf"]) == ("token crm", "supervisor", None)
    files = [file for file in tmp_path.iterdir() if file.is_file()]
    assert files
    assert not [file for file in files if text.encode() in file.read_bytes()]
    await accounts.revoke_token(token.id)
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    with pytest.raises(ControlError, match="no token"):
        await accounts.revoke_token(token.id)


async def test_the_first_link_makes_one_administrator_once(client, accounts):
    key = await accounts.invite_the_first()
    short = {"key": key, "name": "anna", "password": "short"}
    assert "at least 10 characters" in (await client.post("/api/v1/first", json=short)).json()["detail"]
    given = {"key": key, "name": "anna", "password": PASSWORD}
    assert (await client.post("/api/v1/first", json={**given, "key": "wrong"})).status_code == 401
    entered = await client.post("/api/v1/first", json=given)
    assert (entered.status_code, entered.json()["role"]) == (200, "engineer")
    again = await client.post("/api/v1/first", json={**given, "name": "eve"})
    assert again.status_code == 401
    assert await accounts.invite_the_first() is None


async def test_an_invitation_ends_with_the_first_user(accounts):
    key = await accounts.invite_the_first()
    await accounts.add_user("ben", "engineer", PASSWORD)
    assert await accounts.accept(key, "eve", PASSWORD) is None


async def test_an_invitation_ends_after_a_day(accounts):
    key = await accounts.invite_the_first()
    accounts._now = lambda: time.time() + 25 * 3600
    assert await accounts.accept(key, "anna", PASSWORD) is None


async def test_every_change_is_on_record(accounts, anna):
    await accounts.set_password("anna", PASSWORD + "2")
    token, _ = await accounts.add_token("crm", "agent")
    await accounts.revoke_token(token.id)
    await accounts.remove_user("anna")
    noted = [(note.kind, note.data["by"], note.data["what"]) for note in accounts._journal.find("Changed")]
    changes = ["user-added", "password-set", "token-added", "token-revoked", "user-removed"]
    assert noted == [("Changed", "command line", what) for what in changes]
    assert PASSWORD not in str(accounts._journal.notes)


async def test_mistakes_are_sentences(accounts, anna):
    for attempt, says in (
        (accounts.add_user("anna", "agent", PASSWORD), "already"),
        (accounts.add_user("a b", "agent", PASSWORD), "no name"),
        (accounts.add_user("ben", "boss", PASSWORD), "agent, supervisor, engineer"),
        (accounts.remove_user("ben"), "no user"),
        (accounts.set_password("ben", PASSWORD), "no user"),
    ):
        with pytest.raises(ControlError, match=says):
            await attempt


def test_roles_are_one_above_the_other():
    assert Role.ENGINEER.allows(Role.AGENT)
    assert Role.AGENT.allows(Role.AGENT)
    assert not Role.AGENT.allows(Role.SUPERVISOR)


def test_a_cookie_is_ours_and_young_or_nothing():
    sessions = Sessions(SECRET)
    cookie = sessions.write("anna", 1000.0)
    assert sessions.read(cookie, 1000.0 + LASTS - 1).name == "anna"
    assert sessions.read(cookie, 1000.0 + LASTS + 1) is None
    assert sessions.read(cookie + "x", 1000.0) is None
    assert Sessions("t" * 64).read(cookie, 1000.0) is None
    assert sessions.read("", 0.0) is None


def test_the_secret_is_made_once_for_the_switch_alone(tmp_path):
    assert secret_in(tmp_path) == secret_in(tmp_path)
    assert (tmp_path / "web.secret").stat().st_mode & 0o777 == 0o600


def test_failures_are_forgotten_after_their_time():
    attempts = Attempts(2, 100.0)
    for now in (0.0, 10.0):
        attempts.failed("a", now)
    assert attempts.wait("a", 20.0) == 80.0
    assert attempts.wait("b", 20.0) == 0.0
    assert attempts.wait("a", 101.0) == 0.0
    attempts.succeeded("a")
    assert attempts.wait("a", 20.0) == 0.0


def away(*_: object) -> None:
    raise StoreError("the database is away")


async def test_while_the_database_is_away_who_was_known_is_known_still(client, accounts, anna, monkeypatch):
    _, token = await accounts.add_token("board", "supervisor")
    _, other = await accounts.add_token("other", "supervisor")
    csrf = (await log_in(client)).json()["csrf"]
    by_token, by_other = ({"Authorization": f"Bearer {one}"} for one in (token, other))
    assert (await client.get("/api/v1/me")).status_code == 200
    assert (await client.get("/api/v1/me", headers=by_token)).status_code == 200
    for question in ("user", "token"):
        monkeypatch.setattr(AccessStore, question, away)
    assert (await client.get("/api/v1/me")).json()["name"] == "user anna"
    assert (await client.get("/api/v1/me", headers=by_token)).json()["name"] == "token board"
    assert (await client.post("/api/v1/agents/desk/pause", headers={CSRF: csrf})).status_code == 200
    assert (await client.get("/api/v1/me", headers=by_other)).status_code == 503, "it was never seen"
    assert (await client.get("/api/v1/me", headers={"Authorization": "Bearer sws_x"})).status_code == 503


async def test_who_lost_access_before_the_database_went_away_is_out(client, accounts, anna, monkeypatch):
    made, token = await accounts.add_token("board", "supervisor")
    by_token = {"Authorization": f"Bearer {token}"}
    await log_in(client)
    assert (await client.get("/api/v1/me")).status_code == 200
    assert (await client.get("/api/v1/me", headers=by_token)).status_code == 200
    await accounts.revoke_token(made.id)
    await accounts.end_sessions("anna")
    for question in ("user", "token"):
        monkeypatch.setattr(AccessStore, question, away)
    assert (await client.get("/api/v1/me")).status_code == 503
    assert (await client.get("/api/v1/me", headers=by_token)).status_code == 503


async def test_an_answer_from_before_a_change_is_not_kept():
    lately, asked, go = Lately(), threading.Event(), threading.Event()

    def slow() -> str:
        asked.set()
        go.wait(5)
        return "as it was"

    answer = asyncio.ensure_future(lately.ask("anna", slow))
    await asyncio.to_thread(asked.wait, 5)
    lately.forget()
    go.set()
    assert await answer == "as it was"
    with pytest.raises(StoreError):
        await lately.ask("anna", away)


async def test_a_database_that_failed_is_not_asked_again_at_once_and_not_stood_in_for_for_ever():
    now, questions = [100.0], []
    lately = Lately(lambda: now[-1])

    def broken() -> None:
        questions.append(now[-1])
        away()

    await lately.ask("anna", lambda: "known")
    for moment in (101.0, 102.0, 103.5, 104.0):
        now.append(moment)
        assert await lately.ask("anna", broken) == "known"
    assert questions == [101.0, 103.5]
    now.append(100.0 + HOLDS)
    with pytest.raises(StoreError):
        await lately.ask("anna", broken)
