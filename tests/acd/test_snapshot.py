"""What wallboard and command line see."""

from __future__ import annotations

from softswitch.acd.snapshot import AgentView, CallerView, ConversationView
from softswitch.types import AgentName, CallId, QueueName
from tests.acd.desk import Desk, queue


def test_a_snapshot_shows_callers_agents_and_conversations() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt", ageing=0.5, wrap_up=5.0))
    desk.join("c1")
    desk.wait(4)
    desk.answer("ann")
    desk.join("c2", priority="urgent")
    desk.wait(6)
    seen = desk.engine.snapshot(desk.now)
    assert seen.queues[QueueName("q")].callers == (
        CallerView(
            *(CallId("c2"), "+48c2", 1, "urgent", 53.0, desk.now - 6, 6.0, (AgentName("bob"),)),
            standing=desk.now - 6,
        ),
    )
    assert seen.conversations == (
        ConversationView(CallId("c1"), "+48c1", QueueName("q"), AgentName("ann"), desk.now - 6, 4.0),
    )
    assert seen.agents[AgentName("bob")] == AgentView(
        AgentName("bob"),
        "ringing",
        desk.now - 6,
        None,
        None,
        (CallId("c2"),),
        1,
        1,
        (QueueName("q"),),
        0,
        0.0,
    )
    assert seen.queues[QueueName("q")].free == 0


def test_the_state_an_agent_is_in_begins_when_it_began() -> None:
    desk = Desk(queue(agents="ann", wrap_up=5.0, retry=5.0))
    begun = desk.now
    assert (desk.agent("ann").state, desk.agent("ann").since) == ("free", begun)
    desk.wait(3)
    desk.join("c1")
    desk.fail("ann")
    assert (desk.agent("ann").state, desk.agent("ann").until) == ("back-off", desk.now + 5)
    desk.wait(9)
    assert (desk.agent("ann").state, desk.agent("ann").since) == ("ringing", desk.now - 4)
    desk.serve("c1", "ann", talk=10)
    assert (desk.agent("ann").state, desk.agent("ann").since) == ("wrap-up", desk.now)
    desk.pause("ann")
    desk.wait(5)
    assert (desk.agent("ann").state, desk.agent("ann").since) == ("paused", desk.now)
    desk.outside("ann", "x")
    assert desk.agent("ann").calls == ("x",)
    assert desk.agent("ann").state == "outside-call"


def test_a_snapshot_lists_the_first_of_a_long_line_and_counts_all() -> None:
    desk = Desk(queue(agents=""))
    for number in range(30):
        desk.join(f"c{number}")
    view = desk.engine.snapshot(desk.now, most=10).queues[QueueName("q")]
    assert view.waiting == 30
    assert [caller.position for caller in view.callers] == list(range(1, 11))


def test_the_longest_wait_is_of_who_waits_now_wherever_in_the_line() -> None:
    desk = Desk(queue(agents="ann"))
    assert desk.engine.longest_waits(desk.now) == {}
    desk.join("c1")
    desk.wait(4)
    desk.answer("ann")
    desk.join("c2")
    desk.wait(3)
    desk.join("c3", priority="urgent")
    desk.wait(2)
    assert desk.engine.longest_waits(desk.now) == {QueueName("q"): 5.0}
