"""Levels of figures in time: they rise after a while, fall after a while, and do not flap."""

from __future__ import annotations

import pytest

from softswitch.alerts.alerts import Alerts, Ended, Figures, Raised
from softswitch.alerts.settings import AlertSettings, Level, Measure, Threshold
from softswitch.types import QueueName

SUPPORT = QueueName("support")
WAITING = Threshold(Measure.WAITING, {Level.WARN: 5, Level.ALARM: 10}, until=4)


def settings(*thresholds, after=20.0, calm=60.0):
    return AlertSettings({SUPPORT: thresholds}, after=after, calm=calm)


class Clock:
    """Looks every second, and keeps what changed, with its moment."""

    def __init__(self, *thresholds, **times):
        self.alerts = Alerts(settings(*thresholds, **times))
        self.now = 1000.0
        self.changes = []

    def run(self, seconds, **figures):
        for _ in range(seconds):
            self.now += 1
            changes = self.alerts.look({SUPPORT: Figures(**figures)}, self.now)
            self.changes += [(self.now - 1000.0, change) for change in changes]
        return self.said()

    def said(self):
        return [
            (at, "ended" if isinstance(change, Ended) else str(change.level)) for at, change in self.changes
        ]


def test_a_level_is_raised_once_the_figure_was_there_for_long_enough():
    clock = Clock(WAITING)
    assert clock.run(20, waiting=6) == []
    assert clock.run(1, waiting=6) == [(21, "warn")]
    assert clock.run(100, waiting=7) == [(21, "warn")]
    assert clock.changes[0][1] == Raised(SUPPORT, Measure.WAITING, Level.WARN, None, 6, 5)


def test_a_peak_that_is_shorter_is_no_alert():
    clock = Clock(WAITING)
    for _ in range(10):
        clock.run(19, waiting=12)
        clock.run(1, waiting=3)
    assert clock.said() == []


def test_it_ends_once_all_was_well_for_long_enough_and_not_on_the_edge():
    clock = Clock(Threshold(Measure.WAITING, {Level.WARN: 5}, until=3))
    clock.run(21, waiting=5)
    for _ in range(30):
        clock.run(10, waiting=4)  # neither bad nor good
        clock.run(10, waiting=3)
    assert clock.said() == [(21, "warn")]
    clock.run(60, waiting=3)
    assert [what for _, what in clock.said()] == ["warn", "ended"]
    ended = clock.changes[-1][1]
    assert (ended.was, ended.worst, ended.value) == (Level.WARN, Level.WARN, 3)
    assert ended.lasted == clock.changes[-1][0] - 21


def test_from_nothing_to_alarm_is_one_change_and_then_it_eases():
    clock = Clock(WAITING)
    assert clock.run(40, waiting=15) == [(21, "alarm")]
    clock.run(100, waiting=8)  # more than halfway to the alarm
    assert clock.said() == [(21, "alarm")]
    clock.run(100, waiting=6)
    assert clock.said() == [(21, "alarm"), (201, "warn")]
    assert clock.changes[-1][1].was is Level.ALARM
    clock.run(100, waiting=0)
    assert clock.said()[-1] == (301, "ended")
    ended = clock.changes[-1][1]
    assert (ended.was, ended.worst, ended.lasted) == (Level.WARN, Level.ALARM, 280)


def test_a_service_level_is_bad_when_it_is_low_and_calls_are_many_enough():
    clock = Clock(Threshold(Measure.SERVICE_LEVEL, {Level.WARN: 0.8, Level.ALARM: 0.6}, until=0.85, calls=10))
    clock.run(100, service_level=0.0, calls=9)
    clock.run(100, service_level=None, calls=0)
    clock.run(100, service_level=0.8, calls=20)
    assert clock.said() == []
    clock.run(100, service_level=0.79, calls=20)
    assert clock.said() == [(321, "warn")]
    clock.run(100, service_level=0.84, calls=20)
    assert len(clock.changes) == 1
    clock.run(100, service_level=None, calls=0)
    assert [what for _, what in clock.said()] == ["warn", "ended"]


def test_few_free_agents_are_bad_and_nobody_is_worse():
    clock = Clock(Threshold(Measure.FREE_AGENTS, {Level.WARN: 1, Level.ALARM: 0}, until=2))
    clock.run(30, free_agents=1)
    clock.run(30, free_agents=0)
    assert [what for _, what in clock.said()] == ["warn", "alarm"]
    clock.run(200, free_agents=1)
    assert [what for _, what in clock.said()] == ["warn", "alarm", "warn"]
    clock.run(61, free_agents=2)
    assert clock.said()[-1][1] == "ended"


def test_a_reload_keeps_what_runs_by_the_new_limits():
    clock = Clock(WAITING)
    clock.run(30, waiting=6)
    clock.alerts.settings = settings(Threshold(Measure.WAITING, {Level.WARN: 6, Level.ALARM: 9}, until=5))
    clock.run(100, waiting=6)
    assert clock.said() == [(21, "warn")]
    assert clock.alerts.running()[SUPPORT, Measure.WAITING].since == 1021
    clock.run(30, waiting=9)
    assert [what for _, what in clock.said()] == ["warn", "alarm"]


@pytest.mark.parametrize("how", ["unnamed", "closed"])
def test_what_nobody_watches_any_more_is_over(how):
    clock = Clock(WAITING)
    clock.run(30, waiting=6)
    if how == "unnamed":
        clock.alerts.settings = settings()
    queues = {SUPPORT: Figures(waiting=6)} if how == "unnamed" else {}
    clock.changes += [(31, change) for change in clock.alerts.look(queues, clock.now + 1)]
    ended = clock.changes[-1][1]
    assert (ended.unwatched, ended.value, len(clock.changes)) == (True, None, 2)
    assert clock.alerts.running() == {}
