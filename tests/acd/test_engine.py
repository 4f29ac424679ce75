"""The rules of the queue, one by one, in virtual time."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import Announce, CancelRing, Connect, Leave, Ring
from softswitch.acd.engine import Engine
from softswitch.acd.events import CallerJoined, TimerExpired
from softswitch.acd.explain import Skipped, SkipReason
from softswitch.acd.settings import AnnounceSettings
from softswitch.errors import EngineError
from softswitch.types import (
    CallId,
    CancelReason,
    LeaveReason,
    MenuName,
    OfferFailure,
    QueueName,
    ToMenu,
    ToQueue,
)
from tests.acd.desk import Desk, agent, only, queue

# Joining, order, leaving ---------------------------------------------------------------------------


def test_a_free_agent_is_rung_in_the_same_event_that_the_caller_joins() -> None:
    desk = Desk(queue(agents="ann", ring=15.0))
    [ring] = desk.join("c1")
    assert isinstance(ring, Ring)
    assert (ring.call, ring.agent, ring.queue, ring.timeout) == ("c1", "ann", "q", 15.0)


def test_callers_of_one_class_are_served_in_the_order_they_came() -> None:
    desk = Desk(queue(agents="ann"))
    for call in ("c1", "c2", "c3"):
        desk.join(call)
    served = []
    for call in ("c1", "c2", "c3"):
        served.append(desk.rings["ann"].call)
        desk.serve(call, "ann", talk=60)
    assert served == ["c1", "c2", "c3"]


def test_callers_who_join_at_the_very_same_moment_keep_the_order_of_the_events() -> None:
    desk = Desk(queue(agents="", ageing=1.0))
    for number in range(20):
        desk.join(f"c{number}")
    assert desk.line() == [f"c{number}" for number in range(20)]


def test_a_higher_class_goes_first() -> None:
    desk = Desk(queue(agents=""))
    for call, priority in [("c1", "default"), ("c2", "vip"), ("c3", "urgent"), ("c4", "vip")]:
        desk.join(call, priority=priority)
    assert desk.line() == ["c2", "c4", "c3", "c1"]


def test_ageing_lets_a_long_wait_outweigh_a_class() -> None:
    desk = Desk(queue(agents="", ageing=1.0))
    desk.join("patient")
    desk.wait(50.5)
    desk.join("urgent", priority="urgent")
    assert desk.line() == ["patient", "urgent"]
    scores = [caller.score for caller in desk.queue().callers]
    assert scores == [50.5, 50.0]


def test_an_unknown_class_counts_as_default() -> None:
    desk = Desk(queue(agents=""))
    desk.join("c1", priority="platinum")
    assert desk.queue().callers[0].priority == "default"


def test_a_caller_who_leaves_stops_the_ringing_at_once_and_the_next_one_rings() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.join("c2")
    first = desk.rings["ann"].offer
    cancel, ring = desk.leave("c1")
    assert cancel == CancelRing(first, CancelReason.CALLER_LEFT)
    assert isinstance(ring, Ring)
    assert ring.call == "c2"


def test_a_full_queue_sends_the_caller_on_at_once() -> None:
    desk = Desk(queue(agents="", max_callers=2, full=ToQueue(QueueName("other"))))
    desk.join("c1")
    desk.join("c2")
    assert desk.join("c3") == [
        Leave(CallId("c3"), QueueName("q"), LeaveReason.FULL, ToQueue(QueueName("other")), 0.0)
    ]
    desk.leave("c1")
    assert desk.join("c4") == []


def test_a_caller_whose_phone_rings_still_fills_a_place() -> None:
    desk = Desk(queue(agents="ann", max_callers=1))
    desk.join("c1")
    assert isinstance(desk.join("c2")[0], Leave)
    desk.answer("ann")
    assert desk.join("c3") == []


def test_after_max_wait_the_caller_goes_to_the_destination_and_phones_stop() -> None:
    desk = Desk(queue(agents="ann", ring=30.0, max_wait=20.0, timeout=ToMenu(MenuName("sorry"))))
    desk.join("c1")
    cancel, leave = desk.wait(20)
    assert cancel == CancelRing(desk.rings["ann"].offer, CancelReason.CALLER_LEFT)
    assert leave == Leave(CallId("c1"), QueueName("q"), LeaveReason.MAX_WAIT, ToMenu(MenuName("sorry")), 20.0)


def test_max_wait_ends_with_the_answer() -> None:
    desk = Desk(queue(agents="ann", max_wait=20.0))
    desk.join("c1")
    desk.answer("ann")
    assert desk.wait(100) == []


def test_a_call_may_come_back_to_a_queue_after_it_has_left() -> None:
    desk = Desk(queue(agents=""))
    desk.join("c1")
    desk.leave("c1")
    desk.join("c1")
    assert desk.line() == ["c1"]


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


# Several queues -------------------------------------------------------------------------------------


def test_an_agent_of_several_queues_takes_the_best_scored_head() -> None:
    desk = Desk(queue("red", "ann"), queue("blue", "ann"))
    desk.pause("ann")
    desk.join("c1", "red")
    desk.join("c2", "blue", priority="urgent")
    [ring] = desk.resume("ann")
    assert isinstance(ring, Ring)
    assert ring.call == "c2"


def test_equal_scores_in_several_queues_go_to_who_came_first() -> None:
    desk = Desk(queue("red", "ann"), queue("blue", "ann"))
    desk.pause("ann")
    desk.join("c1", "blue")
    desk.wait(1)
    desk.join("c2", "red")
    assert desk.resume("ann")[0].call == "c1"  # type: ignore[union-attr]


def test_ageing_of_different_speed_is_compared_at_the_moment_of_the_offer() -> None:
    desk = Desk(queue("fast", "ann", ageing=2.0), queue("slow", "ann", ageing=1.0))
    desk.pause("ann")
    desk.join("slow-1", "slow")
    desk.wait(10)
    desk.join("fast-1", "fast")
    desk.wait(15)  # 25 points against 30
    assert desk.resume("ann")[0].call == "fast-1"  # type: ignore[union-attr]


# Late news, and news of nobody ------------------------------------------------------------------------


def test_late_and_repeated_news_change_nothing() -> None:
    desk = Desk(queue(agents="ann", wrap_up=30.0))
    desk.join("c1")
    offer = desk.rings["ann"].offer
    desk.answer("ann")
    before = desk.engine.snapshot(desk.now)
    assert desk.answer_offer(offer) == []
    assert desk.fail("ann") == []
    assert desk.engine.snapshot(desk.now) == before
    desk.end("c1")
    before = desk.engine.snapshot(desk.now)
    for late in (desk.end, desk.leave, desk.connect_failed):
        assert late("c1") == []
    assert desk.engine.snapshot(desk.now) == before


def test_an_answer_long_after_the_offer_is_over_is_cancelled_again() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    offer = desk.rings["ann"].offer
    desk.leave("c1")
    assert desk.answer_offer(offer) == [CancelRing(offer, CancelReason.CALLER_LEFT)]


def test_an_answer_that_comes_before_the_late_timer_still_counts() -> None:
    desk = Desk(queue(agents="ann", ring=20.0))
    desk.join("c1")
    desk.now += 20.01  # the loop was late; nobody has told the deadline
    assert isinstance(desk.answer("ann")[0], Connect)


@pytest.mark.parametrize("offer", ["o1", "o0", "o01", "x1", "", "o", "o٣"])
def test_an_offer_that_was_never_made_is_an_error(offer: str) -> None:
    desk = Desk(queue())
    with pytest.raises(EngineError, match="was never made"):
        desk.answer_offer(offer)


def test_a_call_never_heard_of_is_an_error() -> None:
    desk = Desk(queue())
    for news in (desk.leave, desk.end, desk.connect_failed):
        with pytest.raises(EngineError, match="call 'c9' never joined"):
            news("c9")
    with pytest.raises(EngineError, match="call 'c9' never joined"):
        desk.outside_over("ann", "c9")


def test_joining_twice_is_an_error() -> None:
    desk = Desk(queue(agents=""))
    desk.join("c1")
    with pytest.raises(EngineError, match="call 'c1' joined 'q' while it is waiting already"):
        desk.join("c1")
    assert desk.line() == ["c1"]


def test_unknown_queues_and_agents_are_errors_with_the_nearest_name() -> None:
    desk = Desk(queue("support", "ann"))
    with pytest.raises(EngineError, match="unknown queue 'suport': did you mean 'support'"):
        desk.join("c1", "suport")
    with pytest.raises(EngineError, match="unknown agent 'anna': did you mean 'ann'"):
        desk.pause("anna")
    with pytest.raises(EngineError, match="unknown agent 'zoe': SettingsChanged must name it"):
        desk.pause("zoe")


def test_time_never_goes_backwards() -> None:
    engine = Engine()
    engine.receive(TimerExpired(), 5.0)
    for wrong in (4.0, float("nan")):
        with pytest.raises(EngineError, match="time went backwards"):
            engine.receive(TimerExpired(), wrong)


def test_an_engine_without_settings_knows_no_queue() -> None:
    with pytest.raises(EngineError, match="unknown queue"):
        Engine().receive(CallerJoined(CallId("c1"), QueueName("q")), 0.0)
    assert Engine().next_deadline() is None


# Announcements --------------------------------------------------------------------------------------

AT_ONCE = AnnounceSettings(position=True, first=0.0, every=30.0)


def test_the_position_is_told_at_once_on_joining_and_then_periodically() -> None:
    desk = Desk(queue(agents="", announce=AT_ONCE))
    desk.join("c1")
    assert desk.join("c2") == [Announce(CallId("c2"), 2, None)]
    desk.wait(10)
    desk.leave("c1")
    assert desk.wait(20) == [Announce(CallId("c2"), 1, None)]
    assert desk.wait(30) == [Announce(CallId("c2"), 1, None)]


def test_the_first_announcement_waits_as_long_as_configured() -> None:
    desk = Desk(queue(agents="", announce=AnnounceSettings(position=True, first=5.0)))
    assert desk.join("c1") == []
    assert desk.wait(4.5) == []
    assert desk.wait(0.5) == [Announce(CallId("c1"), 1, None)]
    assert desk.wait(1000) == []


def test_an_announcement_comes_after_the_offer_and_never_before() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    kinds = [type(action) for action in desk.join("c1")]
    assert kinds == [Ring, Announce]


def test_nothing_is_announced_to_a_caller_who_talks() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    desk.join("c1")
    desk.answer("ann")
    assert desk.wait(300) == []


def test_announcements_go_on_when_the_connect_failed() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    desk.join("c1")
    desk.wait(10)
    desk.answer("ann")
    desk.connect_failed("c1")
    assert only(Announce, desk.wait(19)) == []
    assert only(Announce, desk.wait(1)) == [Announce(CallId("c1"), 1, None)]


def test_no_wait_is_told_while_a_phone_rings_for_the_caller() -> None:
    desk = Desk(queue(agents="ann", announce=AnnounceSettings(wait=True, first=0.0, every=5.0)))
    for number in range(6):
        desk.join(f"c{number}")
        desk.serve(f"c{number}", "ann", talk=60)
    assert only(Announce, desk.join("c9")) == []
    assert desk.wait(10) == []


def test_the_wait_is_told_once_it_can_be_known_and_never_rises_without_reason() -> None:
    desk = Desk(queue(agents="ann bob", announce=AnnounceSettings(wait=True, first=0.0, every=30.0)))
    for number in range(6):
        [ring] = desk.join(f"early-{number}")
        desk.serve(f"early-{number}", ring.agent, talk=60)  # type: ignore[union-attr]
    for number in range(2):
        desk.join(f"talks-{number}")
        desk.answer(("ann", "bob")[number])
    assert desk.join("c1") == [Announce(CallId("c1"), None, 30.0)]
    assert desk.join("c2") == [Announce(CallId("c2"), None, 60.0)]
    desk.pause("bob")  # the fresh estimate is twice as long
    assert desk.wait(30) == [Announce(CallId("c1"), None, 30.0), Announce(CallId("c2"), None, 60.0)]
    desk.join("vip", priority="vip")
    assert desk.wait(30)[0] == Announce(CallId("c1"), None, 120.0)
