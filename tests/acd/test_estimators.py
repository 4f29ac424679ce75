"""Ways to estimate a wait, by hand."""

from __future__ import annotations

import pytest

from softswitch.acd.estimate import Impatience, Latest, estimate
from softswitch.acd.estimators import Basis, by_erlang_a, by_head, by_last, by_place
from softswitch.acd.events import QueueMemory, Wait
from softswitch.acd.memory import remember_queue
from softswitch.acd.queues import Queue
from softswitch.acd.settings import QueueSettings
from softswitch.acd.strategies import strategy_named
from softswitch.types import QueueName


def test_place_times_handling_by_agents() -> None:
    assert by_place(Basis(4, 120.0, 2.0)) == 240.0
    assert by_erlang_a(Basis(4, 120.0, 2.0)) == 240.0


def test_those_ahead_may_give_up() -> None:
    # one agent of 100 s; of those who wait one in 200 s gives up: 1/100, then 1/100 + 1/200, then 2/100
    found = by_erlang_a(Basis(3, 100.0, 1.0, impatience=1 / 200))
    assert found == pytest.approx(100.0 + 100.0 / 1.5 + 50.0)


@pytest.mark.parametrize("position", [17, 100, 5000])
@pytest.mark.parametrize("impatience", [1 / 20, 1 / 300, 1 / 100_000])
def test_a_long_line_is_summed_as_exactly_by_an_integral(position: int, impatience: float) -> None:
    rate = 20 / 180
    exact = sum(1.0 / (rate + ahead * impatience) for ahead in range(position))
    assert by_erlang_a(Basis(position, 180.0, 20.0, impatience=impatience)) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize(
    "basis",
    [
        Basis(1, None, 3.0),
        Basis(1, 60.0, 0.0),
        Basis(1, 60.0, float("inf")),
        Basis(1, 0.0, 3.0, impatience=0.1),
    ],
)
def test_nothing_is_said_where_nothing_is_known(basis: Basis) -> None:
    assert by_place(basis) is None
    assert by_erlang_a(basis) is None
    assert by_last(basis) is None
    assert by_head(basis) is None


def test_the_last_one_answered_and_the_next_one() -> None:
    assert by_last(Basis(2, 60.0, 1.0, last=40.0, head=70.0)) == 40.0
    assert by_head(Basis(2, 60.0, 1.0, last=40.0, head=70.0)) == 70.0
    assert by_head(Basis(1, 60.0, 1.0, last=40.0)) == 40.0


def test_impatience_is_who_gave_up_by_all_waits_of_late() -> None:
    found = Impatience()
    for _ in range(4):
        found.note(50.0, gave_up=True)
    assert found.rate == 0.0  # too few
    found.note(0.0, gave_up=True)
    assert found.rate == 0.0  # who did not wait tells nothing
    found.note(100.0, gave_up=True)
    found.note(200.0, gave_up=False)
    assert found.rate == pytest.approx(5 / 500)
    for _ in range(200):
        found.note(10.0, gave_up=False)
    assert found.rate == 0.0  # long ago


def test_the_estimate_of_the_engine_is_that_of_erlang_a() -> None:
    assert estimate(3, 100.0, 1.0, 1 / 200) == by_erlang_a(Basis(3, 100.0, 1.0, impatience=1 / 200))


def test_the_waits_of_before_a_restart_go_on() -> None:
    settings = QueueSettings(QueueName("q"))
    queue = Queue(settings.name, settings, strategy_named("hunt"), {"default": (0, 0.0)})
    remember_queue(queue, QueueMemory(waits=(Wait(100.0, True),) * 6 + (Wait(400.0, False),)))
    assert queue.impatience.rate == pytest.approx(6 / 1000)


def test_the_last_figures_come_to_what_they_are_however_many_there_were() -> None:
    latest, told = Latest(7), [0.1 * number**1.5 for number in range(40)]
    for count, figure in enumerate(told, start=1):
        latest.add(figure)
        assert len(latest) == min(count, 7)
        assert latest.total == pytest.approx(sum(told[max(0, count - 7) : count]), rel=1e-12)
