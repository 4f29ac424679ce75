"""The language's small words: durations, points per time, spans of hours, names, addresses.

Each is a type that says what was expected when it is not met, and describes itself in the JSON Schema.
"""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Callable, Iterable
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from softswitch.config.tree import Text
from softswitch.routing import pattern_problem

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = r"[0-9]{1,6}(?:\.[0-9]{1,3})?(?:ms|s|m|h)"
_DAYS = r"([1-9][0-9]{0,4}) days?"
_PERCENT = r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%"
_SHARES = {"always": 1.0, "on-demand": 0.0}
_SPAN = r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)"


def wrong(message: str) -> PydanticCustomError:
    """An error whose text is shown as it is."""
    return PydanticCustomError("config", "{message}", {"message": message})


def parse_duration(value: object) -> float:
    """Seconds of `20s`, `1.5m`, `300ms`, `1h`; 0 needs no unit."""
    if value == 0 and not isinstance(value, bool):
        return 0.0
    if isinstance(value, str) and (match := re.fullmatch(r"([0-9.]+)(ms|s|m|h)", value)):
        if re.fullmatch(_DURATION, value):
            return float(match[1]) * _UNITS[match[2]]
    elif isinstance(value, int) and not isinstance(value, bool):
        raise wrong(f"{value} of which unit? write {value}s, {value}m or {value}ms")
    raise wrong("expected a duration, as 20s, 10m, 300ms or 1h")


def parse_days(value: object) -> float:
    """Seconds of `90 days`."""
    if isinstance(value, str) and (match := re.fullmatch(_DAYS, value)):
        return int(match[1]) * 86400.0
    raise wrong("expected a number of days, as `90 days`")


def parse_share(value: object) -> float:
    """How much is recorded: 1.0 for `always`, 0.25 for `25%`, 0.0 for `on-demand`."""
    if value in _SHARES:
        return _SHARES[str(value)]
    if isinstance(value, str) and (match := re.fullmatch(_PERCENT, value)) and 0 < float(match[1]) <= 100:
        return float(match[1]) / 100
    raise wrong("expected always, on-demand, or a part of the calls, as 25%")


def parse_percent(value: object) -> float:
    """0.5 for `50%`."""
    if isinstance(value, str) and (match := re.fullmatch(_PERCENT, value)) and float(match[1]) > 0:
        return float(match[1]) / 100
    raise wrong("expected a percentage above 0, as 50%")


def parse_ageing(value: object) -> float:
    """Points per second of `1 per 30s`; 0 for none."""
    if value == 0 and not isinstance(value, bool):
        return 0.0
    if isinstance(value, str):
        match = re.fullmatch(rf"([0-9]{{1,6}}(?:\.[0-9]{{1,3}})?) per ({_DURATION})", value)
        if match and (per := parse_duration(match[2])):
            return float(match[1]) / per
    raise wrong("expected points per time of waiting, as `1 per 30s`")


def parse_span(value: str) -> tuple[time, time]:
    """Opening and closing time of `08:00-18:00`; 24:00 is time(0, 0)."""
    match = re.fullmatch(_SPAN, value)
    if not match:
        raise wrong("expected a span of hours, as 08:00-18:00 in 24-hour time")
    start = time(int(match[1]), int(match[2]))
    end = time(int(match[3]), int(match[4])) if match[3] else time(0, 0)
    if start == end and match[3]:
        raise wrong("a span cannot begin and end at the same time; the whole day is 00:00-24:00")
    return start, end


def parse_text(value: object) -> str:
    """A text; a whole number is taken as its digits, as an extension is written."""
    if isinstance(value, bool) or value is None or isinstance(value, float):
        raise wrong("expected a text; put it in quotes")
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise wrong("expected a text")
    if not value.strip():
        raise wrong("expected a text; this one is empty")
    return value


def parse_blanks(value: object, names: Iterable[str]) -> str:
    """A text with blanks that are filled in, as `{number}`; `names`: all that there are."""
    text, names = parse_text(value), tuple(names)
    known = ", ".join(f"{{{name}}}" for name in names)
    try:
        blanks = [blank for blank in string.Formatter().parse(text) if blank[1] is not None]
    except ValueError:
        raise wrong(f"a bracket stands alone; what can be filled in is {known}") from None
    for _, name, form, conversion in blanks:
        if name not in names or form or conversion:
            raise wrong(f"{{{name}}} cannot be filled in; what can is {known}")
    return text


def parse_path(value: object) -> Path:
    """A file or folder, relative to the file that names it."""
    text = parse_text(value)
    if "\0" in text:
        raise wrong("a file name cannot hold the character 0")
    base = Path(value.place.file).parent if isinstance(value, Text) else Path()
    return base / Path(text)


def parse_date(value: object) -> date:
    """A day as `2026-12-24`."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong(f"the calendar has no {value}") from None
    raise wrong("expected a day, as 2026-12-24")


def parse_number_pattern(value: object) -> str:
    """A pattern as routing.py understands it."""
    text = parse_text(value)
    if problem := pattern_problem(text):
        raise wrong(problem)
    return text


def matching(pattern: str, expected: str) -> Callable[[object], str]:
    """A parser of texts that match a whole pattern."""

    def parse(value: object) -> str:
        text = parse_text(value)
        if not re.fullmatch(pattern, text):
            raise wrong(f"expected {expected}")
        return text

    return parse


PUBLIC_NUMBER = r"\+[1-9][0-9]{3,14}"
parse_public_number = matching(PUBLIC_NUMBER, "a whole number with its plus, as +48221234567")


def parse_address(value: object) -> str:
    """A SIP address of one phone, or a number outside."""
    if isinstance(value, str) and value.startswith("+"):
        return parse_public_number(value)
    expected = "a SIP address, as sip:desk@192.0.2.20, or a whole number outside, as +48600300400"
    text = matching(SIP_ADDRESS, expected)(value)
    ipv6, bracket, rest = text.partition("@")[2].rpartition("]")
    if (port := re.search(r":([0-9]+)(?:;|$)", rest)) and not 0 < int(port[1]) < 65536:
        raise wrong("expected a port from 1 to 65535")
    check_host(ipv6 + bracket or re.split("[:;]", rest)[0])
    return text


_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def check_host(host: str) -> None:
    """Raises an error for what can be no host: an address that is none, or a name against RFC 1123 section
    2.1, which nothing could ever look up.
    """
    if host.startswith("["):
        check_ipv6(host)
    elif re.fullmatch("[0-9.]+", host):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise wrong(
                "expected an IPv4 address as 192.0.2.7, or a host name; this address is none"
            ) from None
    elif len(host) > 253 or not re.fullmatch(rf"{_LABEL}(?:\.{_LABEL})*\.?", host):
        raise wrong(
            "expected a host name, as sip.example.com: up to 63 letters, digits or - between two dots"
        )


def check_ipv6(host: str) -> None:
    """Raises an error for a host in brackets that is no IPv6 address (RFC 3986 section 3.2.2)."""
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise wrong(f"expected an IPv6 address in brackets, as [2001:db8::5]; {host} is none") from None


def needs_tls(address: str) -> bool:
    """Whether a SIP address is reached over TLS only (RFC 3261 sections 19.1 and 26.2.2)."""
    return address.startswith("sips:") or ";transport=tls" in address


def _schema(
    title: str, pattern: str | None = None, examples: list[Any] | None = None, **more: Any
) -> WithJsonSchema:
    schema: dict[str, Any] = {"title": title, "type": "string", **more}
    if pattern:
        schema["pattern"] = f"^(?:{pattern})$"
    if examples:
        schema["examples"] = examples
    return WithJsonSchema(schema)


Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    _schema(
        "duration", rf"0|{_DURATION}", ["20s", "10m", "300ms", "1h"], type=["string", "integer"], maximum=0
    ),
]
"""Seconds; written `20s`, `10m`, `300ms`, `1h`, or 0."""

Days = Annotated[float, BeforeValidator(parse_days), _schema("days", _DAYS, ["90 days"])]
"""Seconds; written `90 days`."""

Share = Annotated[
    float,
    BeforeValidator(parse_share),
    _schema("always, on-demand or a percentage", rf"always|on-demand|{_PERCENT}", ["always", "25%"]),
]
"""A part of all calls, from 0 to 1; written `always`, `25%`, or `on-demand` for 0."""

Percent = Annotated[
    float,
    BeforeValidator(parse_percent),
    _schema("percentage", _PERCENT, ["50%"]),
]
"""A part of something, written `50%`; it may be more than the whole."""

Ageing = Annotated[
    float,
    BeforeValidator(parse_ageing),
    _schema(
        "points per time",
        rf"0|[0-9.]+ per {_DURATION}",
        ["1 per 30s"],
        type=["string", "integer"],
        maximum=0,
    ),
]
"""Points per second; written `1 per 30s`."""

Words = Annotated[str, BeforeValidator(parse_text), _schema("text", type=["string", "integer"])]
"""A text that is not empty; `201` without quotes is one as well."""

NAME_PATTERN = r"[^\s/\\\"'<>{}\[\],:#&*]{1,64}"
Name = Annotated[
    str,
    BeforeValidator(matching(NAME_PATTERN, "a name of 1 to 64 letters, digits, dots, - and _")),
    _schema("name", NAME_PATTERN, type=["string", "integer"]),
]
"""A name that other places refer to."""

_DATABASE = r"sqlite:///[^?#]+|postgresql://(?:[^@/?#\s]+@)?[^@/?#\s]+/[^/?#\s]+(?:\?\S*)?"
Database = Annotated[
    str,
    BeforeValidator(
        matching(_DATABASE, "a database, as sqlite:///record.db or postgresql://user:password@host/name")
    ),
    _schema(
        "database URL", _DATABASE, examples=["sqlite:///record.db", "postgresql://switch@db.example/calls"]
    ),
]

FilePath = Annotated[Path, BeforeValidator(parse_path), _schema("file name")]
"""A file, relative to the file that names it."""

Day = Annotated[
    date, BeforeValidator(parse_date), _schema("day", "[0-9]{4}-[0-9]{2}-[0-9]{2}", ["2026-12-24"])
]
"""A day, written `2026-12-24`."""

SIP_ADDRESS = (
    r"sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]+"
    r"@(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:;[A-Za-z0-9_.;=+-]+)?"
)
PhoneAddress = Annotated[
    str,
    BeforeValidator(parse_address),
    _schema(
        "SIP address or number", f"{SIP_ADDRESS}|{PUBLIC_NUMBER}", ["sip:201@192.0.2.20", "+48600300400"]
    ),
]
"""What an agent's phone answers at."""

NumberPattern = Annotated[
    str,
    BeforeValidator(parse_number_pattern),
    _schema("number pattern", examples=["+48221234567", "2xx", "+4822*", "*"]),
]
"""A number, or a pattern of numbers."""

PublicNumber = Annotated[
    str,
    BeforeValidator(parse_public_number),
    _schema("number", PUBLIC_NUMBER, ["+48221234567"]),
]
"""A number that can be called from everywhere."""


def _parse_trunks(value: object) -> list[str]:
    """One name, or several in their order."""
    parse = matching(NAME_PATTERN, "the name of a trunk, or a list of them")
    names = [parse(one) for one in (value if isinstance(value, list) else [value])]
    if not names:
        raise wrong("expected at least one trunk")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise wrong(f"trunk {twice!r} is listed twice")
    return names


Trunks = Annotated[
    list[str],
    BeforeValidator(_parse_trunks),
    WithJsonSchema(
        {
            "title": "trunk, or list of them",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "examples": ["carrier"],
        }
    ),
]
"""Trunks in the order to try them."""
