"""`{callback: QUEUE}` and `callback:` of a queue: what is read, and what is said of mistakes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from softswitch.acd.settings import CallbackSettings
from softswitch.config.settings import CallbackRules
from softswitch.types import QueueName, ToCallback
from softswitch.walk import walk
from tests.config.conftest import SOUND

CALLED = """\
trunks: {carrier: {server: sip.carrier.example}}
outbound: [{name: everywhere, match: ["*"], via: carrier}]
"""


def file(callback: str = "{}", numbers: str = '{"600": {callback: support}}', more: str = CALLED) -> str:
    plain = SOUND.replace("{support: {}}", f"{{support: {{callback: {callback}}}}}", 1)
    return plain.replace('{"600": {queue: support}}', numbers, 1) + more


def test_what_is_left_out_is_usual(check_text) -> None:
    settings = check_text(file()).settings
    assert settings.routing.numbers[0].then == ToCallback(QueueName("support"))
    assert settings.engine.queues[QueueName("support")].callback == CallbackSettings()
    assert settings.callbacks["support"] == CallbackRules()


def test_everything_is_read(check_text) -> None:
    settings = check_text(
        file(
            "{first: customer, number: ask, attempts: 2, pause: 1m, ring: 30s, early: 0s, expires: 2h,"
            ' caller_id: "+48221112233", may_dial: [international]}'
        )
    ).settings
    queue = settings.engine.queues[QueueName("support")]
    assert queue.callback == CallbackSettings(True, 30.0, 2, 60.0, 7200.0)
    rules = CallbackRules("ask", 0.0, "+48221112233", frozenset({"international"}))
    assert settings.callbacks["support"] == rules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (file(numbers='{"600": {callback: §suport}}'), "no queue is called 'suport'"),
        (file(numbers='{"600": {callback: §support}}', more=""), "nobody can be called back without a line"),
        (file("{may_dial: [§premum]}"), "no line of `outbound` has the class 'premum'"),
        (file("{first: §both}"), "agent"),
        (file("{attempts: §0}"), "1"),
    ],
)
def test_mistakes_are_said_at_their_place(check_text, text, said) -> None:
    checked = check_text(text)
    [problem] = checked.report.problems
    assert [(problem.line, problem.column)] == checked.marks
    assert said in problem.message


def test_a_queue_that_only_calls_back_is_led_to(check_text) -> None:
    assert check_text(file()).warnings == []


def test_the_walk_ends_there(check_text) -> None:
    *_, end = walk(check_text(file()).settings, "600", [], "", datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert (end.text, end.note) == ("call back by queue support", "number: confirm")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("expires: §40s", "may ring for 45s"),
        ("expires: §10m, attempts: 3, pause: 5m", "3 `attempts` with a `pause` between them take 10m"),
    ],
)
def test_callbacks_that_expire_before_they_can_be_tried_are_a_warning(one_warning, rule: str, said: str):
    text = file(f"{{{rule}}}")
    assert said in one_warning(text)


OFFICE = 'hours: {office: {timezone: Europe/Warsaw, open: {mon-fri: "08:00-18:00"}}}\n'


def test_callbacks_that_expire_over_a_weekend_are_a_warning(one_warning, check_text) -> None:
    text = OFFICE + file("{§expires: 60h}").replace("{support: {", "{support: {hours: office, ", 1)
    said = "callbacks expire before that: in a common week office is closed for up to 62h"
    assert said in one_warning(text.replace("§expires: 60h", "expires: §60h"))
    longer = text.replace("§expires: 60h", "expires: 63h")
    assert not [one for one in check_text(longer).warnings if "expire" in one]
    unwanted = text.replace("{callback: support}", "{queue: support}").replace("§", "")
    assert not [one for one in check_text(unwanted).warnings if "expire" in one]


def test_times_that_fit_are_no_warning(check_text):
    text = file("{expires: 11m, attempts: 3, pause: 5m}")
    assert not check_text(text).warnings
