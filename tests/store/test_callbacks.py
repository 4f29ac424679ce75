"""Callbacks in the database: folded as they change, gone on with after a restart, counted by reports."""

from __future__ import annotations

import pytest

from softswitch.ports import Recorded
from softswitch.reports.callbacks import Wanted, figures, grouped
from softswitch.store.callbacks import CallbackFold, case_of, open_callbacks
from softswitch.store.database import migrate, open_database
from softswitch.store.personal import forgotten
from softswitch.store.projections import Folds, resume
from softswitch.store.queue_log import QueueLog
from softswitch.store.ranges import callbacks_between
from softswitch.store.records import misfits
from softswitch.types import CallId

WANTED = {"queue": "support", "number": "+48600100200", "priority": "vip", "language": "pl", "standing": 90.0}
STORY = [
    (100.0, "CallArrived", "c1", {"number": "+48600100200"}),
    (100.0, "CallbackWanted", "c1", WANTED | {"needs": {"billing": 2}, "preferred": None}),
    (105.0, "CallEnded", "c1", {"ended_by": "switch", "status": 200}),
    (110.0, "CallArrived", "c2", {"number": "+48600100200", "callback": "c1"}),
    (110.0, "CallbackTried", "c2", {"callback": "c1", "queue": "support", "attempt": 1, "waited": 10.0}),
    (120.0, "CallbackNotReached", "c2", {"callback": "c1", "attempt": 1, "why": "busy", "status": 486}),
    (120.0, "CallbackResting", "c1", {"queue": "support", "attempts": 1, "pause": 300.0}),
    (120.0, "CallEnded", "c2", {"ended_by": "switch", "status": 486}),
    (420.0, "CallArrived", "c3", {"number": "+48600100200", "callback": "c1"}),
    (420.0, "CallbackTried", "c3", {"callback": "c1", "queue": "support", "attempt": 2, "waited": 320.0}),
    (421.0, "OfferMade", "c3", {"offer": "o1", "agent": "anna", "queue": "support"}),
    (424.0, "OfferEnded", "c3", {"offer": "o1", "agent": "anna", "result": "answered"}),
    (430.0, "Connected", "c3", {"offer": "o1", "agent": "anna", "queue": "support", "waited": 330.0}),
    (490.0, "ConversationEnded", "c3", {"agent": "anna", "ended_by": "caller", "talked": 60.0}),
    (490.0, "CallbackEnded", "c1", {"result": "reached", "agent": "anna", "attempts": 1, "waited": 330.0}),
    (490.0, "CallEnded", "c3", {"ended_by": "caller", "status": 200}),
]


def story() -> list[Recorded]:
    return [
        Recorded(seq, at, kind, CallId(call), data) for seq, (at, kind, call, data) in enumerate(STORY, 1)
    ]


@pytest.fixture
def database(tmp_path):
    from sqlalchemy import make_url

    engine = open_database(make_url(f"sqlite:///{tmp_path / 'record.db'}"))
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_story_is_in_the_words_of_the_record() -> None:
    assert [misfits(kind, data) for _, kind, _, data in STORY if misfits(kind, data)] == []


@pytest.mark.parametrize("cut", range(3, len(STORY)))
def test_the_fold_goes_on_after_a_restart_wherever_that_was(database, cut: int) -> None:
    """As if there had been none; and what is open says all that a start needs."""
    events = story()
    folds = Folds()
    with database.begin() as connection:
        for event in events[:cut]:
            folds.apply(event)
        folds.write(connection)
        open_ones = open_callbacks(connection)
        assert [one.id for one in open_ones] == (["c1"] if cut < 15 else [])
        for one in open_ones:
            assert (one.standing, one.priority, one.language, one.needs) == (
                90.0,
                "vip",
                "pl",
                {"billing": 2},
            )
            assert one.attempts == (0 if cut < 6 else 1)
            assert one.again == (420.0 if 7 <= cut < 10 else None)
        again = resume(connection)
        for event in events[cut:]:
            again.apply(event)
        again.write(connection)
        case = case_of(connection, "c1")
        assert case is not None
        assert (case.result, case.agent, case.attempts, case.waited) == ("reached", "anna", 1, 330.0)
        assert case.calls == ["c2", "c3"]
        assert (case.number, case.name) == ("", ""), "whom it was about is in the calls' own records"
        assert callbacks_between(connection, 0.0, 200.0, "support") == [
            ("support", 100.0, 1, "reached", 330.0)
        ]
        assert callbacks_between(connection, 101.0, 200.0, None) == []


def test_an_older_database_gets_the_table(tmp_path) -> None:
    from sqlalchemy import inspect, make_url, text

    engine = open_database(make_url(f"sqlite:///{tmp_path / 'record.db'}"))
    migrate(engine)
    with engine.begin() as connection:
        new = inspect(connection).get_columns("callbacks")
        later = ("voicemails", "call_notes", "offers", "bulletins", "bulletin_reads")
        for table in ("callbacks", *later):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("DROP INDEX calls_by_outside"))
        connection.execute(text("ALTER TABLE calls DROP COLUMN outside"))
        version = text("SELECT version_num FROM alembic_version")
        assert connection.execute(version).scalar() is not None
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": "0006"})
    migrate(engine)
    with engine.begin() as connection:
        made = inspect(connection).get_columns("callbacks")
    assert [(one["name"], str(one["type"]), one["nullable"]) for one in made] == [
        (one["name"], str(one["type"]), one["nullable"]) for one in new
    ]
    engine.dispose()


def test_what_is_forgotten_of_a_person_leaves_the_figures() -> None:
    left = [event._replace(data=dict(forgotten(event.kind, event.data))) for event in story()]
    assert "600100200" not in str(left)
    whole, rest = ([CallbackFold(), None] for _ in range(2))
    for fold, events in ((whole, story()), (rest, left)):
        for event in events:
            fold[1] = fold[0].apply(event) or fold[1]
    assert whole[1] == rest[1]


def test_a_callback_that_was_moved_is_in_the_other_queue_after_a_restart() -> None:
    moved = {"queue": "support", "to": "sales", "by": "user sam", "priority": "gold"}
    fold = CallbackFold()
    fold.apply(story()[1])
    case = fold.apply(Recorded(15, 101.0, "CallerMoved", CallId("c1"), moved))
    assert case is not None
    assert (case.queue, case.priority, case.standing) == ("sales", "gold", 90.0)
    assert fold.apply(Recorded(16, 102.0, "CallerMoved", CallId("c9"), moved)) is None, "on the line"


def test_unknown_cases_are_passed_over() -> None:
    fold = CallbackFold()
    assert [fold.apply(event) for event in story()[3:8]] == [None] * 5


def test_reports_count_where_a_callback_was_wanted() -> None:
    some = [
        Wanted("support", 0.0, 1, "reached", 330.0),
        Wanted("support", 10.0, 3, "not-reached", 900.0),
        Wanted("support", 20.0, 0, "expired", 86400.0),
        Wanted("sales", 30.0, 0, "cancelled", 5.0),
        Wanted("sales", 40.0, 1, "", None),
    ]
    sales, support = grouped(some, "queue")
    assert (sales.label, sales.wanted, sales.withdrawn, sales.waiting, sales.attempts) == (
        "sales",
        2,
        1,
        1,
        1,
    )
    assert (support.reached, support.not_reached, support.attempts) == (1, 2, 5)
    assert support.wait_mean == 330.0
    assert figures(some, "total").wanted == 5
    assert sum(line.wanted for line in grouped(some, "day")) == 5


def test_queue_log_has_the_conversation_of_a_callback_in_its_queue_and_keeps_nothing() -> None:
    log = QueueLog()
    lines = [line for event in story() for line in log.apply(event)] + log.close()
    assert lines == [
        "430|c3|support|NONE|ENTERQUEUE||+48600100200|1",
        "430|c3|support|anna|CONNECT|0|c3|3",
        "490|c3|support|anna|COMPLETECALLER|0|60|1",
    ]
    assert log._callers == {}
