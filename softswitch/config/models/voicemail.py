"""`voicemail:`, where callers leave messages, and who is told of them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.models.destinations import Sound
from softswitch.config.models.mail import parse_mail_address
from softswitch.config.models.sip import LanguageName
from softswitch.config.quantities import Days, Duration, Name, parse_blanks, wrong
from softswitch.mailboxes import BLANKS

LONGEST = 1800.0
"""Seconds of one message at most."""


def _parse_subject(value: object) -> str:
    text = parse_blanks(value, BLANKS)
    if re.search(r"[\r\n]", text):
        raise wrong("a subject is one line")
    return text


Subject = Annotated[
    str,
    BeforeValidator(_parse_subject),
    WithJsonSchema({"title": "subject", "type": "string", "examples": ["Voicemail from {caller}"]}),
]


def _parse_addresses(value: object) -> list[str]:
    """One address, or several."""
    return [parse_mail_address(one) for one in (value if isinstance(value, list) else [value])]


Addresses = Annotated[
    list[str],
    BeforeValidator(_parse_addresses),
    WithJsonSchema(
        {
            "title": "mail address, or list of them",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "examples": ["office@acme.example"],
        }
    ),
]


class Voicemail(Section):
    """A mailbox: callers hear its greeting and a tone, and leave a message, which # ends, or eight seconds of
    silence, or hanging up. It is kept as a WAV file, mailed, and heard by agents who dial the code
    `voicemail` of `features`.
    """

    greeting: Sound | None = None
    """What callers hear before the tone; left out: a sentence in English, Polish or Hebrew that asks them to
    leave a message."""
    max: Annotated[Duration, Field(ge=5, le=LONGEST)] = 180.0
    """How long a message may be, up to 30m."""
    min: Annotated[Duration, Field(ge=0, le=60)] = 2.0
    """A message with less sound between the silence at both ends is none."""
    email: Addresses = Field(default=[])
    """Who gets it by mail, with the sound attached; needs `mail`."""
    subject: Subject | None = None
    """Of that mail: a text in which {caller}, {number}, {name}, {mailbox}, {queue}, {time} and {length} are
    filled in; left out: Voicemail from {caller}, in the mail's language."""
    agents: list[Name] = Field(default=[])
    """Who hears the messages by phone or over the API, and is told by the message lamp, beside the agents
    whose `voicemail` this is."""
    language: LanguageName | None = None
    """In which callers are spoken to, and mails are written; left out: each caller's own."""
    keep: Days = 30 * 86400.0
    """For how long messages are kept, heard or not."""
