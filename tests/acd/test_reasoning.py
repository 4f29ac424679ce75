"""The why of an offer says why the caller was next, and that of leaving without one why nobody was rung."""

from __future__ import annotations

from dataclasses import replace

from softswitch.acd.actions import Leave, ReportHopeless, Ring
from softswitch.acd.explain import Rival, Skipped, SkipReason, Why
from softswitch.acd.settings import Member, Overflow, Relaxation
from softswitch.types import AgentName, CallId, LeaveReason, QueueName
from tests.acd.desk import Desk, agent, only, queue

ANN, BOB = AgentName("ann"), AgentName("bob")
PRIORITY = {"default": 0.0, "vip": 20.0}


def why_of(desk: Desk, name: str) -> Why:
    return desk.rings[name].why


def test_who_else_waited_and_the_points_of_the_next_one_are_told() -> None:
    desk = Desk(queue(agents="ann", priority=PRIORITY, ageing=0.1))
    desk.pause("ann")
    desk.join("c1")
    desk.wait(30.0)
    desk.join("c2", priority="vip")
    desk.join("c3")
    desk.resume("ann")
    why = why_of(desk, "ann")
    assert (why.position, why.waiting, why.score, why.next_score, why.waited) == (1, 3, 20.0, 3.0, 0.0)
    assert not why.overdue
    assert (why.rivals, why.helping, why.preferred, why.held, why.regained) == ((), {}, None, 0.0, 0.0)


def test_what_other_queues_of_the_agent_had_is_told_with_their_weights() -> None:
    one = queue("one", "ann", priority=PRIORITY, weight=5.0)
    two = queue("two", "ann", priority=PRIORITY, weight=2.0)
    desk = Desk(one, two, queue("three", "ann"), queue("four", "bob"))
    desk.pause("ann", "bob")
    desk.join("c1", "one")
    desk.join("c2", "two")
    desk.join("c3", "two")
    desk.join("c4", "four")
    desk.resume("ann")
    why = why_of(desk, "ann")
    assert (desk.rings["ann"].queue, why.weight) == ("one", 5.0)
    assert why.rivals == (Rival(QueueName("two"), 0.0, 2.0, 2),)


def test_queues_of_other_agents_where_something_is_due_at_the_same_moment_are_no_rivals() -> None:
    desk = Desk(*(queue(name, who, ring=10.0, retry=1.0) for name, who in (("one", "ann"), ("two", "bob"))))
    desk.join("c1", "one")
    desk.join("c2", "two")
    desk.wait(11.0)
    assert [len(only(Ring, desk.all)), why_of(desk, "ann").rivals, why_of(desk, "bob").rivals] == [4, (), ()]


def test_who_is_overdue_or_has_an_old_place_is_told_so() -> None:
    desk = Desk(queue(agents="ann", overdue=60.0, keep_place=300.0))
    desk.pause("ann")
    desk.join("c1", number="+48123")
    desk.wait(50.0)
    desk.leave("c1")
    desk.wait(20.0)
    desk.join("c2", number="+48123")
    desk.wait(1.0)
    desk.resume("ann")
    why = why_of(desk, "ann")
    assert (why.overdue, why.regained, why.waited) == (True, 70.0, 1.0)


def test_who_helps_is_told_with_the_team_that_is_helped_from() -> None:
    desk = Desk(queue("one", "", overflow=Overflow((QueueName("two"),), callers=1)), queue("two", "bob"))
    desk.join("c1", "one")
    assert why_of(desk, "bob").helping == {BOB: "two"}


def test_how_long_the_preferred_agent_was_waited_for_is_told() -> None:
    desk = Desk(queue(agents="ann bob", preferred_for=20.0))
    desk.join("c0")
    desk.answer("ann")
    desk.join("c1", preferred=ANN)
    assert "bob" not in desk.rings
    desk.wait(20.0)
    why = why_of(desk, "bob")
    assert (why.preferred, why.held, why.waited) == (ANN, 20.0, 20.0)


def test_which_skill_is_lacking_and_when_tiers_open_is_told() -> None:
    skilled = queue(
        agents="ann bob cat",
        needs={"polish": 3},
        relax=(Relaxation(30.0, {"polish": 2}),),
        members={"cat": Member(after=90.0)},
    )
    desk = Desk(
        skilled,
        agent("ann", skills={"polish": 1}),
        agent("bob", skills={"polish": 3}),
        agent("cat", skills={"polish": 4}),
    )
    desk.join("c1")
    begun = desk.now
    assert why_of(desk, "bob").skipped == (
        Skipped(ANN, SkipReason.LACKS_SKILL, None, "polish", 3, 1),
        Skipped(AgentName("cat"), SkipReason.TIER_CLOSED, begun + 90.0),
    )
    desk.answer("bob")
    desk.join("c2")
    desk.wait(40.0)
    why = desk.engine.why_nobody(CallId("c2"), desk.now)
    assert why is not None
    assert why.skipped[0] == Skipped(ANN, SkipReason.LACKS_SKILL, None, "polish", 2, 1)


def test_leaving_without_an_offer_says_why_nobody_was_rung() -> None:
    desk = Desk(queue(agents="ann bob", max_wait=60.0))
    desk.pause("ann")
    desk.join("talks")
    desk.answer("bob")
    desk.join("c1")
    (leave,) = only(Leave, desk.wait(60.0))
    assert (leave.reason, leave.why is not None) == (LeaveReason.MAX_WAIT, True)
    assert leave.why is not None
    assert [(each.agent, each.reason) for each in leave.why.skipped] == [(ANN, "paused"), (BOB, "talking")]
    assert (leave.why.waited, leave.why.considered) == (60.0, ())


def test_who_leaves_while_a_phone_rings_has_that_offer_for_a_reason() -> None:
    desk = Desk(queue(agents="ann", ring=40.0, max_wait=30.0))
    desk.join("c1")
    assert only(Ring, desk.all)
    assert desk.engine.why_nobody(CallId("c1"), desk.now) is None
    (leave,) = only(Leave, desk.wait(30.0))
    assert leave.why is None
    assert desk.engine.why_nobody(CallId("nobody"), desk.now) is None


def test_who_was_rung_for_and_waited_on_is_told_why_nobody_was_afterwards() -> None:
    desk = Desk(queue(agents="ann bob", ring=10.0, pause_after=1, max_wait=60.0))
    desk.join("c1")
    desk.wait(25.0)
    why = desk.engine.why_nobody(CallId("c1"), desk.now)
    assert why is not None
    assert [(each.agent, each.reason) for each in why.skipped] == [(ANN, "paused"), (BOB, "paused")]
    (leave,) = only(Leave, desk.wait(35.0))
    assert leave.why is not None
    assert (leave.why.waited, leave.why.considered) == (60.0, ())


def test_somebody_whom_nobody_can_ever_take_is_told_of_once_and_counted() -> None:
    needing = queue(agents="ann", needs={"hebrew": 3})
    desk = Desk(needing, agent("ann", skills={"hebrew": 1}))
    joined = desk.join("c1")
    assert only(ReportHopeless, joined) == [ReportHopeless(CallId("c1"), QueueName("q"), {"hebrew": 3})]
    assert desk.engine.snapshot(desk.now).queues[QueueName("q")].hopeless == 1
    assert not only(ReportHopeless, desk.reload(needing, agent("ann", skills={"hebrew": 2})))
    rung = desk.reload(needing, agent("ann", skills={"hebrew": 3}))
    assert only(Ring, rung)
    assert desk.engine.snapshot(desk.now).queues[QueueName("q")].hopeless == 0


def test_hope_remains_where_needs_relax_and_where_there_is_no_team() -> None:
    relaxing = queue(agents="ann", needs={"hebrew": 3}, relax=(Relaxation(30.0, {"hebrew": 1}),))
    for things in ((relaxing, agent("ann", skills={"hebrew": 1})), (replace(relaxing, agents=()),)):
        desk = Desk(*things)
        assert not only(ReportHopeless, desk.join("c1"))
        assert desk.engine.snapshot(desk.now).queues[QueueName("q")].hopeless == 0


def test_hope_remains_while_a_helping_queue_has_somebody() -> None:
    needing = queue("a", agents="ann", needs={"hebrew": 3}, overflow=Overflow((QueueName("b"),), callers=2))
    helper = agent("bob", skills={"hebrew": 3})
    desk = Desk(needing, queue("b", agents="bob"), helper)
    assert not only(ReportHopeless, desk.join("c1", queue="a"))
    assert desk.engine.snapshot(desk.now).queues[QueueName("a")].hopeless == 0


def names(count: int) -> str:
    return " ".join(f"a{number}" for number in range(count))


def skipped(desk: Desk, name: str) -> dict[str, str]:
    return {each.agent: each.reason for each in desk.rings[name].why.skipped}


def test_what_has_changed_about_an_agent_since_the_last_offer_is_told() -> None:
    desk = Desk(queue(agents="ann bob cid", strategy="hunt", wrap_up=10.0), queue("other", "ann"))
    desk.join("c1")
    desk.answer("ann")
    desk.join("c2")
    assert skipped(desk, "bob") == {"ann": "talking"}
    desk.pause("cid")
    desk.end("c1")
    desk.answer("bob")
    desk.wait(10.0)
    desk.join("c3")
    assert skipped(desk, "ann") == {"bob": "talking", "cid": "paused"}


def test_a_small_team_with_many_helpers_has_its_why_before_they_help_and_after() -> None:
    helped = queue("one", "ann", overflow=Overflow((QueueName("two"),), callers=2))
    desk = Desk(helped, queue("two", names(70)))
    desk.pause("a0")
    desk.join("c1", "one")
    assert why_of(desk, "ann").skipped == ()
    desk.answer("ann")
    desk.resume("a0")
    desk.join("c2", "one")
    desk.join("c3", "one")
    [helper] = [name for name, call in desk.ringing().items() if call == "c2"]
    assert skipped(desk, helper)["ann"] == "talking"


def test_of_a_ring_all_of_many_who_is_busy_is_named_wherever_in_the_team() -> None:
    desk = Desk(queue(agents=names(120), strategy="ring-all"))
    desk.pause("a119")
    desk.join("c1")
    why = why_of(desk, "a0")
    assert (len(why.considered), why.skipped, why.uncounted) == (
        119,
        (Skipped(AgentName("a119"), SkipReason.PAUSED),),
        0,
    )


def test_of_a_large_team_those_beyond_the_fiftieth_are_named_as_they_are() -> None:
    desk = Desk(queue(agents=names(80), strategy="hunt"))
    desk.pause(*names(50).split())
    for number in range(2):
        desk.pause(f"a{60 + number}")
        desk.join(f"c{number}")
    why = why_of(desk, "a51")
    assert len(why.considered) == 27
    assert [each.agent for each in why.skipped] == [f"a{number}" for number in range(50)]
    desk.resume(*names(45).split())
    desk.pause(*names(45).split()[2:])
    desk.join("c9")
    why = why_of(desk, "a0")
    assert {each.agent: each.reason for each in why.skipped}["a2"] == "paused"


def test_by_what_figures_the_first_candidates_were_ranked_is_told_in_their_order() -> None:
    desk = Desk(queue(agents="ann bob cid dan", strategy="fewest-calls", wrap_up=0.0))
    desk.join("c0")
    desk.answer("ann")
    desk.end("c0")
    desk.join("c1")
    why = why_of(desk, "bob")
    assert why.considered == ("bob", "cid", "dan", "ann")
    assert [dict(each)["taken"] for each in why.figures] == [0, 0, 0]
    assert list(why.figures[0]) == ["taken", "load", "idle_since"]


def test_where_nobody_was_to_be_compared_there_are_no_figures() -> None:
    for strategy, agents in (("longest-idle", "ann"), ("random", "ann bob")):
        desk = Desk(queue(agents=agents, strategy=strategy))
        desk.join("c1")
        assert only(Ring, desk.all)[0].why.figures == ()
