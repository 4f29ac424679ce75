"""Call records are folded from events, and from nothing else."""

from __future__ import annotations

import json

from softswitch.ports import Recorded
from softswitch.store.call_record import LOST, CallRecord, Offer, Talk, Transfer
from softswitch.store.calls import CallFold, rebuild
from softswitch.types import CallId, Quality
from tests.store.sample import ALICE, BOB, MEDIA, story


def records() -> dict[str, CallRecord]:
    return {record.id: record for record in rebuild(story())}


def test_the_record_of_an_answered_call_tells_its_whole_way() -> None:
    alice = records()[ALICE]
    assert alice == CallRecord(
        id=ALICE,
        seq=22,
        start=1_700_000_001.0,
        end=1_700_000_021.0,
        number="+48600100200",
        name="Alice",
        dialled="600",
        transport="udp",
        language="pl",
        menus=["welcome"],
        digits="91",
        entered={"customer_number": "123456"},
        queues=["sales"],
        priority="vip",
        wait=7.0,
        offers=[Offer("ann", "no-answer", 5.0), Offer("ben", "answered", 2.0)],
        agent="ben",
        answered=1_700_000_011.0,
        talk=10.0,
        talks=[Talk("ben", "", 10.0, "agent")],
        held=2.0,
        ended_by="agent",
        status=200,
        caller_media=Quality(**MEDIA),
        agent_media=Quality(**MEDIA),
    )
    assert alice.outcome == "answered"


def test_a_caller_who_hangs_up_waiting_has_abandoned() -> None:
    bob = records()[BOB]
    assert (bob.outcome, bob.wait, bob.agent, bob.ended_by) == ("abandoned", 10.0, "", "caller")


def test_records_come_in_the_order_in_which_calls_end() -> None:
    assert [record.id for record in rebuild(story())] == [BOB, ALICE]


def test_a_record_survives_its_way_through_json() -> None:
    for record in rebuild(story()):
        assert CallRecord.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_a_record_of_a_later_version_is_read_without_its_new_fields() -> None:
    line = records()[BOB].to_json() | {"mood": "good"}
    assert CallRecord.from_json(line) == records()[BOB]


def fold(*events: tuple[str, dict[str, object]]) -> CallRecord:
    call = CallId("c")
    numbered = [
        Recorded(seq, float(seq), kind, call, data)  # type: ignore[arg-type]
        for seq, (kind, data) in enumerate([("CallArrived", {}), *events, ("CallEnded", {"status": 200})], 1)
    ]
    record = next(iter(rebuild(numbered)))
    return record


def test_an_agent_whose_leg_died_in_the_moment_of_its_answer_did_not_answer() -> None:
    record = fold(
        ("CallerJoined", {"queue": "q"}),
        ("OfferMade", {"offer": "o", "agent": "ann"}),
        ("Connected", {"offer": "o", "agent": "ann", "waited": 2.0}),
        ("ConnectFailed", {}),
        ("CallerLeft", {"reason": "hung-up"}),
    )
    assert (record.outcome, record.agent, record.answered, record.talk) == ("abandoned", "", None, 0.0)
    assert record.wait == 3.0


def test_a_hold_that_nobody_took_back_ends_with_the_conversation() -> None:
    record = fold(("Connected", {"agent": "ann"}), ("Held", {"by": "caller"}), ("ConversationEnded", {}))
    assert (record.held, record.talk) == (1.0, 2.0)


def test_a_call_that_ends_in_the_middle_of_waiting_has_waited_until_then() -> None:
    assert fold(("CallerJoined", {"queue": "q"})).wait == 1.0


def test_a_refused_call_and_one_that_only_heard_menus_have_names_of_their_own() -> None:
    assert fold().outcome == "served"
    assert fold(("CallEnded", {"status": 404})).outcome == "refused"
    assert fold(("CallerLeft", {"reason": "max-wait"})).outcome == "turned away"
    assert fold(("CallEnded", {"status": 487, "ended_by": "caller"})).outcome == "abandoned"
    assert fold(("CallEnded", {"reason": LOST})).outcome == "lost"


def test_events_of_unknown_calls_and_kinds_are_passed_over() -> None:
    fold = CallFold()
    assert fold.apply(Recorded(1, 0.0, "CallEnded", CallId("unknown"), {})) is None
    assert fold.apply(Recorded(2, 0.0, "CallArrived", CallId("c"), {})) is None
    assert fold.apply(Recorded(3, 5.0, "SomethingNew", CallId("c"), {"a": 1})) is None
    assert fold.open == ("c",)


def test_a_transfer_is_in_the_record_and_each_talk_counts_once() -> None:
    call = CallId("c")
    told = [
        ("CallArrived", {"number": "100", "dialled": "600"}),
        ("CallerJoined", {"queue": "sales"}),
        ("Connected", {"agent": "ann", "waited": 1.0}),
        ("TransferAsked", {"by": "ann", "number": "700", "attended": False, "destination": "queue support"}),
        ("Transferred", {"by": "ann", "number": "700", "attended": False, "into": None}),
        ("ConversationEnded", {"agent": "ann", "ended_by": "transfer", "talked": 2.0}),
        ("CallerJoined", {"queue": "support", "transferred_by": "ann", "from_queue": "sales"}),
        ("Connected", {"agent": "ben", "waited": 3.0}),
        ("ConnectFailed", {}),
        ("Connected", {"agent": "cid", "waited": 4.0}),
        ("ConversationEnded", {"agent": "cid", "ended_by": "caller", "talked": 5.0}),
        ("CallEnded", {"ended_by": "caller", "status": 200}),
    ]
    events = [Recorded(seq, float(seq), kind, call, data) for seq, (kind, data) in enumerate(told, 1)]
    (record,) = rebuild(events)
    assert record.talks == [Talk("ann", "", 2.0, "transfer"), Talk("cid", "", 5.0, "caller")]
    assert (record.talk, record.queues) == (7.0, ["sales", "support"])
    assert record.transfers == [Transfer("ann", "700")]
    assert CallRecord.from_json(json.loads(json.dumps(record.to_json()))) == record
