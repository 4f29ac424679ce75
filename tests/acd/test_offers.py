"""Ringing, answers, back-off, wrap-up, limits and ring-all."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import CancelRing, Connect, Leave, Ring
from softswitch.acd.explain import Skipped, SkipReason
from softswitch.types import CallId, CancelReason, LeaveReason, OfferFailure, QueueName
from tests.acd.desk import Desk, agent, only, queue

# Ring time-out, reject, back-off --------------------------------------------------------------------


def test_who_does_not_answer_is_cancelled_and_the_next_agent_rings_at_once() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", ring=20.0))
    desk.join("c1")
    first = desk.rings["ann"].offer
    cancel, ring = desk.wait(20)
    assert cancel == CancelRing(first, CancelReason.NO_ANSWER)
    assert isinstance(ring, Ring)
    assert (ring.agent, ring.call) == ("bob", "c1")


@pytest.mark.parametrize("failure", OfferFailure)
def test_after_any_failure_the_next_agent_rings_at_once(failure: OfferFailure) -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt"))
    desk.join("c1")
    [ring] = desk.fail("ann", failure)
    assert isinstance(ring, Ring)
    assert ring.agent == "bob"


def test_in_back_off_an_agent_gets_no_offer_of_any_caller_and_then_rings_without_any_event() -> None:
    desk = Desk(queue(agents="ann", retry=5.0))
    desk.join("c1")
    assert desk.fail("ann") == []
    assert desk.join("c2") == []
    assert desk.wait(4.75) == []
    [ring] = desk.wait(0.25)
    assert isinstance(ring, Ring)
    assert ring.call == "c1"


def test_after_the_back_off_the_same_caller_still_goes_to_another_agent_first() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", retry=5.0, wrap_up=5.0))
    desk.pause("ann")
    desk.join("c0")
    desk.answer("bob")
    desk.resume("ann")
    desk.join("c1")
    desk.join("c2")
    desk.fail("ann")
    desk.end("c0")
    desk.wait(5)  # back-off and wrap-up end at the same moment; hunt alone would take ann for c1
    assert desk.ringing() == {"bob": "c1", "ann": "c2"}


def test_who_declined_a_caller_is_rung_again_when_nobody_else_is_free() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", retry=5.0))
    desk.pause("bob")
    desk.join("c1")
    for _ in range(3):
        desk.fail("ann")
        assert desk.ringing() == {}
        desk.wait(5)
        assert desk.ringing() == {"ann": "c1"}


def test_a_declined_agent_who_is_free_is_named_with_that_reason() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", retry=0.0))
    desk.join("c1")
    [ring] = desk.fail("ann")
    assert isinstance(ring, Ring)
    assert ring.agent == "bob"
    assert ring.why.skipped == (Skipped(ring.why.skipped[0].agent, SkipReason.DECLINED_CALLER),)


# Answers, conversations, wrap-up --------------------------------------------------------------------


def test_an_answer_connects_and_tells_the_wait() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.wait(7)
    [connect] = desk.answer("ann")
    assert connect == Connect(CallId("c1"), desk.rings["ann"].offer, "ann", QueueName("q"), 7.0)
    assert desk.agent("ann").state == "talking"


def test_wrap_up_keeps_the_next_caller_away_until_its_time_is_over() -> None:
    desk = Desk(queue(agents="ann", wrap_up=20.0))
    desk.join("c1")
    desk.join("c2")
    desk.serve("c1", "ann", talk=60)
    seen = desk.agent("ann")
    assert (seen.state, seen.until) == ("wrap-up", desk.now + 20)
    assert desk.wait(19.5) == []
    [ring] = desk.wait(0.5)
    assert isinstance(ring, Ring)
    assert ring.call == "c2"


def test_wrap_up_lasts_as_the_queue_of_the_conversation_says() -> None:
    desk = Desk(queue("long", "ann", wrap_up=60.0), queue("short", "ann", wrap_up=5.0))
    desk.join("c1", "short")
    desk.serve("c1", "ann")
    assert desk.agent("ann").until == desk.now + 5


def test_a_connect_that_fails_puts_the_caller_back_at_the_very_same_place() -> None:
    desk = Desk(queue(agents="ann", strategy="hunt"))
    for call in ("c1", "c2", "c3"):
        desk.join(call)
    desk.answer("ann")
    assert desk.line() == ["c2", "c3"]
    assert desk.connect_failed("c1") == []
    assert desk.line() == ["c1", "c2", "c3"]
    assert desk.agent("ann").state == "back-off"
    desk.wait(5)
    assert desk.ringing() == {"ann": "c1"}


def test_a_connect_that_fails_goes_to_another_free_agent_at_once() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt"))
    desk.join("c1")
    desk.answer("ann")
    [ring] = desk.connect_failed("c1")
    assert isinstance(ring, Ring)
    assert ring.agent == "bob"


def test_a_connect_that_fails_after_max_wait_sends_the_caller_on() -> None:
    desk = Desk(queue(agents="ann", ring=20.0, max_wait=10.0))
    desk.join("c1")
    desk.wait(9)
    desk.answer("ann")
    desk.wait(3)
    [leave] = desk.connect_failed("c1")
    assert isinstance(leave, Leave)
    assert leave.reason is LeaveReason.MAX_WAIT


def test_a_connect_that_fails_is_not_counted_as_an_answer() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.answer("ann")
    desk.connect_failed("c1")
    assert desk.queue().counts.answered == 0
    assert desk.agent("ann").taken == 0


def test_a_hang_up_that_crosses_the_answer_ends_the_conversation() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.answer("ann")
    desk.leave("c1")
    assert desk.agent("ann").state == "free"
    assert desk.end("c1") == []


# Limits ---------------------------------------------------------------------------------------------


def test_an_agent_with_two_calls_at_once_gets_two_and_no_third() -> None:
    desk = Desk(queue(agents="ann"), agent("ann", calls=2))
    assert len(desk.join("c1")) == 1
    assert len(desk.join("c2")) == 1
    assert desk.join("c3") == []


def test_two_answers_above_the_limit_cannot_happen_since_ringing_counts() -> None:
    desk = Desk(queue("red", "ann", strategy="ring-all"), queue("blue", "ann", strategy="ring-all"))
    assert len(only(Ring, desk.join("c1", "red"))) == 1
    assert desk.join("c2", "blue") == []
    assert desk.join("c3", "red") == []


def test_an_unlimited_agent_rings_for_everybody_at_once() -> None:
    desk = Desk(queue(agents="gateway"), agent("gateway", calls=None))
    for number in range(200):
        assert len(only(Ring, desk.join(f"c{number}"))) == 1
    assert desk.agent("gateway").load == 200


def test_a_call_outside_the_queues_counts_against_the_limit() -> None:
    desk = Desk(queue(agents="ann"))
    desk.outside("ann", "x1")
    assert desk.join("c1") == []
    [ring] = desk.outside_over("ann", "x1")
    assert isinstance(ring, Ring)
    assert desk.rings["ann"].why.skipped == ()


def test_a_call_outside_while_a_phone_rings_leaves_the_offer_to_the_phone() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    assert desk.outside("ann", "x1") == []
    assert desk.agent("ann").load == 2
    assert isinstance(desk.answer("ann")[0], Connect)


def test_an_outside_call_told_twice_counts_once() -> None:
    desk = Desk(queue(agents="ann"), agent("ann", calls=2))
    desk.outside("ann", "x1")
    desk.outside("ann", "x1")
    assert desk.agent("ann").load == 1
    desk.outside_over("ann", "x1")
    desk.outside_over("ann", "x1")
    assert desk.agent("ann").load == 0


def test_a_paused_agent_gets_no_offer_and_is_rung_on_the_resume_itself() -> None:
    desk = Desk(queue(agents="ann"))
    desk.pause("ann")
    assert desk.join("c1") == []
    assert desk.agent("ann").paused == "lunch"
    assert isinstance(desk.resume("ann")[0], Ring)


def test_a_pause_while_the_phone_rings_leaves_the_offer_to_the_phone() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    assert desk.pause("ann") == []
    assert isinstance(desk.answer("ann")[0], Connect)


# Ring-all -------------------------------------------------------------------------------------------


def test_ring_all_rings_everybody_and_has_one_winner() -> None:
    desk = Desk(queue(strategy="ring-all"))
    rings = only(Ring, desk.join("c1"))
    assert [ring.agent for ring in rings] == ["ann", "bob", "cid"]
    connect, *cancels = desk.answer("bob")
    assert isinstance(connect, Connect)
    assert cancels == [
        CancelRing(rings[0].offer, CancelReason.ANSWERED_ELSEWHERE),
        CancelRing(rings[2].offer, CancelReason.ANSWERED_ELSEWHERE),
    ]


def test_a_second_answer_of_the_same_millisecond_is_cancelled_again() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.join("c1")
    desk.answer("bob")
    late = desk.rings["cid"].offer
    assert desk.answer("cid") == [CancelRing(late, CancelReason.ANSWERED_ELSEWHERE)]
    assert desk.agent("cid").state == "free"


def test_losers_of_ring_all_are_rung_for_the_next_caller_at_once() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.join("c1")
    desk.join("c2")
    rings = only(Ring, desk.answer("bob"))
    assert [(ring.agent, ring.call) for ring in rings] == [("ann", "c2"), ("cid", "c2")]


def test_in_ring_all_an_agent_rings_for_one_caller_only() -> None:
    desk = Desk(queue(strategy="ring-all"))
    for call in ("c1", "c2", "c3"):
        desk.join(call)
    assert desk.ringing() == {"ann": "c1", "bob": "c1", "cid": "c1"}


def test_who_gets_free_joins_a_ring_all_that_is_going_on() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.pause("cid")
    desk.join("c1")
    assert [ring.agent for ring in only(Ring, desk.resume("cid"))] == ["cid"]


def test_who_gets_free_in_ring_all_is_rung_for_a_caller_without_a_phone_first() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.pause("cid")
    desk.join("c1")
    desk.join("c2")
    [ring] = only(Ring, desk.resume("cid"))
    assert ring.call == "c2"


def test_who_rejected_a_ring_all_does_not_join_it_again_while_others_ring() -> None:
    desk = Desk(queue(strategy="ring-all", ring=20.0, retry=5.0))
    desk.join("c1")
    desk.fail("ann")
    assert desk.wait(19) == []
    assert desk.ringing() == {"bob": "c1", "cid": "c1"}


def test_when_nobody_answers_a_ring_all_everybody_rings_again_after_the_back_off() -> None:
    desk = Desk(queue(strategy="ring-all", ring=20.0, retry=5.0))
    desk.join("c1")
    desk.wait(20)
    assert desk.ringing() == {}
    desk.wait(5)
    assert desk.ringing() == {"ann": "c1", "bob": "c1", "cid": "c1"}


# Pickup ---------------------------------------------------------------------------------------------


def test_a_colleague_takes_what_rings_and_wraps_up_afterwards() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", wrap_up=10.0))
    desk.join("c1")
    desk.outside("bob", "p")
    desk.wait(3)
    ringing = desk.rings["ann"].offer
    connect, cancel = desk.pick_up("ann", "bob")
    assert isinstance(connect, Connect)
    assert (connect.agent, connect.call, connect.waited) == ("bob", "c1", 3.0)
    assert cancel == CancelRing(ringing, CancelReason.ANSWERED_ELSEWHERE)
    desk.outside_over("bob", "p")
    desk.wait(5)
    desk.end("c1")
    assert desk.agent("bob").talk_time == 5.0
    assert desk.agent("ann").taken == 0
    desk.join("c2")
    assert desk.ringing() == {"ann": "c2"}, "bob has his notes to write"


def test_whoever_is_rung_too_may_take_what_rings_at_another() -> None:
    desk = Desk(queue(agents="ann bob", strategy="ring-all"))
    desk.join("c1")
    actions = desk.pick_up("ann", "bob")
    assert [cancel.offer for cancel in only(CancelRing, actions)] == [
        desk.rings["bob"].offer,
        desk.rings["ann"].offer,
    ]
    assert [connect.agent for connect in only(Connect, actions)] == ["bob"]
    assert desk.answer("ann") == [CancelRing(desk.rings["ann"].offer, CancelReason.ANSWERED_ELSEWHERE)]


def test_what_rings_no_more_cannot_be_taken_nor_ones_own() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt"))
    desk.join("c1")
    assert desk.pick_up("ann", "ann") == []
    desk.answer("ann")
    assert desk.pick_up("ann", "bob") == []


def test_who_did_not_answer_is_told_apart_from_who_declined() -> None:
    desk = Desk(queue(agents="ann bob cid", strategy="hunt", retry=0.0))
    desk.join("c1")
    desk.fail("ann", OfferFailure.NO_ANSWER)
    [ring] = desk.fail("bob", OfferFailure.REJECTED)
    assert isinstance(ring, Ring)
    assert {each.agent: each.reason for each in ring.why.skipped} == {
        "ann": SkipReason.MISSED_CALLER,
        "bob": SkipReason.DECLINED_CALLER,
    }
