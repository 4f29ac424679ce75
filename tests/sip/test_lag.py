"""When the loop counts as late, and when that is over."""

from __future__ import annotations

import asyncio
import time

import pytest

from softswitch.sip.lag import CALM, TICK, LagMeter, Lateness


def test_one_pause_is_no_load() -> None:
    lateness = Lateness(0.2)
    assert not lateness.measured(0.5, 1.0)
    assert not lateness.measured(0.0, 1.1)
    assert not lateness.measured(0.5, 1.2)


def test_late_twice_in_a_row_is_late_until_it_was_calm_for_a_while() -> None:
    lateness = Lateness(0.2)
    lateness.measured(0.3, 1.0)
    assert lateness.measured(0.3, 1.3)
    assert lateness.measured(0.15, 1.5), "below the limit, and not yet calm"
    assert lateness.measured(0.05, 1.6)
    assert lateness.measured(0.05, 1.6 + CALM / 2)
    assert not lateness.measured(0.05, 1.6 + CALM)


def test_a_relapse_starts_the_calm_anew() -> None:
    lateness = Lateness(0.2)
    lateness.measured(0.3, 1.0)
    lateness.measured(0.3, 1.3)
    lateness.measured(0.0, 1.4)
    lateness.measured(0.15, 1.5)
    assert lateness.measured(0.0, 1.5 + CALM)
    assert not lateness.measured(0.0, 1.5 + 2 * CALM)


def test_without_a_limit_nothing_is_late() -> None:
    lateness = Lateness(0.2)
    lateness.measured(9, 1.0)
    assert lateness.measured(9, 2.0)
    lateness.limit = None
    assert not lateness.measured(9, 3.0)


@pytest.mark.asyncio
async def test_the_meter_sees_a_loop_that_is_held_up() -> None:
    news: list[bool] = []
    meter = LagMeter(0.02, news.append)
    meter.start()
    for _ in range(4):
        time.sleep(TICK + 0.06)  # noqa: ASYNC251 - that is the point
        await asyncio.sleep(0)
    meter.stop()
    assert news == [True]
    assert meter.worst > 0.02
