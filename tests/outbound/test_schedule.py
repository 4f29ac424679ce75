"""When reports are due, on the clock of the office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from softswitch.config.settings import ReportSettings
from softswitch.outbound.schedule import GRACE, due, name_of, span

WARSAW = ZoneInfo("Europe/Warsaw")
DAILY = ReportSettings(
    ("anna@office.example",), "07:00", (0, 1, 2, 3, 4), "yesterday", None, ("day",), "pdf", "Europe/Warsaw"
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).timestamp()


def test_it_is_due_once_a_day_on_its_days() -> None:
    last, sent = at("2026-11-20 12:00"), []
    now = last
    while now < at("2026-11-27 12:00"):
        for moment in due(DAILY, last, now):
            last = moment
            sent.append(datetime.fromtimestamp(moment, WARSAW))
        now += 600
    assert [f"{one:%a %H:%M}" for one in sent] == [
        f"{day} 07:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")
    ]


def test_a_moment_is_not_over_before_it_is_on_record() -> None:
    moment = at("2026-11-25 07:00")
    assert due(DAILY, moment - 3600, moment + GRACE - 1) == []
    assert due(DAILY, moment - 3600, moment + GRACE) == [moment]
    assert due(DAILY, moment, moment + GRACE) == []


@pytest.mark.parametrize(
    ("back", "sent"), [("2026-11-25 13:00", 1), ("2026-11-26 06:59", 1), ("2026-11-26 07:01", 1)]
)
def test_what_was_missed_while_the_switch_was_down_is_sent_for_a_day(back: str, sent: int) -> None:
    assert len(due(DAILY, at("2026-11-24 07:00"), at(back))) == sent
    assert due(DAILY, at("2026-11-16 07:00"), at("2026-11-22 12:00")) == []  # a Sunday: Friday's is too old


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_the_night_in_which_clocks_change_has_one_report(night: str) -> None:
    """02:30 never comes in March, and comes twice in October."""
    report = replace(DAILY, at="02:30", days=(0, 1, 2, 3, 4, 5, 6))
    last, sent, now = at(f"{night} 00:00"), 0, at(f"{night} 00:00")
    while now < at(f"{night} 20:00"):
        for moment in due(report, last, now):
            last, sent = moment, sent + 1
        now += 300
    assert sent == 1


@pytest.mark.parametrize(
    ("range", "first", "last"),
    [
        ("yesterday", date(2026, 2, 28), date(2026, 2, 28)),
        ("last week", date(2026, 2, 16), date(2026, 2, 22)),
        ("last month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_ranges_are_whole_days_of_the_zone(range: str, first: date, last: date) -> None:
    assert span(replace(DAILY, range=range), at("2026-03-01 00:10")) == (first, last)


def test_a_line_is_known_by_what_it_says() -> None:
    assert name_of(DAILY) == name_of(replace(DAILY))
    assert name_of(DAILY) == name_of(replace(DAILY, language="pl")), "that of the house"
    assert name_of(DAILY) != name_of(replace(DAILY, language="pl", names_language=True))
    assert name_of(DAILY) != name_of(replace(DAILY, to=("ben@office.example",)))
