"""Durations for people."""

from __future__ import annotations

import pytest

from softswitch.commands.table import duration
from softswitch.config.durations import on_a_clock


@pytest.mark.parametrize(
    ("seconds", "clock", "in_tables"),
    [
        (4.24, "0:04", "4.2 s"),
        (59.4, "0:59", "59 s"),
        (59.6, "1:00", "1:00"),
        (725, "12:05", "12:05"),
        (7200, "2:00:00", "2:00:00"),
    ],
)
def test_from_a_minute_on_tables_show_what_a_clock_shows(seconds, clock, in_tables):
    assert on_a_clock(seconds) == clock
    assert duration(seconds) == in_tables


def test_nothing_is_a_dash_in_a_table():
    assert duration(None) == duration(-1.0) == "-"
