"""Queues open and close by their hours."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import time

import pytest

from softswitch.calls.opening import Opening
from softswitch.hours import Hours, Schedule
from tests.calls.house import SUPPORT, house, settings

pytestmark = pytest.mark.virtual_time

OFFICE = Schedule("office", "UTC", {day: ((time(8), time(16)),) for day in range(5)})
"""The house's clock begins on a Monday at ten."""


async def test_a_queue_closes_and_opens_on_the_minute_and_the_record_says_so() -> None:
    config = replace(settings(), hours=Hours({"office": OFFICE}), queue_hours={SUPPORT: "office"})
    async with house(config=config) as it:
        opening = asyncio.create_task(Opening(it.switch).run())
        await asyncio.sleep(6 * 3600 - 1)
        assert not it.journal.find("QueueClosed")
        await asyncio.sleep(1.5)
        [closed] = it.journal.find("QueueClosed")
        assert closed.data == {"queue": SUPPORT}
        assert not it.switch.dispatcher.engine.has_room(SUPPORT)
        await asyncio.sleep(16 * 3600)
        assert len(it.journal.find("QueueOpened")) == 1
        assert it.switch.dispatcher.engine.has_room(SUPPORT)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening


async def test_a_queue_whose_hours_a_reload_takes_away_opens() -> None:
    shut = replace(OFFICE, open={})
    config = replace(settings(), hours=Hours({"never": shut}), queue_hours={SUPPORT: "never"})
    async with house(config=config) as it:
        opening = Opening(it.switch)
        opening.look()
        assert not it.switch.dispatcher.engine.has_room(SUPPORT)
        it.switch.settings = settings()
        opening.look()
        assert it.switch.dispatcher.engine.has_room(SUPPORT)
