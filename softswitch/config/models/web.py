"""`web:`, the web server."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.quantities import check_host, parse_text, wrong

_AT = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})"


def _parse_at(value: object) -> str:
    text = parse_text(value)
    match = re.fullmatch(_AT, text)
    if not match:
        raise wrong("expected address and port, as 127.0.0.1:8080 or [::1]:8080")
    if not 1 <= int(match[2]) <= 65535:
        raise wrong("expected a port from 1 to 65535")
    check_host(match[1])
    return text


At = Annotated[
    str,
    BeforeValidator(_parse_at),
    WithJsonSchema(
        {
            "title": "address:port",
            "type": "string",
            "pattern": f"^{_AT}$",
            "examples": ["127.0.0.1:8080", "[::1]:8080"],
        }
    ),
]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Web(Section):
    """The web server: /health, /ready, /metrics and the REST API. It speaks HTTP: where others than this
    machine use it, put a proxy with TLS before it.
    """

    listen: At
    """Address and port: `127.0.0.1:8080` is for this machine alone, `0.0.0.0:8080` for everybody."""
    metrics: Literal["open", "token", "off"] | None = None
    """Who may read /metrics: open, everybody; token, who has an API token; off, nobody. Left out: open if
    `listen` is of this machine alone, else token."""
