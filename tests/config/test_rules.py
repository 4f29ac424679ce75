"""Rules about who enters queues, classes of callers, keys while waiting, and pauses: read, and checked."""

from __future__ import annotations

import pytest

from softswitch.routing import Lookup
from softswitch.rules import Rule, Then, When
from softswitch.types import HangUp, Reject, ToMenu, ToQueue
from tests.config.conftest import SOUND

MENU = (
    SOUND.replace('{"600": {queue: support}}', '{"600": {queue: support}, "500": {menu: m}}')
    + "menus: {m: {say: a, ask: {customer: {say: b, digits: 4}}, choices: {1: {queue: support}}}}\n"
    + 'hours: {office: {timezone: Europe/Warsaw, open: {mon: "08:00-18:00"}}}\n'
)


def of_queue(rules: str) -> str:
    return MENU.replace("support: {}", f"support: {{rules: [{rules}]}}", 1)


def test_rules_become_plain_ones_the_queues_own_first(check_text):
    own = """
  - {name: own, when: {entered: {customer: "1*"}, pressed: {m: 1}},
     then: {needs: {polish: 1}, preferred: desk}}
"""
    everywhere = """
rules:
  - {name: shut, when: {outside: office, number: ["+48*", "22*"]}, then: {reject: 480}}
  - {name: other, then: {queue: support, priority: vip}}
  - {name: back, when: {language: en, queue: support}, then: {menu: m}}
"""
    indented = own.replace("  -", "      -")
    text = MENU.replace("queues: {support: {}}", f"queues:\n  support:\n    rules:{indented}")
    settings = check_text(text + everywhere).settings
    first, *rest = settings.entrances["support"].rules
    when = When(entered={"customer": ("1*",)}, pressed={"m": ("1",)})
    assert first == Rule("own", when, Then(needs={"polish": 1}, preferred="desk"))
    assert rest == [
        Rule("shut", When(outside="office", number=("+48*", "22*")), Then(to=Reject(480))),
        Rule("other", When(), Then("vip", to=ToQueue("support", "vip"))),
        Rule("back", When(language=("en",), queue=("support",)), Then(to=ToMenu("m"))),
    ]


def test_classes_of_callers_say_when_they_count_and_whom_to_ask(check_text):
    text = MENU + (
        "callers:\n"
        '  - {name: a, match: ["1*"], dialled: "600", hours: office, needs: {pl: 1}, preferred: desk}\n'
        '  - {name: b, lookup: "https://crm.example/{number}?x=1", timeout: 500ms, secret: abc}\n'
    )
    first, second = check_text(text).settings.routing.callers
    assert (first.dialled, first.hours, first.needs, first.preferred) == (
        ("600",),
        "office",
        {"pl": 1},
        "desk",
    )
    assert second.patterns == ("*",)
    assert second.lookup == Lookup("https://crm.example/{number}?x=1", 0.5, "abc")


def test_keys_the_last_agent_and_needs_of_a_destination(check_text):
    text = MENU.replace(
        "support: {}", "support: {keys: {0: {menu: m}, star: hangup}, last_agent: {within: 7 days}}", 1
    ).replace("{queue: support}", "{queue: support, needs: {pl: 2}}", 1)
    settings = check_text(text).settings
    entrance = settings.entrances["support"]
    assert entrance.keys == {"0": ToMenu("m"), "*": HangUp()}
    assert entrance.last_agent == 7 * 86400.0
    assert settings.routing.route("600") == ToQueue("support", None, {"pl": 2})


def test_pauses_may_have_a_limit(check_text):
    settings = check_text(SOUND + "pauses: {1: lunch, 2: {reason: coffee, limit: 15m}}").settings
    assert settings.features.reasons == {"1": "lunch", "2": "coffee"}
    assert settings.engine.pauses == {"coffee": 900.0}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{name: a, when: {hours: §ofice}, then: {priority: vip}}", "did you mean 'office'?"),
        ("{name: a, when: {menu: §mm}, then: {priority: vip}}", "no menu is called 'mm'"),
        ("{name: a, when: {pressed: {m: §7}}, then: {priority: vip}}", "menu 'm' has no key 7"),
        ("{name: a, when: {entered: {custmer: §1*}}, then: {priority: vip}}", "did you mean 'customer'?"),
        ("{name: a, when: {language: §pl}, then: {priority: vip}}", "not among the languages"),
        ("{name: a, when: {queue: §support}, then: {priority: vip}}", "`queue` is for `rules` at the top"),
        ("{name: a, when: {§data: {plan: gold}}, then: {priority: vip}}", "has a `lookup`"),
        ("{name: a, when: {caller: §partner}, then: {priority: vip}}", "no class of callers is called"),
        ("{name: a, then: {priority: §vpi}}", "no priority class"),
        ("{name: a, then: {preferred: §dsk}}", "did you mean 'desk'?"),
        ("{name: a, then: {queue: §suport}}", "did you mean 'support'?"),
        ("{name: a, §then: {queue: support, menu: m}}", "one place only"),
        ("{name: a, §then: {}}", "expected what follows"),
        ("{name: a, when: {§nubmer: 1}, then: {priority: vip}}", "did you mean 'number'?"),
        ("{name: a, then: {priority: vip}}, {name: §a, then: {priority: vip}}", "another rule is called 'a'"),
    ],
)
def test_a_mistake_in_a_rule_has_its_place(check_text, rule, message):
    checked = check_text(of_queue(rule.replace("§1*", '§"1*"')))
    assert len(checked.messages) == 1, checked.messages
    assert message in checked.messages[0]
    line, column = checked.places[0]
    assert (line, column) == checked.marks[0], checked.messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('callers: [{name: a, lookup: §"https://crm.example/callers"}]', "{number} in the URL once"),
        ('callers: [{name: a, lookup: §"https://{number}.example/"}]', "behind the host"),
        ("callers: [§{name: a, match: [5], priority: vip, timeout: 1s}]", "go with `lookup`"),
        ("callers: [{name: a, match: [5], hours: §office, priority: vip}]", "no set of hours"),
        ("callers: [{name: a, match: [5], preferred: §dsk}]", "did you mean 'desk'?"),
        ('numbers: {"7": §{menu: m, needs: {pl: 1}}}', "`needs` goes with `queue`"),
    ],
)
def test_a_mistake_about_callers_has_its_place(check_text, text, message):
    base = SOUND if not text.startswith("numbers") else "\n".join(SOUND.splitlines()[1:]) + "\n"
    checked = check_text(base + text)
    assert any(message in each for each in checked.messages), checked.messages


def test_a_key_of_a_queue_is_one_key_and_given_once(check_text):
    twice = check_text(SOUND.replace("support: {}", 'support: {keys: {star: hangup, §"*": hangup}}', 1))
    assert "given twice" in twice.messages[0]
    long = check_text(SOUND.replace("support: {}", "support: {keys: {§12: hangup}}", 1))
    assert "expected one key" in long.messages[0]
