"""What agents write on calls, what they look up, and what is left of it when a caller is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from softswitch.bulletins import Bulletin
from softswitch.ports import Recorded
from softswitch.store.bulletins import in_force
from softswitch.store.call_notes import of_calls
from softswitch.store.contacts import day_of, earlier, number_of, talked
from softswitch.store.database import database_url, default_url, migrate, open_database
from softswitch.store.encoding import dumps
from softswitch.store.forgetting import forget
from softswitch.store.projections import Folds
from softswitch.store.rebuilding import rebuild
from softswitch.store.tables import call_notes, calls, events
from softswitch.types import CallId
from tests.store.sample import ALICE, STORY

pytestmark = pytest.mark.may_block

START = 1_700_000_000.0
NUMBER = "+48600100200"


@pytest.fixture
def connection(tmp_path, url: str) -> Iterator[Connection]:
    engine = open_database(database_url(default_url(tmp_path) if url.startswith("sqlite") else url))
    migrate(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def tell(connection: Connection, more: list[tuple[float, str, str | None, dict[str, Any]]]) -> None:
    """The sample's story and what follows it: events, and what is folded from them."""
    folds, told = Folds(), [*STORY, *more]
    for seq, (at, kind, call, data) in enumerate(told, 1):
        event = Recorded(seq, START + at, kind, None if call is None else CallId(call), data)
        row = {"seq": seq, "at": event.at, "kind": kind, "call": call, "data": dumps(data), "version": 1}
        connection.execute(insert(events).values(row))
        folds.apply(event)
    folds.write(connection)


def note(at: float, notes: str, disposition: str = "", agent: str = "ben", call: str = ALICE) -> Any:
    data = {"agent": agent, "queue": "sales", "notes": notes, "disposition": disposition, "by": "user ben"}
    return (at, "NotesWritten", call, data)


def test_of_one_agent_on_one_call_the_last_notes_count(connection: Connection) -> None:
    tell(connection, [note(22.0, "first\0"), note(23.0, "second", "sold"), note(24.0, "mine", agent="ann")])
    told = of_calls(connection, [ALICE, "nobody"])[ALICE]
    assert [(one.agent, one.notes, one.disposition, one.at - START) for one in told] == [
        ("ben", "second", "sold", 23.0),
        ("ann", "mine", "", 24.0),
    ]
    before = connection.execute(select(call_notes).order_by(call_notes.c.agent)).all()
    connection.commit()
    rebuild(connection.engine)
    assert connection.execute(select(call_notes).order_by(call_notes.c.agent)).all() == before


def test_when_a_caller_is_forgotten_so_is_what_was_written(connection: Connection) -> None:
    tell(connection, [note(22.0, f"wants an invoice, {NUMBER}", f"call {NUMBER}")])
    forget(connection, [ALICE])
    (left,) = of_calls(connection, [ALICE])[ALICE]
    assert (left.notes, left.disposition, left.agent) == ("", "call ***", "ben")
    assert "invoice" not in str(connection.execute(select(events.c.data)).scalars().all())
    connection.commit()
    rebuild(connection.engine)
    assert of_calls(connection, [ALICE])[ALICE] == [left]


def test_an_agent_looks_back_on_a_caller_and_on_the_day(connection: Connection) -> None:
    again = {"number": NUMBER, "dialled": "600"}
    more = [
        note(22.0, "tea", "sold"),
        (40.0, "CallArrived", "again", again),
        (41.0, "CallerJoined", "again", {"queue": "sales", "priority": "vip"}),
        (42.0, "OfferMade", "again", {"offer": "o9", "agent": "ben", "queue": "sales"}),
        (52.0, "OfferEnded", "again", {"offer": "o9", "agent": "ben", "result": "no-answer", "status": 487}),
        (53.0, "CallerLeft", "again", {"queue": "sales", "reason": "hung-up", "waited": 12.0}),
        (53.0, "CallEnded", "again", {"ended_by": "caller", "status": 200}),
    ]
    tell(connection, more)
    abandoned, answered = earlier(connection, NUMBER, "now", 10)
    assert (abandoned["outcome"], abandoned["agents"], abandoned["queue"]) == ("abandoned", [], "sales")
    assert (answered["outcome"], answered["agents"], answered["talk"]) == ("answered", ["ben"], 10.0)
    assert [(one.notes, one.disposition) for one in answered["notes"]] == [("tea", "sold")]
    assert [one["call"] for one in earlier(connection, NUMBER, "again", 10)] == [ALICE]
    assert earlier(connection, "", "now", 10) == [], "who hides has no past"
    assert number_of(connection, ALICE) == NUMBER

    day = day_of(connection, "ben", START)
    figures = [day[name] for name in ("taken", "talk", "talk_mean", "missed")]
    assert figures == [1, 10.0, 10.0, 1]
    (own,) = day["calls"]
    assert (own["call"], own["number"], own["notes"], own["disposition"]) == (ALICE, NUMBER, "tea", "sold")
    assert day_of(connection, "ben", START + 100)["taken"] == 0
    assert day_of(connection, "ann", START)["missed"] == 1
    assert day_of(connection, "ann", START)["calls"] == []


def test_a_call_that_goes_on_has_its_number_in_the_day_of_who_writes_on_it(connection: Connection) -> None:
    arrived = {"number": "+48601", "name": "Jan", "dialled": "600"}
    made = {"number": "202", "dialled": "0602", "agent": "ben"}
    more = [
        (30.0, "CallArrived", "now", arrived),
        note(31.0, "tea", call="now"),
        (32.0, "CallArrived", "out", made),
        note(33.0, "milk", call="out"),
    ]
    tell(connection, more)
    own = [(one["number"], one["name"], one["outgoing"]) for one in day_of(connection, "ben", START)["calls"]]
    assert own[:2] == [("0602", "", True), ("+48601", "Jan", False)]


def test_earlier_contacts_are_also_those_that_agents_began(connection: Connection) -> None:
    def made(call: str, at: float, **arrived: Any) -> list[Any]:
        return [
            (at, "CallArrived", call, {"number": "201", "dialled": "0600100200", "agent": "ann"} | arrived),
            (at + 1, "DialledOut", call, {"number": NUMBER, "trunk": "carrier", "server": 0}),
            (at + 2, "Connected", call, {"number": NUMBER}),
            (at + 9, "CallEnded", call, {"ended_by": "caller", "status": 200}),
        ]

    back = {"number": NUMBER, "callback": ALICE, "agent": ""}
    tell(
        connection,
        [*made("out", 40.0), *made("back", 60.0, **back), note(50.0, "tea", agent="ann", call="out")],
    )
    found = earlier(connection, NUMBER, "now", 10)
    told = [(one["call"], one["outgoing"], one["callback"], one["agents"]) for one in found]
    assert told == [
        ("back", False, True, []),
        ("out", True, False, ["ann"]),
        (ALICE, False, False, ["ben"]),
    ]
    assert [one.notes for one in found[1]["notes"]] == ["tea"]
    assert [one["call"] for one in earlier(connection, NUMBER, "out", 2)] == ["back", ALICE]
    assert number_of(connection, "out") == NUMBER
    forget(connection, ["out"])
    assert [one["call"] for one in earlier(connection, NUMBER, "now", 10)] == ["back", ALICE]


def test_the_calls_of_before_get_the_number_that_was_called(tmp_path) -> None:
    engine = open_database(database_url(default_url(tmp_path)))
    migrate(engine)
    plain = dict.fromkeys(("number", "dialled", "queue", "agent", "outcome"), "")
    with engine.begin() as connection:
        for place, outside in enumerate((NUMBER, "", NUMBER)):
            record = dumps({"id": f"c{place}", "outside": outside})
            row = {"id": f"c{place}", "seq": place, "start": 0.0, "end": 0.0, "wait": 0.0, "record": record}
            connection.execute(insert(calls).values(row | plain))
        connection.execute(text("DROP INDEX calls_by_outside"))
        connection.execute(text("ALTER TABLE calls DROP COLUMN outside"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(select(calls.c.outside).order_by(calls.c.seq)).scalars().all() == [
            NUMBER,
            "",
            NUMBER,
        ]
    engine.dispose()


def test_who_talked_in_a_call_and_who_made_it_may_write_on_it(connection: Connection) -> None:
    tell(
        connection, [(31.0, "CallArrived", "out", {"number": "201", "agent": "ann", "dialled": "600100200"})]
    )
    assert talked(connection, ALICE) == {"agents": {"ben": "sales"}, "ended": START + 21.0}
    assert talked(connection, "out") == {"agents": {"ann": ""}, "ended": None}
    assert talked(connection, "nobody") is None


def test_bulletins_are_there_until_they_are_over(connection: Connection) -> None:
    told: list[Any] = [
        (
            31.0,
            "BulletinWritten",
            None,
            {"bulletin": "b1", "text": "tea", "queues": ["sales"], "by": "user sam"},
        ),
        (32.0, "BulletinWritten", None, {"bulletin": "b2", "text": "short", "until": START + 50, "by": "x"}),
        (33.0, "BulletinWritten", None, {"bulletin": "b3", "text": "wrong", "by": "x"}),
        (34.0, "BulletinRead", None, {"bulletin": "b1", "agent": "ben", "by": "user ben"}),
        (34.5, "BulletinRead", None, {"bulletin": "b1", "agent": "ben", "by": "user ben"}),
        (35.0, "BulletinWithdrawn", None, {"bulletin": "b3", "by": "x"}),
    ]
    tell(connection, told)
    first = Bulletin("b1", START + 31, "user sam", "tea", ("sales",), None, ("ben",))
    assert [one.id for one in in_force(connection, START + 40)] == ["b1", "b2"]
    assert in_force(connection, START + 60) == [first]
