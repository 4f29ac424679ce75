"""The mail that brings a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from softswitch.parcels import Attachment
from softswitch.ports import Recorded
from softswitch.types import CallId
from softswitch.voicemail.letter import letters

FILE = "2026/01/05/100000000-office-c1.wav"


def left(**more: Any) -> Recorded:
    known = {"file": FILE, "mailbox": "office", "number": "+48600100200", "name": "Ann", "queue": "support"}
    mails = {"to": ["a@b.example", "c@d.example"], "language": "en", "when": "2026-01-05 11:00"}
    return Recorded(7, 1.0, "VoicemailLeft", CallId("c1"), {**known, **mails, "seconds": 75.4, **more})


def mails(**more: Any) -> list[Any]:
    return list(letters(Path("/data/voicemail"))(left(**more)))


def test_everybody_gets_one_with_all_that_is_known_and_the_sound() -> None:
    first, second = mails()
    assert (first.to, second.to) == ("a@b.example", "c@d.example")
    assert first.key == f"voicemail {FILE}"
    assert first.subject == "Voicemail from Ann (+48600100200)"
    lines = first.text.splitlines()
    expected = ["From: Ann (+48600100200)", "Queue: support", "Mailbox: office", "Time: 2026-01-05 11:00"]
    assert lines[2:7] == [*expected, "Length: 1:15"]
    sound = Attachment("voicemail-2026-01-05-1100.wav", path=Path("/data/voicemail") / FILE)
    assert first.attachments == (sound,)


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        ("pl", "Wiadomość głosowa: numer zastrzeżony", "Od: numer zastrzeżony"),
        ("he", "הודעה קולית מאת מספר חסוי", "מאת: מספר חסוי"),
        ("de", "Voicemail from a hidden number", "From: a hidden number"),
    ],
)
def test_it_is_in_the_mailbox_s_language_and_knows_hidden_callers(
    language: str, subject: str, line: str
) -> None:
    mail = mails(language=language, number="", name="", queue="")[0]
    assert mail.subject == subject
    assert line in mail.text.splitlines()
    assert "support" not in mail.text


def test_the_subject_may_be_another() -> None:
    subject = mails(subject="{length} for {mailbox} by {number}, {name}, {queue} at {time}")[0].subject
    assert subject == "1:15 for office by +48600100200, Ann, support at 2026-01-05 11:00"


def test_other_events_and_mailboxes_without_addresses_lead_to_none() -> None:
    of = letters(Path())
    assert not list(of(Recorded(1, 1.0, "VoicemailHeard", CallId("c1"), {"file": FILE})))
    assert not mails(to=[])
