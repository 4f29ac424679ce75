"""The index of messages, read off the events: once each, whatever is told twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select

from softswitch.ports import Recorded
from softswitch.store.database import database_url, default_url, migrate, open_database
from softswitch.store.projections import Folds
from softswitch.store.tables import voicemails
from softswitch.store.voicemails import Wanted, find, left_between, there
from softswitch.types import CallId

pytestmark = pytest.mark.may_block


@pytest.fixture
def connection(tmp_path, url: str) -> Iterator[Connection]:
    engine = open_database(database_url(default_url(tmp_path) if url.startswith("sqlite") else url))
    migrate(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def left(seq: int, file: str = "a.wav", **more: object) -> Recorded:
    known = {"mailbox": "office", "number": "+48600100200", "name": "Ann\0", "queue": "support"}
    data = {"file": file, **known, "began": 1000.0 + seq, "seconds": 12.5, "bytes": 200_044, **more}
    return Recorded(seq, 2000.0 + seq, "VoicemailLeft", CallId(f"c{seq}"), data)


def heard(seq: int, file: str = "a.wav", own: bool = True) -> Recorded:
    data = {"file": file, "mailbox": "office", "by": "agent x", "how": "phone", "own": own}
    return Recorded(seq, 2000.0 + seq, "VoicemailHeard", CallId("c1"), data)


def gone(seq: int, file: str = "a.wav") -> Recorded:
    return Recorded(
        seq, 2000.0 + seq, "VoicemailDeleted", None, {"file": file, "mailbox": "office", "by": "x"}
    )


def fold(connection: Connection, *events: Recorded) -> None:
    folds = Folds()
    for event in events:
        folds.apply(event)
    folds.write(connection)


def test_a_message_is_left_heard_and_deleted(connection: Connection) -> None:
    fold(connection, left(1))
    (message,) = there(connection)
    assert (message.file, message.mailbox, message.call, message.began) == ("a.wav", "office", "c1", 1001.0)
    assert (message.number, message.name, message.queue, message.seconds) == (
        "+48600100200", "Ann", "support", 12.5,
    )  # fmt: skip
    assert message.is_new
    fold(connection, heard(2, own=False))
    assert there(connection)[0].is_new, "by a supervisor"
    fold(connection, heard(3))
    assert there(connection)[0].heard == 2003.0
    fold(connection, gone(4))
    assert there(connection) == []
    assert connection.execute(select(voicemails.c.deleted)).scalar_one() == 2004.0


def test_what_is_told_twice_happened_once(connection: Connection) -> None:
    fold(connection, left(1), heard(2), left(3, began=5.0), heard(4), gone(5), gone(6), left(7))
    (row,) = connection.execute(select(voicemails)).all()
    assert (row.seq, row.began, row.heard, row.deleted) == (1, 1001.0, 2002.0, 2005.0)


def test_messages_are_found_by_what_is_known_of_them(connection: Connection) -> None:
    fold(
        connection, left(1), left(2, "b.wav", mailbox="shop"), left(3, "c.wav", number="", queue=""), heard(4)
    )

    def files(**wanted: object) -> list[str]:
        return [one.file for one in find(connection, Wanted(**wanted))]  # type: ignore[arg-type]

    assert files() == ["c.wav", "b.wav", "a.wav"]
    assert files(mailboxes=("office",)) == ["c.wav", "a.wav"]
    assert files(new=True) == ["c.wav", "b.wav"]
    assert files(new=False, number="+48600100200") == ["a.wav"]
    assert files(queue="support", until=1002.0) == ["a.wav"]
    assert files(since=1002.0, before=3) == ["b.wav"]
    assert left_between(connection, 0, 2000) == [("support", 1001.0), ("support", 1002.0)]
    assert left_between(connection, 1002, 2000, "support") == [("support", 1002.0)]
