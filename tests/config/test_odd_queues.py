"""What is not wrong, and nobody means: `softswitch check` warns, at its place, and says what it comes to."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOUND

HOURS = "hours: {office: {timezone: Europe/Warsaw, open: {mon-fri: '08:00-16:00'}}}\n"
SALES = "queues: {sales: {}, "
TEAMS = "teams: {sales: {agents: [desk]}, "


def queue(settings: str) -> str:
    return SOUND.replace("{support: {}}", f"{{support: {{{settings}}}}}", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (queue("closed: hangup"), "`closed` has no effect without `hours`"),
        (queue("closes: hangup"), "`closes` has no effect without `hours`"),
        (queue("timeout: hangup"), "`timeout` has no effect without `max_wait`"),
        (queue("full: hangup"), "`full` has no effect without `max_callers`"),
        (queue("announce: {every: 30s}"), "`announce` has no effect without `position`, `callers` or `wait`"),
        (queue("no_agents: {after: 9s, joining: hangup}"), "`after` has no effect without `waiting`"),
        (queue("overflow: {to: [sales]}"), "the others help from 1 waiting caller on; say when"),
        (queue("overflow: {to: [sales], callers: 3, until: 5}"), "nobody helps before 6 callers wait, not 3"),
        (queue("wrap_up: 30s, wrap_up_most: 10s"), "`wrap_up` is 30s, longer than `wrap_up_most`"),
        (queue("max_wait: 20s, ring: 30s"), "`max_wait` is 20s: no phone rings for as long as `ring`, 30s"),
        (queue("max_wait: 20s, announce: {position: true, first: 20s}"), "nobody hears it after 20s"),
        (queue("max_wait: 20s, messages: [{say: Hi., first: 30s}]"), "nobody hears it after 30s"),
        (queue("max_wait: 2m, timeout: {queue: support}"), "begins anew at the end of the same line"),
        (queue("max_wait: 20s").replace("[desk]", "[{desk: {after: 20s}}]"), "desk is never rung: nobody"),
        (queue("callback: {first: customer}"), "no key, `timeout` or other way leads to {callback: support}"),
        (
            queue("needs: {a: 2}, relax: [{after: 60s, needs: {a: 1}}, {after: 30s, needs: {}}]"),
            "the step before is at 1m: put them in the order of `after`",
        ),
        (
            queue("needs: {a: 1}, relax: [{after: 60s, needs: {a: 3}}]"),
            "needs a 3, and 1 before: waiting only ever lowers what is needed",
        ),
        (
            queue("rules: [{name: all, then: {priority: vip}}, {name: some, then: {priority: urgent}}]"),
            "never asked: the rule 'all' before it holds always",
        ),
        (SOUND + "pauses: {1: lunch, 2: lunch}\n", "'lunch' is the reason of 1 too"),
        (
            SOUND.replace("agents: {", 'agents: {other: {dial: "sip:o@127.0.0.1"}, ')
            + "callers: [{name: a, match: ['+48*'], preferred: other}]\n",
            "agent 'other' is not in the team of any queue, and so is never rung there",
        ),
        (
            queue("rules: [{name: a, then: {preferred: other}}]")
            .replace("agents: {", 'agents: {other: {dial: "sip:o@127.0.0.1"}, ')
            .replace("{support: {a", "{sales: {agents: [other]}, support: {a"),
            "agent 'other' is not in the team of queue support",
        ),
        (
            SOUND + "sentences: {en: {position: {next: a, forms: {other: you wait}}}}\n",
            "without {number} 1, 2 and others sound the same",
        ),
    ],
)
def test_it_is_told(check_text, text, message):
    if "sales" in text:
        text = text.replace("queues: {", SALES, 1)
        if "sales: {agents" not in text:
            text = text.replace("teams: {", TEAMS, 1)
    found = check_text(text)
    assert not found.messages
    assert [one for one in found.warnings if message in one], found.warnings


@pytest.mark.parametrize(
    "settings",
    [
        "max_wait: 1m, timeout: hangup, max_callers: 3, full: hangup, ring: 30s",
        "hours: office, closed: hangup, closes: hangup",
        "announce: {wait: true, every: 30s}, wrap_up: 10s, wrap_up_most: 30s",
        "needs: {a: 3}, relax: [{after: 30s, needs: {a: 2}}, {after: 60s, needs: {a: 1}},"
        " {after: 90s, needs: {}}]",
        "rules: [{name: some, when: {hours: office}, then: {priority: vip}},"
        " {name: all, then: {preferred: desk}}]",
        "no_agents: {after: 9s, waiting: hangup}",
        "relax: [{after: 30s, needs: {a: 1}}]",
    ],
)
def test_what_makes_sense_is_left_in_peace(check_text, settings):
    text = HOURS + queue(settings).replace('"sip:desk@127.0.0.1"', '"sip:desk@127.0.0.1", skills: {a: 3}')
    found = check_text(text)
    assert not found.messages
    assert not found.warnings


SKILLED = SOUND.replace('"sip:desk@127.0.0.1"', '"sip:desk@127.0.0.1", skills: {polish: 3}').replace(
    "agents: {", 'agents: {second: {dial: "sip:s@127.0.0.1", skills: {hebrew: 2}}, '
).replace("[desk]", "[desk, second]")  # fmt: skip
NEVER = "nobody of queue support can ever take such a caller, and no phone rings: "


@pytest.mark.parametrize(
    ("settings", "more", "message"),
    [
        ("needs: {german: 1}", "", NEVER + "none of its agents has the skill 'german'"),
        (
            "needs: {polish: 5}",
            "",
            NEVER + "polish 5 is needed, and the most that any of its agents has is 3 (desk)",
        ),
        ("needs: {polish: 1, hebrew: 1}", "", NEVER + "no one agent has hebrew 1 and polish 1 together"),
        (
            "needs: {polish: 2}",
            "callers: [{name: a, match: ['+972*'], needs: {hebrew: 2}}]\n",
            NEVER + "no one agent has hebrew 2 and polish 2 together",
        ),
        (
            "rules: [{name: a, then: {needs: {german: 1}}}]",
            "",
            NEVER + "none of its agents has the skill 'german'",
        ),
        (
            "needs: {polish: 5}, relax: [{after: 40s, needs: {polish: 3}}]",
            "",
            "no phone of queue support rings for the first 40s: polish 5 is needed",
        ),
    ],
)
def test_a_skill_that_nobody_has_is_told(check_text, settings, more, message):
    found = check_text(SKILLED.replace("{support: {}}", f"{{support: {{{settings}}}}}", 1) + more)
    assert not found.messages
    (warning,) = found.warnings
    assert warning.startswith(message)


def test_needs_that_somebody_meets_or_that_helpers_do_are_left_in_peace(check_text):
    text = SKILLED.replace("{support: {}}", "{support: {needs: {polish: 3}}}", 1)
    assert not check_text(text + "callers: [{name: a, match: ['+48*'], needs: {polish: 2}}]\n").warnings
    helped = SKILLED.replace(
        "{support: {}}", "{support: {needs: {hebrew: 1}, overflow: {to: [b], callers: 2}}, b: {}}", 1
    ).replace("[desk, second]}", "[desk]}, b: {agents: [second]}")
    assert not [one for one in check_text(helped).warnings if "phone rings" in one]
