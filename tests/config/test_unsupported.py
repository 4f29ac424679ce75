"""What the language will have and this version has not: an error that says so."""

from __future__ import annotations

import pytest

from softswitch.acd.strategies import BUILT_IN
from softswitch.config.unsupported import BESIDE, ELSEWHERE, KEYS, STRATEGIES
from tests.config.conftest import SOUND

DESK = 'dial: "sip:a@b"'

EXAMPLES = {
    ("ServiceLevel", "target"): "queues: {q: {service_level: {within: 20s, §target: 80%}}}",
}


def test_every_key_of_the_table_has_an_example_here():
    assert EXAMPLES.keys() == KEYS.keys()


@pytest.mark.parametrize(("model", "key"), EXAMPLES)
def test_a_key_whose_feature_is_not_built_says_so_at_its_place(check_text, model, key):
    checked = check_text(EXAMPLES[model, key])
    (problem,) = [one for one in checked.report.problems if one.message.startswith("not supported yet")]
    assert [(problem.line, problem.column)] == checked.marks
    assert repr(key) in problem.message
    assert not [message for message in checked.messages if "unknown key" in message]


@pytest.mark.parametrize(
    ("listen", "feature"),
    [("ws:0.0.0.0:80", "SIP over WS"), ("wss:0.0.0.0:443", "SIP over WSS")],
)
def test_transports_that_are_not_built_say_so(one_problem, listen, feature):
    assert (
        one_problem(SOUND + f'sip: {{listen: [§"{listen}"]}}') == f"not supported yet: {listen!r} ({feature})"
    )


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_strategies_that_are_planned_say_so(one_problem, strategy):
    message = one_problem(SOUND.replace("support: {}", f"support: {{strategy: §{strategy}}}", 1))
    assert message == f"not supported yet: {strategy!r} (strategy)"


@pytest.mark.parametrize(("theirs", "ours"), ELSEWHERE.items())
def test_names_of_other_switches_say_what_that_is_called_here(one_problem, theirs, ours):
    message = one_problem(SOUND.replace("support: {}", f"support: {{strategy: §{theirs}}}", 1))
    assert message.startswith(f"unknown strategy; here that is called {ours!r}")
    assert ours in BUILT_IN
    assert theirs not in BUILT_IN


@pytest.mark.parametrize("name", BESIDE)
def test_what_goes_with_any_strategy_says_by_which_keys(one_problem, name):
    message = one_problem(SOUND.replace("support: {}", f"support: {{strategy: §{name}}}", 1))
    assert message.startswith(f"{name} is no strategy here, it goes with any of them: ")
