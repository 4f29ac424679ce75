"""Traffic files: what they mean, and where their mistakes are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from softswitch.acd.settings import EngineSettings
from softswitch.errors import SimulationError
from softswitch.simulation.draws import ENDLESS, Constant, Exponential, LogNormal, Measured
from softswitch.simulation.traffic import Break, Callbacks, Redial, Shift, Traffic
from softswitch.simulation.traffic_file import traffic_of
from tests.simulation.floors import floor

Read = Callable[..., Traffic]

DAY = """
day: 2026-03-02
from: "08:00"
to: "12:00"
queues:
  q:
    calls: {"07:30": 10, "08:00": 20, "08:30": 40}
    talk: lognormal 200s 100s
    patience: file patience.csv
    wrap_up: constant 30s
    classes: {vip: 5%, urgent: 12.5%}
    redial: {share: 40%, after: 5m, most: 2}
    callback: {share: 30%, after: 2m, answer: constant 12s, reached: 80%}
agents: {answer: constant 4s, missed: 2%}
shifts:
  - {agents: [ann], from: "07:00", to: "09:00", breaks: ["08:30 15m", "08:50 5m coffee"]}
  - {agents: ["b*"], from: "09:00", to: "12:00"}
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    (tmp_path / "patience.csv").write_text("seconds\n30\n90\n")

    def text(written: str, settings: EngineSettings | None = None) -> Traffic:
        path = tmp_path / "day.yaml"
        path.write_text(written)
        return traffic_of(path, settings or floor("ann bob ben"), {})

    return text


def problems(read: Read, text: str) -> list[str]:
    """What is wrong, each from the line on."""
    with pytest.raises(SimulationError) as told:
        read(text)
    return [line.partition("day.yaml:")[2] for line in str(told.value).splitlines()]


def test_a_day_is_callers_agents_and_shifts(read: Read) -> None:
    day = read(DAY)
    assert (day.day, day.clock, day.span) == (date(2026, 3, 2), 8 * 3600.0, 4 * 3600.0)
    (callers,) = day.queues
    assert callers.profile is not None
    assert callers.profile.edges == (0.0, 1800.0, 3600.0)  # what is before the day does not happen
    assert callers.profile.rates == (40.0, 80.0)
    assert callers.talk == LogNormal(200.0, 100.0)
    assert callers.patience == Measured((30.0, 90.0), "file patience.csv")
    assert callers.wrap_up == Constant(30.0)
    assert callers.classes == {"vip": 0.05, "urgent": 0.125}
    assert callers.redial == Redial(0.4, Exponential(300.0), 2)
    assert callers.callbacks == Callbacks(0.3, 120.0, Constant(12.0), 0.8)
    assert (day.answer, day.missed) == (Constant(4.0), 0.02)
    assert day.shifts["ann"] == (Shift(0.0, 3600.0, (Break(1800.0, 900.0), Break(3000.0, 300.0, "coffee"))),)
    assert day.shifts["bob"] == day.shifts["ben"] == (Shift(3600.0, 14400.0),)


def test_little_need_be_said(read: Read) -> None:
    day = read('from: "08:00"\nto: "10:00"\nqueues: {q: {calls_per_hour: 60}}\n')
    (callers,) = day.queues
    assert callers.profile is not None
    assert (callers.profile.edges, callers.profile.rates) == ((0.0, 7200.0), (60.0,))
    assert (callers.talk, callers.patience, callers.wrap_up) == (Exponential(180.0), ENDLESS, None)
    assert (day.day, day.shifts) == (None, {})


def test_a_profile_may_be_a_file_that_begins_later(read: Read, tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("time,calls\n09:00,30\n10:00,60\n")
    day = read('from: "08:00"\nto: "12:00"\nqueues: {q: {profile: calls.csv}}\n')
    assert day.queues[0].profile is not None
    assert day.queues[0].profile.edges == (0.0, 3600.0, 7200.0, 10800.0)
    assert day.queues[0].profile.rates == (0.0, 30.0, 60.0)


def test_mistakes_have_lines_and_columns_and_the_nearest_name(read: Read) -> None:
    text = DAY.replace("patience:", "patient:").replace("constant 30s", "30").replace("40%", "140%")
    text = (
        text.replace('"07:30": 10', '"7h": 10')
        .replace("08:30 15m", "soon")
        .replace("missed: 2%", "missed: no")
    )
    assert problems(read, text) == [
        "7:13: expected a time of day, as 08:30, got 7h",
        "9:5: unknown key 'patient'; did you mean 'patience'?",
        "10:14: expected how long it takes, as 180s, lognormal 180s 120s or file talk.csv, got 30",
        "12:21: expected a percentage from 0% to 100%, as 30%, got 140%",
        "14:39: expected a percentage from 0% to 100%, as 30%, got no",
        '16:58: expected when and for how long, as 12:00 30m, or 12:00 30m lunch, got "soon"',
    ]


def test_names_that_the_configuration_does_not_have_are_shown(read: Read) -> None:
    text = DAY.replace("  q:", "  qq:").replace("[ann]", "[anne, x*]")
    assert problems(read, text) == [
        "6:3: the configuration has no queue 'qq'; did you mean 'q'?",
        "16:15: the configuration has no agent 'anne'; did you mean 'ann'?",
        "16:21: the configuration has no agent 'x*'; known here: ann, bob, ben",
    ]
    assert problems(read, DAY.replace("vip", "vap")) == [
        "11:15: queue q has no priority class 'vap'; did you mean 'vip'?"
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('to: "12:00"', 'to: "07:00"', "4:5: it ends before it begins"),
        ("    talk:", "    calls_per_hour: 5\n    talk:", "calls says already how many call"),
        (
            '{"07:30": 10, "08:00": 20, "08:30": 40}',
            '{"08:30": 10, "08:00": 20}',
            "7:5: expected at least two times, ascending",
        ),
        ("constant 30s", "endless", "it must end some time; only patience may be endless"),
        ("file patience.csv", "file none.csv", "none.csv: No such file or directory"),
        ('from: "08:00"', 'from: "08"', "expected a time of day, as 08:30"),
        ('from: "08:00"\n', "", "1:1: the key 'from' is missing here"),
    ],
)
def test_what_cannot_be_says_why(read: Read, old: str, new: str, says: str) -> None:
    assert says in "\n".join(problems(read, DAY.replace(old, new)))
