"""When a report is due, and of which days it tells: pure."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from softswitch.config.settings import ReportSettings
from softswitch.types import Seconds

LATE: Seconds = 86400.0
"""What could not be sent for so long is not sent any more: the next one is due."""

GRACE: Seconds = 5.0
"""How long after its moment it is made, so that all that happened before is on record."""

_DAY = timedelta(days=1)


def name_of(report: ReportSettings) -> str:
    """The same for the same line, over restarts and wherever in the file it stands. A language that it does
    not name itself is none of it: it goes on where a version left it that knew no languages.
    """
    named = f"{report!r} {report.language}" if report.names_language else repr(report)
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def due(report: ReportSettings, last: float, now: float) -> list[float]:
    """The moments after `last` for which it is to be sent by now, in order; seconds since the epoch."""
    hour, minute = map(int, report.at.split(":"))
    today = local_date(report, now)
    moments = (
        _moment(datetime.combine(day, time(hour, minute)), report.zone)
        for day in (today - 2 * _DAY, today - _DAY, today, today + _DAY)
        if day.weekday() in report.days
    )
    return [at for at in moments if max(last, now - LATE) < at <= now - GRACE]


def span(report: ReportSettings, at: float) -> tuple[date, date]:
    """The first day and the last of what a report tells that is due at a moment."""
    day = local_date(report, at)
    if report.range == "yesterday":
        return day - _DAY, day - _DAY
    if report.range == "last week":
        monday = day - day.weekday() * _DAY
        return monday - 7 * _DAY, monday - _DAY
    last = day.replace(day=1) - _DAY
    return last.replace(day=1), last


def local_date(report: ReportSettings, at: float) -> date:
    """Which day it is there."""
    return datetime.fromtimestamp(at, _zone(report.zone)).date()


def _zone(name: str | None) -> ZoneInfo | None:
    return None if name is None else ZoneInfo(name)


def _moment(wall: datetime, zone: str | None) -> float:
    """The first of two, where clocks go back; as much later, where they go forward over it (PEP 495)."""
    return wall.replace(tzinfo=_zone(zone)).timestamp()
