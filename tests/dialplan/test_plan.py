"""What an agent may dial, and by which trunk it goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch.dialplan.classes import EXPENSIVE, PREFIXES
from softswitch.dialplan.numbering import Numbering, is_e164
from softswitch.dialplan.plan import Dial, DialPlan, OutboundRule, Refused, Rewrite

PLAN = DialPlan(
    rules=(
        OutboundRule("emergency", ("112", "99x"), ("carrier", "backup")),
        OutboundRule("mobile", ("+4845*", "+4850*", "+4860*"), ("gsm", "carrier"), "mobile"),
        OutboundRule("own company abroad", ("+4930555*",), ("carrier",), "local"),
        OutboundRule("nuisance", ("+48221112222",)),
        OutboundRule("home", ("+48*",), ("carrier",), "local"),
        OutboundRule("branch", ("8xx",), ("carrier",), "local", Rewrite(to="+48225000{number}")),
        OutboundRule("outside line", ("7*",), ("backup",), "local", Rewrite(strip=1)),
        OutboundRule("world", ("+*",), ("carrier",)),
    ),
    agents={"boss": frozenset({"local", "mobile", "international"}), "clerk": frozenset({"local"})},
)


def dial(number, agent=None, plan=PLAN):
    return plan.for_agent(agent, number)


@pytest.mark.parametrize(
    ("dialled", "number", "kind", "rule"),
    [
        ("221234567", "+48221234567", "local", "home"),
        ("600100200", "+48600100200", "mobile", "mobile"),
        ("0048 600 100 200", "+48600100200", "mobile", "mobile"),
        ("801", "+48225000801", "local", "branch"),
        ("7221234567", "+48221234567", "local", "outside line"),
        ("+49305551", "+49305551", "local", "own company abroad"),
    ],
)
def test_the_first_line_that_matches_decides(dialled, number, kind, rule):
    found = dial(dialled)
    assert isinstance(found, Dial)
    assert (found.number, found.kind, found.rule) == (number, kind, rule)
    assert rule in found.why


def test_trunks_come_in_the_order_to_try_them():
    assert dial("600100200").trunks == ("gsm", "carrier")


@pytest.mark.parametrize(
    ("dialled", "kind"),
    [
        ("700123456", "premium"),
        ("300123456", "premium"),
        ("+48708123456", "premium"),
        ("7700123456", "premium"),
        ("0044207123456", "international"),
        ("+449012345678", "premium"),
        ("+870123456789", "satellite"),
        ("+881612345678", "satellite"),
        ("+97912345678", "premium"),
    ],
)
def test_what_is_expensive_is_refused_unless_somebody_said_so(dialled, kind):
    refused = dial(dialled)
    assert isinstance(refused, Refused)
    assert refused.status == 403
    assert f"is {kind}" in refused.why
    assert refused.why.endswith(
        f"is {kind}, and an expensive class is dialled only where `may_dial` names it"
    )
    assert f"add {kind} to `may_dial`" in refused.advice
    allowed = PLAN.decide(dialled, frozenset({kind}))
    assert isinstance(allowed, Dial)
    assert allowed.kind == kind


@pytest.mark.parametrize(("dialled", "kind"), [("8095551234", "international"), ("9005551234", "premium")])
def test_what_looks_like_a_neighbour_of_country_1_is_no_national_call(dialled, kind):
    america = Numbering("1", "", "011", (10, 10), ("911",))
    plan = DialPlan(america, (OutboundRule("all", ("+1*",), ("carrier",), "local"),))
    assert plan.decide(dialled) == plan.decide(f"1{dialled}")
    refused = plan.decide(dialled)
    assert isinstance(refused, Refused)
    assert f"is {kind}" in refused.why
    assert isinstance(plan.decide("2125551234"), Dial)


def test_agents_may_dial_what_is_said_of_them():
    assert isinstance(dial("+44207123456", "boss"), Dial)
    assert isinstance(dial("+881612345678", "boss"), Refused)
    clerk = dial("600100200", "clerk")
    assert clerk.status == 403
    assert clerk.why == "+48600100200 is mobile, and only local may be dialled"
    assert isinstance(dial("600100200", "anybody else"), Dial)
    strict = DialPlan(rules=PLAN.rules, everybody=frozenset())
    assert dial("221234567", plan=strict).why.endswith("is local, and no class may be dialled")


def test_a_line_that_takes_everything_makes_nothing_cheap():
    plan = DialPlan(rules=(OutboundRule("all", ("*",), ("carrier",), "local"),))
    assert isinstance(dial("221234567", plan=plan), Dial)
    for number in ("700123456", "+44207123456", "+97912345678", "118913"):
        assert isinstance(dial(number, plan=plan), Refused), number


def test_a_line_that_names_an_expensive_range_may_call_it_what_it_likes():
    rules = (
        OutboundRule("supplier", ("+48701234567",), ("carrier",), "local"),
        OutboundRule("germany", ("0049*",), ("carrier",), "local"),
        OutboundRule("four", ("+4*",), ("carrier",), "local"),
    )
    plan = DialPlan(rules=rules)
    assert dial("701234567", plan=plan).kind == "local"
    assert dial("00493012345", plan=plan).kind == "local"
    assert isinstance(dial("004420712345", plan=plan), Refused)
    assert isinstance(dial("0049900123456", plan=plan), Refused)


def test_emergency_numbers_are_allowed_to_everybody_and_as_they_are():
    for agent in (None, "clerk", "boss"):
        for number in ("112", "999", "998", "+48112", "0048999"):
            found = dial(number, agent)
            assert isinstance(found, Dial), number
            assert found.emergency
            assert found.number == number.removeprefix("+48").removeprefix("0048")
    plan = DialPlan(rules=(OutboundRule("outside", ("9*",), ("c",), "local", Rewrite(strip=1)),))
    assert dial("998", plan=plan).number == "998"
    assert dial("9112", plan=plan).emergency


def test_a_line_that_refuses_does_not_stand_before_an_emergency_call():
    plan = DialPlan(rules=(OutboundRule("no", ("9xx",)), OutboundRule("yes", ("*",), ("c",), "local")))
    assert dial("997", plan=plan).rule == "yes"
    assert dial("996", plan=plan).rule == "no"
    own = DialPlan(rules=(OutboundRule("e", ("112",), ("c",), None, Rewrite(to="+4822112")),))
    assert dial("112", plan=own).number == "+4822112"


def test_refusals_say_why_and_what_to_do():
    nowhere = dial("12345")
    assert (nowhere.status, nowhere.rule) == (404, None)
    assert "no line of `outbound` matches 12345" in nowhere.why
    assert dial("221112222").status == 403
    assert dial("+0123456").status == 484
    assert dial("+1234567890123456").status == 484
    lost = dial("112", plan=DialPlan())
    assert lost.status == 404
    assert "emergency" in lost.why
    assert 'match: ["112"]' in lost.advice


@pytest.mark.parametrize(
    ("dialled", "why"),
    [
        ("0700123456", "neither a short number nor a whole one"),
        ("442071234567", "neither a short number nor a whole one"),
        ("+4800449012345", "not as many digits"),
        ("004800900123456", "not as many digits"),
        ("+48001234567", "another country by its 00"),
        ("*21*600100200#", "no number"),
        ("alex", "no number"),
        ("٣٣٣", "no number"),
    ],
)
def test_what_a_carrier_could_understand_in_its_own_way_is_no_number(dialled, why):
    plan = DialPlan(rules=(OutboundRule("all", ("*",), ("carrier",), "local"),))
    refused = dial(dialled, plan=plan)
    assert isinstance(refused, Refused)
    assert refused.status == 484
    assert why in refused.why


@pytest.mark.parametrize(
    ("rewrite", "number"),
    [
        (Rewrite(strip=2), "34"),
        (Rewrite(prefix="55"), "551234"),
        (Rewrite(strip=1, prefix="+4822"), "+4822234"),
        (Rewrite(to="{rest}#{number}"), "34#1234"),
        (Rewrite(strip=9), ""),
    ],
)
def test_rewriting(rewrite, number):
    assert rewrite.apply("1234", "12*") == number


def test_a_number_that_is_rewritten_to_nothing_is_no_number():
    plan = DialPlan(rules=(OutboundRule("x", ("5",), ("c",), None, Rewrite(strip=1)),))
    assert dial("5", plan=plan).status == 484


@given(some.text(alphabet="+0123456789*#", max_size=18), some.sampled_from([None, "clerk", "boss"]))
def test_nothing_expensive_ever_gets_out_unsaid(dialled, agent):
    found = dial(dialled, agent)
    if isinstance(found, Dial):
        assert is_e164(found.number) or len(found.number) <= 6
    if isinstance(found, Dial) and is_e164(found.number) and agent != "boss":
        assert found.kind not in EXPENSIVE
        ranges = [prefix for prefix in PREFIXES if found.number.startswith(prefix)]
        assert not ranges
        assert found.number.startswith("+48") or found.rule == "own company abroad"
