"""The heap of timers."""

from __future__ import annotations

import weakref
from math import inf
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from softswitch.acd import deadlines as module
from softswitch.acd.deadlines import Deadlines, Timer


def test_timers_of_the_same_moment_are_due_in_the_order_they_were_set() -> None:
    deadlines, seen = Deadlines(), list[int]()
    for number in range(5):
        deadlines.set(7.0, lambda number=number: seen.append(number))  # type: ignore[misc]
    deadlines.fire(6.9)
    assert seen == []
    deadlines.fire(7.0)
    assert seen == [0, 1, 2, 3, 4]
    assert deadlines.next() is None


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60))
def test_what_is_cancelled_is_never_due(plan: list[tuple[int, bool]]) -> None:
    deadlines, seen = Deadlines(), list[int]()
    timers = [deadlines.set(at, lambda at=at: seen.append(at)) for at, _ in plan]  # type: ignore[misc]
    for timer, (_, cancelled) in zip(timers, plan, strict=True):
        if cancelled:
            deadlines.cancel(timer)
            deadlines.cancel(timer)
    kept = sorted(at for at, cancelled in plan if not cancelled)
    assert len(deadlines) == len(kept)
    assert deadlines.next() == (kept[0] if kept else None)
    deadlines.fire(100)
    assert seen == kept
    assert len(deadlines) == 0


def test_dead_timers_do_not_pile_up() -> None:
    deadlines = Deadlines()
    deadlines.set(1.0, lambda: None)
    for _ in range(50_000):
        deadlines.cancel(deadlines.set(1000.0, lambda: None))
    assert len(deadlines) == 1
    assert sum(map(len, deadlines._later.values())) + len(deadlines._heap) < 3000
    deadlines.cancel(None)


class Owner:
    """Somebody whom a timer is for, and who has the timer: a cycle, while it runs."""

    def __init__(self, deadlines: Deadlines, seen: list[str]) -> None:
        self.timer = deadlines.set(5.0, Owner.due, self, seen)

    def due(self, seen: list[str]) -> None:
        seen.append("due")


def test_what_is_due_is_called_with_what_it_was_set_with() -> None:
    deadlines, seen = Deadlines(), list[str]()
    owner = Owner(deadlines, seen)
    assert owner.timer.at == 5.0
    deadlines.fire(5.0)
    assert seen == ["due"]
    deadlines.fire(5.0)
    assert seen == ["due"]


def test_a_timer_that_is_over_keeps_nobody_alive() -> None:
    deadlines, seen = Deadlines(), list[str]()
    fired, cancelled = Owner(deadlines, seen), Owner(deadlines, seen)
    gone = weakref.ref(fired), weakref.ref(cancelled)
    deadlines.cancel(cancelled.timer)
    deadlines.fire(5.0)
    del fired, cancelled
    assert [each() for each in gone] == [None, None]


def test_what_is_due_may_set_and_cancel_whatever_else_is() -> None:
    deadlines, seen = Deadlines(), list[str]()
    others = [deadlines.set(5.0 + number, seen.append, "other") for number in range(3000)]

    def first() -> None:
        for other in others:  # so many that the dead are swept out
            deadlines.cancel(other)
        deadlines.set(5.0, seen.append, "set meanwhile")

    deadlines.set(4.0, first)
    deadlines.set(6.0, seen.append, "last")
    deadlines.fire(7.0)
    assert seen == ["set meanwhile", "last"]
    assert deadlines.next() is None


MOMENTS = st.sampled_from((0.0, 0.5, 7.999, 8.0, 8.001, 20.0, 900.0, 1e6, inf))


@given(st.lists(st.tuples(st.sampled_from(("set", "set", "cancel", "fire")), MOMENTS), max_size=60))
def test_timers_near_and_far_are_due_as_in_one_sorted_list(steps: list[tuple[str, float]]) -> None:
    with patch.object(module, "_SWEEP_FROM", 3):
        deadlines, now = Deadlines(), 0.0
        seen, timers = list[int](), dict[int, Timer]()
        for number, (what, after) in enumerate(steps):
            if what == "set":
                timers[number] = deadlines.set(now + after, seen.append, number)
            elif what == "cancel" and timers:
                deadlines.cancel(timers.pop(list(timers)[number % len(timers)]))
            elif what == "fire" and after < inf:
                now += after
                due = sorted((timer.at, one) for one, timer in timers.items() if timer.at <= now)
                seen.clear()
                deadlines.fire(now)
                assert seen == [one for _, one in due]
                for one in seen:
                    del timers[one]
            assert len(deadlines) == len(timers)
            assert deadlines.next() == min((timer.at for timer in timers.values()), default=None)
