"""What supervisors do, told to the engine; in any traffic it is in `test_machine`."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import CancelRing, Leave, ReportAmendmentOver, Ring
from softswitch.acd.amendments import (
    AgentAmended,
    AgentChange,
    CallerAdvanced,
    CallerPulled,
    QueueAmended,
    QueueChange,
)
from softswitch.acd.events import PriorityChanged, QueueClosed, QueueOpened
from softswitch.errors import EngineError
from softswitch.types import AgentName, CallId, CancelReason, HangUp, QueueName
from tests.acd.desk import Desk, agent, only, queue

Q, ANN, BOB = QueueName("q"), AgentName("ann"), AgentName("bob")


def test_a_change_holds_over_a_reload_and_ends_by_itself() -> None:
    desk = Desk(queue(agents="ann bob"))
    desk.tell(QueueAmended(Q, QueueChange(strategy="ring-all"), desk.now + 100))
    desk.reload(queue(agents="ann bob", ring=30.0))
    desk.join("one")
    assert desk.ringing() == {"ann": "one", "bob": "one"}
    desk.leave("one")
    assert only(ReportAmendmentOver, desk.wait(100)) == [ReportAmendmentOver(Q, None)]
    desk.join("two")
    assert list(desk.ringing().values()) == ["two"]


def test_what_a_change_is_about_may_go_which_is_said_and_ends_it() -> None:
    desk = Desk(queue(agents="ann"), queue("other", "bob"))
    desk.tell(QueueAmended(QueueName("other"), QueueChange(strategy="ring-all")))
    desk.tell(AgentAmended(BOB, AgentChange(queues=(Q,))))
    said = only(ReportAmendmentOver, desk.reload(queue(agents="ann")))
    assert said == [
        ReportAmendmentOver(QueueName("other"), None, gone=True),
        ReportAmendmentOver(None, BOB, gone=True),
    ]
    desk.reload(queue(agents="ann"), queue("other", "bob"))
    desk.join("one", "other")
    assert desk.ringing() == {"bob": "one"}


def test_a_supervisor_opens_and_closes_whatever_the_hours_say() -> None:
    desk = Desk(queue(agents="", closed=HangUp()))
    desk.tell(QueueAmended(Q, QueueChange(opened=False)))
    assert only(Leave, desk.join("one"))
    desk.tell(QueueOpened(Q))
    assert only(Leave, desk.join("two")), "by its hours it is open"
    desk.tell(QueueAmended(Q, QueueChange(opened=True)))
    desk.tell(QueueClosed(Q))
    assert not only(Leave, desk.join("three"))
    desk.tell(QueueAmended(Q))
    assert desk.queue().closed


def test_skills_and_teams_of_an_agent() -> None:
    desk = Desk(queue(agents="ann", needs={"polish": 1}), queue("other", "bob"), agent("ann"))
    desk.join("one")
    assert desk.ringing() == {}
    desk.tell(AgentAmended(ANN, AgentChange(skills={"polish": 1})))
    assert desk.ringing() == {"ann": "one"}
    desk.fail("ann")
    desk.tell(AgentAmended(BOB, AgentChange({"polish": 2}, (Q,))))
    assert desk.ringing() == {"bob": "one"}
    desk.join("two", "other")
    assert desk.line("other") == ["two"], "nobody serves it now"
    desk.tell(AgentAmended(BOB))
    assert desk.ringing() == {"bob": "one"}, "a phone that rings goes on"


def test_a_change_that_cannot_be_changes_nothing() -> None:
    desk = Desk(queue(agents="ann bob"))
    desk.tell(QueueAmended(Q, QueueChange(strategy="ring-all")))
    with pytest.raises(EngineError, match="unknown strategy"):
        desk.tell(QueueAmended(Q, QueueChange(strategy="nonsense")))
    desk.join("one")
    assert desk.ringing() == {"ann": "one", "bob": "one"}


def test_who_is_put_first_goes_before_the_overdue_until_another_class_is_given() -> None:
    desk = Desk(queue(agents="", overdue=10.0))
    for name in ("one", "two", "three"):
        desk.join(name)
        desk.wait(1)
    desk.wait(20)
    desk.tell(CallerAdvanced(CallId("three")))
    assert desk.line() == ["three", "one", "two"]
    desk.wait(1)
    desk.tell(CallerAdvanced(CallId("two")))
    assert desk.line() == ["two", "three", "one"]
    desk.tell(PriorityChanged(CallId("two"), "default"))
    assert desk.line() == ["three", "one", "two"]


def test_a_caller_is_for_one_agent_alone_until_that_one_has_not_answered() -> None:
    desk = Desk(queue(agents="ann bob", strategy="ring-all", ring=10.0), agent("eva"))
    desk.pause("eva")
    desk.join("one")
    actions = desk.tell(CallerPulled(CallId("one"), AgentName("eva")))
    assert {each.reason for each in only(CancelRing, actions)} == {CancelReason.PULLED}
    (ring,) = only(Ring, actions)
    assert (ring.agent, ring.why.strategy, ring.why.position) == ("eva", "pulled by a supervisor", 1)
    assert desk.ringing() == {"eva": "one"}
    assert only(Ring, desk.wait(9)) == []
    desk.wait(1)
    assert desk.ringing() == {"ann": "one", "bob": "one"}


def test_who_has_no_line_or_no_phone_is_not_rung() -> None:
    desk = Desk(queue(agents="ann"), agent("eva", registers=True))
    desk.outside("ann", "x")
    desk.join("one")
    assert desk.tell(CallerPulled(CallId("one"), ANN)) == []
    assert desk.tell(CallerPulled(CallId("one"), AgentName("eva"))) == []
    with pytest.raises(EngineError, match="never joined"):
        desk.tell(CallerPulled(CallId("two"), ANN))
