"""`mail:` and `reports:`, the server that takes our mails, and figures that are mailed at fixed times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.hours import DAYS, Zone, days_of, parse_days
from softswitch.config.quantities import (
    Duration,
    FilePath,
    Name,
    Words,
    check_host,
    matching,
    parse_text,
    wrong,
)

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}"


def parse_mail_address(value: object) -> str:
    """A mail address without a name (RFC 5321 section 4.1.2, without quoted ones)."""
    text = matching(_ADDRESS, "a mail address, as reports@office.example")(value)
    check_host(text.rpartition("@")[2])
    if ".." in text or text.startswith("."):
        raise wrong("expected a mail address; this one has a dot too many")
    return text


def _parse_server(value: object) -> str:
    text = parse_text(value)
    check_host(text)
    return text.strip("[]")


def _parse_at(value: object) -> str:
    text = parse_text(value)
    try:
        if not re.fullmatch("[0-9]{2}:[0-9]{2}", text):
            raise ValueError
        time.fromisoformat(text)
    except ValueError:
        raise wrong('expected a time of day in quotes, as "07:00"') from None
    return text


def _parse_report_days(value: object) -> list[int]:
    """Of `mon-fri`, or of a list of days."""
    texts = value if isinstance(value, list) else [value]
    if not texts:
        raise wrong("expected at least one day")
    return days_of(parse_days(",".join(map(parse_text, texts))))


def _one_or_several(words: tuple[str, ...]) -> Callable[[object], list[str]]:
    def parse(value: object) -> list[str]:
        found = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        if not found or any(one not in words for one in found) or len(set(found)) < len(found):
            raise wrong(f"expected {', '.join(words[:-1])} or {words[-1]}, or a list of them")
        return found

    return parse


BYS = ("hour", "day", "agent", "queue")

Address = Annotated[
    str,
    BeforeValidator(parse_mail_address),
    WithJsonSchema({"title": "mail address", "type": "string", "examples": ["reports@office.example"]}),
]
Server = Annotated[
    str,
    BeforeValidator(_parse_server),
    WithJsonSchema({"title": "host", "type": "string", "examples": ["smtp.office.example"]}),
]
TimeOfDay = Annotated[
    str,
    BeforeValidator(_parse_at),
    WithJsonSchema(
        {
            "title": "time of day",
            "type": "string",
            "pattern": "^[0-2][0-9]:[0-5][0-9]$",
            "examples": ["07:00"],
        }
    ),
]
ReportDays = Annotated[
    list[int],
    BeforeValidator(_parse_report_days),
    WithJsonSchema(
        {
            "title": "days, or a list",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1}],
            "examples": ["mon-fri", "[mon, thu]"],
        }
    ),
]
Bys = Annotated[
    list[str],
    BeforeValidator(_one_or_several(BYS)),
    WithJsonSchema(
        {
            "title": "hour, day, agent, queue, or a list",
            "anyOf": [
                {"type": "string", "enum": list(BYS)},
                {"type": "array", "items": {"type": "string", "enum": list(BYS)}, "minItems": 1},
            ],
            "examples": ["day", "[queue, agent]"],
        }
    ),
]


class Mail(Section):
    """The server that takes mails: reports, and whatever else is sent. A mail is never lost: it is in the
    record's database before it is tried, and is tried until the server takes it or refuses it for good.
    `softswitch mail` lists both; `softswitch mail test ADDRESS` shows what the server says.
    """

    server: Server
    """Its name, which its certificate must have too."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Left out: 587 for starttls, 465 for tls, 25 for off."""
    from_: Address = Field(alias="from")
    """The sender's address."""
    username: Words | None = None
    """The log-in, if the server wants one."""
    password: Words | None = None
    """Its password; `"${NAME}"` reads it from the environment."""
    tls: Literal["starttls", "tls", "off"] = "starttls"
    """starttls: encrypted after the greeting, or nothing is sent; tls: from the first byte on; off: neither,
    for a server on this machine. The server's certificate is verified."""
    authorities: FilePath | None = None
    """Who may vouch for the server's certificate, as a PEM file; left out: those that the machine trusts."""
    timeout: Annotated[Duration, Field(ge=1, le=300)] = 30.0
    """How long an answer may take."""
    alarm: Annotated[Duration, Field(ge=60)] = 900.0
    """When a mail has waited for so long, that is an event, `MailFailing`, and a line in the log."""

    @model_validator(mode="after")
    def _whole_login(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise wrong("expected `username` and `password`, or neither")
        return self


Tongue = Literal["en", "pl", "he"]


class Report(Section):
    """Figures that are mailed at fixed times: in the mail, and with plots as a file. What is due while the
    switch is down is sent after its start, for a day; nothing is sent twice.
    """

    to: Annotated[list[Address], Field(min_length=1, max_length=50)]
    """Who gets it; each gets a mail of their own."""
    at: TimeOfDay
    """When, in quotes."""
    days: ReportDays = Field(default=[0, 1, 2, 3, 4, 5, 6])
    """On which days; left out: on all."""
    range: Literal["yesterday", "last week", "last month"] = "yesterday"
    """What it tells of; a week begins on Monday."""
    queue: Name | None = None
    """Left out: all queues."""
    by: Bys = Field(default=["queue"])
    """A table for each."""
    attach: Literal["pdf", "csv", "nothing"] = "pdf"
    """The file that goes with it; csv: one for each of `by`."""
    language: Tongue | None = None
    """What it is written in; left out: the first of `media.languages`, or English if that is another."""
    timezone: Zone | None = None
    """Whose clock it follows; left out: that of `hours`, or the machine's where there are none."""
