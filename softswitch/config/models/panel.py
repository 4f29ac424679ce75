"""`panel:`, the page that agents have open all day."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.models.webhooks import parse_url
from softswitch.config.quantities import parse_blanks, wrong

BLANKS = ("number", "name", "call", "queue", "agent")
"""What a link may have filled in."""


def _parse_link(value: object) -> str:
    text = parse_blanks(value, BLANKS)
    server = text.partition("?")[0].partition("//")[2].partition("/")[0]
    if "{" in server:
        raise wrong("the server of a link is fixed; blanks stand behind it, as in /?number={number}")
    parse_url(text.format_map(dict.fromkeys(BLANKS, "x")))
    return text


Link = Annotated[
    str,
    BeforeValidator(_parse_link),
    WithJsonSchema(
        {"title": "URL with blanks", "type": "string", "examples": ["https://crm.example/?number={number}"]}
    ),
]


class Panel(Section):
    """The agents' panel, the page `/panel`."""

    link: Link | None = None
    """Where more is to be seen of a caller: a URL in which {number}, {name}, {call}, {queue} and {agent} are
    filled in, which an agent opens with a click. Left out: there is no link."""
