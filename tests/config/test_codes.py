"""The codes that agents dial: apart from each other, as digits may follow two of them."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOUND


@pytest.mark.parametrize(
    ("codes", "wrong"),
    [
        (
            '{pickup: §"*13"}',
            "`pickup` has the code of `pause`, *13, unless the file says otherwise",
        ),
        ('{sign_out: "*21", sign_in: §"*21"}', "`sign_in` has the code of `sign_out`, *21"),
        ('{resume: §"*81"}', "digits follow *8 (`pickup`), so the code of `resume` cannot begin with it"),
        (
            '{pickup: §"*1"}',
            "digits follow *1 (`pickup`), so the code of `sign_in`, *11, cannot begin with it",
        ),
        ('{resume: §"*131"}', "digits follow *13 (`pause`), so the code of `resume` cannot begin with it"),
    ],
)
def test_codes_that_cannot_be_told_apart_are_a_mistake(one_problem, codes, wrong):
    assert one_problem(SOUND + f"features: {codes}\n") == wrong


def test_a_code_that_is_none_is_not_taken_for_the_one_that_it_stands_in_for(one_problem):
    assert "a star code" in one_problem(SOUND + 'features: {sign_in: §"71", sign_out: "*11"}\n')


def test_a_code_without_quotes_is_told_to_take_them(one_problem):
    message = one_problem(SOUND + "features: {sign_in: §*11}\n")
    assert message.endswith('a text that begins with * needs quotes: "*11"')


def test_pauses_are_told_that_the_digits_come_first(one_problem):
    assert one_problem(SOUND + "pauses: {§lunch: 1}\n") == (
        "expected one to four digits before the colon and the reason behind it, as 1: lunch"
    )
    assert one_problem(SOUND + "pauses: {§break: coffee}\n").endswith("as 1: lunch, got break")


def test_codes_and_who_may_forward_come_into_force(check_text):
    text = SOUND.replace("desk: {", "desk: {forwards: true, ") + 'features: {pickup: "*7"}\n'
    settings = check_text(text).settings
    assert settings.features.pickup == "*7"
    assert settings.phones["desk"].forwards
    assert not check_text(SOUND).settings.phones["desk"].forwards
