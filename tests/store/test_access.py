"""Users, tokens, invitations and the past, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from softswitch.access import Role, Token, User
from softswitch.errors import StoreError
from softswitch.store import access
from softswitch.store.access import AccessStore, access_to
from softswitch.store.call_record import CallRecord
from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.history import History
from softswitch.store.projections import write_calls
from softswitch.types import CallId

ANNA = User("anna", Role.AGENT, "desk", "hash", 5.0)


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[AccessStore]:
    engine = open_database(database_url(url))
    migrate(engine)
    engine.dispose()
    with access_to(tmp_path, url) as store:
        yield store


def test_users_are_kept(store):
    assert store.add_user(ANNA)
    assert not store.add_user(ANNA)
    assert (store.user("anna"), store.user("ben"), store.count_users()) == (ANNA, None, 1)
    assert store.change_user("anna", since=9.0)
    assert [user.since for user in store.users()] == [9.0]
    assert store.remove_user("anna")
    assert not store.remove_user("anna")
    assert not store.change_user("anna", since=9.0)


def test_tokens_are_found_by_their_hash_until_revoked(store):
    token = Token("t1", "crm", Role.AGENT, 1.0, "user anna")
    store.add_token(token, "h1")
    assert (store.token("h1"), store.token("h2")) == (token, None)
    assert store.revoke_token("t1", 2.0)
    assert not store.revoke_token("t1", 3.0)
    assert store.token("h1") is None
    assert [one.revoked for one in store.tokens()] == [2.0]


def test_an_invitation_is_used_once_and_in_time(store):
    store.invite("old", Role.ENGINEER, 10.0)
    store.invite("h", Role.ENGINEER, 10.0)
    assert store.accept("old", 1.0, "eve", "hash") is None
    assert store.accept("h", 11.0, "eve", "hash") is None
    assert store.accept("h", 1.0, "anna", "hash").role is Role.ENGINEER
    assert store.accept("h", 1.0, "eve", "hash") is None


def test_a_new_database_whose_tables_are_just_being_made_is_waited_for(url, tmp_path):
    engine = open_database(database_url(url))
    with access_to(tmp_path, url) as store:
        making = threading.Timer(0.3, migrate, [engine])
        making.start()
        assert store.users() == []
        making.join()
    engine.dispose()


def test_a_database_without_its_tables_is_a_store_error(url, tmp_path, monkeypatch):
    monkeypatch.setattr(access, "PATIENCE", 0.1)
    with access_to(tmp_path, url) as store, pytest.raises(StoreError, match="users cannot be had"):
        store.users()


async def test_past_calls_are_found_and_paged(store, url, tmp_path):
    records = [
        CallRecord(CallId(f"c{place}"), seq=place, start=100.0 + place, number="+1" if place % 2 else "+2")
        for place in range(1, 8)
    ]
    engine = open_database(database_url(url))
    with engine.begin() as connection:
        write_calls(connection, records)
    with closing(History(engine)) as history:

        async def found(limit=100, since=None, until=None, before=None, **equal):
            page = await history.find(limit=limit, since=since, until=until, before=before, equal=equal)
            return [record.seq for record in page]

        assert await found(limit=3) == [7, 6, 5]
        assert await found(limit=3, before=5) == [4, 3, 2]
        assert await found(number="+1") == [7, 5, 3, 1]
        assert await found(since=103.0, until=105.0) == [4, 3]
        assert await found(queue="none", agent=None) == []
        assert (await history.call("c3")).seq == 3
        assert await history.call("c9") is None
        assert await history.events_of("c3") == await history.why("c3") == list(await history.events(0, 10))
