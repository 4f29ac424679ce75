"""Notes in the tables of reports: what they took, as soon as they are over, also over a restart."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, select

from softswitch.ports import Recorded
from softswitch.store.database import migrate, open_database
from softswitch.store.projections import Folds, resume
from softswitch.store.records import misfits
from softswitch.store.tables import talks, visits
from softswitch.types import CallId

STORY = [
    (100.0, "CallArrived", "c1", {"number": "+48600100200", "dialled": "600", "transport": "udp"}),
    (100.0, "CallerJoined", "c1", {"queue": "support", "priority": "default"}),
    (110.0, "Connected", "c1", {"agent": "anna", "queue": "support", "waited": 10.0, "wrap_up": 30.0}),
    (
        170.0,
        "ConversationEnded",
        "c1",
        {"agent": "anna", "ended_by": "caller", "talked": 60.0, "wrap_up": 30.0},
    ),
    (170.0, "CallEnded", "c1", {"ended_by": "caller", "status": 200}),
    (176.5, "WrapUpEnded", "c1", {"agent": "anna", "took": 6.5}),
    (177.0, "AgentPaused", None, {"agent": "anna", "reason": "lunch"}),
]


def story() -> list[Recorded]:
    return [
        Recorded(seq, at, kind, None if call is None else CallId(call), data)
        for seq, (at, kind, call, data) in enumerate(STORY, 1)
    ]


@pytest.fixture
def database(tmp_path):
    engine = open_database(make_url(f"sqlite:///{tmp_path / 'record.db'}"))
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_story_is_in_the_words_of_the_record() -> None:
    assert [misfits(kind, data) for _, kind, _, data in STORY if misfits(kind, data)] == []


@pytest.mark.parametrize("cut", range(len(STORY) + 1))
def test_what_notes_took_takes_the_place_of_what_was_allowed(database, cut: int) -> None:
    """Wherever a restart comes between the events."""
    events, folds = story(), Folds()
    with database.begin() as connection:
        for event in events[:cut]:
            folds.apply(event)
        folds.write(connection)
        if 4 <= cut < 6:
            assert wrapped_up(connection) == [30.0, 30.0]
        again = resume(connection)
        for event in events[(folds.since or cut + 1) - 1 : cut]:
            again.again(event)
        for event in events[cut:]:
            again.apply(event)
        again.write(connection)
        assert wrapped_up(connection) == [6.5, 6.5]
        assert again.since is None


def test_notes_that_never_end_are_not_waited_for(database) -> None:
    """The agent was taken out of the configuration, say."""
    folds, other = Folds(), [event for event in story() if event.kind != "WrapUpEnded"]
    for event in other[:5]:
        folds.apply(event)
    assert folds.since == 1
    for event in other[:5]:
        later = Recorded(event.seq + 100, event.at + 8000.0, event.kind, CallId("c2"), event.data)
        folds.apply(later)
    assert folds.since == 101


def wrapped_up(connection) -> list[float]:
    return [connection.execute(select(of.c.wrap_up)).scalar_one() for of in (visits, talks)]


def test_notes_that_never_end_are_forgotten_though_later_calls_have_none(database) -> None:
    """Or a restart would read everything since, for ever."""
    events, folds = [event for event in story() if event.kind != "WrapUpEnded"], Folds()
    for event in events[:5]:
        folds.apply(event)
    for event in events[:5]:
        data = {**event.data, "wrap_up": 0.0} if "wrap_up" in event.data else event.data
        folds.apply(Recorded(event.seq + 100, event.at + 8000.0, event.kind, CallId("c2"), data))
    assert folds.since is None
