"""What is remembered over a restart beside figures."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import Ring
from softswitch.acd.agents import AgentState
from softswitch.acd.estimate import Foreseen, Outcome
from softswitch.acd.events import AgentMemory, MemoryRestored, Notes, QueueMemory, TimerExpired, WrapUpEnded
from softswitch.acd.settings import AnnounceSettings
from softswitch.types import AgentName, CallId, QueueName
from tests.acd.desk import Desk, queue

ANN, BOB, Q = AgentName("ann"), AgentName("bob"), QueueName("q")


def rung(desk: Desk, call: str) -> list[AgentName]:
    return [action.agent for action in desk.join(call) if isinstance(action, Ring)]


def test_an_agent_with_notes_to_write_is_left_in_peace_for_the_rest_of_them() -> None:
    desk = Desk(queue(agents="ann", wrap_up=60.0))
    notes = Notes(CallId("c0"), Q, desk.now - 3.0, desk.now + 57.0)
    desk.tell(MemoryRestored(agents={ANN: AgentMemory(desk.now + 57.0, (notes,))}))
    seen = desk.engine.snapshot(desk.now).agents[ANN]
    assert (seen.state, seen.since, seen.until) == (AgentState.WRAP_UP, desk.now - 3.0, desk.now + 57.0)
    assert rung(desk, "c1") == []
    desk.now += 57.0
    [ring] = desk.tell(TimerExpired())
    assert isinstance(ring, Ring)


def test_notes_from_before_end_early_as_others_do() -> None:
    desk = Desk(queue(agents="ann", wrap_up=60.0))
    notes = Notes(CallId("c0"), Q, desk.now - 3.0, desk.now + 57.0)
    desk.tell(MemoryRestored(agents={ANN: AgentMemory(None, (notes,))}))
    desk.join("c1")
    assert any(isinstance(action, Ring) for action in desk.tell(WrapUpEnded(ANN)))


@pytest.mark.parametrize(("ann", "bob", "first"), [(30.0, 10.0, ANN), (10.0, 30.0, BOB)])
def test_who_was_idle_longest_is(ann: float, bob: float, first: AgentName) -> None:
    desk = Desk(queue(agents="ann bob", strategy="longest-idle"))
    agents = {ANN: AgentMemory(desk.now - ann), BOB: AgentMemory(desk.now - bob)}
    desk.tell(MemoryRestored(agents=agents))
    assert rung(desk, "c1") == [first]
    assert desk.engine.snapshot(desk.now).agents[BOB if first is ANN else ANN].since == desk.now - 10.0


def test_it_is_the_turn_of_whom_it_was() -> None:
    desk = Desk(queue(agents="ann bob", strategy="round-robin"))
    desk.tell(MemoryRestored({Q: QueueMemory(offered_last=ANN)}))
    assert rung(desk, "c1") == [BOB]


def test_estimates_need_not_be_learned_anew() -> None:
    desk = Desk(queue(agents="ann", announce=AnnounceSettings(wait=True, first=0.0)))
    outcomes = tuple(Outcome(Foreseen(50.0, 100.0), 100.0) for _ in range(5))
    desk.tell(MemoryRestored({Q: QueueMemory(handle_times=(60.0,) * 5, outcomes=outcomes)}))
    seen = desk.engine.snapshot(desk.now).queues[Q]
    assert seen.estimate == 120.0, "people waited twice as long as was estimated from conversations alone"
    assert seen.estimate_error == 0.0
