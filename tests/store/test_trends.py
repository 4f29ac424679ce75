"""Figures of the day in steps, as they were before a start."""

from __future__ import annotations

from softswitch.board.history import STEP, History
from softswitch.ports import Recorded
from softswitch.store.standing import StandingFold
from softswitch.types import CallId

MIDNIGHT = 1_767_567_600.0


class Day:
    """Events in their order."""

    def __init__(self):
        self.events = []

    def note(self, minute, kind, call=None, **data):
        at = MIDNIGHT + 60 * minute
        self.events.append(Recorded(len(self.events) + 1, at, kind, call and CallId(call), data))

    def joins(self, minute, call):
        self.note(minute, "CallArrived", call, number="100")
        self.note(minute, "CallerJoined", call, queue="support", within=20.0)

    def answered(self, minute, call, waited=5.0):
        self.note(minute, "Connected", call, agent="ewa", queue="support", waited=waited)

    def steps(self):
        return StandingFold(MIDNIGHT).finish(self.events).steps.get("support", [])


def test_each_step_has_the_counts_at_its_end_and_the_most_who_waited():
    day = Day()
    for call in ("a", "b", "c"):
        day.joins(1, call)
    day.answered(2, "a")
    day.answered(6, "b")
    day.note(7, "CallerLeft", "c", reason="hung-up", waited=360.0)
    day.joins(21, "d")
    steps = day.steps()
    assert [(one.at - MIDNIGHT) / STEP for one in steps] == [0, 1, 2, 3]
    assert [one.waiting for one in steps] == [3, 2, 0, 0]
    assert [(one.counts.answered, one.counts.abandoned) for one in steps] == [(1, 0), (2, 1), (2, 1), (2, 1)]


def test_who_waited_when_a_crash_came_waits_no_more():
    day = Day()
    day.joins(1, "a")
    day.note(11, "SwitchStarting")
    day.note(12, "SwitchStarted")
    day.joins(16, "b")
    day.joins(21, "c")
    assert [one.waiting for one in day.steps()] == [1, 1, 1, 1]
    day.note(30, "SwitchStopped")
    assert [one.waiting for one in day.steps()][-2:] == [2, 2]


def test_the_board_goes_on_from_there():
    day = Day()
    day.joins(1, "a")
    day.answered(1, "a")
    day.joins(6, "b")
    day.answered(6, "b", waited=60.0)
    day.note(11, "SwitchStopped")
    history = History("UTC")
    history.restore({"support": day.steps()}, MIDNIGHT + 720)
    steps = history.steps("support")
    assert [(one.counts.answered, one.counts.answered_in_time) for one in steps] == [(1, 1), (1, 0)]
