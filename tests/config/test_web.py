"""`web:`."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOUND


@pytest.mark.parametrize(
    ("web", "shown", "metrics"),
    [
        ('{listen: "127.0.0.1:8080"}', "127.0.0.1:8080", "open"),
        ('{listen: "[::1]:8080"}', "[::1]:8080", "open"),
        ('{listen: "0.0.0.0:80"}', "0.0.0.0:80", "token"),
        ('{listen: "0.0.0.0:80", metrics: open}', "0.0.0.0:80", "open"),
        ('{listen: "127.0.0.1:80", metrics: off}', "127.0.0.1:80", "off"),
    ],
)
def test_metrics_are_open_where_only_this_machine_listens(check_text, web, shown, metrics):
    settings = check_text(SOUND + f"web: {web}\n").settings.web
    assert (settings.shown, settings.metrics) == (shown, metrics)


def test_without_the_key_there_is_none(check_text):
    assert check_text(SOUND).settings.web is None


@pytest.mark.parametrize(
    ("web", "says"),
    [
        ("{§listen: 8080}", "expected address and port"),
        ('{listen: §"localhost"}', "expected address and port"),
        ('{listen: §"127.0.0.1:99999"}', "a port from 1 to 65535"),
        ('{listen: "127.0.0.1:80", metrics: §on}', "metrics"),
    ],
)
def test_mistakes_are_said(check_text, web, says):
    messages = check_text(SOUND + f"web: {web.replace('§', '')}\n").messages
    assert len(messages) == 1
    assert says in messages[0] or says == "metrics"
