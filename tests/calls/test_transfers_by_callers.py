"""An agent hands on whom it has dialled itself."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.acd.agents import AgentState
from softswitch.testing.fakes import answers, busy, never_answers
from softswitch.types import LegState
from tests.calls.house import house
from tests.calls.office import NAMES, dialled, doing, handed_on, leg_of, office, records

pytestmark = pytest.mark.virtual_time


async def test_who_was_dialled_by_an_agent_is_handed_on_in_a_call_of_its_own() -> None:
    async with house({"202": answers(), "203": answers(2.0, talks=10.0)}, office()) as it:
        one, two = await dialled(it)
        shown = await handed_on(it, one, two, "203")
        await asyncio.sleep(2)
        assert one.told == [200]
        assert one.state is LegState.ENDED
        assert two.hears() == {"203": 1.0}
        assert (shown.number, shown.name) == ("202", "Desk 202")
        assert [doing(it, name) for name in NAMES] == [
            AgentState.FREE,
            AgentState.OUTSIDE_CALL,
            AgentState.OUTSIDE_CALL,
        ]
        await asyncio.sleep(10)
        first, second = records(it)
        assert (first.agent, first.ended_by, first.talk) == ("desk-202", "transfer", pytest.approx(2.0))
        assert (second.number, second.dialled, second.agent) == ("202", "203", "desk-203")
        assert second.talk == pytest.approx(10.0)
        arrived = it.journal.find("CallArrived")[-1].data
        assert (arrived["transferred_by"], arrived["transferred_from"]) == ("desk-201", first.id)
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3


async def test_who_was_dialled_goes_on_ringing_alone_when_the_agent_hangs_up() -> None:
    async with house({"202": answers(), "203": answers(5.0)}, office()) as it:
        one, two = await dialled(it)
        one.refer("203")
        one.hang_up()
        await asyncio.sleep(1)
        assert two.hears() == {"ringback": 1.0}
        assert doing(it, "desk-202") is AgentState.OUTSIDE_CALL
        await asyncio.sleep(5)
        assert two.hears() == {"203": 1.0}
        two.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "203").state is LegState.ENDED
        first, second = records(it)
        assert (first.agent, second.agent) == ("desk-202", "desk-203")
        assert [offer.agent for offer in second.offers] == ["desk-203"]


async def test_a_failed_transfer_leaves_the_agent_with_whom_it_dialled() -> None:
    async with house({"202": answers(), "203": busy(1.0)}, office()) as it:
        one, two = await dialled(it)
        one.refer("203")
        await asyncio.sleep(2)
        assert one.told == [486]
        assert one.hears() == {"202": 1.0}
        assert two.hears() == {"201": 1.0}
        one.hang_up()
        await asyncio.sleep(1)
        assert two.state is LegState.ENDED


async def test_an_agent_puts_whom_it_dialled_into_a_queue() -> None:
    async with house({"202": answers(), "203": answers(2.0)}, office()) as it:
        one, two = await dialled(it)
        assert one.refer("700") == 202
        await asyncio.sleep(3)
        assert one.state is LegState.ENDED
        assert two.hears() == {"203": 1.0}
        two.hang_up()
        await asyncio.sleep(1)
        assert [record.queues for record in records(it)] == [[], ["sales"]]


async def test_when_whom_it_dialled_hangs_up_during_the_transfer_all_is_over() -> None:
    async with house({"202": answers(), "203": never_answers()}, office()) as it:
        one, two = await dialled(it)
        one.refer("203")
        await asyncio.sleep(1)
        two.hang_up()
        await asyncio.sleep(1)
        assert one.state is LegState.ENDED
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3
        records(it)
