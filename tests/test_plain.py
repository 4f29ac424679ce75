"""Dataclasses as JSON has them."""

from __future__ import annotations

from dataclasses import asdict, replace

from softswitch.plain import plain
from softswitch.store.call_record import CallRecord, Offer, Talk
from softswitch.types import CallId, Quality


def test_it_says_what_the_library_says() -> None:
    record = CallRecord(
        CallId("a"),
        offers=[Offer("ann", "busy", 1.0), Offer("bob", "answered", 2.0)],
        talks=[Talk("ann", seconds=4.0)],
        caller_media=Quality("PCMA/8000", sent=5),
        queues=["sales"],
    )
    assert plain(record) == asdict(record)
    assert plain(replace(record, offers=[])) == asdict(replace(record, offers=[]))


def test_lists_are_its_own_and_the_rest_stays() -> None:
    record, why = CallRecord(CallId("a"), queues=["sales"]), {"strategy": "hunt"}
    plain(record)["queues"].append("another")
    assert record.queues == ["sales"]
    assert plain(why) is why
