"""`panel:`, and `dispositions:` of a queue."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOUND


def with_queue(text: str) -> str:
    return SOUND.replace("support: {}", f"support: {{{text}}}")


def test_queues_have_dispositions_and_the_panel_a_link(check_text):
    plain = check_text(SOUND).settings
    assert (plain.dispositions, plain.panel_link) == ({}, None)
    link = 'panel: {link: "https://crm.example/{queue}?number={number}"}\n'
    settings = check_text(with_queue("dispositions: [sold, call again, 7]") + link).settings
    assert settings.dispositions == {"support": ("sold", "call again", "7")}
    assert settings.panel_link == "https://crm.example/{queue}?number={number}"


@pytest.mark.parametrize(
    ("queue", "says"),
    [
        ("dispositions: §sold", "expected a list"),
        ("§dispositions: []", "expected at least one"),
        ("§dispositions: [sold, sold]", "'sold' is there twice"),
        (f"dispositions: [sold, §{'x' * 65}]", "up to 64 characters"),
        ("§disposition: [sold]", "dispositions"),
    ],
)
def test_mistakes_in_dispositions_are_told_where_they_are(one_problem, queue, says):
    assert says in one_problem(with_queue(queue))


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("crm.example/{number}", "expected the URL of a server"),
        ("javascript:alert({number})", "expected the URL of a server"),
        ("https://{name}.example/", "the server of a link is fixed"),
        ("https://crm.example/{caller}", "{caller} cannot be filled in; what can is {number}, {name}"),
        ("https://crm.example/{number!r}", "cannot be filled in"),
        ("https://crm.example/{number", "a bracket stands alone"),
    ],
)
def test_mistakes_in_a_link_are_told_where_they_are(one_problem, link, says):
    assert says in one_problem(SOUND + f"panel: {{link: §'{link}'}}\n")
