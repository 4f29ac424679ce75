"""Open, closed or holiday at a moment: pure.

Spans are written on the wall clock of the schedule's zone and compared in UTC, so a day with a change of
clocks is an hour longer or shorter and nothing opens twice. A span belongs to the day it starts on: the
night shift of 24 December runs on into a closed 25 December.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import holidays

HORIZON = 400
"""Days that are searched for the next change; a schedule that has none in them is called unchanging."""

_DAY = timedelta(days=1)
_SOME_MONDAY = date(2026, 1, 5)
"""Far from any change of clocks."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One set of opening hours."""

    name: str
    timezone: str
    open: Mapping[int, tuple[tuple[time, time], ...]]
    """Spans by weekday, Monday is 0. A span that ends at or before its start runs into the next day; 24:00 is
    written as time(0, 0)."""
    holidays: str | None = None
    """A country, or country-region (`PL`, `DE-BY`), of the `holidays` library; None: no holidays."""
    closed: frozenset[date] = field(default_factory=frozenset)
    """Extra days off."""


class Standing(StrEnum):
    """What a schedule says at a moment."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    """Closed, on a holiday or an extra day off."""


@dataclass(frozen=True, slots=True)
class State:
    """How a schedule stands at a moment."""

    standing: Standing
    holiday: str = ""
    """The holiday's name in English, or `day off` for an extra one."""
    until: datetime | None = None
    """When it opens or closes next, in UTC; None: not within a year."""


@dataclass(frozen=True, slots=True)
class Hours:
    """All schedules by name."""

    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    def is_open(self, name: str, moment: datetime) -> bool:
        """Whether the schedule of that name is open at an aware moment. Raises KeyError."""
        return is_open(self.schedules[name], moment)


def is_open(schedule: Schedule, moment: datetime) -> bool:
    """Whether it is open at an aware moment (any zone); the end of a span is outside of it."""
    today = moment.astimezone(ZoneInfo(schedule.timezone)).date()
    days = (today - _DAY, today)
    return any(start <= moment < end for day in days for start, end in _spans(schedule, day))


def state(schedule: Schedule, moment: datetime) -> State:
    """Open, closed or a holiday at an aware moment, and until when."""
    today = moment.astimezone(ZoneInfo(schedule.timezone)).date()
    days = (today + n * _DAY for n in range(-1, HORIZON))
    horizon = moment + (HORIZON - 2) * _DAY
    for start, end in _joined(span for day in days for span in _spans(schedule, day)):
        if start <= moment < end:
            return State(Standing.OPEN, until=end if end < horizon else None)
        if moment < start:
            return _shut(schedule, today, start)
    return _shut(schedule, today, None)


def changes(schedule: Schedule, moment: datetime) -> Iterator[datetime]:
    """Every moment in the year to come at which a span begins or ends, in UTC, and of those on the way."""
    today = moment.astimezone(ZoneInfo(schedule.timezone)).date()
    for n in range(-1, HORIZON):
        for start, end in _spans(schedule, today + n * _DAY):
            yield start
            yield end


def longest_closed(schedule: Schedule) -> float:
    """The longest time in a row that it is closed in a week without days off, in seconds; 0.0: never, or for
    ever.
    """
    common = replace(schedule, holidays=None, closed=frozenset())
    spans = list(_joined(span for n in range(15) for span in _spans(common, _SOME_MONDAY + n * _DAY)))
    gaps = [(after[0] - before[1]).total_seconds() for before, after in pairwise(spans)]
    return max(gaps, default=0.0)


def _shut(schedule: Schedule, today: date, until: datetime | None) -> State:
    holiday = _holiday(schedule, today)
    return State(Standing.HOLIDAY if holiday else Standing.CLOSED, holiday, until)


def _holiday(schedule: Schedule, day: date) -> str:
    """The holiday's name; empty on a common day."""
    if schedule.holidays is not None and (name := _calendar(schedule.holidays).get(day)):
        return name
    return "day off" if day in schedule.closed else ""


def _spans(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    """The spans that start on a day, in UTC, sorted."""
    spans = schedule.open.get(day.weekday(), ())
    if not spans or _holiday(schedule, day):
        return []
    zone = ZoneInfo(schedule.timezone)
    return sorted(
        (
            _instant(datetime.combine(day, start), zone),
            _instant(datetime.combine(day if start < end else day + _DAY, end), zone),
        )
        for start, end in spans
    )


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Spans that touch or overlap, as one: 00:00-24:00 every day is one long one."""
    current: tuple[datetime, datetime] | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time as UTC.

    One that comes twice (clocks go back) is its first; one that never comes (clocks go forward) is the moment
    of the jump (PEP 495: there, fold 0 lies after it and fold 1 before it).
    """
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


# What the check of a configuration asks. ----------------------------------------------------------


def zone_problem(name: str) -> str | None:
    """What is wrong with the name of a time zone; None: it is one."""
    zones = available_timezones()
    if name in zones:
        return None
    return f'unknown time zone "{name}"{_nearest(name, zones)}; write it as Europe/Warsaw (IANA names)'


def holidays_problem(code: str) -> str | None:
    """What is wrong with a country (`PL`) or country and region (`DE-BY`); None: its holidays are known."""
    country, dash, region = code.partition("-")
    regions = _countries().get(country)
    if regions is None:
        return (
            f'no holidays are known for "{country}"{_nearest(country.upper(), _countries())};'
            " write the country as two capital letters (ISO 3166), as PL or DE-BY"
        )
    if not dash or region in regions:
        return None
    known = f"; known are {', '.join(regions)}" if regions else f"; {country} has none, write {country} alone"
    return f'no holidays are known for region "{region}" of {country}{known}'


def _nearest(name: str, known: Iterable[str]) -> str:
    by_lower = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), by_lower, n=1)
    return f', did you mean "{by_lower[found[0]]}"?' if found else ""


@lru_cache
def _countries() -> Mapping[str, list[str]]:
    """Regions by country, ISO 3166 codes."""
    listed = holidays.list_supported_countries(include_aliases=False)
    return {country: regions for country, regions in listed.items() if len(country) == 2}


@lru_cache
def _calendar(code: str) -> holidays.HolidayBase:
    """A country's holidays. It fills itself year by year, unseen: the one global of this module."""
    country, _, region = code.partition("-")
    return holidays.country_holidays(country, subdiv=region or None, language="en_US")


def midnight(now: float, zone: str | None) -> float:
    """The last one before a moment, in that zone, or the machine's."""
    moment = datetime.fromtimestamp(now, ZoneInfo(zone)) if zone else datetime.fromtimestamp(now).astimezone()
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()
