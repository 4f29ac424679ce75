"""A phone that sends its calls on: followed where its agent may, and a refusal otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.config.settings import SwitchSettings
from softswitch.testing.fakes import FakeCarriers, answers, busy, forwards, never_answers
from softswitch.types import LegState
from tests.calls.house import house
from tests.calls.office import CARRIER, NAMES, doing, hung_up, leg_of, office, records, with_a_carrier

pytestmark = pytest.mark.virtual_time


def may_forward() -> SwitchSettings:
    """desk-201 may send calls on; outside it dials no premium numbers."""
    plain = office()
    phones = {**plain.phones, NAMES[0]: replace(plain.phones[NAMES[0]], forwards=True)}
    return with_a_carrier(replace(plain, phones=phones))


async def test_it_is_a_refusal_where_the_agent_may_not() -> None:
    async with house({"201": forwards("202"), "202": answers()}, office()) as it:
        caller = it.call("201", "100")
        await asyncio.sleep(2)
        assert caller.state is LegState.ENDED
        assert not it.endpoint.rung("sip:202@desk")
        (record,) = records(it)
        assert (record.status, record.offers[0].result) == (480, "rejected")
        assert [note.data["followed"] for note in it.journal.find("Forwarded")] == [False]


@pytest.mark.parametrize("dialled", ["201", "600"])
async def test_it_rings_at_the_colleague_where_the_agent_may(dialled: str) -> None:
    async with house({"201": forwards("202"), "202": answers(2.0, talks=5.0)}, may_forward()) as it:
        caller = it.call(dialled, "100")
        await asyncio.sleep(1)
        assert doing(it, "desk-202") is AgentState.OUTSIDE_CALL
        await asyncio.sleep(2)
        assert caller.hears() == {"202": 1.0}
        await asyncio.sleep(5)
        assert caller.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE
        (record,) = records(it)
        assert (record.agent, round(record.talk)) == ("desk-201", 5)
        assert [(offer.agent, offer.result) for offer in record.offers] == [("desk-201", "answered")]
        (note,) = it.journal.find("Forwarded")
        assert (note.data["number"], note.data["destination"], note.data["followed"]) == (
            "202",
            "agent desk-202",
            True,
        )


@pytest.mark.parametrize("number", ["700", "500", "201", "*12", "999", "700123456", "nobody"])
async def test_anything_else_is_a_refusal(number: str) -> None:
    async with house({"201": forwards(number)}, may_forward()) as it:
        caller = it.call("201", "100")
        await asyncio.sleep(1)
        assert caller.state is LegState.ENDED
        assert len(it.endpoint.dialled) == 1
        records(it)


async def test_a_colleague_who_sends_it_on_again_has_refused() -> None:
    async with house({"201": forwards("202"), "202": forwards("203"), "203": answers()}, may_forward()) as it:
        caller = it.call("201", "100")
        await asyncio.sleep(1)
        assert caller.state is LegState.ENDED
        assert not it.endpoint.rung("sip:203@desk")
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3


@pytest.mark.parametrize("script", [busy(1.0), never_answers()])
async def test_when_the_colleague_does_not_answer_nobody_did(script) -> None:
    async with house({"201": forwards("202"), "202": script}, may_forward()) as it:
        caller = it.call("201", "100")
        await asyncio.sleep(21)
        assert caller.state is LegState.ENDED
        assert leg_of(it, "202").state is LegState.ENDED
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3


async def test_outside_by_the_dial_plan_a_key_is_wanted() -> None:
    async with house({"201": forwards("600300400")}, may_forward()) as it:
        it.switch.carriers = FakeCarriers({CARRIER: ["sip:{}@one"]})
        it.endpoint.agents["sip:+48600300400@one"] = answers(2.0)
        caller = it.call("201", "100")
        await asyncio.sleep(3)
        mobile = it.endpoint.rung("sip:+48600300400@one")[-1]
        assert caller.state is not LegState.ANSWERED
        mobile.press("1")
        await asyncio.sleep(1)
        assert caller.hears() == {"+48600300400": 1.0}
        await hung_up(it, caller)


async def test_no_carrier_is_told_a_number_that_nobody_vouches_for() -> None:
    config = may_forward()
    plain = {CARRIER: replace(config.trunks[CARRIER], caller_id=None)}
    async with house({"201": forwards("600300400")}, replace(config, trunks=plain)) as it:
        it.switch.carriers = FakeCarriers({CARRIER: ["sip:{}@one"]})
        it.endpoint.agents["sip:+48600300400@one"] = answers(2.0)
        caller = it.call("201", "+48221110000")
        await asyncio.sleep(1)
        (mobile,) = it.endpoint.rung("sip:+48600300400@one")
        assert mobile.caller_shown is not None
        assert mobile.caller_shown.number == "", "a guest says anything"
        caller.hang_up()


async def test_a_caller_who_leaves_meanwhile_stops_it_all() -> None:
    async with house({"201": forwards("202"), "202": never_answers()}, may_forward()) as it:
        caller = it.call("201", "100")
        await asyncio.sleep(3)
        caller.hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "202").state is LegState.ENDED
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3
