"""Figures of the last half hour and of today, and trends, as differences of the engine's counts."""

from __future__ import annotations

import pytest

from softswitch.acd.stats import QueueCounts
from softswitch.board.history import STEP, History, Step, level
from softswitch.hours import midnight
from softswitch.types import QueueName

SUPPORT = QueueName("support")
ZONE = "Europe/Warsaw"
NOON = midnight(1_767_607_200.0, ZONE) + 12 * 3600


def counts(answered, in_time=0, abandoned=0):
    return QueueCounts(
        joined=answered + abandoned, answered=answered, answered_in_time=in_time, abandoned=abandoned
    )


@pytest.fixture
def history():
    return History(ZONE)


def run(history, since, until, read):
    """Read every ten seconds: `read(at)` gives the counts, and how many wait."""
    at = since
    while at <= until:
        history.note(at, {SUPPORT: read(at)})
        at += 10


def test_lately_is_what_happened_within_the_last_half_hour(history):
    run(history, NOON, NOON + 7200, lambda at: (counts(int((at - NOON) / 60)), 0))
    assert history.lately(SUPPORT, NOON + 7200).answered == 30
    assert history.today(SUPPORT).answered == 120


def test_before_half_an_hour_is_over_lately_is_all_there_was(history):
    run(history, NOON, NOON + 600, lambda at: (counts(int((at - NOON) / 60), 5), 0))
    assert history.lately(SUPPORT, NOON + 600).answered == 10


def test_a_trend_has_a_step_for_every_five_minutes_and_the_most_who_waited(history):
    run(history, NOON, NOON + 900, lambda at: (counts(int(at - NOON) // 10), 7 if at == NOON + 400 else 1))
    steps = history.steps(SUPPORT)
    assert [(one.at - NOON) / STEP for one in steps] == [0, 1, 2]
    assert [one.waiting for one in steps] == [1, 7, 1]
    assert sum(one.counts.answered for one in steps) == 89


def test_today_begins_anew_at_midnight_and_lately_does_not(history):
    evening = NOON + 12 * 3600 - 1200
    run(history, evening, evening + 1800, lambda at: (counts(int((at - evening) / 60), abandoned=1), 0))
    assert history.today(SUPPORT).answered == 11  # the last reading before was that of a minute before it
    assert history.lately(SUPPORT, evening + 1800).answered == 30


def test_an_answer_that_is_taken_back_makes_no_figure_less_than_nothing(history):
    run(history, NOON, NOON + 290, lambda at: (counts(5), 0))
    run(history, NOON + 300, NOON + 600, lambda at: (counts(4), 0))
    assert [one.counts.answered for one in history.steps(SUPPORT)] == [5, 0]


def test_what_was_counted_before_a_start_goes_on(history):
    past = [Step(NOON + place * STEP, counts(10 * (place + 1)), place) for place in range(3)]
    history.restore({SUPPORT: past}, NOON + 1000)
    run(history, NOON + 1010, NOON + 1210, lambda at: (counts(34), 2))
    assert [one.counts.answered for one in history.steps(SUPPORT)] == [10, 10, 10, 4]
    assert [one.waiting for one in history.steps(SUPPORT)] == [0, 1, 2, 2]
    assert history.today(SUPPORT).answered == 34


def test_a_step_that_was_not_over_at_the_start_is_not_shown_twice(history):
    past = [Step(NOON, counts(10), 1), Step(NOON + STEP, counts(12), 1)]
    history.restore({SUPPORT: past}, NOON + 400)
    run(history, NOON + 410, NOON + 600, lambda at: (counts(15), 0))
    assert [(one.at - NOON, one.counts.answered) for one in history.steps(SUPPORT)] == [(0, 10), (300, 5)]


def test_a_queue_that_is_new_begins_with_nothing(history):
    run(history, NOON, NOON + 60, lambda at: (counts(3), 0))
    history.note(NOON + 70, {SUPPORT: (counts(3), 0), QueueName("new"): (counts(1), 1)})
    assert history.today(QueueName("new")).answered == 1
    assert history.today(QueueName("unknown")) == QueueCounts()


def test_a_level_is_by_the_formula_of_the_queue():
    some = counts(8, 6, 2)
    assert level(some, "service-level") == 0.75
    assert level(some, "service-level-offered") == 0.6
    assert level(QueueCounts(), "service-level") is None
