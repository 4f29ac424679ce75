"""A caller who must hear something first: holds a place, and is offered to nobody until that is over."""

from __future__ import annotations

import pytest

from softswitch.acd.actions import Announce, CallBack, Leave, Ring
from softswitch.acd.events import CallbackWanted, CallerReady, QueueClosed
from softswitch.acd.settings import AnnounceSettings, CallbackSettings, NoAgents
from softswitch.errors import EngineError
from softswitch.types import CallId, HangUp, LeaveReason, QueueName
from tests.acd.desk import Desk, only, queue


def ready(desk: Desk, call: str) -> list[object]:
    return list(desk.tell(CallerReady(CallId(call))))


def test_no_phone_rings_before_and_one_does_at_once_when_it_is_over() -> None:
    desk = Desk(queue(agents="ann"))
    assert desk.join("c1", held=True) == []
    assert desk.wait(5.0) == []
    [ring] = ready(desk, "c1")
    assert isinstance(ring, Ring)
    assert (ring.call, ring.agent) == ("c1", "ann")


def test_the_place_is_that_of_joining_though_others_are_offered_meanwhile() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1", held=True)
    desk.join("c2")
    assert desk.line() == ["c1", "c2"]
    assert desk.ringing() == {"ann": "c2"}
    desk.join("c3")
    ready(desk, "c1")
    desk.serve("c2", "ann")
    assert desk.ringing() == {"ann": "c1"}


def test_the_wait_counts_from_joining_for_service_level_and_for_max_wait() -> None:
    desk = Desk(queue(agents="ann", service_within=10.0, max_wait=20.0))
    desk.join("c1", held=True)
    desk.wait(11.0)
    ready(desk, "c1")
    desk.serve("c1", "ann")
    assert (desk.queue().counts.answered, desk.queue().counts.answered_in_time) == (1, 0)
    desk.join("c2", held=True)
    [left] = only(Leave, desk.wait(20.0))
    assert left.reason is LeaveReason.MAX_WAIT
    assert ready(desk, "c2") == []


def test_who_hangs_up_meanwhile_has_given_up_and_has_the_place_again_on_calling_back() -> None:
    desk = Desk(queue(agents="ann", short_abandon=2.0, keep_place=60.0))
    desk.pause("ann")
    desk.join("c1", number="+481", held=True)
    desk.join("c2")
    desk.wait(3.0)
    desk.leave("c1")
    assert desk.queue().counts.abandoned == 1
    desk.join("c3", number="+481", held=True)
    assert desk.line() == ["c3", "c2"]
    desk.wait(1.0)
    desk.leave("c3")
    assert (desk.queue().counts.abandoned, desk.queue().counts.abandoned_short) == (1, 1)


def test_a_queue_that_takes_nobody_says_so_before_anything_is_heard() -> None:
    desk = Desk(queue(agents="ann", max_callers=0))
    [left] = only(Leave, desk.join("c1", held=True))
    assert left.reason is LeaveReason.FULL
    assert ready(desk, "c1") == []


def test_closing_and_having_nobody_there_take_who_is_held_too() -> None:
    desk = Desk(queue(agents="ann", closes=HangUp(), no_agents=NoAgents(waiting=HangUp(), grace=2.0)))
    desk.join("c1", held=True)
    [left] = only(Leave, desk.tell(QueueClosed(QueueName("q"))))
    assert left.reason is LeaveReason.CLOSED
    desk = Desk(queue(agents="ann", no_agents=NoAgents(waiting=HangUp(), grace=2.0)))
    desk.pause("ann")
    desk.join("c1", held=True)
    [left] = only(Leave, desk.wait(2.0))
    assert left.reason is LeaveReason.NO_AGENTS


def test_announcements_that_fell_due_come_when_it_is_over_and_at_their_times_then() -> None:
    desk = Desk(queue(agents="", announce=AnnounceSettings(position=True, first=2.0, every=30.0)))
    desk.join("c1", held=True)
    assert desk.wait(6.0) == []
    assert ready(desk, "c1") == [Announce(CallId("c1"), 1, None)]
    assert desk.wait(29.0) == []
    assert desk.wait(1.0) == [Announce(CallId("c1"), 1, None)]


def test_the_estimate_is_judged_by_the_wait_after_it() -> None:
    """Else every free agent's caller would count as one who waited, of whom another wait was foreseen."""
    desk = Desk(queue(agents="ann", ring=1000.0))
    desk.foretell("ann", 60.0)
    before = desk.queue().estimate_error
    desk.join("c1", held=True)
    desk.wait(8.0)
    ready(desk, "c1")
    desk.wait(2.0)
    desk.answer("ann")
    assert desk.queue().estimate_error == before, "an agent was free: nothing was foreseen"
    desk.join("c2", held=True)
    desk.wait(8.0)
    ready(desk, "c2")
    desk.wait(60.0)
    desk.end("c1")
    [connected] = desk.answer("ann")
    assert connected.foreseen == pytest.approx(8.0 + 60.0, abs=1.0)  # type: ignore[attr-defined]


def test_a_reload_keeps_who_is_held_so() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1", held=True)
    assert desk.reload(queue(agents="ann bob", strategy="ring-all")) == []
    assert {ring.agent for ring in only(Ring, list(ready(desk, "c1")))} == {"ann", "bob"}  # type: ignore[arg-type]


def test_who_wants_to_be_called_back_instead_is_held_no_more() -> None:
    desk = Desk(queue(agents="ann", callback=CallbackSettings(customer_first=True)))
    desk.join("c1", held=True)
    [call_back] = only(CallBack, desk.tell(CallbackWanted(CallId("c1"))))
    assert call_back.agent == "ann"
    assert ready(desk, "c1") == []


def test_being_ready_twice_or_without_having_been_held_does_nothing_and_for_nobody_is_an_error() -> None:
    desk = Desk(queue(agents="ann"))
    desk.join("c1")
    assert ready(desk, "c1") == []
    with pytest.raises(EngineError, match="never joined"):
        ready(desk, "c2")


def test_what_was_to_be_heard_takes_nothing_of_the_preferred_agents_time() -> None:
    desk = Desk(queue(agents="ann bob", preferred_for=20.0))
    desk.outside("ann", "x")
    desk.join("c1", held=True, preferred="ann")
    desk.wait(15.0)
    assert ready(desk, "c1") == []
    assert desk.wait(19.0) == []
    desk.wait(1.0)
    assert desk.ringing() == {"bob": "c1"}
