"""What users of other queues complain about, one test each, as far as it is the engine's to get right."""

from __future__ import annotations

import itertools

import pytest

from softswitch.acd.actions import Announce, CancelRing, Connect, Ring
from softswitch.acd.events import AgentPaused, AgentResumed, SettingsChanged
from softswitch.acd.settings import AnnounceSettings
from softswitch.types import AgentName, CancelReason, QueueName
from tests.acd.desk import Desk, agent, floor_of, only, queue


def test_an_announcement_never_holds_up_an_offer() -> None:
    talk = AnnounceSettings(position=True, first=0.0, every=10.0)
    desk = Desk(queue(agents="ann", announce=talk))
    desk.pause("ann")
    assert only(Announce, desk.join("c1"))
    assert only(Ring, desk.resume("ann")), "while the caller hears the announcement"
    desk.join("c2")
    desk.answer("ann")
    desk.wait(10 - desk.now % 10)
    kinds = [type(action) for action in desk.end("c1")]
    assert kinds == [Ring]


def test_the_wait_estimate_knows_position_and_agents_and_does_not_rise_with_time() -> None:
    told = AnnounceSettings(wait=True, first=0.0, every=60.0)
    desk = Desk(queue(agents="ann bob", announce=told))
    desk.pause("bob")
    desk.foretell("ann", talk=120)
    desk.resume("bob")
    for call, name in (("t1", "ann"), ("t2", "bob")):
        desk.join(call)
        desk.answer(name)
    waits = [only(Announce, desk.join(f"c{number}"))[0].wait for number in range(1, 4)]
    assert waits == [60.0, 120.0, 180.0]
    later = only(Announce, desk.wait(600))
    by_call = {call: [each.wait for each in later if each.call == call] for call in ("c1", "c2", "c3")}
    for told_waits in by_call.values():
        assert told_waits == sorted(told_waits, key=lambda wait: -(wait or 0.0))


def test_periodic_announcements_do_not_vanish_and_stop_at_the_answer() -> None:
    desk = Desk(
        queue(agents="ann", announce=AnnounceSettings(position=True, first=5.0, every=20.0), ring=60.0)
    )
    desk.pause("ann")
    desk.join("c1")
    assert len(only(Announce, desk.wait(605))) == 31
    desk.resume("ann")
    desk.answer("ann")
    assert desk.wait(600) == []


def test_two_answers_to_one_ring_all_give_one_connection() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.join("c1")
    actions = [*desk.answer("ann"), *desk.answer("bob"), *desk.answer("cid")]
    assert len(only(Connect, actions)) == 1
    assert {cancel.reason for cancel in only(CancelRing, actions)} == {CancelReason.ANSWERED_ELSEWHERE}
    assert [desk.agent(name).state for name in ("ann", "bob", "cid")] == ["talking", "free", "free"]


def test_an_answerer_who_drops_before_the_bridge_is_left_out_of_the_next_round() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.join("c1")
    desk.join("c2")
    desk.answer("ann")
    assert desk.ringing() == {"bob": "c2", "cid": "c2"}
    desk.connect_failed("c1")
    assert desk.line() == ["c1", "c2"]
    assert desk.ringing() == {"bob": "c2", "cid": "c2"}, "who rings for another is not disturbed"
    desk.fail("bob")
    desk.wait(5)
    assert desk.ringing()["bob"] == "c1"


def test_wrap_up_is_not_cut_short_by_reload_pause_or_outside_calls() -> None:
    desk = Desk(queue(agents="ann", wrap_up=30.0))
    for call in ("c1", "c2"):
        desk.join(call)
    desk.serve("c1", "ann", talk=10)
    desk.wait(5)
    desk.reload(queue(agents="ann", wrap_up=0.0))
    desk.pause("ann")
    desk.resume("ann")
    desk.outside("ann", "x")
    desk.outside_over("ann", "x")
    assert only(Ring, desk.wait(24.5)) == []
    assert len(only(Ring, desk.wait(0.5))) == 1


def test_a_call_counts_once_however_often_its_end_is_told() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.answer("ann")
    desk.connect_failed("c1")
    desk.wait(5)
    desk.answer("ann")
    desk.wait(60)
    for _ in range(3):
        desk.end("c1")
        desk.leave("c1")
    assert (desk.agent("ann").taken, desk.agent("ann").talk_time) == (1, 60.0)
    assert desk.queue().counts.answered == 1


def test_a_heavier_queue_does_not_starve_another() -> None:
    desk = Desk(queue("heavy", "ann", ageing=1.0), queue("light", "ann", ageing=1.0))
    desk.join("first", "heavy", priority="vip")
    desk.join("light", "light")
    begun, numbers = desk.now, itertools.count()
    while desk.rings["ann"].call != "light":
        desk.join(f"heavy-{next(numbers)}", "heavy", priority="vip")
        desk.serve(desk.rings["ann"].call, "ann", talk=10)
        assert desk.now - begun <= 120, "a vip's 100 points are 100 seconds at one point a second"


def test_who_just_rejected_is_not_rung_again_at_once_by_any_queue() -> None:
    desk = Desk(queue("red", "ann", retry=5.0), queue("blue", "ann", retry=5.0))
    desk.join("c1", "red")
    desk.join("c2", "blue")
    assert desk.fail("ann") == []
    assert desk.wait(4.9) == []
    assert len(only(Ring, desk.wait(0.1))) == 1


def test_no_agent_stays_reserved_when_nobody_tells_how_the_offer_ended() -> None:
    desk = Desk(queue(agents="ann", ring=20.0, retry=5.0))
    desk.join("c1")
    desk.wait(20)  # the phone never said anything
    desk.leave("c1")
    desk.wait(5)
    assert desk.agent("ann").state == "free"
    assert desk.agent("ann").load == 0


def test_a_reload_is_never_needed_to_go_on() -> None:
    desk = Desk(queue(agents="ann bob", ring=10.0, retry=3.0))
    desk.join("c1")
    for _ in range(50):
        desk.wait(7)
        offered = desk.ringing()
        backing_off = {name for name in ("ann", "bob") if desk.agent(name).state == "back-off"}
        assert offered or backing_off == {"ann", "bob"}
    assert desk.engine.next_deadline() is not None


def test_hunt_goes_on_past_an_unavailable_last_agent() -> None:
    desk = Desk(queue(strategy="hunt", ring=10.0, retry=5.0))
    desk.pause("cid")
    desk.join("c1")
    rung = [desk.rings["ann"].agent]
    rung += [ring.agent for ring in only(Ring, desk.wait(40))]
    assert rung == ["ann", "bob", "ann", "bob", "ann"]


def test_nobody_is_rung_for_a_caller_who_has_hung_up() -> None:
    desk = Desk(queue(strategy="ring-all"))
    desk.join("c1")
    offers = {ring.offer for ring in desk.rings.values()}
    assert {cancel.offer for cancel in only(CancelRing, desk.leave("c1"))} == offers
    assert desk.line() == []
    assert desk.wait(1000) == []


@pytest.mark.parametrize("change", ["pause", "outside call", "reload", "pause and resume"])
def test_a_change_of_the_agents_state_in_mid_offer_neither_loops_nor_loses_it(change: str) -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    changes = {
        "pause": [AgentPaused(AgentName("ann"))],
        "outside call": [],
        "reload": [SettingsChanged(floor_of(queue(agents="ann", ring=9.0)))],
        "pause and resume": [AgentPaused(AgentName("ann")), AgentResumed(AgentName("ann"))],
    }[change]
    if change == "outside call":
        assert desk.outside("ann", "x") == []
    for event in changes:
        assert desk.tell(event) == []
    assert desk.ringing() == {"ann": "c1"}
    assert len(only(Connect, desk.answer("ann"))) == 1


def test_one_phone_is_not_rung_twice_for_one_caller_and_nobody_is_left_out() -> None:
    desk = Desk(queue(strategy="ring-all"), *(agent(name, calls=3) for name in ("ann", "bob", "cid")))
    rings = [ring.agent for ring in only(Ring, desk.join("c1"))]
    rings += [ring.agent for ring in only(Ring, desk.reload(queue(strategy="ring-all")))]
    assert rings == ["ann", "bob", "cid"]


def test_listing_a_queue_of_tens_of_thousands_costs_what_is_shown() -> None:
    desk = Desk(queue(agents=""))
    for number in range(20_000):
        desk.join(f"c{number}")
    view = desk.engine.snapshot(desk.now).queues[QueueName("q")]
    assert (view.waiting, len(view.callers)) == (20_000, 1000)


def test_the_next_caller_is_offered_in_the_event_that_frees_the_agent() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    desk.answer("ann")
    for number in range(500):
        desk.join(f"w{number}")
    [ring] = desk.end("c1")
    assert isinstance(ring, Ring)
    assert ring.call == "w0"
    assert desk.engine.next_deadline() == desk.now + ring.timeout, "nothing but its ring time is watched"
