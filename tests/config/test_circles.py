"""Circles of destinations are found by `softswitch check`, with their whole way."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.config.conftest import SOUND, Checked, CheckText

HOURS = """\
hours:
  day: {timezone: UTC, open: {mon-fri: "08:00-18:00"}}
  night: {timezone: UTC, open: {mon-fri: ["00:00-08:00", "18:00-24:00"], sat-sun: "00:00-24:00"}}
  early: {timezone: UTC, open: {mon-fri: "06:00-12:00"}}
"""


def queues(**sections: str) -> str:
    """A file with these queues, a number to each, and nobody to serve them."""
    lines = "".join(f"  {name}: {{{section}}}\n" for name, section in sections.items())
    numbers = ", ".join(f'"60{place}": {{queue: {name}}}' for place, name in enumerate(sections))
    teams = ", ".join(f"{name}: {{agents: []}}" for name in sections)
    return f"numbers: {{{numbers}}}\n{HOURS}queues:\n{lines}teams: {{{teams}}}\n"


def one(checked: Checked) -> str:
    """The only problem, which stands where the text is marked."""
    assert checked.places == checked.marks
    (message,) = checked.messages
    return message


def test_the_two_queues_of_the_trial_are_found_with_the_whole_way(check_text: CheckText) -> None:
    checked = check_text(
        queues(sales="no_agents: {queue: §support}", support="no_agents: {queue: sales}"),
    )
    assert one(checked) == (
        "calls would go round for ever: queue sales, when nobody is there ->"
        " queue support, when nobody is there (line 8) -> queue sales"
    )


@pytest.mark.parametrize(
    "sections",
    [
        {"a": "no_agents: {queue: §a}"},
        {"a": "no_agents: {joining: {queue: §a}}"},
        {"a": "hours: day, closed: {queue: §b}", "b": "hours: early, closed: {queue: a}"},
        {"a": "hours: day, closed: {queue: §b}", "b": "no_agents: {queue: a}"},
        {"a": "max_callers: 1, full: {queue: §b}", "b": "no_agents: {joining: {queue: a}}"},
        {
            "a": "no_agents: {waiting: {queue: §b}, after: 0s}",
            "b": "no_agents: {waiting: {queue: a}, after: 999ms}",
        },
        {"a": "max_wait: 1ms, timeout: {queue: §b}", "b": "no_agents: {queue: a}"},
        {
            "a": "hours: day, closed: {queue: §b}",
            "b": "max_callers: 1, full: {queue: c}",
            "c": "no_agents: {queue: a}",
        },
    ],
    ids=lambda sections: " ".join(sections.values()) if isinstance(sections, dict) else "",
)
def test_every_circle_of_queues_without_time_is_a_problem(
    check_text: CheckText, sections: Mapping[str, str]
) -> None:
    message = one(check_text(queues(**sections)))
    assert message.startswith("calls would go round for ever: queue a, ")
    assert message.endswith(" -> queue a")


def test_menus_are_a_part_of_circles_when_closed(check_text: CheckText) -> None:
    text = queues(a="hours: day, closed: {menu: §m}")
    text += "menus: {m: {say: x, open: early, closed: {queue: a}, choices: {1: {queue: a}}}}\n"
    assert one(check_text(text)) == (
        "calls would go round for ever: queue a, when closed -> menu m, when closed (line 9) -> queue a"
    )


def test_menus_that_are_closed_in_a_circle_are_a_problem(check_text: CheckText) -> None:
    checked = check_text(
        SOUND
        + "hours: {h: {timezone: UTC, open: {mon: 08:00-09:00}}}\n"
        + "menus:\n"
        + "  a: {say: x, open: h, closed: {menu: §b}}\n"
        + "  b: {say: x, open: h, closed: {menu: a}}\n"
    )
    assert one(checked) == (
        "calls would go round for ever: menu a, when closed -> menu b, when closed (line 8) -> menu a"
    )


@pytest.mark.parametrize(
    "sections",
    [
        # One of the two is always open.
        {"a": "hours: day, closed: {queue: b}", "b": "hours: night, closed: {queue: a}"},
        # Closed, and open with nobody there, is not the same moment.
        {"a": "hours: day, closed: {queue: b}", "b": "hours: day, no_agents: {queue: a}"},
        # Minutes.
        {"a": "max_wait: 5m, timeout: {queue: b}", "b": "max_wait: 5m, timeout: {queue: a}"},
        # The caller wants it.
        {"a": "keys: {1: {queue: b}}", "b": "keys: {1: {queue: a}}"},
        # A rule holds once.
        {
            "a": "rules: [{name: r, then: {queue: b}}]",
            "b": "rules: [{name: s, then: {queue: a}}]",
        },
        # When it closes, that one is closed already.
        {
            "a": "hours: day, closes: {queue: b}, closed: hangup",
            "b": "hours: day, closes: {queue: a}, closed: hangup",
        },
    ],
    ids=["one is open", "never both", "minutes", "keys", "rules", "closes"],
)
def test_what_nobody_walks_for_ever_is_no_circle(check_text: CheckText, sections: Mapping[str, str]) -> None:
    checked = check_text(queues(**sections))
    assert not checked.messages
    assert not [warning for warning in checked.warnings if "round" in warning]


def test_a_circle_of_seconds_is_a_warning(check_text: CheckText) -> None:
    checked = check_text(
        queues(a="max_wait: 1ms, timeout: {queue: §b}", b="max_wait: 3s, timeout: {queue: a}")
    )
    assert not checked.messages
    assert set(checked.marks) <= set(checked.warned)
    assert [warning for warning in checked.warnings if "round" in warning] == [
        "a caller would go round every 3.001s: queue a, after 1ms -> queue b, after 3s (line 8) -> queue a"
    ]


def test_a_timeout_into_the_same_queue_is_a_warning(check_text: CheckText) -> None:
    checked = check_text(queues(a="max_wait: 5m, timeout: {queue: §a}"))
    place = checked.warned.index(checked.marks[0])
    assert "begins anew at the end of the same line" in checked.warnings[place]


def test_a_silent_caller_that_goes_round_for_ever_is_a_warning(check_text: CheckText) -> None:
    checked = check_text(
        SOUND.replace("{queue: support}", "{menu: a}", 1)
        + "menus:\n"
        + "  a: {say: x, otherwise: {menu: §b}, choices: {1: {queue: support}}}\n"
        + "  b: {say: x, otherwise: {menu: a}}\n"
    )
    assert not checked.messages
    assert checked.warned == checked.marks
    assert checked.warnings == [
        "a silent caller goes round for ever: menu a, when no key is pressed ->"
        " menu b, at its end (line 7) -> menu a"
    ]


def test_a_message_that_a_closed_queue_repeats_for_ever_is_a_warning(check_text: CheckText) -> None:
    text = (
        queues(a="hours: day, closed: {menu: m}")
        + "menus: {m: {say: We are closed., otherwise: {queue: a}}}\n"
    )
    checked = check_text(text)
    assert not checked.messages
    (warning,) = checked.warnings
    assert warning.startswith("a silent caller goes round for ever: ")


def test_each_place_that_is_part_of_a_circle_is_told(check_text: CheckText) -> None:
    checked = check_text(
        queues(
            a="no_agents: {queue: §b}, max_callers: 1, full: {queue: §c}",
            b="no_agents: {queue: a}",
            c="no_agents: {queue: a}",
        )
    )
    assert sorted(checked.places) == checked.marks


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.integers(-1, 5), min_size=6, max_size=6))
def test_a_file_is_sound_exactly_when_no_queue_comes_back_to_itself(
    check_text: CheckText, goals: list[int]
) -> None:
    names = "abcdef"
    sections = {
        name: f"no_agents: {{queue: {names[goal]}}}" if goal >= 0 else ""
        for name, goal in zip(names, goals, strict=True)
    }

    def comes_back(start: int) -> bool:
        at, steps = goals[start], 0
        while at >= 0 and at != start and steps < len(goals):
            at, steps = goals[at], steps + 1
        return at == start

    found = check_text(queues(**sections)).messages
    assert bool(found) == any(map(comes_back, range(len(goals))))
