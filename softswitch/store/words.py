"""What a word of the vocabulary is (`records.py`), and the words of mails and of reports that are mailed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.store.kinds import Kind


@dataclass(frozen=True, slots=True)
class Word:
    """What one kind of event says."""

    says: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """Meaning by field name."""
    alarming: bool = False
    """Logged as a warning: somebody should look."""


MAIL = {
    "mail": "its id",
    "to": "the address",
    "about": "what it tells of",
    "attempts": "how often it was tried",
}

MAILS: Mapping[str, Word] = {
    Kind.MAIL_SENT: Word("The mail server has taken a mail.", MAIL),
    Kind.MAIL_REFUSED: Word(
        "The mail server refused a mail for good; `softswitch mail` lists it, `mail retry` tries again.",
        {**MAIL, "why": "the server's words"},
        alarming=True,
    ),
    Kind.MAIL_FAILING: Word(
        "A mail has waited longer than `mail.alarm`.",
        {
            "server": "of `mail`",
            "waiting": "how many mails do",
            "since": "for how long, seconds",
            "why": "the server's words, or why it cannot be asked",
        },
        alarming=True,
    ),
    Kind.MAIL_WORKING: Word("No mail waits for long any more.", {"server": "of `mail`"}),
    Kind.REPORT_POSTED: Word(
        "A line of `reports` was due; its mails are on their way.",
        {"report": "its days, as in its subject", "to": "addresses", "due": "the moment it was for"},
    ),
    Kind.REPORT_FAILED: Word(
        "A line of `reports` was due, and could not be made; it is tried again for a day.",
        {"to": "addresses", "due": "the moment it was for", "why": "what went wrong"},
        alarming=True,
    ),
}
