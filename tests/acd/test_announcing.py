"""What a waiting caller is told, and when."""

from __future__ import annotations

from softswitch.acd.actions import Announce, Ring
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


def test_the_wait_is_told_once_it_can_be_known_and_never_rises_without_reason() -> None:
    desk = Desk(queue(agents="ann bob", announce=AnnounceSettings(wait=True, first=0.0, every=30.0)))
    for number in range(6):
        [ring] = desk.join(f"early-{number}")
        desk.serve(f"early-{number}", ring.agent, talk=60)  # type: ignore[union-attr]
    for number in range(2):
        desk.join(f"talks-{number}")
        desk.answer(("ann", "bob")[number])
    assert desk.join("c1") == [Announce(CallId("c1"), None, 30.0)]
    assert desk.join("c2") == [Announce(CallId("c2"), None, 60.0)]
    desk.pause("bob")  # the fresh estimate is twice as long
    assert desk.wait(30) == [Announce(CallId("c1"), None, 30.0), Announce(CallId("c2"), None, 60.0)]
    desk.join("vip", priority="vip")
    assert desk.wait(30)[0] == Announce(CallId("c1"), None, 120.0)
