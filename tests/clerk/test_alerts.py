"""The mails of alerts."""

from __future__ import annotations

import pytest

from softswitch.alerts.settings import Level, Measure
from softswitch.clerk.alerts import WORDS, alert_letters
from softswitch.ports import Recorded

RAISED = {
    "queue": "support", "measure": "longest_wait", "level": "alarm", "was": None, "value": 192.4,
    "limit": 180.0, "to": ["anna@office.example", "ben@office.example"], "language": "en",
}  # fmt: skip
ENDED = {**RAISED, "worst": "alarm", "was": "warn", "value": 3.0, "lasted": 3725.0, "unwatched": False}


def letters(kind, data):
    return list(alert_letters(Recorded(17, 1_800_000_000.0, kind, None, data)))


def test_everybody_gets_a_mail_that_says_what_is_wrong():
    first, second = letters("AlertRaised", RAISED)
    assert (first.to, second.to) == ("anna@office.example", "ben@office.example")
    assert first.subject == "Alarm: support: the longest wait is 3:12"
    assert "The limit is 3:00. Since 20" in first.text
    assert first.key == "alert 17"


def test_the_end_says_for_how_long_it_was():
    first, _ = letters("AlertEnded", ENDED)
    assert first.subject == "Over: support: the longest wait is 0:03"
    assert "It lasted 1:02:05." in first.text
    first, _ = letters("AlertEnded", ENDED | {"value": None, "unwatched": True})
    assert "nobody watches it any more" in first.subject


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("kind", ["AlertRaised", "AlertEnded"])
def test_too_few_calls_for_a_service_level_are_no_closed_queue(kind, language):
    few = {"value": None, "measure": "service_level", "limit": 0.8, "language": language}
    first, _ = letters(kind, ENDED | few)
    assert first.subject.endswith(WORDS[language].unknown)


def test_an_alert_that_goes_to_nobody_and_other_events_are_no_mail():
    assert letters("AlertRaised", {key: value for key, value in RAISED.items() if key != "to"}) == []


@pytest.mark.parametrize("language", WORDS)
def test_every_language_knows_every_figure_and_level(language):
    words = WORDS[language]
    assert set(words.measures) == set(Measure)
    assert set(words.levels) == set(Level)
    assert all("{value}" in text for text in words.measures.values())
    share, _ = letters(
        "AlertRaised", RAISED | {"language": language, "measure": "service_level", "value": 0.42}
    )
    assert "42%" in share.subject
