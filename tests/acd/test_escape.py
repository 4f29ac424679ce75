"""Queues with nobody there, closed queues, agents who are away, pauses and notes with limits, redials."""

from __future__ import annotations

from softswitch.acd.actions import (
    Connect,
    Leave,
    ReportOverflow,
    ReportPause,
    ReportPlace,
    ReportResume,
    ReportWrapUp,
    Ring,
)
from softswitch.acd.events import (
    AgentPaused,
    AgentSignedOut,
    CallerLeft,
    Event,
    MemoryRestored,
    OfferFailed,
    PlaceKept,
    QueueClosed,
    QueueMemory,
    QueueOpened,
    Wait,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.acd.settings import NoAgents, Overflow
from softswitch.types import (
    AgentName,
    CallId,
    LeaveReason,
    MenuName,
    OfferFailure,
    QueueName,
    Reject,
    Seconds,
    ToMenu,
)
from tests.acd.desk import Desk, floor_of, only, queue

ANN, Q = AgentName("ann"), QueueName("q")
SORRY, LATER = ToMenu(MenuName("sorry")), ToMenu(MenuName("later"))


def leaves(actions: list[object]) -> list[tuple[str, LeaveReason, object]]:
    return [(each.call, each.reason, each.destination) for each in actions if isinstance(each, Leave)]


# Nobody there ------------------------------------------------------------------------------------


def test_who_comes_when_nobody_is_there_goes_elsewhere() -> None:
    desk = Desk(queue(agents="ann bob", no_agents=NoAgents(joining=SORRY)))
    desk.pause("ann")
    desk.tell(AgentSignedOut(AgentName("bob")))
    assert leaves([*desk.join("c1")]) == [("c1", LeaveReason.NO_AGENTS, SORRY)]
    desk.resume("ann")
    assert only(Ring, desk.join("c2")) != []


def test_an_agent_who_pauses_may_count_as_there() -> None:
    desk = Desk(queue(agents="ann", no_agents=NoAgents(joining=SORRY, count_paused=True)))
    desk.pause("ann")
    assert desk.join("c1") == []
    desk.tell(AgentSignedOut(ANN))
    assert leaves([*desk.join("c2")]) == [("c2", LeaveReason.NO_AGENTS, SORRY)]


def test_busy_agents_are_there() -> None:
    desk = Desk(queue(agents="ann", no_agents=NoAgents(joining=SORRY, waiting=SORRY)))
    desk.outside("ann", "x")
    assert desk.join("c1") == []


def test_those_who_wait_go_when_nobody_has_been_there_for_a_while() -> None:
    desk = Desk(queue(agents="ann", no_agents=NoAgents(waiting=LATER, grace=30.0)))
    desk.outside("ann", "x")
    desk.join("c1")
    desk.pause("ann")
    desk.wait(20)
    desk.resume("ann")
    assert desk.wait(60) == [], "somebody came back in time"
    desk.pause("ann")
    assert leaves([*desk.wait(29.5)]) == []
    desk.join("c2")
    gone = [("c1", LeaveReason.NO_AGENTS, LATER), ("c2", LeaveReason.NO_AGENTS, LATER)]
    assert leaves([*desk.wait(0.5)]) == gone


# Hours -------------------------------------------------------------------------------------------


def test_a_closed_queue_sends_on_who_comes_and_who_waits() -> None:
    desk = Desk(queue(agents="ann", closed=SORRY, closes=LATER))
    desk.outside("ann", "x")
    desk.join("c1")
    assert leaves([*desk.tell(QueueClosed(Q))]) == [("c1", LeaveReason.CLOSED, LATER)]
    assert leaves([*desk.join("c2")]) == [("c2", LeaveReason.CLOSED, SORRY)]
    desk.tell(QueueOpened(Q))
    assert desk.join("c3") == []


def test_without_a_destination_those_who_wait_are_served_after_hours() -> None:
    desk = Desk(queue(agents="ann", closed=Reject(480)))
    desk.outside("ann", "x")
    desk.join("c1")
    assert desk.tell(QueueClosed(Q)) == []
    assert [ring.call for ring in only(Ring, desk.outside_over("ann", "x"))] == ["c1"]


# Agents who are away -----------------------------------------------------------------------------


def miss(desk: Desk) -> list[object]:
    desk.wait(5)
    return [*desk.tell(OfferFailed(desk.rings["ann"].offer, OfferFailure.NO_ANSWER))]


def test_who_misses_so_many_offers_in_a_row_is_paused() -> None:
    desk = Desk(queue(agents="ann", pause_after=2))
    desk.join("c1")
    assert ReportPause(ANN, "no-answer") not in miss(desk)
    assert miss(desk)[-1] == ReportPause(ANN, "no-answer")
    assert (desk.agent("ann").state, desk.agent("ann").paused) == ("paused", "no-answer")


def test_an_answer_or_a_refusal_is_no_missed_offer() -> None:
    desk = Desk(queue(agents="ann", pause_after=2))
    desk.join("c1")
    miss(desk)
    desk.wait(5)
    desk.answer("ann")
    desk.end("c1")
    desk.join("c2")
    miss(desk)
    desk.wait(5)
    desk.fail("ann", OfferFailure.REJECTED)
    assert desk.agent("ann").paused is None


def test_a_pause_ends_when_its_reason_allows_no_more() -> None:
    desk = Desk()
    desk.tell_settings(floor_of(queue(agents="ann"), pauses={"lunch": 1800.0}))
    desk.join("c1")
    desk.fail("ann")
    desk.tell(AgentPaused(ANN, "lunch"))
    assert desk.wait(1799) == []
    resumed, ring = desk.wait(1)
    assert resumed == ReportResume(ANN, "lunch")
    assert isinstance(ring, Ring)
    desk.tell(AgentPaused(ANN, "meeting"))
    assert only(ReportResume, desk.wait(36_000)) == []


# Notes -------------------------------------------------------------------------------------------


def after_a_call(**settings: object) -> Desk:
    desk = Desk(queue(agents="ann", wrap_up=20.0, **settings))
    for call in ("c1", "c2"):
        desk.join(call)
    desk.serve("c1", "ann", talk=60)
    return desk


def told(desk: Desk, event: Event) -> list[object]:
    return [*desk.engine.receive(event, desk.now)]


def test_an_agent_may_end_the_notes_early_and_the_record_says_how_long_they_took() -> None:
    desk = after_a_call()
    desk.wait(7)
    done, ring = told(desk, WrapUpEnded(ANN))
    assert done == ReportWrapUp(ANN, CallId("c1"), 7.0)
    assert isinstance(ring, Ring)
    assert ring.call == "c2"


def test_an_agent_may_take_more_time_for_notes_up_to_a_limit() -> None:
    desk = after_a_call(wrap_up_most=45.0)
    desk.tell(WrapUpExtended(ANN, 20.0))
    assert desk.agent("ann").until == desk.now + 40
    desk.tell(WrapUpExtended(ANN, 20.0))
    assert desk.agent("ann").until == desk.now + 45
    assert only(Ring, desk.wait(44.5)) == []
    assert len(only(Ring, desk.wait(0.5))) == 1


# Calling again -----------------------------------------------------------------------------------


def cut_off(desk: Desk, call: str) -> None:
    desk.tell(CallerLeft(CallId(call)))


def place(actions: list[object]) -> Seconds | None:
    return next((each.standing for each in actions if isinstance(each, ReportPlace)), None)


def test_who_is_cut_off_and_calls_again_is_back_at_the_old_place() -> None:
    desk = Desk(queue(agents="ann", keep_place=300.0))
    desk.outside("ann", "x")
    for call in ("c1", "c2", "c3"):
        desk.join(call)
        desk.wait(10)
    cut_off(desk, "c2")
    desk.join("c4")
    desk.wait(100)
    assert place([*desk.join("c5", number="+48c2")]) == 1010.0
    assert desk.line() == ["c1", "c5", "c3", "c4"]


def test_the_place_is_kept_once_for_a_while_and_for_numbers_that_are_known() -> None:
    desk = Desk(queue(agents="ann", keep_place=300.0))
    desk.outside("ann", "x")
    for call, number in (("c1", "+481"), ("c2", ""), ("c3", "+483")):
        desk.join(call, number=number)
    for call in ("c1", "c2"):
        cut_off(desk, call)
    assert place([*desk.join("c4", number="")]) is None
    assert place([*desk.join("c5", number="+481")]) is not None
    assert place([*desk.join("c6", number="+481")]) is None
    cut_off(desk, "c3")
    desk.wait(300)
    assert place([*desk.join("c7", number="+483")]) is None


def test_a_place_from_before_a_restart_is_kept_too() -> None:
    desk = Desk(queue(agents="ann", keep_place=300.0, ageing=0.0))
    desk.outside("ann", "x")
    desk.tell(PlaceKept(Q, "+481", standing=desk.now - 200, until=desk.now + 100, priority="urgent"))
    desk.join("c1")
    assert place([*desk.join("c2", number="+481")]) == desk.now - 200
    assert desk.line() == ["c2", "c1"]
    assert desk.queue().callers[0].priority == "urgent"
    desk.outside_over("ann", "x")
    [connect] = only(Connect, desk.answer("ann"))
    assert connect.waited == 0.0, "the wait of this call; the place is older"


def test_who_redials_has_the_old_place_in_a_queue_that_is_full_by_now() -> None:
    desk = Desk(queue(max_callers=1, keep_place=60.0))
    desk.join("c1", number="+481")
    desk.leave("c1")
    desk.join("c2", number="+482")
    [leave] = only(Leave, desk.join("c3", number="+483"))
    assert leave.reason is LeaveReason.FULL
    desk.join("c4", number="+481")
    assert desk.line() == ["c4", "c2"]


def test_callers_who_give_up_are_no_reason_to_help_those_who_stay_less() -> None:
    """Three times a minute of work is too long, however many of the three will not wait for it."""
    helped = queue("a", agents="ann", overflow=Overflow((QueueName("b"),), wait=150.0))
    desk = Desk(helped, queue("b", agents=""))
    gave_up = tuple(Wait(10.0, True) for _ in range(50))
    desk.tell(MemoryRestored({QueueName("a"): QueueMemory(handle_times=(60.0,) * 5, waits=gave_up)}))
    for call in ("c1", "c2", "c3"):
        assert not only(ReportOverflow, desk.all)
        desk.join(call, queue="a")
    assert only(ReportOverflow, desk.all) == [ReportOverflow(QueueName("a"), True, 3)]
