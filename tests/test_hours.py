"""Opening hours, in zones, over changes of clocks, midnights and holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.hours import (
    Hours,
    Schedule,
    Standing,
    State,
    holidays_problem,
    is_open,
    longest_closed,
    state,
    zone_problem,
)

WARSAW = ZoneInfo("Europe/Warsaw")
MIDNIGHT = time(0, 0)
EIGHT_TO_SIX = ((time(8), time(18)),)
WEEK = dict.fromkeys(range(5), EIGHT_TO_SIX)
OFFICE = Schedule(
    "office", "Europe/Warsaw", {**WEEK, 5: ((time(9), time(13)),)}, "PL", frozenset({date(2026, 12, 23)})
)


def at(text: str, zone: str = "Europe/Warsaw", fold: int = 0) -> datetime:
    """A moment by its wall clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def every_day(start: time, end: time, zone: str = "Europe/Warsaw") -> Schedule:
    return Schedule("daily", zone, dict.fromkeys(range(7), ((start, end),)))


class TestOpen:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-03-03T08:00", True),
            ("2026-03-03T07:59:59", False),
            ("2026-03-03T17:59:59", True),
            ("2026-03-03T18:00", False),
            ("2026-03-07T12:59", True),  # a Saturday
            ("2026-03-07T13:00", False),
            ("2026-03-08T12:00", False),  # a Sunday
        ],
    )
    def test_it_opens_with_the_start_and_closes_with_the_end_of_a_span(self, moment, expected):
        assert is_open(OFFICE, at(moment)) is expected

    def test_the_moment_may_be_in_any_zone(self):
        tokyo = datetime(2026, 3, 3, 16, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
        assert is_open(OFFICE, tokyo), "08:30 in Warsaw"
        assert not is_open(OFFICE, tokyo - timedelta(hours=1))

    def test_a_day_may_have_several_spans(self):
        shop = Schedule("shop", "UTC", {0: ((time(14), time(18)), (time(9), time(12)))})
        assert [is_open(shop, at(f"2026-03-02T{hour:02}:00", "UTC")) for hour in (8, 9, 12, 13, 14, 18)] == [
            False, True, False, False, True, False,
        ]  # fmt: skip

    def test_hours_are_asked_by_name(self):
        hours = Hours({"office": OFFICE})
        assert hours.is_open("office", at("2026-03-03T12:00"))
        with pytest.raises(KeyError):
            hours.is_open("shop", at("2026-03-03T12:00"))


class TestMidnight:
    def test_a_span_over_midnight_belongs_to_the_day_it_starts_on(self):
        friday_night = Schedule("bar", "Europe/Warsaw", {4: ((time(22), time(2)),)})
        assert is_open(friday_night, at("2026-03-06T23:00"))
        assert is_open(friday_night, at("2026-03-07T01:59"))
        assert not is_open(friday_night, at("2026-03-07T02:00"))
        assert not is_open(friday_night, at("2026-03-06T01:00"))

    def test_a_span_to_24_00_ends_with_the_day(self):
        monday = Schedule("late", "UTC", {0: ((time(20), MIDNIGHT),)})
        assert is_open(monday, at("2026-03-02T23:59:59", "UTC"))
        assert not is_open(monday, at("2026-03-03T00:00", "UTC"))

    def test_00_00_to_24_00_is_the_whole_day(self):
        always = every_day(MIDNIGHT, MIDNIGHT)
        assert is_open(always, at("2026-03-03T00:00"))
        assert is_open(always, at("2026-03-03T23:59:59"))
        assert state(always, at("2026-03-03T12:00")) == State(Standing.OPEN, until=None)

    def test_the_night_before_a_holiday_runs_to_its_end(self):
        guard = Schedule("guard", "Europe/Warsaw", {day: ((time(22), time(6)),) for day in range(7)}, "PL")
        assert is_open(guard, at("2026-12-31T23:00"))
        assert is_open(guard, at("2027-01-01T05:59"))
        assert not is_open(guard, at("2027-01-01T22:30"))


class TestChangeOfClocks:
    """Warsaw: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00."""

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)])
    def test_a_whole_day_is_as_long_as_it_is(self, day, hours):
        weekday = date.fromisoformat(day).weekday()
        whole = Schedule("day", "Europe/Warsaw", {weekday: ((MIDNIGHT, MIDNIGHT),)})
        start = at(f"{day}T00:00")
        assert state(whole, start).until - start == timedelta(hours=hours)

    def test_the_office_opens_at_eight_by_the_clock_on_the_wall_before_and_after(self):
        assert state(OFFICE, at("2026-03-28T20:00")).until == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
        assert state(OFFICE, at("2026-10-24T20:00")).until == datetime(2026, 10, 26, 7, 0, tzinfo=UTC)

    def test_a_start_that_never_comes_is_the_moment_of_the_jump(self):
        early = every_day(time(2, 30), time(6))
        assert not is_open(early, at("2026-03-29T01:59:59"))
        assert is_open(early, at("2026-03-29T03:00"))

    def test_an_end_that_never_comes_is_the_moment_of_the_jump(self):
        late = every_day(time(22), time(2, 30))
        assert is_open(late, at("2026-03-29T01:59:59"))
        assert not is_open(late, at("2026-03-29T03:00"))

    def test_a_time_that_comes_twice_is_its_first(self):
        late = every_day(time(22), time(2, 30))
        assert is_open(late, at("2026-10-25T02:29", fold=0))
        assert not is_open(late, at("2026-10-25T02:29", fold=1))

    def test_a_zone_that_changes_at_midnight_has_no_gap_between_two_whole_days(self):
        always = every_day(MIDNIGHT, MIDNIGHT, "Asia/Beirut")
        change = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
        assert all(is_open(always, change + timedelta(minutes=m)) for m in range(-120, 121, 10))


class TestHolidays:
    def test_a_holiday_is_closed_and_named(self):
        now = state(OFFICE, at("2026-05-01T12:00"))
        assert now.standing is Standing.HOLIDAY
        assert now.holiday == "National Day"
        assert now.until == at("2026-05-02T09:00")

    def test_an_extra_day_off_is_closed(self):
        now = state(OFFICE, at("2026-12-23T10:00"))
        assert (now.standing, now.holiday) == (Standing.HOLIDAY, "day off")
        assert now.until == at("2026-12-28T08:00"), "over Christmas and the Sunday after it"

    def test_a_region_has_holidays_of_its_own(self):
        bavaria = Schedule("by", "Europe/Berlin", WEEK, "DE-BY")
        berlin = Schedule("be", "Europe/Berlin", WEEK, "DE-BE")
        epiphany = at("2026-01-06T12:00", "Europe/Berlin")
        assert not is_open(bavaria, epiphany)
        assert is_open(berlin, epiphany)

    def test_a_schedule_without_holidays_has_none(self):
        assert is_open(Schedule("plain", "Europe/Warsaw", WEEK), at("2026-05-01T12:00"))


class TestState:
    def test_open_until_it_closes(self):
        assert state(OFFICE, at("2026-03-03T12:00")) == State(Standing.OPEN, until=at("2026-03-03T18:00"))

    def test_closed_until_it_opens(self):
        assert state(OFFICE, at("2026-03-07T20:00")) == State(Standing.CLOSED, until=at("2026-03-09T08:00"))

    def test_spans_that_touch_are_one(self):
        split = Schedule(
            "s", "UTC", {0: ((time(8), time(12)), (time(12), MIDNIGHT)), 1: ((MIDNIGHT, time(3)),)}
        )
        assert state(split, at("2026-03-02T09:00", "UTC")).until == at("2026-03-03T03:00", "UTC")

    def test_what_never_opens_is_closed_without_an_end(self):
        assert state(Schedule("never", "UTC", {}), at("2026-03-02T09:00", "UTC")) == State(Standing.CLOSED)

    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.integers(0, 6),
            st.lists(st.tuples(st.times(), st.times()), min_size=1, max_size=2).map(tuple),
            min_size=1,
        ),
        st.sampled_from(["Europe/Warsaw", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    )
    def test_it_stands_as_it_says_until_the_change_that_it_names(self, spans, zone, moment):
        schedule = Schedule("any", zone, spans)
        now = state(schedule, moment)
        assert (now.standing is Standing.OPEN) == is_open(schedule, moment)
        if now.until is not None:
            assert now.until > moment
            assert is_open(schedule, now.until) != is_open(schedule, moment)
            between = moment + (now.until - moment) / 2
            assert is_open(schedule, between) == is_open(schedule, moment)


class TestNames:
    @pytest.mark.parametrize("name", ["Europe/Warsaw", "UTC", "America/Argentina/Buenos_Aires"])
    def test_a_known_zone_is_fine(self, name):
        assert zone_problem(name) is None

    def test_an_unknown_zone_names_the_nearest_one(self):
        assert 'did you mean "Europe/Warsaw"?' in (zone_problem("Europe/Warszaw") or "")
        assert "Europe/Warsaw" in (zone_problem("CEST-ish") or ""), "an example, when nothing is near"

    @pytest.mark.parametrize("code", ["PL", "GB", "DE-BY", "US-CA", "GB-SCT", "PL-14"])
    def test_a_known_country_or_region_is_fine(self, code):
        assert holidays_problem(code) is None

    @pytest.mark.parametrize(
        ("code", "teaches"),
        [
            ("Poland", "two capital letters"),
            ("pl", 'did you mean "PL"?'),
            ("ZZ", "no holidays are known"),
            ("DE-BX", "BY"),
            ("VA-01", "write VA alone"),
            ("DE-", "region"),
        ],
    )
    def test_an_unknown_one_teaches_what_is_known(self, code, teaches):
        assert teaches in (holidays_problem(code) or "")

    def test_moments_with_a_fixed_offset_are_fine(self):
        assert is_open(OFFICE, datetime(2026, 3, 3, 12, tzinfo=timezone(timedelta(hours=1))))


def test_the_longest_time_closed_in_a_common_week() -> None:
    eight, six, midnight = time(8), time(18), time(0)
    office = Schedule("o", "Europe/Warsaw", dict.fromkeys(range(5), ((eight, six),)), holidays="PL")
    assert longest_closed(office) == 62 * 3600
    assert longest_closed(replace(office, open={0: ((eight, six),)})) == 158 * 3600
    assert longest_closed(replace(office, open=dict.fromkeys(range(7), ((midnight, midnight),)))) == 0
    assert longest_closed(replace(office, open={})) == 0
