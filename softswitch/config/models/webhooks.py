"""`webhooks:`, the servers that are told of what happens."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from softswitch.config.models.base import Section
from softswitch.config.quantities import Duration, Words, parse_text, wrong
from softswitch.kinds import Kind

KINDS = tuple(str(kind) for kind in Kind)


def parse_url(value: object) -> str:
    """The URL of a server. Raises PydanticCustomError."""
    text = parse_text(value)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.fragment and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise wrong("expected the URL of a server, as https://crm.example/calls")
    return text


Url = Annotated[
    str,
    BeforeValidator(parse_url),
    WithJsonSchema({"title": "URL", "type": "string", "examples": ["https://crm.example/calls"]}),
]


def _parse_kind(value: object) -> str:
    text = parse_text(value)
    if text not in KINDS:
        message = "no kind of event is called so; `softswitch events` shows them"
        raise PydanticCustomError("word", "{message}", {"message": message, "words": KINDS})
    return text


KindName = Annotated[
    str,
    BeforeValidator(_parse_kind),
    WithJsonSchema({"title": "kind of event", "type": "string", "examples": ["CallEnded"]}),
]


class Webhook(Section):
    """A server that gets events as JSON by POST, each within half a second or so. What it does not answer
    with 2xx is sent again, later and later; `softswitch webhooks` shows what was given up.
    """

    url: Url
    """Where to."""
    secret: Words | None = None
    """Signs each request (header Softswitch-Signature: `t=` seconds since the epoch, `v1=` HMAC-SHA-256 of
    `t.body`); `"${NAME}"` reads it from the environment."""
    events: Annotated[list[KindName], Field(min_length=1)] | None = None
    """Kinds of events, as [CallArrived, CallEnded]; left out: all. With CallEnded comes the call's record."""
    timeout: Annotated[Duration, Field(ge=0.1, le=60)] = 5.0
    """How long an answer may take."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 10
    """After so many it is given up: after about four hours with ten."""
