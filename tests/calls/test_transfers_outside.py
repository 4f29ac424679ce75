"""An agent hands a caller on to a number outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.calls.phones import PhoneBook
from softswitch.testing.fakes import FakeCarriers, PhoneScript, answers, busy
from softswitch.types import LegState, ToNumber
from tests.calls.house import House, house
from tests.calls.office import CARRIER, NAMES, dialled, hung_up, office, records, talking, with_a_carrier

pytestmark = pytest.mark.virtual_time


@asynccontextmanager
async def with_a_mobile(mobile: PhoneScript) -> AsyncIterator[House]:
    """Agents may dial outside, and a mobile is there."""
    async with house({"201": answers(), "202": answers()}, with_a_carrier(office())) as it:
        it.switch.carriers = FakeCarriers({CARRIER: ["sip:{}@one"]})
        it.endpoint.agents["sip:+48600300400@one"] = mobile
        yield it


async def test_a_caller_is_handed_on_to_a_number_outside() -> None:
    async with with_a_mobile(answers(3.0, talks=10.0)) as it:
        caller, agent = await talking(it)
        assert agent.refer("600300400") == 202
        await asyncio.sleep(1)
        assert caller.hears() == {"ringback": 1.0}
        await asyncio.sleep(3)
        assert agent.told == [200]
        assert agent.state is LegState.ENDED
        assert caller.hears() == {"+48600300400": 1.0}
        await asyncio.sleep(10)
        (record,) = records(it)
        assert (record.outside, record.ended_by) == ("+48600300400", "called")
        assert [(talk.agent or talk.number, round(talk.seconds)) for talk in record.talks] == [
            ("desk-201", 5),
            ("+48600300400", 10),
        ]


async def test_a_carrier_may_not_transfer_in_the_name_of_an_agent_outside() -> None:
    async with with_a_mobile(answers()) as it:
        number = ToNumber("+48600300400", (CARRIER,))
        phones = dict(it.switch.settings.phones)
        phones[NAMES[0]] = replace(phones[NAMES[0]], way=None, outside=number, confirm=False)
        it.switch.settings = replace(it.switch.settings, phones=phones)
        it.switch.directory = PhoneBook(phones)
        caller = it.call("201", "100")
        await asyncio.sleep(3)
        assert caller.hears() == {"+48600300400": 1.0}
        assert it.endpoint.dialled[-1].refer("202") == 403
        caller.hang_up()


async def test_whom_an_agent_has_dialled_is_handed_on_outside() -> None:
    async with with_a_mobile(answers(3.0)) as it:
        one, two = await dialled(it)
        one.refer("600300400")
        one.hang_up()
        await asyncio.sleep(4)
        assert two.hears() == {"+48600300400": 1.0}
        first, second = await hung_up(it, two)
        assert [talk.agent for talk in first.talks] == ["desk-202"]
        assert [talk.number for talk in second.talks] == ["+48600300400"]
        assert second.transferred_from == first.id


@pytest.mark.parametrize(("number", "status"), [("700123456", 403), ("600300400", 486)])
async def test_a_transfer_outside_that_fails(number: str, status: int) -> None:
    async with with_a_mobile(busy(2.0)) as it:
        caller, agent = await talking(it)
        assert agent.refer(number) == 202
        await asyncio.sleep(3)
        assert agent.told == [status]
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()
