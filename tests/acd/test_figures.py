"""Counts, ratios, estimates, chance, and the memory of what is over."""

from __future__ import annotations

from collections import Counter

import pytest

from softswitch.acd.chance import SplitMix64
from softswitch.acd.estimate import HandleTimes, Told, estimate
from softswitch.acd.recent import Recent
from softswitch.acd.stats import RATIOS, QueueCounts
from tests.acd.desk import Desk, queue


def test_each_caller_counts_once_where_the_stay_ended() -> None:
    desk = Desk(queue(agents="ann", service_within=20.0, max_wait=100.0, max_callers=3))
    desk.join("answered")
    desk.wait(5)
    desk.answer("ann")
    for call in ("soon", "late", "never"):
        desk.join(call)
    desk.join("full")
    desk.wait(10)
    desk.leave("soon")
    desk.wait(30)
    desk.leave("late")
    desk.wait(60)
    desk.end("answered")
    assert desk.queue().counts == QueueCounts(
        joined=5,
        answered=1,
        answered_in_time=1,
        abandoned=2,
        abandoned_in_time=1,
        full=1,
        timed_out=1,
        answered_wait=5.0,
        longest_wait=100.0,
        talk_time=100.0,
    )


def test_who_hangs_up_at_once_counts_nowhere() -> None:
    formula = "service-level-offered"
    desk = Desk(queue(agents="ann", service_formula=formula, short_abandon=5.0))
    desk.join("answered")
    desk.answer("ann")
    for call, patience in (("at once", 4.9), ("later", 5.0)):
        desk.join(call)
        desk.wait(patience)
        desk.leave(call)
    counts = desk.queue().counts
    assert (counts.joined, counts.abandoned, counts.abandoned_short) == (3, 1, 1)
    assert (desk.queue().formula, desk.queue().service_level) == (formula, 0.5)


def test_service_levels_are_ratios_of_counts_by_name() -> None:
    counts = QueueCounts(joined=20, answered=10, answered_in_time=8, abandoned=6, abandoned_in_time=2)
    assert {name: ratio.of(counts) for name, ratio in RATIOS.items()} == {
        "service-level": 0.8,
        "service-level-2": 10 / 16,
        "service-level-offered": 0.4,
        "abandonment": 6 / 16,
    }


def test_figures_of_an_empty_queue_are_nothing_rather_than_zero() -> None:
    assert QueueCounts().mean_wait is None
    assert {ratio.of(QueueCounts()) for ratio in RATIOS.values()} == {None}
    assert QueueCounts(answered=4, answered_wait=10.0).mean_wait == 2.5


def test_the_estimate_grows_with_position_and_handle_time_and_falls_with_agents() -> None:
    assert estimate(4, 120.0, 2.0) == 240.0


@pytest.mark.parametrize(("mean", "serving"), [(None, 2.0), (120.0, 0.0), (120.0, float("inf"))])
def test_an_unreliable_estimate_is_none(mean: float | None, serving: float) -> None:
    assert estimate(1, mean, serving) is None


def test_the_mean_needs_five_conversations_and_follows_the_last_fifty() -> None:
    times = HandleTimes()
    for _ in range(4):
        times.add(100.0)
    assert times.mean is None
    times.add(200.0)
    assert times.mean == 120.0
    for _ in range(50):
        times.add(60.0)
    assert times.mean == 60.0


def test_what_a_caller_is_told_rises_only_when_the_position_does() -> None:
    told = Told()
    assert told.settle(3, None) is None
    assert [told.settle(3, 90.0), told.settle(3, 120.0), told.settle(2, 150.0)] == [90.0, 90.0, 90.0]
    assert told.settle(2, 30.0) == 30.0
    assert told.settle(1, None) is None
    assert told.settle(4, 200.0) == 200.0


def test_chance_follows_the_published_sequence() -> None:
    chance = SplitMix64(1234567)
    assert [chance.bits() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_chance_is_even() -> None:
    chance = SplitMix64(5)
    assert all(0.0 <= chance.fraction() < 1.0 for _ in range(1000))
    counts = Counter("".join(chance.shuffled("abc")) for _ in range(6000))
    assert len(counts) == 6
    assert max(counts.values()) - min(counts.values()) < 200


def test_only_so_much_is_remembered_and_the_oldest_goes_first() -> None:
    recent: Recent[str, int] = Recent(2)
    for number, key in enumerate(["a", "b", "a", "c"]):
        recent.add(key, number)
    assert [recent.get(key) for key in "abc"] == [2, None, 3]
