"""What crosses a transfer: somebody hangs up in the few turns of the loop in which others are connected."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.routing import NumberRule, Routing
from softswitch.testing.fakes import FakeLeg, answers, drops_after_answer, never_answers
from softswitch.types import LegState, ToQueue
from tests.calls.house import SUPPORT, House, house
from tests.calls.office import (
    NAMES,
    SALES,
    consulted,
    dialled,
    doing,
    hung_up,
    leg_of,
    office,
    records,
    talking,
    turns,
    two_at_once,
)

pytestmark = pytest.mark.virtual_time

TURNS = range(10)


async def ringing(it: House, agent: FakeLeg, number: str) -> FakeLeg:
    """The agent hands on to a number, whose phone rings: that one's leg."""
    assert agent.refer(number) == 202
    await asyncio.sleep(1)
    return leg_of(it, number)


async def hangs_up_as_it_is_answered(rings: FakeLeg, count: int, who: FakeLeg) -> None:
    """A phone that rings answers, and so many turns of the loop later somebody hangs up."""
    rings.answer_remotely()
    await turns(count)
    who.hang_up()
    await asyncio.sleep(1)


async def handed_to_the_consulted(it: House, count: int) -> tuple[FakeLeg, FakeLeg]:
    """desk-201 has asked desk-202, hands the caller on, and so many turns pass: the caller's leg, and the one
    to desk-202 of the agent.
    """
    caller, agent = await talking(it)
    second = it.call("202", agent="desk-201")
    await asyncio.sleep(2)
    assert agent.refer("202", second) == 202
    await turns(count)
    return caller, second


async def riding(it: House) -> tuple[FakeLeg, FakeLeg, FakeLeg]:
    """desk-202 talks in the call of a caller, and hands on to desk-203, where it rings: all three legs."""
    caller, first = await talking(it)
    colleague = it.call("201", agent="desk-202")
    await asyncio.sleep(2)
    assert leg_of(it, "201").refer("x", first) == 202
    await asyncio.sleep(1)
    return caller, colleague, await ringing(it, colleague, "203")


@pytest.mark.parametrize("count", TURNS)
async def test_the_caller_hangs_up_as_the_colleague_answers(count: int) -> None:
    async with house({"201": answers(), "202": answers(999)}, office()) as it:
        caller, agent = await talking(it)
        rings = await ringing(it, agent, "202")
        await hangs_up_as_it_is_answered(rings, count, caller)
        assert leg_of(it, "202").state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        assert len(records(it)) == 1


@pytest.mark.parametrize("count", TURNS)
async def test_the_agent_hangs_up_as_the_colleague_answers(count: int) -> None:
    async with house({"201": answers(), "202": answers(999)}, office()) as it:
        caller, agent = await talking(it)
        rings = await ringing(it, agent, "202")
        await hangs_up_as_it_is_answered(rings, count, agent)
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
        rings = await ringing(it, agent, "203")
        await hangs_up_as_it_is_answered(rings, count, agent)
        assert leg_of(it, "202").hears() == {"203": 1.0}
        assert doing(it, "desk-201") is AgentState.FREE
        leg_of(it, "202").hang_up()
        await asyncio.sleep(1)
        assert [doing(it, f"desk-20{n}") for n in (1, 2, 3)] == [AgentState.FREE] * 3


@pytest.mark.parametrize("count", TURNS)
async def test_the_caller_hangs_up_as_a_consultation_ends_in_a_transfer(count: int) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        caller, second = await handed_to_the_consulted(it, count)
        caller.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "202").state is LegState.ENDED
        assert second.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE


@pytest.mark.parametrize("count", TURNS)
async def test_whom_the_agent_consulted_hangs_up_as_that_ends_in_a_transfer(count: int) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        caller, _ = await handed_to_the_consulted(it, count)
        leg_of(it, "202").hang_up()
        await asyncio.sleep(10)
        assert caller.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE


@pytest.mark.parametrize("count", TURNS)
async def test_who_rides_in_anothers_call_hangs_up_as_the_next_one_answers(count: int) -> None:
    async with house({"201": answers(), "203": answers(999)}, two_at_once()) as it:
        caller, _, rings = await riding(it)
        await hangs_up_as_it_is_answered(rings, count, caller)
        assert rings.state is LegState.ENDED
        assert doing(it, "desk-203") is AgentState.FREE
        assert doing(it, "desk-202") is AgentState.FREE


async def test_who_rides_in_anothers_call_takes_along_what_rings() -> None:
    async with house({"201": answers(), "203": answers(5.0)}, two_at_once()) as it:
        caller, colleague, _ = await riding(it)
        colleague.hang_up()
        await asyncio.sleep(5)
        assert caller.hears() == {"203": 1.0}
        whole = (await hung_up(it, caller))[-1]
        assert [(offer.agent, offer.result) for offer in whole.offers][-1] == ("desk-203", "answered")


async def test_a_call_is_ended_by_who_ends_it_and_not_by_the_transfer_before() -> None:
    async with house({"201": answers(), "203": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("700") == 202
        await asyncio.sleep(3)
        (record,) = await hung_up(it, caller)
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
        (record,) = await hung_up(it, caller)
        assert record.talk == pytest.approx(0.0, abs=0.1)


async def test_who_transfers_at_once_has_not_talked_while_it_rang_elsewhere() -> None:
    async with house({"201": answers(), "202": answers(8.0)}, office()) as it:
        caller = it.call("600")
        await asyncio.sleep(1)
        await turns(10)
        assert leg_of(it, "201").refer("202") == 202, "in the moment of the answer"
        await asyncio.sleep(12)
        (record,) = await hung_up(it, caller)
        assert [round(talk.seconds) for talk in record.talks] == [0, 4]


async def expect_all_is_over(it: House, *legs: FakeLeg) -> None:
    """Whoever is left hangs up, wrap-ups pass, and nobody and nothing is left behind."""
    for leg in legs:
        leg.hang_up()
    await asyncio.sleep(6)
    assert not it.endpoint.live()
    assert not it.switch.exchange.conversations
    assert not it.switch.exchange.calls
    assert not it.switch.exchange.ringing
    assert {doing(it, name) for name in NAMES} <= {AgentState.FREE, AgentState.WRAP_UP}
    records(it)


@pytest.mark.parametrize("later", range(10))
@pytest.mark.parametrize("who", ["caller", "agent and caller", "agent"])
async def test_hanging_up_in_the_moment_of_the_answer_leaves_nobody_behind(later: int, who: str) -> None:
    async with house({"201": answers(), "202": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        agent.refer("202")
        await asyncio.sleep(1)
        leg_of(it, "202").answer_remotely()
        await turns(later)
        if "agent" in who:
            agent.hang_up()
        if "caller" in who:
            caller.hang_up()
        await asyncio.sleep(1)
        if who == "agent":
            assert caller.hears() == {"202": 1.0}
        await expect_all_is_over(it, caller)


@pytest.mark.parametrize("later", range(6))
@pytest.mark.parametrize("who", [0, 1, 2, 3])
async def test_hanging_up_while_two_are_brought_together_leaves_nobody_behind(later: int, who: int) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        legs = await consulted(it)
        legs[1].refer("202", legs[2])
        await turns(later)
        legs[who].hang_up()
        await asyncio.sleep(1)
        await expect_all_is_over(it, *legs)


@pytest.mark.parametrize("later", range(6))
@pytest.mark.parametrize("who", [0, 1])
async def test_hanging_up_while_whom_an_agent_dialled_is_handed_on(later: int, who: int) -> None:
    async with house({"202": answers(), "203": never_answers()}, office()) as it:
        legs = await dialled(it)
        legs[0].refer("203")
        await asyncio.sleep(1)
        leg_of(it, "203").answer_remotely()
        await turns(later)
        legs[who].hang_up()
        await asyncio.sleep(1)
        await expect_all_is_over(it, *legs)
