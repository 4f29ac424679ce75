"""`mail:` and `reports:` in the configuration, and how the service level is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.acd.service import Service
from softswitch.config.settings import MailSettings, ReportSettings
from tests.config.conftest import SOUND

MAIL = "mail: {server: smtp.office.example, from: switch@office.example}\n"
HOURS = """\
hours:
  a: {timezone: Europe/Warsaw, open: {mon: "08:00-18:00"}}
  b: {timezone: %s, open: {mon: "08:00-18:00"}}
"""
GERMAN = Path(__file__).parents[2] / "config" / "languages" / "german.yaml"
REPORT = 'reports: [{to: [anna@office.example], at: "07:00", days: mon-fri, by: [queue, agent]}]\n'


def test_the_server_has_sensible_defaults_and_its_password_from_the_environment(check_text):
    settings = check_text(SOUND + MAIL).settings
    assert settings.mail == MailSettings("smtp.office.example", 587, "switch@office.example")
    text = 'mail: {server: m.example, from: a@b.example, username: u, password: "${MAIL}", tls: tls}\n'
    mail = check_text(SOUND + text, {"MAIL": "s3cret"}).settings.mail
    assert (mail.port, mail.password) == (465, "s3cret")
    assert "s3cret" not in repr(mail)


def test_reports_follow_the_clock_of_the_opening_hours(check_text):
    (report,) = check_text(SOUND + MAIL + HOURS % "Europe/Warsaw" + REPORT).settings.reports
    assert report == ReportSettings(
        ("anna@office.example",),
        "07:00",
        (0, 1, 2, 3, 4),
        "yesterday",
        None,
        ("queue", "agent"),
        "pdf",
        "Europe/Warsaw",
    )
    (report,) = check_text(SOUND + MAIL + REPORT).settings.reports
    assert (report.zone, report.language) == (None, "en")
    listed = REPORT.replace("mon-fri", "[mon, thu]")
    assert check_text(SOUND + MAIL + listed).settings.reports[0].days == (0, 3)


@pytest.mark.parametrize(
    ("first", "named", "language"), [("pl", "", "pl"), ("pl", "language: he, ", "he"), ("de", "", "en")]
)
def test_reports_are_in_the_language_of_the_site(check_text, first: str, named: str, language: str):
    media = f"include: {GERMAN}\nmedia: {{languages: [{first}, en]}}\n"
    text = media + MAIL + REPORT.replace("{to", f"{{{named}to")
    assert [one.language for one in check_text(text).settings.reports] == [language]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mail: {server: m.example, from: §nobody}\n", "expected a mail address, as reports@office.example"),
        ("mail: {server: m.example, from: a@b.example, port: §0}\n", "1"),
        (
            "§mail: {server: m.example, from: a@b.example, username: u}\n",
            "`username` and `password`, or neither",
        ),
        (
            "mail: {server: m.example, from: a@b.example, tls: §off, username: u, password: p}\n",
            "in the clear",
        ),
        ("mail: {server: m.example, from: a@b.example, tls: §ssl}\n", "starttls"),
        ("mail: {server: m.example, from: a@b.example, authorities: §none.pem}\n", "none.pem"),
        ('§reports: [{to: [a@b.example], at: "07:00"}]\n', "nobody takes these mails: add `mail:"),
        (MAIL + 'reports: [{to: [a@b.example], at: §"7:00"}]\n', 'a time of day in quotes, as "07:00"'),
        (MAIL + 'reports: [{to: [a@b.example], at: "07:00", days: §mon-fry}]\n', "expected days, as mon-fri"),
        (MAIL + 'reports: [{to: [a@b.example], at: "07:00", queue: §suport}]\n', "did you mean"),
        (MAIL + 'reports: [{to: [a@b.example], at: "07:00", language: §de}]\n', "en, pl or he"),
        (
            MAIL + 'reports: [{to: [a@b.example], at: "07:00", by: §week}]\n',
            "expected hour, day, agent or queue",
        ),
        (MAIL + HOURS % "Asia/Tokyo" + 'reports: [{to: [a@b.example], at: §"07:00"}]\n', "add `timezone`"),
        ("service_level: {formula: §best}\n", "service-level"),
    ],
)
def test_mistakes_are_found_where_they_stand(one_problem, text, says):
    assert says in one_problem(SOUND + text)


def test_mails_in_the_clear_are_a_warning(one_warning):
    assert "most servers take" in one_warning(
        SOUND + "mail: {server: m.example, from: a@b.example, tls: §off}\n"
    )


def test_a_queue_counts_as_all_unless_it_says_otherwise(check_text):
    text = """\
service_level: {within: 30s, formula: service-level-2, short_abandon: 5s}
queues: {sales: {}, support: {service_level: {within: 10s}}, desk: {service_level: {formula: service-level}}}
teams: {sales: {agents: []}, support: {agents: []}, desk: {agents: []}}
"""
    settings = check_text(text).settings
    assert settings.service == Service(30.0, "service-level-2", 5.0)
    queues = settings.engine.queues
    assert (queues["support"].service_within, queues["support"].short_abandon) == (10.0, 5.0)
    assert queues["desk"].service_formula == "service-level"
    assert set(settings.services.queues) == {"support", "desk"}
    assert "sales" not in settings.services.queues
