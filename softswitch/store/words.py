"""What a word of the vocabulary is (`records.py`), and those of mails, reports, callbacks and voicemail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.kinds import Kind


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
            "attempt": "how many so far that count",
            "why": "busy, no-answer, declined, failed, mailbox (over at once); or, before it came to the"
            " customer, carrier, no-channel, not-allowed, on-the-line (has called), ended (by an interface)",
            "status": "the final SIP status, 0 without one",
            "counted": "false: it did not come to the customer's side, and is no attempt",
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
    Kind.CALLBACK_HELD: Word(
        "There is no way to call the customer at the moment: no attempt begins.",
        {
            "queue": "which",
            "why": "on-the-line (the customer waits or talks there), no-carrier (all that may be asked are"
            " down), not-allowed (the dial plan)",
        },
    ),
    Kind.CALLBACK_RELEASED: Word("There is a way again.", {"queue": "which"}),
    Kind.CALLBACK_ENDED: Word(
        "Nobody needs to be called back any more.",
        {
            "queue": "which",
            "result": "reached, not-reached, expired, cancelled, called-again (and served), hung-up (by the"
            " customer, while agents were rung), or another LeaveReason",
            "agent": "who has talked to the customer",
            "attempts": "that counted, the last one too",
            "waited": "seconds from being wanted until they talked, or nobody tried any more",
            "by": "who cancelled it",
            "into": "the call in which the customer called again",
        },
    ),
    Kind.CALLBACK_RESTORED: Word(
        "A callback from before a restart goes on.", {"queue": "which", "attempts": "in vain so far"}
    ),
}

VOICEMAIL = {"file": "within the folder of messages, which names the message", "mailbox": "in which"}

VOICEMAILS: Mapping[str, Word] = {
    Kind.VOICEMAIL_STARTED: Word("After the tone: what the caller says is being recorded.", VOICEMAIL),
    Kind.VOICEMAIL_ENDED: Word(
        "The recording of a message is over; VoicemailLeft follows, or VoicemailDropped.",
        {
            **VOICEMAIL,
            "seconds": "how long it is, silence included",
            "lost": "how much of that the disk could not take in time, in s",
            "by": "key, silence, limit or hung-up",
        },
    ),
    Kind.VOICEMAIL_LEFT: Word(
        "There is a message; its file is whole. After a crash it may be told twice, of the same file.",
        {
            **VOICEMAIL,
            "number": "the caller's; empty: hidden",
            "name": "the caller's display name",
            "queue": "in which the caller waited before; empty: in none",
            "began": "when, in seconds since the epoch",
            "seconds": "how long it is, without the silence at both ends",
            "bytes": "of the file",
            "to": "who gets it by mail",
            "subject": "of these mails",
            "language": "of these mails",
            "queue_label": "what these mails call the queue",
            "when": "when it was left, in local time, as these mails say it",
        },
    ),
    Kind.VOICEMAIL_DROPPED: Word(
        "What was recorded is no message.",
        {**VOICEMAIL, "seconds": "of sound between the silence", "why": "too short, or the sound is gone"},
    ),
    Kind.VOICEMAIL_FAILED: Word(
        "A caller could not leave a message, and was told so.",
        {"mailbox": "in which", "why": "the error"},
        alarming=True,
    ),
    Kind.VOICEMAIL_HEARD: Word(
        "Somebody has heard a message, or taken a copy.",
        {
            **VOICEMAIL,
            "by": "who: `agent desk-201`, `user anna`, `command line`",
            "how": "phone, listened (over the API) or exported",
            "own": "true: one of those whose mailbox it is, so that it is new no more",
        },
    ),
    Kind.VOICEMAIL_DELETED: Word(
        "A message is gone, and its file with it.",
        {**VOICEMAIL, "by": "who; retention: it was kept for as long as the mailbox says"},
    ),
    Kind.VOICEMAILS_DELAYED: Word(
        "Messages that were left cannot be put into their place; they are safe, and it is tried again.",
        {"why": "the error of the disk", "waiting": "how many"},
        alarming=True,
    ),
    Kind.VOICEMAILS_WORKING: Word("They can again."),
}

_FIGURE = {
    "queue": "whose figure it is",
    "measure": "waiting, longest_wait (s), service_level (0 to 1), free_agents, abandoned (in half an hour)",
    "value": "the figure; null: nobody looks at it any more",
    "to": "who gets a mail",
    "language": "of the mail",
}

ALERTS: Mapping[str, Word] = {
    Kind.ALERT_RAISED: Word(
        "A figure of a queue has been beyond a limit of `alerts` for long enough; or an alarm has eased.",
        {
            **_FIGURE,
            "level": "warn or alarm",
            "was": "the level before; null: none",
            "limit": "that it is beyond",
        },
        alarming=True,
    ),
    Kind.ALERT_ENDED: Word(
        "A figure has been good again for long enough. A start of the switch ends all alerts without a word.",
        {
            **_FIGURE,
            "was": "the level before",
            "worst": "the worst level in between",
            "lasted": "seconds since the first",
            "unwatched": "whether the queue is closed, or its limit is no more",
        },
    ),
}
