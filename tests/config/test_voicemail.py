"""`voicemail:` in the configuration, the destination, and agents' own mailboxes."""

from __future__ import annotations

import pytest

from softswitch.mailboxes import DAY, Mailbox
from softswitch.types import Prompt, ToVoicemail
from tests.config.conftest import SOUND

MAIL = "mail: {server: smtp.office.example, from: switch@office.example}\n"
PLAIN = """\
media: {languages: [en, pl]}
numbers: {"700": {voicemail: office}, "2xx": {agent: dialled}}
agents:
  a: {dial: "sip:a@192.0.2.1", extension: "201", voicemail: office}
  b: {dial: "sip:b@192.0.2.1", extension: "202"}
"""


def test_a_mailbox_has_sensible_defaults_and_is_its_agents(check_text):
    settings = check_text(PLAIN + "voicemail: {office: {}}\n").settings
    assert settings.mailboxes == {"office": Mailbox("office", agents=("a",))}
    assert settings.routing.route("700") == ToVoicemail("office")
    assert settings.phones["a"].mailbox == "office"
    assert settings.phones["b"].mailbox is None


def test_everything_that_a_mailbox_says(check_text):
    text = """\
voicemail:
  office:
    greeting: {say: {en: Hello., pl: Halo.}}
    max: 90s
    min: 1s
    email: [anna@office.example]
    subject: "{caller} to {mailbox}, {length}"
    agents: [b, a]
    language: pl
    keep: 7 days
"""
    checked = check_text(PLAIN + MAIL + text)
    assert not checked.report.warnings
    assert checked.settings.mailboxes["office"] == Mailbox(
        "office",
        Prompt({"en": "Hello.", "pl": "Halo."}),
        90.0,
        1.0,
        ("anna@office.example",),
        "{caller} to {mailbox}, {length}",
        ("b", "a"),
        "pl",
        7 * DAY,
    )


def test_one_address_needs_no_list(check_text):
    text = "voicemail: {office: {email: anna@office.example}}\n"
    assert check_text(PLAIN + MAIL + text).settings.mailboxes["office"].email == ("anna@office.example",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("voicemail: {office: {max: §2h}}\n", "at most 30m"),
        ("voicemail: {office: {agents: [§c]}}\n", "no agent is called 'c'"),
        ("voicemail: {office: {language: §he}}\n", "not among the languages"),
        ("voicemail: {office: {subject: §'{who}'}}\n", "{who} cannot be filled in; what can is {caller}"),
        ("voicemail: {office: {subject: §'{caller!r}'}}\n", "cannot be filled in"),
        ("voicemail: {office: {subject: §'{caller'}}\n", "a bracket stands alone"),
        ("voicemail: {office: {email: §[anna@office.example]}}\n", "nobody takes these mails"),
        (MAIL + "voicemail: {office: {email: §anna}}\n", "expected a mail address"),
        ("voicemail: {office: {greeting: {play: §gone.wav}}}\n", "no such file"),
    ],
)
def test_mistakes_are_told_at_their_place(one_problem, text, says):
    assert says in one_problem(PLAIN + text)


def test_a_mailbox_that_is_not_there(check_text):
    text = "voicemail: {office: {}}\nmenus: {m: {say: a, otherwise: {voicemail: §ofice}}}\n"
    checked = check_text(SOUND + text)
    assert checked.places == checked.marks
    assert "no mailbox is called 'ofice'; did you mean 'office'?" in str(checked.report.problems)


def test_a_mailbox_to_which_nothing_leads_is_odd(check_text):
    checked = check_text(SOUND + "voicemail: {office: {}}\n")
    assert "nothing leads to mailbox 'office'" in checked.warnings
