"""Webhooks in the configuration."""

from __future__ import annotations

import pytest

from softswitch.config.settings import Webhook
from tests.config.conftest import SOUND


def test_a_webhook_has_sensible_defaults_and_its_secret_from_the_environment(check_text):
    text = 'webhooks: {crm: {url: "https://crm.example/x", secret: "${HOOK}", events: [CallEnded]}, bi: {url: "http://b"}}\n'
    crm, other = check_text(SOUND + text, {"HOOK": "s"}).settings.webhooks
    assert crm == Webhook("crm", "https://crm.example/x", "s", frozenset({"CallEnded"}), 5.0, 10)
    assert other == Webhook("bi", "http://b")
    assert "'s'" not in repr(crm)


@pytest.mark.parametrize(
    "url", ["crm.example", "ftp://crm.example", "https://", "https://x:0/", "https://[::1"]
)
def test_a_url_that_is_none_is_a_problem(one_problem, url):
    assert "expected the URL of a server" in one_problem(SOUND + f'webhooks: {{crm: {{url: §"{url}"}}}}\n')


def test_a_kind_that_is_none_is_a_problem(one_problem):
    text = 'webhooks: {crm: {url: "https://crm.example", events: [§CallEndd]}}\n'
    message = one_problem(SOUND + text)
    assert "no kind of event is called so" in message
    assert "did you mean 'CallEnded'?" in message
