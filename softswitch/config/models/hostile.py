"""`sip:` against hostile networks: networks, limits, bans, scanners."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.quantities import Duration, Words, parse_duration, parse_text, wrong

_RATE = r"([0-9]{1,7}) per ([0-9.]+(?:ms|s|m|h))"
MAX_NETWORKS = 512
"""Networks of all lists together: every request is held against them."""


def _parse_network(value: object) -> str:
    text = parse_text(value)
    try:
        return str(ip_network(text))
    except ValueError:
        pass
    try:
        near = ip_network(text, strict=False)
    except ValueError:
        raise wrong("expected an address or a network, as 203.0.113.0/24 or 2001:db8::/32") from None
    raise wrong(f"{text} is an address within a network; write {near} for the network, or the address alone")


def _parse_rate(value: object) -> str:
    """Kept as text; `rate_of` reads it."""
    if value == "unlimited":
        return "unlimited"
    match = re.fullmatch(_RATE, value) if isinstance(value, str) else None
    if match and int(match[1]) and parse_duration(match[2]):
        return match[0]
    raise wrong("expected requests per time, as `50 per 1s` or `500 per 10s`, or `unlimited`")


def rate_of(text: str) -> tuple[int, float] | None:
    """Requests and seconds of a rate; None: unlimited."""
    match = re.fullmatch(_RATE, text)
    return (int(match[1]), parse_duration(match[2])) if match else None


def _parse_limit(value: object) -> Any:
    return value if value == "unlimited" else parse_duration(value)


def _parse_failures(value: object) -> Any:
    if value == "unlimited":
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000:
        return value
    raise wrong("expected a whole number from 1 to 1000, or `unlimited`: nobody is banned then")


def _some_time(value: float) -> float:
    if not value:
        raise wrong("expected some time, as 10m")
    return value


Network = Annotated[
    str,
    BeforeValidator(_parse_network),
    WithJsonSchema({"title": "network", "type": "string", "examples": ["203.0.113.0/24", "2001:db8::/32"]}),
]
Networks = Annotated[list[Network], Field(max_length=MAX_NETWORKS)]
Requests = Annotated[
    str,
    BeforeValidator(_parse_rate),
    WithJsonSchema(
        {
            "title": "requests per time",
            "type": "string",
            "pattern": f"^(unlimited|{_RATE})$",
            "examples": ["50 per 1s", "unlimited"],
        }
    ),
]
Lag = Annotated[
    float | Literal["unlimited"],
    BeforeValidator(_parse_limit),
    WithJsonSchema({"title": "duration or `unlimited`", "type": "string", "examples": ["200ms"]}),
]
Failures = Annotated[
    int | Literal["unlimited"],
    BeforeValidator(_parse_failures),
    WithJsonSchema({"title": "whole number or `unlimited`", "type": ["integer", "string"]}),
]
Scanner = Annotated[Words, Field(max_length=63)]
Period = Annotated[Duration, AfterValidator(_some_time)]


def _turned_off(section: str, instead: str) -> BeforeValidator:
    """What to write in place of `section: off` and its like."""

    def parse(value: Any) -> Any:
        if value is False or value in ("off", "no", "none", "never", "unlimited"):
            raise wrong(f"{section} are turned off by `{instead}`")
        return value

    return BeforeValidator(parse)


class Limits(Section):
    """Above these, new requests are refused: 503 with Retry-After, or silence. What belongs to a call in
    progress never is.
    """

    per_source: Requests = "50 per 1s"
    """New requests of one IPv4 address, or of one IPv6 network of 64 bits. So many may come at once, and as
    many again within the time: `500 per 10s` allows bursts of 500, and 50 a second all day long."""
    all: Requests = "2000 per 1s"
    """New requests of everybody together, registered phones apart."""
    lag: Lag = 0.2
    """When the switch falls so far behind with its work, new calls get 503 until it has caught up."""


class Ban(Section):
    """Sources that fail to prove who they are are not heard for a while. `softswitch bans` shows them. Bans
    survive a reload, and end with a restart.
    """

    failures: Failures = 5
    """So many failed authentications of one address, or of one IPv6 network of 64 bits, are too many; as many
    more for each phone that is registered from there."""
    within: Period = 600.0
    """The time within which they count."""
    lasts: Period = Field(default=3600.0, alias="for")
    """How long the source is not heard."""
    never: Networks = Field(default=["127.0.0.0/8", "::1/128"])
    """Trusted networks, as the office's own: never banned, and without limits of requests. A list of your own
    takes the place of this one."""


AnyLimits = Annotated[
    Limits,
    _turned_off("limits", "limits: {per_source: unlimited, all: unlimited, lag: unlimited}"),
]
AnyBan = Annotated[Ban, _turned_off("bans", "ban: {failures: unlimited}")]
