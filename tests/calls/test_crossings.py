"""What crosses a transfer: somebody hangs up in the few turns of the loop in which others are connected."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.acd.settings import AgentSettings
from softswitch.routing import NumberRule, Routing
from softswitch.testing.fakes import answers, drops_after_answer, never_answers
from softswitch.types import LegState, ToQueue
from tests.calls.house import SUPPORT, house
from tests.calls.test_transfers import NAMES, SALES, doing, leg_of, office, records, talking

pytestmark = pytest.mark.virtual_time

TURNS = range(10)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("count", TURNS)
async def test_the_caller_hangs_up_as_the_colleague_answers(count: int) -> None:
    async with house({"201": answers(), "202": answers(999)}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("202") == 202
        await asyncio.sleep(1)
        leg_of(it, "202").answer_remotely()
        await turns(count)
        caller.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "202").state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        assert len(records(it)) == 1


@pytest.mark.parametrize("count", TURNS)
async def test_the_agent_hangs_up_as_the_colleague_answers(count: int) -> None:
    async with house({"201": answers(), "202": answers(999)}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("202") == 202
        await asyncio.sleep(1)
        leg_of(it, "202").answer_remotely()
        await turns(count)
        agent.hang_up()
        await asyncio.sleep(1)
        assert caller.hears() == {"202": 1.0}
        assert doing(it, "desk-202") is AgentState.OUTSIDE_CALL
        caller.hang_up()
        await asyncio.sleep(1)
        assert doing(it, "desk-202") is AgentState.FREE


@pytest.mark.parametrize("count", TURNS)
async def test_an_agent_who_dialled_hangs_up_as_the_colleague_answers(count: int) -> None:
    async with house({"202": answers(), "203": answers(999)}, office()) as it:
        agent = it.call("202", agent="desk-201")
        await asyncio.sleep(2)
        assert agent.refer("203") == 202
        await asyncio.sleep(1)
        leg_of(it, "203").answer_remotely()
        await turns(count)
        agent.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "202").hears() == {"203": 1.0}
        assert doing(it, "desk-201") is AgentState.FREE
        leg_of(it, "202").hang_up()
        await asyncio.sleep(1)
        assert [doing(it, f"desk-20{n}") for n in (1, 2, 3)] == [AgentState.FREE] * 3


@pytest.mark.parametrize("count", TURNS)
async def test_the_caller_hangs_up_as_a_consultation_ends_in_a_transfer(count: int) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        caller, agent = await talking(it)
        second = it.call("202", agent="desk-201")
        await asyncio.sleep(2)
        assert agent.refer("202", second) == 202
        await turns(count)
        caller.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "202").state is LegState.ENDED
        assert second.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE


@pytest.mark.parametrize("count", TURNS)
async def test_whom_the_agent_consulted_hangs_up_as_that_ends_in_a_transfer(count: int) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        caller, agent = await talking(it)
        second = it.call("202", agent="desk-201")
        await asyncio.sleep(2)
        assert agent.refer("202", second) == 202
        await turns(count)
        leg_of(it, "202").hang_up()
        await asyncio.sleep(10)
        assert caller.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE


@pytest.mark.parametrize("count", TURNS)
async def test_who_rides_in_anothers_call_hangs_up_as_the_next_one_answers(count: int) -> None:
    config = office()
    agents = {**config.engine.agents, NAMES[0]: AgentSettings(NAMES[0], calls=2)}
    config = replace(config, engine=replace(config.engine, agents=agents))
    async with house({"201": answers(), "203": answers(999)}, config) as it:
        caller, first = await talking(it)
        colleague = it.call("201", agent="desk-202")
        await asyncio.sleep(2)
        assert leg_of(it, "201").refer("x", first) == 202
        await asyncio.sleep(1)
        assert colleague.refer("203") == 202
        await asyncio.sleep(1)
        leg_of(it, "203").answer_remotely()
        await turns(count)
        caller.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "203").state is LegState.ENDED
        assert doing(it, "desk-203") is AgentState.FREE
        assert doing(it, "desk-202") is AgentState.FREE


async def test_who_rides_in_anothers_call_takes_along_what_rings() -> None:
    config = office()
    agents = {**config.engine.agents, NAMES[0]: AgentSettings(NAMES[0], calls=2)}
    config = replace(config, engine=replace(config.engine, agents=agents))
    async with house({"201": answers(), "203": answers(5.0)}, config) as it:
        caller, first = await talking(it)
        colleague = it.call("201", agent="desk-202")
        await asyncio.sleep(2)
        assert leg_of(it, "201").refer("x", first) == 202
        await asyncio.sleep(1)
        assert colleague.refer("203") == 202
        await asyncio.sleep(1)
        colleague.hang_up()
        await asyncio.sleep(5)
        assert caller.hears() == {"203": 1.0}
        caller.hang_up()
        await asyncio.sleep(1)
        whole = records(it)[-1]
        assert [(offer.agent, offer.result) for offer in whole.offers][-1] == ("desk-203", "answered")


async def test_a_call_is_ended_by_who_ends_it_and_not_by_the_transfer_before() -> None:
    async with house({"201": answers(), "203": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("700") == 202
        await asyncio.sleep(3)
        caller.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
        assert record.ended_by == "caller"


async def test_a_caller_is_handed_on_to_a_number_of_the_house_in_whichever_form() -> None:
    plain = office()
    rules = (NumberRule("+48221234567", ToQueue(SALES)), *plain.routing.numbers)
    config = replace(plain, routing=Routing(rules, plain.routing.callers))
    async with house({"201": answers(), "203": answers()}, config) as it:
        caller, agent = await talking(it)
        assert agent.refer("221234567") == 202
        await asyncio.sleep(3)
        assert agent.told == [200]
        assert caller.hears() == {"203": 1.0}
        caller.hang_up()


@pytest.mark.parametrize("count", range(4))
async def test_a_slip_is_no_part_of_the_next_conversation(count: int) -> None:
    plain = office()
    queues = {**plain.engine.queues, SUPPORT: replace(plain.engine.queues[SUPPORT], agents=NAMES[:2])}
    config = replace(plain, engine=replace(plain.engine, queues=queues))
    async with house({"201": drops_after_answer(1.0, 0.1), "202": answers(999)}, config) as it:
        caller = it.call("600")
        await asyncio.sleep(5)
        assert it.journal.find("ConnectFailed")
        leg_of(it, "202").answer_remotely()
        await turns(count)
        caller.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
        assert record.talk == pytest.approx(0.0, abs=0.1)


async def test_who_transfers_at_once_has_not_talked_while_it_rang_elsewhere() -> None:
    async with house({"201": answers(), "202": answers(8.0)}, office()) as it:
        caller = it.call("600")
        await asyncio.sleep(1)
        await turns(10)
        assert leg_of(it, "201").refer("202") == 202, "in the moment of the answer"
        await asyncio.sleep(12)
        caller.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
        assert [round(talk.seconds) for talk in record.talks] == [0, 4]
