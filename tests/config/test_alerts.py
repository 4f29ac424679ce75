"""`alerts:` in the configuration."""

from __future__ import annotations

import pytest

from softswitch.alerts.settings import Level, Measure, Threshold
from tests.config.conftest import SOUND

MAIL = "mail: {server: smtp.office.example, from: switch@office.example}\n"


def thresholds(check_text, text, queue="support"):
    return {one.measure: one for one in check_text(SOUND + text).settings.alerts.queues.get(queue, ())}


def test_nothing_is_alarming_by_itself(check_text):
    assert check_text(SOUND).settings.alerts.queues == {}


def test_what_is_said_of_a_queue_goes_before_what_is_said_of_all(check_text):
    text = """\
alerts:
  all: {waiting: {warn: 5, alarm: 10}, longest_wait: {alarm: 3m}}
  queues:
    support: {waiting: {alarm: 20, until: 2}, service_level: {warn: 80%, alarm: 60%, calls: 20}}
  after: 10s
  calm: 2m
"""
    found = thresholds(check_text, text)
    assert found == {
        Measure.WAITING: Threshold(Measure.WAITING, {Level.ALARM: 20}, 2),
        Measure.LONGEST_WAIT: Threshold(Measure.LONGEST_WAIT, {Level.ALARM: 180}, 144),
        Measure.SERVICE_LEVEL: Threshold(
            Measure.SERVICE_LEVEL, {Level.WARN: 0.8, Level.ALARM: 0.6}, pytest.approx(0.85), 20
        ),
    }
    settings = check_text(SOUND + text).settings.alerts
    assert (settings.after, settings.calm, settings.mail_to) == (10, 120, ())


def test_all_is_well_again_a_little_beside_the_limit(check_text):
    text = "alerts: {all: {waiting: {warn: 5}, free_agents: {warn: 1, alarm: 0}, abandoned: {alarm: 4}}}\n"
    found = thresholds(check_text, text)
    assert {measure: one.until for measure, one in found.items()} == {
        Measure.WAITING: 4, Measure.FREE_AGENTS: 2, Measure.ABANDONED: 3,
    }  # fmt: skip


def test_mails_go_to_everybody_once(check_text):
    text = MAIL + "alerts: {email: [a@b.example, a@b.example], email_from: warn, all: {waiting: {warn: 1}}}\n"
    settings = check_text(SOUND + text).settings.alerts
    assert (settings.mail_to, settings.mail_from) == (("a@b.example",), Level.WARN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("alerts: {all: {§waiting: {until: 3}}}\n", "expected `warn`, `alarm` or both"),
        ("alerts: {all: {§waiting: {warn: 10, alarm: 5}}}\n", "`alarm` must be worse than `warn`, so more"),
        ("alerts: {all: {§service_level: {warn: 60%, alarm: 80%}}}\n", "so less than it"),
        ("alerts: {all: {§longest_wait: {warn: 1m, until: 2m}}}\n", "must be less than that"),
        ("alerts: {all: {§free_agents: {alarm: 2, until: 1}}}\n", "must be more than that"),
        ("alerts: {all: {waiting: {warn: §0}}}\n", "1"),
        ("alerts: {all: {service_level: {warn: §0.8}}}\n", "50%"),
        ("alerts: {queues: {§suport: {waiting: {warn: 5}}}}\n", "did you mean 'support'"),
        ("alerts: {all: {§wating: {warn: 5}}}\n", "waiting"),
        ("alerts: {§email: [a@b.example], all: {waiting: {warn: 5}}}\n", "nobody takes these mails"),
    ],
)
def test_mistakes_are_told_where_they_are(one_problem, text, says):
    assert says in one_problem(SOUND + text)


def test_what_does_nothing_is_a_warning(one_warning):
    assert "nothing is watched" in one_warning(SOUND + "§alerts: {calm: 1m}\n")
    text = SOUND.replace("support: {}", "support: {max_wait: 5m}")
    more = "alerts: {queues: {support: {longest_wait: {warn: 1m, alarm: §10m}}}}\n"
    assert "never reached: 'support' has a lower `max_wait`" in one_warning(text + more)
