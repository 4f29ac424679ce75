"""The ways of calls: what is never reached, what never matches."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch.config.checks.ways import covers
from tests.config.conftest import SOUND


def test_a_menu_that_no_number_leads_to_is_a_warning(one_warning):
    message = one_warning(SOUND + "menus: {§m: {say: a, choices: {1: {menu: m}}}}")
    assert message == "no number leads to menu 'm', by whichever way"


def test_a_queue_that_no_number_leads_to_is_a_warning(one_warning):
    text = SOUND.replace("{support: {}}", "{support: {}, §other: {}}", 1)
    assert "queue 'other'" in one_warning(text.replace("[desk]}", "[desk]}, other: {agents: []}"))


def test_menus_and_queues_are_reached_by_long_ways(check_text):
    checked = check_text(
        'numbers: {"600": {menu: a}}\n'
        "menus:\n"
        "  a: {say: x, choices: {1: {menu: b}}}\n"
        "  b: {say: x, otherwise: {queue: q}}\n"
        "  c: {say: x}\n"
        "  d: {say: x, ask: {number: {say: y, then: {queue: r}}}}\n"
        "queues:\n"
        "  q: {max_wait: 1m, timeout: {menu: c}, max_callers: 1, full: {menu: d}}\n"
        "  r: {}\n"
        "teams: {q: {agents: []}, r: {agents: []}}\n"
    )
    assert not checked.messages
    assert not checked.warnings


def test_a_file_without_numbers_is_one_warning(one_warning):
    message = one_warning("§queues: {support: {}}\nteams: {support: {agents: []}}\n")
    assert "every call gets 404" in message


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("*", "600"), ("2xx", "201"), ("2xx", "2x1"), ("2*", "2xx"), ("2*", "2"), ("+48*", "+4822*")],
)
def test_a_number_behind_one_that_takes_all_of_its_calls_is_a_warning(check_text, earlier, later):
    text = SOUND.replace(
        '{"600": {queue: support}}', f'{{"{earlier}": {{queue: support}}, "{later}": hangup}}'
    )
    (warning,) = check_text(text).warnings
    assert warning == f"{later!r} can never match: {earlier!r} stands before it and takes all of its numbers"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("201", "2xx"),
        ("2xx", "2*"),
        ("2xx", "20"),
        ("2xx", "2011"),
        ("+48*", "48*"),
        ("2x", "2#"),
        ("*98", "98"),
        ("axel", "a1el"),
        ("600", "6000"),
    ],
)
def test_a_number_that_can_match_is_no_warning(check_text, earlier, later):
    assert not covers(earlier, later)
    text = SOUND.replace(
        '{"600": {queue: support}}', f'{{"{earlier}": {{queue: support}}, "{later}": hangup}}'
    )
    assert not check_text(text).warnings


def matches(pattern: str, number: str) -> bool:
    body = pattern.removesuffix("*").replace("x", "[0-9]")
    return re.fullmatch(body + (".*" if pattern.endswith("*") else ""), number) is not None


PATTERN = some.from_regex(r"[12x]{0,3}\*?", fullmatch=True).filter(bool)


@given(PATTERN, PATTERN)
def test_a_pattern_covers_another_exactly_when_it_matches_all_of_its_numbers(earlier, later):
    numbers = ["".join(digits) for length in range(5) for digits in itertools.product("1239", repeat=length)]
    told = all(matches(earlier, number) for number in numbers if matches(later, number))
    assert covers(earlier, later) == told


def test_a_caller_pattern_behind_a_wider_one_is_a_warning(one_warning):
    message = one_warning(
        SOUND
        + 'callers: [{name: a, match: ["+48*"], priority: vip}, {name: b, match: [§"+4822*"], reject: 603}]'
    )
    assert "'+4822*' can never match" in message


def test_an_agent_that_no_caller_can_come_to_is_a_warning(one_warning):
    text = SOUND.replace("{desk:", '{§idle: {dial: "sip:i@b", extension: 9}, desk:')
    assert one_warning(text) == "agent 'idle' is in no team, and no number or key leads there"


def test_an_agent_with_an_extension_that_can_be_dialled_is_no_warning(check_text):
    text = SOUND.replace("{desk:", '{direct: {dial: "sip:i@b", extension: 9}, desk:')
    assert not check_text(text.replace('{"600"', '{9: {agent: dialled}, "600"')).warnings


def test_an_agent_whom_colleagues_dial_is_no_warning(check_text):
    login = 'login: "%s", password: longpassword'
    text = SOUND.replace("{desk:", f"{{ann: {{{login % 201}}}, bob: {{{login % 202}}}, desk:")
    assert not check_text(text).warnings


def test_an_agent_whom_nobody_can_dial_is_a_warning(one_warning):
    alone = SOUND.replace("{desk:", '{§ann: {login: "201", password: longpassword}, desk:')
    assert "in no team" in one_warning(alone)
    unnumbered = SOUND.replace('"}}', '", login: "200", password: longpassword}}')
    unnumbered = unnumbered.replace("{desk:", "{§ann: {login: ann, password: longpassword}, desk:")
    assert "in no team" in one_warning(unnumbered)


def test_numbers_for_extensions_that_nobody_has_are_a_warning(one_warning):
    text = SOUND.replace('{"600"', '{2xx: {agent: §dialled}, "600"')
    assert "no agent has an `extension` that '2xx' matches" in one_warning(text)


def test_destinations_without_their_limit_are_warnings(check_text):
    text = SOUND.replace("support: {}", "support: {§full: hangup, §timeout: hangup}", 1)
    checked = check_text(text)
    assert checked.warned == checked.marks


def test_too_few_ports_for_the_callers_are_a_warning(one_warning):
    assert "widen `rtp_ports`" in one_warning(SOUND + "sip: {rtp_ports: §20000-20999, max_calls: 500}")


def test_ports_that_linux_gives_away_are_a_warning(one_warning):
    assert "32768" in one_warning(SOUND + "sip: {rtp_ports: §30000-60000}")
