"""`numbering`, `outbound` and `may_dial`: what is said, and what is wrong with it."""

from __future__ import annotations

import re

import pytest

from softswitch.config.describe import summary
from softswitch.dialplan.numbering import Numbering
from softswitch.dialplan.plan import DialPlan, OutboundRule, Rewrite
from softswitch.types import ToNumber
from tests.config.conftest import SOUND as BARE
from tests.config.test_describe import printed

SOUND = BARE + "trunks: {carrier: {server: a}, c: {server: b}, gsm: {server: c}}\n"
EMERGENCY = '  - {name: emergency, match: ["112", "99x"], via: carrier}\n'
PLAN = (
    SOUND
    + """\
numbering:
  {country: 49, national_prefix: "0", international_prefix: 00, national_length: 5-11, emergency: [112]}
outbound:
  - {name: emergency, match: [112], via: carrier}
  - {name: mobile, match: ["+4915*", "+4917*"], via: [gsm, carrier], class: mobile}
  - {name: branch, match: [8xx], via: carrier, class: local, rewrite: {to: "+4930500{number}"}}
  - {name: outside, match: ["9*"], via: carrier, rewrite: {strip: 1, prefix: "0"}}
  - {name: none, match: ["+7*"], reject: 488}
may_dial: [local, national]
"""
).replace('"}}', '", may_dial: [mobile]}}', 1)


def test_the_plan_is_what_the_file_says(check_text):
    checked = check_text(PLAN)
    assert not checked.warnings
    assert checked.settings.dialplan == DialPlan(
        numbering=Numbering("49", "0", "00", (5, 11), ("112",)),
        rules=(
            OutboundRule("emergency", ("112",), ("carrier",)),
            OutboundRule("mobile", ("+4915*", "+4917*"), ("gsm", "carrier"), "mobile"),
            OutboundRule("branch", ("8xx",), ("carrier",), "local", Rewrite(to="+4930500{number}")),
            OutboundRule("outside", ("9*",), ("carrier",), None, Rewrite(1, "0")),
            OutboundRule("none", ("+7*",), reject=488),
        ),
        everybody=frozenset({"local", "national"}),
        agents={"desk": frozenset({"mobile"})},
    )


def test_left_out_nothing_goes_outside(check_text):
    assert check_text(SOUND).settings.dialplan == DialPlan()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("§numbering: {country: 44}", "`national_length` as well"),
        ("numbering: {country: §0}", "a country's calling code"),
        ("numbering: {national_length: §11-7}", "the lower number first"),
        ("numbering: {national_length: §nine}", "how many digits"),
        ('numbering: {international_prefix: §"+"}', "digits, as 0 or 00"),
        ("numbering: {emergency: [§1]}", "a short number"),
        ("numbering: {§contry: 48}", "did you mean 'country'?"),
        (f'outbound:\n{EMERGENCY}  - §{{name: a, match: ["1*"]}}', "either `via` or `reject`"),
        (f'outbound:\n{EMERGENCY}  - §{{name: a, match: ["1*"], via: c, reject: 403}}', "either `via`"),
        (f'outbound:\n{EMERGENCY}  - {{name: a, match: [§"1*2"], via: c}}', "goes on after the *"),
        (f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], §via: [c, c]}}', "listed twice"),
        (f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], §via: []}}', "at least one trunk"),
        (f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], via: c, §clas: x}}', "did you mean 'class'?"),
        (f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], via: c, §rewrite: {{}}}}', "expected `strip`"),
        (
            f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], via: c, §rewrite: {{to: 1, strip: 1}}}}',
            "expected either `to`",
        ),
        (
            f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], via: c, rewrite: {{to: §"{{nmber}}"}}}}',
            "{number} and {rest} may stand",
        ),
        ("may_dial: [local, §premum]", "did you mean 'premium'?"),
    ],
)
def test_mistakes_are_told_at_their_place(check_text, text, message):
    if text.startswith("may_dial"):
        text = f'outbound:\n{EMERGENCY}  - {{name: a, match: ["1*"], via: c, class: local}}\n{text}'
    checked = check_text(SOUND + text)
    assert [problem.message for problem in checked.report.problems if message in problem.message], (
        checked.messages
    )
    assert len(checked.messages) == 1
    assert [line for line, _ in checked.places] == [line for line, _ in checked.marks]


@pytest.mark.parametrize(("kind", "meant"), [("premum", "premium"), ("Satelite", "satellite")])
def test_a_class_that_was_meant_to_be_a_built_in_one_is_a_mistake(one_problem, kind, meant):
    text = f'{SOUND}outbound:\n{EMERGENCY}  - {{name: a, match: ["+4870*"], via: c, class: §{kind}}}'
    assert f"did you mean {meant!r}?" in one_problem(text)


@pytest.mark.parametrize("kind", ["premium", "premium-uk", "nationwide", "mobile", "shops"])
def test_a_class_may_be_any_other_word(check_text, kind):
    checked = check_text(
        f'{SOUND}outbound:\n{EMERGENCY}  - {{name: a, match: ["+486*"], via: c, class: {kind}}}'
    )
    assert not checked.messages


def test_an_agents_classes_are_checked_too(one_problem):
    text = SOUND.replace('"}}', '", may_dial: [national, §mobil]}}')
    text += f'outbound:\n{EMERGENCY}  - {{name: a, match: ["+486*"], via: c, class: mobile}}'
    assert one_problem(text) == "no line of `outbound` has the class 'mobil'; did you mean 'mobile'?"


def test_a_trunk_that_is_not_there_is_a_problem(check_text):
    text = "outbound:\n" + EMERGENCY
    text += '  - {name: a, match: ["1*"], via: §carier}'
    checked = check_text(SOUND + text)
    assert "no trunk is called 'carier'; did you mean 'carrier'?" in checked.messages
    found = next(one for one in checked.report.problems if "carier" in one.message)
    assert [(found.line, found.column)] == checked.marks


def test_emergency_numbers_that_nobody_can_call_are_a_warning(one_warning):
    message = one_warning(SOUND + '§outbound: [{name: a, match: ["99x"], via: c}]')
    assert "nobody can call 112" in message
    assert 'match: ["112"]' in message


def test_a_line_behind_one_that_takes_all_is_a_warning(one_warning):
    text = '  - {name: all, match: ["+48*"], via: c}\n  - {name: no, match: [§"+4870*"], reject: 403}\n'
    assert "can never match" in one_warning(SOUND + "outbound:\n" + EMERGENCY + text)


def test_the_summary_shows_the_plan(check_text):
    text = printed(summary(check_text(PLAN).settings))
    assert re.search(r"\+4915\*, \+4917\* +mobile +mobile +gsm, then carrier", text)
    assert re.search(r"\+7\* +none +the number's own +refused with 488", text)


OUTSIDE = (
    SOUND
    + EMERGENCY.replace("  - ", "outbound:\n  - ")
    + '  - {name: rest, match: ["+48*"], via: [gsm, c]}\n'
)


def routed(to):
    return OUTSIDE.replace('numbers: {"600"', f'numbers: {{"700": {to}, "600"')


@pytest.mark.parametrize(
    ("to", "number"),
    [
        ('{dial: "+48600300400"}', ToNumber("+48600300400", ("gsm", "c"))),
        ('{dial: "+48700300400"}', ToNumber("+48700300400", ("gsm", "c"))),
        ('{dial: "+4420123456", via: carrier}', ToNumber("+4420123456", ("carrier",))),
        ('{dial: "+48600300400", via: [c, carrier]}', ToNumber("+48600300400", ("c", "carrier"))),
    ],
)
def test_a_destination_outside_goes_by_the_plan_or_by_its_own_trunks(check_text, to, number):
    checked = check_text(routed(to))
    assert checked.settings.routing.numbers[0].then == number
    assert str(number.number) in printed(summary(checked.settings))


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ('{dial: §"+4420123456"}', "name a trunk by `via`"),
        ('{dial: "+4420123456", via: §carier}', "did you mean 'carrier'?"),
        ('{dial: "+4420123456", via: [carrier, §carier]}', "did you mean 'carrier'?"),
        ("{dial: §600300400}", "whole number with its plus"),
    ],
)
def test_a_destination_outside_that_leads_nowhere_is_an_error(check_text, to, message):
    checked = check_text(routed(to))
    assert message in checked.messages[0]
    assert checked.places == checked.marks


def test_trunks_go_with_a_number_alone(check_text):
    (message,) = check_text(routed("{queue: support, via: carrier}")).messages
    assert "`via` goes with `dial`" in message


def reached(agent):
    return OUTSIDE.replace('{dial: "sip:desk@127.0.0.1"}', agent)


@pytest.mark.parametrize(
    ("agent", "number", "confirm"),
    [
        ('{dial: "+48600300400"}', ToNumber("+48600300400", ("gsm", "c")), True),
        ("{dial: +48600300400, via: carrier}", ToNumber("+48600300400", ("carrier",)), True),
        ('{dial: "+4420123456", via: [c], confirm: false}', ToNumber("+4420123456", ("c",)), False),
    ],
)
def test_an_agent_may_be_at_a_number_outside(check_text, agent, number, confirm):
    settings = check_text(reached(agent)).settings
    phone = settings.phones["desk"]
    assert (phone.way, phone.outside, phone.confirm) == (None, number, confirm)
    assert not settings.engine.agents["desk"].registers
    assert f"{number.number} by {number.trunks[0]}" in " ".join(printed(summary(settings)).split())


@pytest.mark.parametrize(
    ("agent", "message"),
    [
        ('{dial: §"+4420123456"}', "name a trunk by `via`"),
        ('{dial: "+48600300400", via: §carier}', "did you mean 'carrier'?"),
        ("{dial: §+0}", "whole number with its plus"),
    ],
)
def test_an_agent_outside_who_cannot_be_called_is_an_error(check_text, agent, message):
    checked = check_text(reached(agent))
    assert message in checked.messages[0]
    assert checked.places == checked.marks


@pytest.mark.parametrize(
    ("agent", "message"),
    [
        ('{dial: "sip:desk@127.0.0.1", via: carrier}', "`via` goes with a number"),
        ('{dial: "sip:desk@127.0.0.1", confirm: true}', "`confirm` goes with a number"),
        ('{dial: "+48600300400", srtp: mandatory}', "what its trunk says"),
    ],
)
def test_what_has_no_effect_is_refused(check_text, agent, message):
    assert message in check_text(reached(agent)).messages[0]
