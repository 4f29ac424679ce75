"""The journal numbers events, keeps them, logs them, and tells who looks on."""

from __future__ import annotations

import structlog

from softswitch.kinds import Kind
from softswitch.ports import Recorded, StoreHealth
from softswitch.store.journal import Journal
from softswitch.store.records import VOCABULARY, misfits
from softswitch.types import CallId


class ListStore:
    """`ports.Store` in a list."""

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self.events: list[Recorded] = []

    def append(self, event: Recorded) -> None:
        self.events.append(event)

    def health(self) -> StoreHealth:
        return StoreHealth(self.last)

    def close(self) -> None:
        pass


def test_events_are_numbered_from_where_the_record_ends() -> None:
    store = ListStore(last=41)
    journal = Journal(store, now=lambda: 7.0)
    journal.note("CallArrived", CallId("c"), number="600")
    journal.note("SwitchStopped")
    assert store.events == [
        Recorded(42, 7.0, "CallArrived", CallId("c"), {"number": "600"}),
        Recorded(43, 7.0, "SwitchStopped", None, {}),
    ]


def test_what_people_write_of_callers_is_on_record_and_not_in_the_log() -> None:
    store = ListStore()
    with structlog.testing.capture_logs() as logs:
        Journal(store).note("NotesWritten", CallId("c"), notes="owes us money", agent="ann")
    assert logs[0]["notes"] == "13 characters"
    assert store.events[0].data["notes"] == "owes us money"


def test_each_event_is_one_log_line_with_its_call() -> None:
    journal = Journal(ListStore())
    with structlog.testing.capture_logs() as logs:
        journal.note("MenuEntered", CallId("c"), menu="welcome")
        journal.note("SettingsRefused", file="a.yaml", problems=["a.yaml:1:1: no"])
    assert logs[0] == {"event": "MenuEntered", "call": "c", "menu": "welcome", "log_level": "info"}
    assert (logs[1]["event"], logs[1]["log_level"]) == ("SettingsRefused", "warning")


def test_fields_that_the_log_needs_for_itself_do_no_harm() -> None:
    journal = Journal(ListStore())
    with structlog.testing.capture_logs() as logs:
        journal.note("Odd", CallId("c"), event="x", call="y")
    assert (logs[0]["event"], logs[0]["call"], logs[0]["event_"], logs[0]["call_"]) == ("Odd", "c", "x", "y")


def test_subscribers_see_events_until_they_unsubscribe() -> None:
    journal = Journal(ListStore())
    seen: list[int] = []
    unsubscribe = journal.subscribe(lambda event: seen.append(event.seq))
    journal.note("A")
    unsubscribe()
    unsubscribe()
    journal.note("B")
    assert seen == [1]


def test_a_subscriber_that_fails_harms_nobody_else() -> None:
    journal = Journal(ListStore())
    seen: list[int] = []

    def broken(event: Recorded) -> None:
        raise RuntimeError("broken")

    journal.subscribe(broken)
    journal.subscribe(lambda event: seen.append(event.seq))
    with structlog.testing.capture_logs() as logs:
        journal.note("A")
    assert seen == [1]
    assert [line["event"] for line in logs] == ["A", "SubscriberFailed"]


def test_every_kind_has_its_word() -> None:
    assert {str(kind) for kind in Kind} == set(VOCABULARY)


def test_what_does_not_fit_the_vocabulary_is_named() -> None:
    assert misfits("CallArrived", {"number": "1"}) == []
    assert misfits("CallArrived", {"numbr": "1"}) == ["CallArrived.numbr: no such field in store/records.py"]
    assert misfits("CallFlew", {}) == ["CallFlew: no such kind in store/records.py"]
