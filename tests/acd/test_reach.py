"""Skills, tiers, preferred agents, weights, overdue callers: who is offered to whom, and when more open."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import CancelRing, ReportOverflow, Ring
from softswitch.acd.events import PriorityChanged
from softswitch.acd.explain import SkipReason
from softswitch.acd.settings import Member, Overflow, Relaxation
from softswitch.types import AgentName, CallId, QueueName
from tests.acd.desk import Desk, agent, only, queue

ANN, BOB, CID = AgentName("ann"), AgentName("bob"), AgentName("cid")


def why(desk: Desk, name: str) -> dict[str, tuple[str, float | None]]:
    """Who was skipped for what rings at an agent: the reason, and until when."""
    return {each.agent: (each.reason, each.until) for each in desk.rings[name].why.skipped}


# Skills ------------------------------------------------------------------------------------------


def test_who_lacks_the_skill_is_not_rung_and_the_why_says_so() -> None:
    desk = Desk(queue(agents="ann bob", needs={"billing": 3}), agent("bob", skills={"billing": 3}))
    desk.join("c1")
    assert desk.ringing() == {"bob": "c1"}
    assert why(desk, "bob") == {"ann": (SkipReason.LACKS_SKILL, None)}


def test_a_caller_of_other_needs_is_not_held_up_by_the_head_of_the_line() -> None:
    desk = Desk(queue(agents="ann bob"), agent("bob", skills={"polish": 1}))
    desk.join("busy-b", skills={"polish": 1})
    desk.join("head", skills={"polish": 1})
    desk.join("next")
    assert desk.ringing() == {"bob": "busy-b", "ann": "next"}
    assert desk.line() == ["busy-b", "head", "next"]


def test_needs_relax_step_by_step_with_waiting() -> None:
    relax = (Relaxation(60.0, {"billing": 1}), Relaxation(120.0, {}))
    desk = Desk(
        queue(agents="ann bob cid", needs={"billing": 3}, relax=relax),
        *(agent("bob", skills={"billing": 1}), agent("cid", skills={"billing": 2})),
    )
    desk.pause("cid")
    desk.join("c1")
    assert only(Ring, desk.wait(59.9)) == []
    [ring] = only(Ring, desk.wait(0.1))
    assert ring.agent == "bob"
    assert {each.agent: each.until for each in ring.why.skipped}["ann"] == 1120.0
    desk.answer("bob")
    desk.join("c2")
    assert only(Ring, desk.wait(119)) == []
    assert [ring.agent for ring in only(Ring, desk.wait(1))] == ["ann"]


def test_the_needs_of_queue_and_caller_add_up_and_relax_together() -> None:
    relax = (Relaxation(30.0, {"billing": 1}),)
    desk = Desk(
        queue(agents="ann bob cid", ring=60.0, needs={"billing": 2}, relax=relax),
        agent("ann", skills={"billing": 5}),
        agent("bob", skills={"billing": 1}),
        agent("cid", skills={"billing": 3, "hebrew": 1}),
    )
    desk.join("c1", skills={"hebrew": 1, "billing": 1})
    assert desk.ringing() == {"cid": "c1"}
    desk.join("c2", skills={"hebrew": 1})
    assert desk.wait(29) == []
    rung = only(Ring, desk.wait(1))
    assert {ring.call for ring in rung} == {"c2"}
    assert rung[0].agent in ("ann", "bob"), "hebrew is asked for no more, billing 1 is"


def test_new_skills_of_a_reload_count_at_once_for_those_who_wait() -> None:
    desk = Desk(queue(agents="ann", needs={"billing": 1}))
    desk.join("c1")
    assert desk.ringing() == {}
    desk.reload(queue(agents="ann", needs={"billing": 1}), agent("ann", skills={"billing": 1}))
    assert desk.ringing() == {"ann": "c1"}


# Tiers -------------------------------------------------------------------------------------------


def test_a_higher_tier_opens_with_waiting_time() -> None:
    members = {BOB: Member(tier=2, after=30.0)}
    desk = Desk(queue(agents="ann bob", members=members))
    desk.join("c1")
    desk.join("c2")
    assert desk.ringing() == {"ann": "c1"}
    assert why(desk, "ann") == {"bob": (SkipReason.TIER_CLOSED, 1030.0)}
    desk.answer("ann")
    assert only(Ring, desk.wait(29.5)) == []
    assert [ring.call for ring in only(Ring, desk.wait(0.5))] == ["c2"]


def test_of_open_tiers_the_lowest_with_somebody_free_is_rung() -> None:
    desk = Desk(queue(agents="ann bob", strategy="ring-all", members={ANN: Member(tier=2)}))
    desk.join("c1")
    assert desk.ringing() == {"bob": "c1"}
    assert why(desk, "bob") == {"ann": (SkipReason.HIGHER_TIER, None)}
    desk.fail("bob")
    assert desk.ringing() == {"ann": "c1"}, "bob has declined"


def test_a_member_rings_as_long_as_the_team_says() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", ring=20.0, members={ANN: Member(ring=8.0)}))
    [ring] = only(Ring, desk.join("c1"))
    assert ring.timeout == 8.0
    assert [type(action) for action in desk.wait(8)] == [CancelRing, Ring]
    assert desk.rings["bob"].timeout == 20.0


# Preferred agents --------------------------------------------------------------------------------


def test_a_caller_waits_for_the_preferred_agent_alone_for_a_while() -> None:
    desk = Desk(queue(agents="ann bob", preferred_for=20.0))
    desk.outside("bob", "x")
    desk.join("c1", preferred=BOB)
    assert desk.ringing() == {}
    desk.join("c2")
    assert desk.ringing() == {"ann": "c2"}, "others are not held up"
    desk.serve("c2", "ann", talk=5)
    assert only(Ring, desk.wait(14.9)) == []
    [ring] = only(Ring, desk.wait(0.1))
    assert (ring.agent, ring.call) == ("ann", "c1")


def test_the_preferred_agent_who_gets_free_in_time_is_rung_before_any_other() -> None:
    desk = Desk(queue(agents="ann bob", preferred_for=20.0))
    desk.outside("bob", "x")
    desk.join("c1", preferred=BOB)
    desk.wait(10)
    [ring] = only(Ring, desk.outside_over("bob", "x"))
    assert (ring.agent, ring.call, ring.why.strategy) == ("bob", "c1", "preferred agent")
    assert why(desk, "bob") == {"ann": (SkipReason.HELD_FOR_PREFERRED, 1020.0)}


def test_nobody_waits_for_a_preferred_agent_who_is_not_there() -> None:
    desk = Desk(queue(agents="ann bob", preferred_for=20.0))
    desk.pause("bob")
    desk.join("c1", preferred=BOB)
    assert desk.ringing() == {"ann": "c1"}
    desk.outside("ann", "x")
    desk.resume("bob")
    desk.outside("bob", "y")
    desk.join("c2", preferred=BOB)
    assert desk.pause("bob") == []
    desk.fail("ann")
    assert only(Ring, desk.outside_over("ann", "x") + desk.wait(5))[0].call == "c1"


# Between queues ----------------------------------------------------------------------------------


def test_an_agent_of_several_queues_takes_the_caller_with_the_most_points_of_all() -> None:
    desk = Desk(queue("red", "ann", ageing=1.0), queue("blue", "ann", ageing=1.0, weight=30.0))
    desk.pause("ann")
    desk.join("r", "red")
    desk.wait(29)
    desk.join("b", "blue")
    desk.resume("ann")
    assert desk.ringing() == {"ann": "b"}, "30 points are more than 29 seconds at one point each"


def test_an_overdue_caller_goes_before_all_others_of_all_queues() -> None:
    desk = Desk(
        queue("plain", "ann", overdue=600.0),
        queue("rich", "ann", strategy="vip-priority", weight=1000.0, overdue=600.0),
    )
    desk.pause("ann")
    desk.join("old", "plain")
    desk.wait(599)
    desk.join("vip", "rich", priority="vip")
    desk.resume("ann")
    assert desk.ringing() == {"ann": "vip"}
    desk.join("vip-2", "rich", priority="vip")
    desk.wait(1)
    desk.serve("vip", "ann")
    assert desk.ringing() == {"ann": "old"}


@pytest.mark.parametrize("strategy", ["longest-idle", "vip-priority"])
def test_no_flood_of_vips_starves_the_others(strategy: str) -> None:
    desk = Desk(queue(agents="ann", strategy=strategy, overdue=300.0))
    desk.join("first", priority="vip")
    desk.join("patient")
    begun, number = desk.now, 0
    while desk.rings["ann"].call != "patient":
        number += 1
        desk.join(f"vip-{number}", priority="vip")
        desk.serve(desk.rings["ann"].call, "ann", talk=20)
        assert desk.now - begun <= 330


def test_a_changed_priority_is_a_changed_place() -> None:
    desk = Desk(queue(agents="ann"))
    for call in ("c1", "c2", "c3"):
        desk.join(call)
    desk.tell(PriorityChanged(CallId("c3"), "vip"))
    assert desk.line() == ["c3", "c1", "c2"]
    desk.fail("ann")
    desk.wait(5)
    assert desk.ringing() == {"ann": "c3"}


# Overflow ----------------------------------------------------------------------------------------


def test_other_teams_help_from_many_callers_on_until_few_are_left() -> None:
    rule = Overflow((QueueName("help"),), callers=3, until=1)
    desk = Desk(queue("busy", "ann", overflow=rule), queue("help", "bob cid"))
    desk.join("c1", "busy")
    desk.join("c2", "busy")
    assert desk.ringing() == {"ann": "c1"}
    actions = desk.join("c3", "busy")
    assert only(ReportOverflow, actions) == [ReportOverflow(QueueName("busy"), True, 3)]
    assert desk.ringing() == {"ann": "c1", "bob": "c2", "cid": "c3"}
    desk.answer("bob")
    [over] = only(ReportOverflow, desk.answer("cid"))
    assert over.helped is False
    desk.end("c2")
    desk.join("c4", "busy")
    assert desk.ringing() == {"ann": "c1"}, "bob helps no more"


def test_who_helps_is_rung_after_the_own_team_and_serves_the_own_queue_first_of_equals() -> None:
    rule = Overflow((QueueName("help"),))
    desk = Desk(queue("busy", "ann", strategy="ring-all", overflow=rule), queue("help", "bob"))
    desk.join("c1", "busy")
    assert desk.ringing() == {"ann": "c1"}
    assert why(desk, "ann")["bob"] == (SkipReason.HIGHER_TIER, None)
    desk.join("c2", "busy")
    assert desk.ringing() == {"ann": "c1", "bob": "c2"}


def test_help_is_wanted_by_the_estimated_wait() -> None:
    rule = Overflow((QueueName("help"),), wait=90.0)
    desk = Desk(queue("busy", "ann", overflow=rule), queue("help", "bob"))
    for number in range(6):
        desk.join(f"early-{number}", "busy")
        desk.serve(f"early-{number}", "ann", talk=60)
    assert only(ReportOverflow, desk.join("c1", "busy")) == []
    assert only(ReportOverflow, desk.join("c2", "busy")) != [], "two times a minute is more than 90 s"
    assert desk.ringing() == {"ann": "c1", "bob": "c2"}


def test_a_why_says_what_the_others_do_at_that_moment_and_not_what_they_did_before() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", wrap_up=10.0))
    desk.join("1")
    desk.answer("ann")
    desk.join("2")
    assert why(desk, "bob") == {"ann": (SkipReason.TALKING, None)}
    desk.end("1")
    desk.fail("bob")
    desk.wait(5.0)
    assert why(desk, "bob") == {"ann": (SkipReason.WRAP_UP, 1010.0)}
    desk.fail("bob")
    desk.wait(5.0)
    assert why(desk, "ann") == {"bob": (SkipReason.DECLINED_CALLER, None)}
