"""The codes that agents dial: apart from each other, as digits may follow two of them."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOUND


@pytest.mark.parametrize(
    ("codes", "wrong"),
    [
        ('{pickup: "*13"}', "two features have the same code"),
        ('{resume: "*81"}', "digits follow *8, so no other code may begin with it"),
        ('{pickup: "*1"}', "digits follow *1, so no other code may begin with it"),
        ('{resume: "*131"}', "digits follow *13, so no other code may begin with it"),
    ],
)
def test_codes_that_cannot_be_told_apart_are_a_mistake(one_problem, codes, wrong):
    assert wrong in one_problem(SOUND + f"§features: {codes}\n")


def test_codes_and_who_may_forward_come_into_force(check_text):
    text = SOUND.replace("desk: {", "desk: {forwards: true, ") + 'features: {pickup: "*7"}\n'
    settings = check_text(text).settings
    assert settings.features.pickup == "*7"
    assert settings.phones["desk"].forwards
    assert not check_text(SOUND).settings.phones["desk"].forwards
