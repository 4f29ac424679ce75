"""Rules about who joins a queue: which one decides, and why."""

from __future__ import annotations

import pytest

from softswitch.routing import CallerRule, Routing
from softswitch.rules import Facts, Rule, Then, When, decide, together
from softswitch.types import MenuName, QueueName, Reject, ToQueue

SUPPORT, SALES = QueueName("support"), QueueName("sales")
WELCOME = MenuName("welcome")


def facts(**more: object) -> Facts:
    known: dict[str, object] = {
        "queue": SUPPORT,
        "is_open": lambda name: name == "office",
        "number": ("+48600100200", "600100200"),
        "dialled": ("600",),
        "caller": "partners",
        "pressed": {WELCOME: "2"},
        "entered": {"customer_number": "123456"},
        "language": "pl",
        "data": {"plan": "gold"},
    }
    return Facts(**(known | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("holds", "fails", "why"),
    [
        (When(number=("+48600*",)), When(number=("+48601*",)), "number +48600100200 is +48600*"),
        (When(number=("600x*",)), When(number=("700x*",)), "number 600100200 is 600x*"),
        (When(dialled=("6xx",)), When(dialled=("7xx",)), "dialled 600 is 6xx"),
        (When(hours="office"), When(hours="night"), "office is open"),
        (When(outside="night"), When(outside="office"), "night is closed"),
        (When(queue=(SALES, SUPPORT)), When(queue=(SALES,)), "queue support"),
        (When(caller=("partners",)), When(caller=("others",)), "caller class partners"),
        (When(menu=(WELCOME,)), When(menu=(MenuName("other"),)), "came through menu welcome"),
        (When(pressed={WELCOME: ("1", "2")}), When(pressed={WELCOME: ("3",)}), "pressed 2 in menu welcome"),
        (
            When(entered={"customer_number": ("1*",)}),
            When(entered={"customer_number": ("2*",)}),
            "customer_number 123456 is 1*",
        ),
        (When(language=("pl",)), When(language=("en",)), "language pl"),  # type: ignore[arg-type]
        (When(data={"plan": ("gold",)}), When(data={"plan": ("silver",)}), "plan is gold"),
        (When(), When(entered={"other": ("*",)}), "it holds always"),
    ],
)
def test_a_condition_holds_or_not_and_says_why(holds: When, fails: When, why: str) -> None:
    yes, no = Rule("yes", holds, Then("vip")), Rule("no", fails, Then("urgent"))
    decision = decide([no, yes], facts())
    assert decision is not None
    assert (decision.rule, decision.why, decision.goes) == (yes, why, None)
    assert decide([no], facts()) is None


def test_all_conditions_of_a_rule_must_hold_and_the_first_rule_wins() -> None:
    both = Rule("both", When(hours="office", language=("pl",)), Then("vip"))  # type: ignore[arg-type]
    anybody = Rule("anybody", When(), Then("urgent"))
    assert decide([both, anybody], facts()).rule is both  # type: ignore[union-attr]
    assert decide([both, anybody], facts(language="en")).rule is anybody  # type: ignore[union-attr]
    assert decide([both, anybody], facts()).why == "language pl; office is open"  # type: ignore[union-attr]


def test_a_rule_sends_a_call_elsewhere_once_and_into_the_same_queue_never() -> None:
    away = Rule("away", When(), Then(to=ToQueue(SALES)))
    here = Rule("here", When(), Then("vip", to=ToQueue(SUPPORT)))
    assert decide([away], facts()).goes == ToQueue(SALES)  # type: ignore[union-attr]
    assert decide([away], facts(), {"away"}) is None
    assert decide([here], facts(), {"here"}).goes is None  # type: ignore[union-attr]
    assert decide([Rule("no", When(), Then(to=Reject(603)))], facts()).goes == Reject(603)  # type: ignore[union-attr]


def test_of_each_skill_the_highest_level_is_needed() -> None:
    assert together({"polish": 1, "cars": 2}, {}, {"polish": 3}) == {"polish": 3, "cars": 2}


def test_a_class_of_callers_counts_at_its_time_and_for_what_was_dialled_only() -> None:
    callers = (
        CallerRule("by night", ("+48600*",), priority="urgent", outside="office"),
        CallerRule("of 600", ("+48600*",), priority="vip", dialled=("600",), hours="office"),
        CallerRule("all", ("*",), priority="default"),
    )
    routing = Routing(callers=callers)

    def name(dialled: str, is_open: bool) -> str:
        found = routing.classify("+48600100200", dialled=(dialled,), is_open=lambda _: is_open)
        assert found is not None
        return found.name

    assert name("600", True) == "of 600"
    assert name("601", True) == "all"
    assert name("600", False) == "by night"
