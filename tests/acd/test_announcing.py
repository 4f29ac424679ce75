"""What a waiting caller is told, and when."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import Announce, Connect, Ring
from softswitch.acd.events import CallbackWanted, OfferAccepted
from softswitch.acd.settings import AnnounceSettings
from softswitch.types import CallId
from tests.acd.desk import Desk, only, queue

AT_ONCE = AnnounceSettings(position=True, first=0.0, every=30.0)


def test_the_position_is_told_at_once_on_joining_and_then_periodically() -> None:
    desk = Desk(queue(agents="", announce=AT_ONCE))
    desk.join("c1")
    assert desk.join("c2") == [Announce(CallId("c2"), 2, None)]
    desk.wait(10)
    desk.leave("c1")
    assert desk.wait(20) == [Announce(CallId("c2"), 1, None)]
    assert desk.wait(30) == [Announce(CallId("c2"), 1, None)]


def test_the_first_announcement_waits_as_long_as_configured() -> None:
    desk = Desk(queue(agents="", announce=AnnounceSettings(position=True, first=5.0)))
    assert desk.join("c1") == []
    assert desk.wait(4.5) == []
    assert desk.wait(0.5) == [Announce(CallId("c1"), 1, None)]
    assert desk.wait(1000) == []


def test_an_announcement_comes_after_the_offer_and_never_before() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    kinds = [type(action) for action in desk.join("c1")]
    assert kinds == [Ring, Announce]


def test_nothing_is_announced_to_a_caller_who_talks() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    desk.join("c1")
    desk.answer("ann")
    assert desk.wait(300) == []


def test_announcements_go_on_when_the_connect_failed() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    desk.join("c1")
    desk.wait(10)
    desk.answer("ann")
    desk.connect_failed("c1")
    assert only(Announce, desk.wait(19)) == []
    assert only(Announce, desk.wait(1)) == [Announce(CallId("c1"), 1, None)]


def test_no_wait_is_told_while_a_phone_rings_for_the_caller() -> None:
    desk = Desk(queue(agents="ann", announce=AnnounceSettings(wait=True, first=0.0, every=5.0)))
    for number in range(6):
        desk.join(f"c{number}")
        desk.serve(f"c{number}", "ann", talk=60)
    assert only(Announce, desk.join("c9")) == []
    assert desk.wait(10) == []


def test_the_wait_is_told_once_it_has_proved_right_and_never_rises_without_reason() -> None:
    desk = Desk(queue(agents="ann bob", announce=AnnounceSettings(wait=True, first=0.0, every=30.0)))
    desk.pause("bob")
    desk.foretell("ann", talk=60)
    desk.resume("bob")
    for number in range(2):
        desk.join(f"talks-{number}")
        desk.answer(("ann", "bob")[number])
    assert desk.join("c1") == [Announce(CallId("c1"), None, 30.0)]
    assert desk.join("c2") == [Announce(CallId("c2"), None, 60.0)]
    desk.pause("bob")  # the fresh estimate is twice as long
    assert desk.wait(30) == [Announce(CallId("c1"), None, 30.0), Announce(CallId("c2"), None, 60.0)]
    desk.join("vip", priority="vip")
    assert desk.wait(30)[0] == Announce(CallId("c1"), None, 120.0)


WAIT = AnnounceSettings(wait=True, first=0.0)


def test_nothing_is_told_of_the_wait_before_enough_have_waited() -> None:
    desk = Desk(queue(agents="ann", announce=WAIT))
    desk.foretell("ann", talk=60, callers=4)
    desk.join("talks")
    desk.answer("ann")
    assert desk.join("c1") == []
    desk.end("talks")
    desk.serve("c1", "ann", 60)
    desk.join("talks-2")
    desk.answer("ann")
    assert only(Announce, desk.join("c2")) != []


@pytest.mark.parametrize(("max_error", "told"), [(0.6, False), (0.75, True)])
def test_the_wait_is_not_told_while_estimates_were_too_far_off(max_error: float, told: bool) -> None:
    desk = Desk(queue(agents="ann", announce=AnnounceSettings(wait=True, max_error=max_error)))
    desk.foretell("ann", talk=60, callers=6)
    for round_ in range(60):  # by turns a third of the mean, and five thirds
        desk.join(f"talks-{round_}")
        desk.answer("ann")
        desk.join(f"c{round_}")
        desk.wait(20 if round_ % 2 else 100)
        desk.end(f"talks-{round_}")
        desk.serve(f"c{round_}", "ann", 60)
    error = desk.queue().estimate_error
    assert error is not None
    assert 0.6 < error < 0.75
    desk.join("talks")
    desk.answer("ann")
    assert bool(only(Announce, desk.join("last"))) is told


def test_estimates_that_were_always_too_short_are_made_longer() -> None:
    """The agent serves another queue too, of which the estimate knows nothing."""
    desk = Desk(queue(agents="ann", announce=WAIT), queue("other", "ann", weight=10.0))
    desk.foretell("ann", talk=60)
    for round_ in range(60):
        desk.join(f"talks-{round_}")
        desk.answer("ann")
        desk.join(f"c{round_}")
        desk.wait(60)
        desk.join(f"other-{round_}", "other")
        desk.end(f"talks-{round_}")
        desk.serve(f"other-{round_}", "ann", 60)
        desk.serve(f"c{round_}", "ann", 60)
    desk.join("talks")
    desk.answer("ann")
    [told] = only(Announce, desk.join("last"))
    assert told.wait == pytest.approx(120.0, abs=10)


def test_who_gives_up_after_the_time_that_was_foreseen_counts_against_the_estimate() -> None:
    desk = Desk(queue(agents="ann", announce=WAIT))
    desk.foretell("ann", talk=60)
    before = desk.queue().estimate_error
    desk.join("talks")
    desk.answer("ann")
    desk.join("early")
    desk.wait(20)
    desk.leave("early")
    assert desk.queue().estimate_error == before
    desk.join("late")
    desk.wait(600)
    desk.leave("late")
    after = desk.queue().estimate_error
    assert before is not None
    assert after is not None
    assert after > before + 0.2


def test_the_connection_tells_what_was_foreseen_on_joining() -> None:
    desk = Desk(queue(agents="ann"))
    desk.foretell("ann", talk=60, callers=1)
    desk.join("c1")
    assert only(Connect, desk.answer("ann"))[0].foreseen is None  # a phone rang at once
    desk.join("c2")
    desk.wait(60)
    desk.end("c1")
    assert only(Connect, desk.answer("ann"))[0].foreseen == 60.0


def test_callers_are_counted_with_whoever_hears_it_and_without_those_who_are_called_back() -> None:
    desk = Desk(queue(agents="", announce=AnnounceSettings(callers=True, first=0.0, every=30.0)))
    desk.join("c1")
    assert desk.join("c2") == [Announce(CallId("c2"), None, None, 2)]
    desk.tell(CallbackWanted(CallId("c1")))
    assert desk.wait(30) == [Announce(CallId("c2"), None, None, 1)]


def test_nothing_is_told_to_a_caller_whose_agent_has_answered() -> None:
    desk = Desk(queue(agents="ann", announce=AT_ONCE))
    desk.join("c1")
    desk.tell(OfferAccepted(desk.rings["ann"].offer))
    assert only(Announce, desk.wait(100)) == []
    desk.fail("ann")
    assert only(Announce, desk.wait(30)) == [Announce(CallId("c1"), 1, None)]
