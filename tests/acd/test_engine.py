"""Callers come, wait in order and go; news that is late, and news of nobody."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import CancelRing, Connect, Leave, Ring
from softswitch.acd.engine import Engine
from softswitch.acd.events import CallerJoined, TimerExpired
from softswitch.errors import EngineError
from softswitch.types import (
    CallId,
    CancelReason,
    LeaveReason,
    MenuName,
    QueueName,
    ToMenu,
    ToQueue,
)
from tests.acd.desk import Desk, queue

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
