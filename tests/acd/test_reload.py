"""New settings come into force, and everything that lives stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from softswitch.acd.actions import Announce, CancelRing, Connect, Leave, Ring
from softswitch.acd.events import SettingsChanged
from softswitch.acd.settings import AnnounceSettings, EngineSettings
from softswitch.errors import EngineError
from softswitch.types import AgentName, CallId, CancelReason, LeaveReason, QueueName
from tests.acd.desk import Desk, agent, only, queue


def test_a_reload_of_the_same_settings_changes_nothing() -> None:
    desk = Desk(queue(agents="ann bob", wrap_up=30.0, max_wait=600.0), queue("other", ""))
    for call in ("c1", "c2", "c3"):
        desk.join(call)
    desk.answer("ann")
    desk.wait(5)
    desk.end("c1")
    before, deadline = desk.engine.snapshot(desk.now), desk.engine.next_deadline()
    assert desk.reload(queue(agents="ann bob", wrap_up=30.0, max_wait=600.0), queue("other", "")) == []
    assert desk.engine.snapshot(desk.now) == before
    assert desk.engine.next_deadline() == deadline


def test_waiting_callers_are_sorted_anew_when_classes_or_ageing_change() -> None:
    desk = Desk(queue(agents=""))
    desk.join("c1")
    desk.wait(10)
    desk.join("c2", priority="gold")
    assert desk.line() == ["c1", "c2"]
    desk.reload(queue(agents="", priority={"default": 0.0, "gold": 5.0}))
    assert desk.line() == ["c2", "c1"]
    assert desk.queue().callers[0].priority == "gold"
    desk.reload(queue(agents="", priority={"default": 0.0, "gold": 5.0}, ageing=1.0))
    assert desk.line() == ["c1", "c2"]


def test_a_new_agent_is_rung_in_the_same_event() -> None:
    desk = Desk(queue(agents=""))
    desk.join("c1")
    [ring] = desk.reload(queue(agents="ann"))
    assert isinstance(ring, Ring)


def test_a_raised_limit_is_used_in_the_same_event() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.join("c2")
    assert len(only(Ring, desk.reload(queue(agents="ann"), agent("ann", calls=2)))) == 1


def test_a_lowered_limit_cuts_nothing_off() -> None:
    desk = Desk(queue(agents="ann"), agent("ann", calls=2))
    desk.join("c1")
    desk.join("c2")
    assert desk.reload(queue(agents="ann")) == []
    assert desk.agent("ann").load == 2
    desk.serve("c2", "ann")
    assert desk.join("c3") == []


def test_callers_of_a_removed_queue_leave_and_their_phones_stop_first() -> None:
    desk = Desk(queue("red", "ann"), queue("blue", "bob"))
    desk.join("c1", "red")
    desk.join("c2", "red")
    desk.join("c3", "blue")
    actions = desk.reload(queue("blue", "bob"))
    assert actions == [
        CancelRing(desk.rings["ann"].offer, CancelReason.QUEUE_REMOVED),
        Leave(CallId("c1"), QueueName("red"), LeaveReason.QUEUE_REMOVED, None, 0.0),
        Leave(CallId("c2"), QueueName("red"), LeaveReason.QUEUE_REMOVED, None, 0.0),
    ]
    assert desk.ringing() == {"bob": "c3"}


def test_a_caller_who_was_on_the_way_to_a_removed_queue_leaves_at_once() -> None:
    desk = Desk(queue("red"), queue("blue"))
    desk.reload(queue("blue"))
    [leave] = desk.join("c1", "red")
    assert isinstance(leave, Leave)
    assert leave.reason is LeaveReason.QUEUE_REMOVED


def test_a_connect_that_fails_after_its_queue_was_removed_ends_the_stay() -> None:
    desk = Desk(queue("red", "ann"), queue("blue"))
    desk.join("c1", "red")
    desk.answer("ann")
    desk.reload(queue("blue"))
    [leave] = desk.connect_failed("c1")
    assert isinstance(leave, Leave)
    assert leave.reason is LeaveReason.QUEUE_REMOVED


def test_a_queue_that_comes_back_has_its_counts() -> None:
    desk = Desk(queue("red", "ann"))
    desk.join("c1", "red")
    desk.serve("c1", "ann")
    desk.reload()
    desk.reload(queue("red", "ann"))
    assert desk.queue("red").counts.answered == 1


def test_a_removed_agents_phone_stops_and_the_caller_rings_elsewhere() -> None:
    desk = Desk(queue(agents="ann bob", strategy="hunt"))
    desk.join("c1")
    cancel, ring = desk.reload(queue(agents="bob"))
    assert cancel == CancelRing(desk.rings["ann"].offer, CancelReason.AGENT_REMOVED)
    assert isinstance(ring, Ring)
    assert ring.agent == "bob"


def test_a_removed_agent_talks_on_and_then_is_gone() -> None:
    desk = Desk(queue(agents="ann bob", wrap_up=10.0))
    desk.join("c1")
    desk.answer("ann")
    assert desk.reload(queue(agents="bob", wrap_up=10.0)) == []
    assert desk.agent("ann").calls == ("c1",)
    desk.end("c1")
    assert desk.agent("ann").state == "wrap-up"
    desk.wait(10)
    assert AgentName("ann") not in desk.engine.snapshot(desk.now).agents


def test_an_agent_who_leaves_a_team_finishes_what_rings() -> None:
    desk = Desk(queue("red", "ann bob"), queue("blue", "ann"))
    desk.join("c1", "red")
    assert desk.reload(queue("red", "bob"), queue("blue", "ann")) == []
    assert isinstance(desk.answer("ann")[0], Connect)


def test_a_pause_and_a_back_off_outlive_a_reload() -> None:
    desk = Desk(queue(agents="ann bob", retry=5.0))
    desk.join("c1")
    desk.pause("bob")
    desk.fail("ann")
    assert desk.reload(queue(agents="ann bob", retry=1.0)) == []
    assert desk.agent("bob").state == "paused"
    assert desk.wait(4.5) == []
    assert len(only(Ring, desk.wait(0.5))) == 1


def test_the_turn_of_round_robin_outlives_a_reload_and_the_leaving_of_the_last_one() -> None:
    desk = Desk(queue(agents="ann bob cid", strategy="round-robin"))
    desk.join("c1")
    desk.serve("c1", "ann")
    desk.reload(queue(agents="ann bob cid", strategy="round-robin", ring=9.0))
    desk.join("c2")
    desk.serve("c2", "bob")
    desk.reload(queue(agents="ann cid", strategy="round-robin"))
    desk.join("c3")
    assert desk.ringing() == {"cid": "c3"}


def test_another_strategy_is_used_from_the_next_offer_on_and_ring_all_at_once() -> None:
    desk = Desk(queue(strategy="hunt"))
    desk.join("c1")
    rings = only(Ring, desk.reload(queue(strategy="ring-all")))
    assert [ring.agent for ring in rings] == ["bob", "cid"]
    assert only(Ring, desk.reload(queue(strategy="hunt"))) == []
    desk.fail("ann")
    assert desk.ringing() == {"bob": "c1", "cid": "c1"}


def test_a_new_max_wait_counts_from_joining() -> None:
    desk = Desk(queue(agents=""))
    desk.join("c1")
    desk.wait(30)
    assert desk.reload(queue(agents="", max_wait=40.0)) == []
    assert [type(action) for action in desk.wait(10)] == [Leave]
    desk.join("c2")
    desk.wait(30)
    assert [type(action) for action in desk.reload(queue(agents="", max_wait=20.0))] == [Leave]


def test_new_announcements_follow_the_new_times_and_old_ones_stop() -> None:
    often = AnnounceSettings(position=True, first=0.0, every=10.0)
    desk = Desk(queue(agents="", announce=often))
    desk.join("c1")
    desk.wait(5)
    desk.reload(queue(agents="", announce=AnnounceSettings(position=True, first=0.0, every=60.0)))
    assert desk.wait(54) == []
    assert len(desk.wait(1)) == 1
    desk.reload(queue(agents="", announce=AnnounceSettings(position=True, first=0.0)))
    assert desk.engine.next_deadline() is None
    desk.reload(queue(agents=""))
    desk.join("c2")
    assert [told.call for told in only(Announce, desk.reload(queue(agents="", announce=often)))] == ["c2"]
    assert len(desk.wait(10)) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ring": 0.0}, r"queue 'q': ring is 0.0; it must be above 0"),
        ({"max_wait": 0.0}, "max_wait is 0.0"),
        ({"announce": AnnounceSettings(every=0.0)}, "announce.every is 0.0"),
        ({"announce": AnnounceSettings(first=-1.0)}, "announce.first is -1.0; it must not be below 0"),
        ({"retry": -1.0}, "retry is -1.0"),
        ({"wrap_up": float("nan")}, "wrap_up is nan"),
        ({"ageing": -1.0}, "ageing is -1.0"),
        ({"strategy": "round-robbin"}, "unknown strategy 'round-robbin': did you mean 'round-robin'"),
        ({"agents": "ann ann"}, "names an agent twice"),
    ],
)
def test_settings_that_contradict_themselves_are_refused_whole(wrong: dict[str, Any], message: str) -> None:
    desk = Desk(queue("old", "ann"))
    desk.join("c1", "old")
    before = desk.engine.snapshot(desk.now)
    with pytest.raises(EngineError, match=message):
        desk.reload(queue("fine"), queue(**wrong))
    assert desk.engine.snapshot(desk.now) == before


def test_a_team_may_only_name_agents_that_are_there() -> None:
    desk = Desk()
    settings = EngineSettings({QueueName("q"): queue(agents="ann")}, {})
    with pytest.raises(EngineError, match="names agent 'ann', who is not among the agents"):
        desk.tell(SettingsChanged(settings))


def test_an_agent_takes_at_least_one_call() -> None:
    with pytest.raises(EngineError, match="agent 'ann': calls is 0; it must be at least 1"):
        Desk(agent("ann", calls=0))
