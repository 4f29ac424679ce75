"""`hours:`, when a menu is open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from softswitch.config.models.base import Section
from softswitch.config.quantities import Day, parse_span, parse_text, wrong
from softswitch.hours import holidays_problem, zone_problem

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(DAYS)
_DAYS_PATTERN = rf"(?:{_DAY})(?:-(?:{_DAY}))?(?:,(?:{_DAY})(?:-(?:{_DAY}))?)*"

Span = tuple[time, time]


def days_of(text: str) -> list[int]:
    """Weekdays, Monday is 0, of `mon-fri`, `sat` or `mon,wed-thu`; a range may run over Sunday."""
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return days


def parse_days(value: object) -> str:
    """Days as `days_of` takes them."""
    text = parse_text(value)
    if not re.fullmatch(_DAYS_PATTERN, text):
        raise wrong("expected days, as mon-fri, sat or mon,wed; the days are " + ", ".join(DAYS))
    days = days_of(text)
    twice = next((DAYS[day] for day in days if days.count(day) > 1), None)
    if twice:
        raise wrong(f"{twice} is named twice")
    return text


def _parse_spans(value: object) -> list[Span]:
    texts = value if isinstance(value, list) else [value]
    if not texts:
        raise wrong("expected a span of hours, as 08:00-18:00; leave the day out when it is closed")
    return [parse_span(parse_text(text)) for text in texts]


def _parse_zone(value: object) -> str:
    return _known(value, zone_problem)


def _parse_holidays(value: object) -> str:
    return _known(value, holidays_problem)


def _known(value: object, problem_of: Callable[[str], str | None]) -> str:
    text = parse_text(value)
    if problem := problem_of(text):
        raise wrong(problem)
    return text


Days = Annotated[
    str,
    BeforeValidator(parse_days),
    WithJsonSchema(
        {"title": "days", "type": "string", "pattern": f"^{_DAYS_PATTERN}$", "examples": ["mon-fri", "sat"]}
    ),
]
_SPAN_SCHEMA = {
    "title": "span of hours",
    "type": "string",
    "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$",
    "examples": ["08:00-18:00"],
}
Spans = Annotated[
    list[Span],
    BeforeValidator(_parse_spans),
    WithJsonSchema(
        {
            "title": "span of hours, or a list",
            "anyOf": [_SPAN_SCHEMA, {"type": "array", "items": _SPAN_SCHEMA, "minItems": 1}],
        }
    ),
]
Zone = Annotated[
    str,
    BeforeValidator(_parse_zone),
    WithJsonSchema({"title": "time zone", "type": "string", "examples": ["Europe/Warsaw"]}),
]
Holidays = Annotated[
    str,
    BeforeValidator(_parse_holidays),
    WithJsonSchema(
        {
            "title": "country, or country-region",
            "type": "string",
            "pattern": "^[A-Z]{2,3}(-.+)?$",
            "examples": ["PL", "DE-BY"],
        }
    ),
]


class Schedule(Section):
    """One set of opening hours."""

    timezone: Zone
    """The zone whose clock these hours follow."""
    open: Annotated[dict[Days, Spans], Field(min_length=1)]
    """Hours by days: `{mon-fri: "08:00-18:00", sat: ["09:00-12:00", "13:00-15:00"]}`. A span that ends
    before it starts runs into the next day; the end of a day is 24:00."""
    holidays: Holidays | None = None
    """The country, and region, whose public holidays are closed."""
    closed: list[Day] = Field(default=[])
    """More days off."""

    @field_validator("open")
    @classmethod
    def _each_day_once(cls, value: dict[str, list[Span]]) -> dict[str, list[Span]]:
        seen: dict[int, str] = {}
        for days in value:
            for day in days_of(days):
                if day in seen:
                    raise wrong(f"{DAYS[day]} stands in {seen[day]!r} and in {days!r}; name each day once")
                seen[day] = days
        return value
