"""Callers who keep their place without being on the line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.acd.actions import (
    Action,
    Announce,
    CallBack,
    CancelRing,
    Connect,
    Leave,
    ReportRest,
    Ring,
)
from softswitch.acd.events import (
    CallbackWanted,
    CallerJoined,
    ConnectFailed,
    CustomerAnswered,
    CustomerNotReached,
    PhonesUnreachable,
    QueueClosed,
    QueueOpened,
    WayFound,
    WayLost,
)
from softswitch.acd.settings import AnnounceSettings, CallbackSettings
from softswitch.types import AgentName, CallId, CancelReason, LeaveReason, QueueName
from tests.acd.desk import Desk, only, queue

Q = QueueName("q")
AGENT_FIRST = CallbackSettings(attempts=2, pause=300.0, expires=7200.0)
CUSTOMER_FIRST = CallbackSettings(customer_first=True, attempts=2, pause=300.0, ring=40.0)


def busy_desk(callback: CallbackSettings, **settings: object) -> Desk:
    """Ann is busy; c1, c2 and c3 wait, and c2 wants to be called back."""
    desk = Desk(queue(agents="ann", callback=callback, **settings))
    desk.outside("ann", "x")
    for call in ("c1", "c2", "c3"):
        desk.join(call)
    desk.tell(CallbackWanted(CallId("c2")))
    return desk


def reached(desk: Desk, call: str = "c2") -> list[Action]:
    return desk.tell(CustomerAnswered(CallId(call)))


def not_reached(desk: Desk, call: str = "c2") -> list[Action]:
    return desk.tell(CustomerNotReached(CallId(call)))


def free_ann(desk: Desk) -> list[Action]:
    """C1 has been served."""
    desk.outside_over("ann", "x")
    return desk.serve("c1", "ann")


def test_a_callback_keeps_its_place_and_is_not_spoken_to() -> None:
    desk = busy_desk(AGENT_FIRST, announce=AnnounceSettings(position=True, first=0.0, every=30.0))
    assert desk.line() == ["c1", "c2", "c3"]
    assert {each.call: each.position for each in only(Announce, desk.wait(30))} == {"c1": 1, "c3": 3}


def test_the_agent_first_is_an_offer_as_any_other() -> None:
    desk = busy_desk(AGENT_FIRST)
    [ring] = only(Ring, free_ann(desk))
    assert ring.call == "c2"
    [connect] = only(Connect, desk.answer("ann"))
    assert connect.call == "c2"
    desk.wait(60)
    [ring] = only(Ring, desk.end("c2"))
    assert ring.call == "c3"


def test_a_customer_who_does_not_answer_rests_and_is_tried_again_at_the_old_place() -> None:
    desk = busy_desk(AGENT_FIRST)
    free_ann(desk)
    desk.answer("ann")
    rest, ring = not_reached(desk)
    assert rest == ReportRest(CallId("c2"), Q, attempts=1, until=desk.now + 300)
    assert isinstance(ring, Ring)
    assert ring.call == "c3", "no wrap-up, and no back-off: the agent has done nothing wrong"
    assert desk.line() == ["c2", "c3"]
    desk.serve("c3", "ann")
    assert desk.wait(299) == []
    assert [ring.call for ring in only(Ring, desk.wait(1))] == ["c2"]
    desk.answer("ann")
    [leave] = only(Leave, not_reached(desk))
    assert desk.queue().counts.not_reached == 1
    assert (leave.reason, leave.destination) == (LeaveReason.NOT_REACHED, None)


def test_the_customer_first_reserves_the_agent_and_rings_when_the_customer_is_there() -> None:
    desk = busy_desk(CUSTOMER_FIRST)
    [call_back] = only(CallBack, free_ann(desk))
    assert (call_back.call, call_back.agent, call_back.attempt) == ("c2", "ann", 1)
    assert desk.agent("ann").state == "reserved"
    desk.wait(12)
    [ring] = only(Ring, reached(desk))
    assert (ring.offer, ring.agent) == (call_back.offer, "ann")
    assert desk.agent("ann").state == "ringing"
    desk.rings["ann"] = ring
    assert only(Connect, desk.answer("ann"))[0].call == "c2"


def test_a_reserved_agent_is_free_again_at_the_latest_when_the_ring_time_is_over() -> None:
    desk = busy_desk(CUSTOMER_FIRST)
    free_ann(desk)
    cancel, rest, ring = desk.wait(40)
    assert isinstance(cancel, CancelRing)
    assert cancel.reason is CancelReason.CUSTOMER_NOT_REACHED
    assert isinstance(rest, ReportRest)
    assert isinstance(ring, Ring)
    assert ring.call == "c3"


def test_a_customer_who_came_to_the_phone_is_served_first_if_the_agent_is_gone() -> None:
    desk = Desk(queue(agents="ann bob", callback=CUSTOMER_FIRST, max_wait=60.0))
    for name in ("ann", "bob"):
        desk.outside(name, f"x-{name}")
    desk.join("c1")
    desk.tell(CallbackWanted(CallId("c1")))
    desk.join("c2")
    desk.wait(59)
    desk.outside_over("ann", "x-ann")
    desk.wait(5)
    reached(desk, "c1")
    desk.tell(PhonesUnreachable(AgentName("ann")))
    assert desk.line() == ["c1"], "c2 has waited too long, c1 is exempt"
    [ring] = only(Ring, desk.outside_over("bob", "x-bob"))
    assert (ring.call, ring.agent) == ("c1", "bob")


def test_who_wants_a_callback_while_the_agent_rings_gets_it_at_once() -> None:
    desk = Desk(queue(agents="ann", callback=AGENT_FIRST))
    desk.join("c1")
    assert desk.tell(CallbackWanted(CallId("c1"))) == []
    assert only(Connect, desk.answer("ann"))[0].call == "c1"
    desk = Desk(queue(agents="ann", callback=CUSTOMER_FIRST))
    desk.join("c1")
    cancel, call_back = desk.tell(CallbackWanted(CallId("c1")))
    assert isinstance(cancel, CancelRing)
    assert isinstance(call_back, CallBack)


def test_nobody_is_called_back_while_the_queue_is_closed() -> None:
    desk = busy_desk(AGENT_FIRST)
    [rest] = desk.tell(QueueClosed(Q))
    assert rest == ReportRest(CallId("c2"), Q, attempts=0, until=None)
    [ring] = only(Ring, free_ann(desk))
    assert ring.call == "c3"
    desk.serve("c3", "ann")
    assert [ring.call for ring in only(Ring, desk.tell(QueueOpened(Q)))] == ["c2"]


def test_a_rest_that_ends_while_the_queue_is_closed_lasts_until_it_opens() -> None:
    desk = busy_desk(AGENT_FIRST)
    free_ann(desk)
    desk.answer("ann")
    not_reached(desk)
    desk.serve("c3", "ann")
    desk.tell(QueueClosed(Q))
    assert desk.wait(600) == []
    assert [ring.call for ring in only(Ring, desk.tell(QueueOpened(Q)))] == ["c2"]


def test_a_callback_expires() -> None:
    desk = busy_desk(AGENT_FIRST)
    gone = only(Leave, desk.wait(7200))
    assert [(leave.call, leave.reason) for leave in gone] == [("c2", LeaveReason.EXPIRED)]


@pytest.mark.parametrize("callback", [AGENT_FIRST, CUSTOMER_FIRST])
def test_a_callback_from_before_a_restart_has_its_place_and_its_attempts(callback: CallbackSettings) -> None:
    desk = Desk(queue(agents="ann", callback=callback))
    desk.outside("ann", "x")
    old = CallerJoined(CallId("old"), Q, standing=desk.now - 600, absent=True, attempts=1)
    assert desk.tell(old) == []
    desk.join("new")
    assert desk.line() == ["old", "new"]
    [offer] = desk.outside_over("ann", "x")
    assert isinstance(offer, Ring | CallBack)
    assert offer.call == "old"
    if callback is AGENT_FIRST:
        desk.answer("ann")
    [leave] = only(Leave, not_reached(desk, "old"))
    assert leave.reason is LeaveReason.NOT_REACHED


def test_callbacks_are_counted_apart() -> None:
    desk = busy_desk(AGENT_FIRST)
    free_ann(desk)
    desk.answer("ann")
    desk.wait(30)
    desk.end("c2")
    counts = desk.queue().counts
    assert (counts.joined, counts.answered, counts.callbacks, counts.called_back) == (3, 1, 1, 1)
    desk.tell(CallbackWanted(CallId("c3")))
    desk.leave("c3")
    assert desk.queue().counts.not_reached == 0, "withdrawn"
    assert desk.queue().counts.abandoned == 0


def test_callbacks_take_no_room_in_a_full_queue() -> None:
    desk = busy_desk(AGENT_FIRST, max_callers=3)
    assert only(Leave, desk.join("c4")) == []
    assert only(Leave, desk.join("c5"))[0].reason is LeaveReason.FULL


@pytest.mark.parametrize("callback", [AGENT_FIRST, CUSTOMER_FIRST], ids=["agent first", "customer first"])
def test_what_does_not_come_to_the_customer_rests_longer_each_time_and_counts_for_nothing(
    callback: CallbackSettings,
) -> None:
    desk = Desk(queue(agents="ann", callback=replace(callback, expires=86400.0)))
    desk.tell(CallerJoined(CallId("c1"), Q, absent=True, attempts=1))
    rests = []
    for _ in range(6):
        if not callback.customer_first:
            desk.answer("ann")
        actions = desk.tell(CustomerNotReached(CallId("c1"), tried=False))
        [rest] = [action for action in actions if isinstance(action, ReportRest)]
        assert rest.until is not None
        assert rest.attempts == 1
        rests.append(rest.until - desk.now)
        desk.wait(rests[-1])
    assert rests == [300.0, 600.0, 1200.0, 2400.0, 3600.0, 3600.0]


def test_who_cannot_be_called_is_offered_to_nobody_until_that_is_over() -> None:
    desk = Desk(queue(agents="ann", callback=AGENT_FIRST))
    call = CallId("c1")
    assert desk.tell(CallerJoined(call, Q, absent=True, barred=True)) == []
    desk.tell(QueueClosed(Q))
    assert desk.tell(QueueOpened(Q)) == []
    [ring] = only(Ring, desk.tell(WayFound(call)))
    assert ring.agent == "ann"


def test_an_agent_who_hangs_up_after_the_queue_has_closed_leaves_it_for_tomorrow() -> None:
    desk = busy_desk(AGENT_FIRST)
    free_ann(desk)
    desk.answer("ann")
    desk.tell(QueueClosed(Q))
    told = desk.tell(ConnectFailed(CallId("c2")))
    assert only(ReportRest, told) == [ReportRest(CallId("c2"), Q, attempts=0, until=None)]
    assert {ring.call for ring in only(Ring, [*told, *desk.wait(600)])} == {"c3"}


def test_whose_way_is_lost_while_a_phone_rings_rests_when_that_is_over() -> None:
    desk = busy_desk(AGENT_FIRST)
    free_ann(desk)
    assert desk.tell(WayLost(CallId("c2"))) == []
    told = desk.fail("ann")
    assert only(ReportRest, told) == [ReportRest(CallId("c2"), Q, attempts=0, until=None)]


def test_the_promise_holds_from_when_it_was_made() -> None:
    desk = Desk(queue(agents="ann", callback=CallbackSettings(expires=600.0)))
    desk.pause("ann")
    desk.tell(CallerJoined(CallId("c1"), Q, absent=True, standing=desk.now - 1800.0, wanted=desk.now - 60.0))
    assert desk.wait(539.0) == []
    [leave] = only(Leave, desk.wait(1.0))
    assert leave.reason is LeaveReason.EXPIRED


def test_where_phones_ring_one_after_the_other_a_way_that_was_lost_and_found_is_tried_again() -> None:
    """The strategy had asked to be asked again, at a moment when there was no way."""
    desk = Desk(queue(agents="ann bob", strategy="ring-progressively", callback=AGENT_FIRST))
    desk.pause("bob")
    desk.outside("ann", "x")
    desk.join("c1")
    desk.tell(CallbackWanted(CallId("c1")))
    desk.outside_over("ann", "x")
    assert desk.ringing() == {"ann": "c1"}
    desk.tell(WayLost(CallId("c1")))
    desk.fail("ann")
    desk.wait(60.0)
    assert only(Ring, desk.tell(WayFound(CallId("c1"))))
