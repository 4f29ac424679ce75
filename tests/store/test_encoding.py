"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from softswitch.store.encoding import utc


def slowly(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")[:23] + "Z"


@given(st.floats(-2_000_000_000, 5_000_000_000))
@example(1763765421.9999996)  # the next second, rounded to microseconds
@example(1763765421.0009999)
@example(-0.0000001)
@example(-1.5)
def test_a_moment_is_written_as_datetime_writes_it(at: float) -> None:
    assert utc(at) == slowly(at)


@given(st.integers(0, 4_000_000_000), st.integers(0, 999_999))
def test_so_is_every_microsecond(second: int, micro: int) -> None:
    at = second + micro / 1e6
    assert utc(at) == slowly(at)


def test_the_same_second_is_written_once_and_another_one_anew() -> None:
    assert [utc(1763765421.25), utc(1763765421.75), utc(1763765422.0)] == [
        "2025-11-21T22:50:21.250Z",
        "2025-11-21T22:50:21.750Z",
        "2025-11-21T22:50:22.000Z",
    ]


def test_no_moment_is_none() -> None:
    with pytest.raises(ValueError, match="NaN"):
        utc(float("nan"))
