"""What a word of the vocabulary is (`records.py`), and the words of mails, mailed reports and callbacks."""

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

_CASE = {"callback": "the call in which it was wanted", "queue": "whose agents call back", "number": "E.164"}

CALLBACKS: Mapping[str, Word] = {
    Kind.CALLBACK_WANTED: Word(
        "The caller will be called back, and keeps the place in line.",
        {
            "queue": "by whose agents",
            "number": "at which number, E.164",
            "name": "the caller's display name",
            "language": "that the customer hears",
            "priority": "the class in the queue",
            "needs": "skills by level, beside those of the queue",
            "preferred": "the agent who is rung first",
            "standing": "since when the place counts, seconds since the epoch",
        },
    ),
    Kind.CALLBACK_DECLINED: Word(
        "The caller had no number to give that may be called, or confirmed none.", {"queue": "which"}
    ),
    Kind.CALLBACK_TRIED: Word(
        "An attempt to call somebody back begins; this call is that attempt.",
        {**_CASE, "attempt": "which, from 1", "waited": "seconds since it was wanted"},
    ),
    Kind.CALLBACK_NOT_REACHED: Word(
        "The attempt came to nothing.",
        {
            **_CASE,
            "attempt": "how many so far",
            "why": "busy, no-answer, declined, failed, no-channel, not-allowed, mailbox (over at once), or"
            " ended (by an interface)",
            "status": "the final SIP status, 0 without one",
        },
    ),
    Kind.CALLBACK_RESTING: Word(
        "Somebody is to be called back later.",
        {
            "queue": "where the place is",
            "attempts": "in vain so far",
            "pause": "seconds until the next; null: when the queue opens",
        },
    ),
    Kind.CALLBACK_ENDED: Word(
        "Nobody needs to be called back any more.",
        {
            "queue": "which",
            "result": "reached, not-reached, expired, cancelled, hung-up (by the customer, while agents were"
            " rung), or another LeaveReason",
            "agent": "who has talked to the customer",
            "attempts": "in vain",
            "waited": "seconds from being wanted until they talked, or nobody tried any more",
            "by": "who cancelled it",
        },
    ),
    Kind.CALLBACK_RESTORED: Word(
        "A callback from before a restart goes on.", {"queue": "which", "attempts": "in vain so far"}
    ),
}
