"""An agent takes the call that rings at a colleague."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.acd.settings import QueueSettings
from softswitch.calls.pickup import may_pick_up
from softswitch.config.settings import SwitchSettings
from softswitch.testing.fakes import answers, never_answers
from softswitch.types import LegState, Origin
from tests.calls.house import SUPPORT, house
from tests.calls.office import NAMES, doing, hung_up, leg_of, office, records

pytestmark = pytest.mark.virtual_time


def shared(**more: object) -> SwitchSettings:
    """desk-201 and desk-202 serve support, desk-203 does not."""
    plain = office()
    queue = QueueSettings(SUPPORT, NAMES[:2], strategy="hunt", ring=20.0, wrap_up=30.0)
    queues = {**plain.engine.queues, SUPPORT: replace(queue, **more)}  # type: ignore[arg-type]
    return replace(plain, engine=replace(plain.engine, queues=queues))


@pytest.mark.parametrize("code", ["*8", "*8201"])
async def test_a_queues_caller_who_rings_at_a_colleague_is_taken(code: str) -> None:
    async with house({"201": never_answers()}, shared()) as it:
        caller = it.call("600", "+48600100200")
        await asyncio.sleep(3)
        picker = it.call(code, "202", agent="desk-202")
        await asyncio.sleep(1)
        assert caller.hears() == {"202": 1.0}
        assert picker.hears() == {"+48600100200": 1.0}
        assert picker.partners == [caller.remote], "the phone has shown the code until now"
        assert leg_of(it, "201").state is LegState.ENDED
        assert [doing(it, name) for name in NAMES[:2]] == [AgentState.FREE, AgentState.TALKING]
        await asyncio.sleep(9)
        picker.hang_up()
        await asyncio.sleep(1)
        assert caller.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.WRAP_UP
        record = next(one for one in records(it) if one.number == "+48600100200")
        assert (record.agent, record.ended_by, round(record.talk)) == ("desk-202", "agent", 10)
        assert record.wait == pytest.approx(3.0)
        assert [(offer.agent, offer.result) for offer in record.offers] == [
            ("desk-201", "answered-elsewhere")
        ]
        figures = it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time())
        assert figures.agents[NAMES[1]].taken == 1
        assert figures.queues[SUPPORT].counts.answered == 1


async def test_whoever_has_taken_a_call_may_hand_it_on() -> None:
    async with house({"201": never_answers(), "203": answers()}, shared()) as it:
        caller = it.call("600", "+48600100200")
        await asyncio.sleep(3)
        picker = it.call("*8", "202", agent="desk-202")
        await asyncio.sleep(1)
        assert picker.refer("203") == 202
        await asyncio.sleep(3)
        assert picker.state is LegState.ENDED
        assert caller.hears() == {"203": 1.0}
        await hung_up(it, caller)


async def test_a_call_that_a_colleague_was_dialled_with_is_taken() -> None:
    async with house({"201": never_answers()}, shared()) as it:
        caller = it.call("201", "100")
        await asyncio.sleep(2)
        picker = it.call("*8201", "202", agent="desk-202")
        await asyncio.sleep(1)
        assert caller.hears() == {"202": 1.0}
        assert picker.hears() == {"100": 1.0}
        assert leg_of(it, "201").state is LegState.ENDED
        assert [doing(it, name) for name in NAMES[:2]] == [AgentState.FREE, AgentState.OUTSIDE_CALL]
        caller.hang_up()
        await asyncio.sleep(1)
        assert picker.state is LegState.ENDED
        record = next(one for one in records(it) if one.number == "100")
        assert record.agent == "desk-202"
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3


async def test_a_transfer_that_rings_at_a_colleague_is_taken() -> None:
    async with house({"203": answers(), "201": never_answers()}, shared()) as it:
        caller = it.call("700", "+48600100200")
        await asyncio.sleep(2)
        leg_of(it, "203").refer("201")
        await asyncio.sleep(2)
        picker = it.call("*8", "202", agent="desk-202")
        await asyncio.sleep(1)
        assert leg_of(it, "203").told == [200]
        assert leg_of(it, "203").state is LegState.ENDED
        assert caller.hears() == {"202": 1.0}
        picker.hang_up()
        await asyncio.sleep(1)
        assert caller.state is LegState.ENDED
        assert next(one for one in records(it) if one.number == "+48600100200").agent == "desk-202"


async def test_of_two_who_ring_the_first_is_taken() -> None:
    async with house({"201": never_answers(), "203": never_answers()}, shared(agents=NAMES)) as it:
        first, second = it.call("600", "1"), it.call("600", "2")
        await asyncio.sleep(3)
        picker = it.call("*8", "202", agent="desk-202")
        await asyncio.sleep(1)
        assert picker.hears() in ({"1": 1.0}, {"2": 1.0})
        assert picker.hears() == {"1": 1.0}
        for leg in (first, second):
            leg.hang_up()


@pytest.mark.parametrize(
    ("agent", "code"), [("desk-203", "*8"), ("desk-203", "*8201"), ("desk-201", "*8201")]
)
async def test_who_shares_no_queue_takes_nothing_and_hears_so(agent: str, code: str) -> None:
    async with house({"201": never_answers()}, shared(agents=NAMES[:2])) as it:
        caller = it.call("600", "+48600100200")
        await asyncio.sleep(3)
        picker = it.call(code, "x", agent=agent)
        await asyncio.sleep(1)
        assert picker.heard_labels() == ["Nothing rings there."]
        assert caller.hears() == {"classical": 1.0}
        assert leg_of(it, "201").state is LegState.RINGING
        caller.hang_up()


async def test_nobody_but_an_agent_picks_up() -> None:
    async with house({"201": never_answers()}, shared()) as it:
        caller = it.call("600", "1")
        guest = it.call("*8", "2")
        await asyncio.sleep(1)
        assert guest.state is LegState.ENDED
        assert caller.hears() == {"classical": 1.0}
        caller.hang_up()


async def test_two_who_pick_up_at_once_one_gets_it() -> None:
    async with house({"201": never_answers()}, shared(agents=NAMES)) as it:
        caller = it.call("600", "1")
        await asyncio.sleep(2)
        pickers = [it.call("*8", name[-3:], agent=name) for name in NAMES[1:]]
        await asyncio.sleep(1)
        assert sorted(picker.hears().get("1", 0.0) for picker in pickers) == [0.0, 1.0]
        caller.hang_up()


@pytest.mark.parametrize("dialled", ["600", "201"])
async def test_a_ringing_dialog_is_named_and_taken(dialled: str) -> None:
    async with house({"201": never_answers()}, shared()) as it:
        caller = it.call(dialled, "100")
        await asyncio.sleep(2)
        ringing = leg_of(it, "201")
        assert may_pick_up(it.switch, NAMES[1], ringing)
        assert not may_pick_up(it.switch, NAMES[2], ringing), "no colleague"
        assert not may_pick_up(it.switch, NAMES[1], caller), "it rings nowhere"
        picker = it.endpoint.incoming("201", "202", origin=Origin(NAMES[1]))
        picker.replaces = ringing
        it.supervisor.welcome(picker)
        await asyncio.sleep(1)
        assert caller.hears() == {"202": 1.0}
        assert ringing.state is LegState.ENDED
        assert not may_pick_up(it.switch, NAMES[1], ringing)
        assert not it.switch.exchange.offered
        caller.hang_up()


@pytest.mark.parametrize("later", range(8))
@pytest.mark.parametrize("who", ["caller", "picker"])
@pytest.mark.parametrize("dialled", ["600", "201"])
async def test_hanging_up_while_a_call_is_taken_leaves_nobody_behind(
    later: int, who: str, dialled: str
) -> None:
    async with house({"201": never_answers()}, shared()) as it:
        caller = it.call(dialled, "100")
        await asyncio.sleep(2)
        picker = it.call("*8", "202", agent="desk-202")
        for _ in range(later):
            await asyncio.sleep(0)
        (caller if who == "caller" else picker).hang_up()
        await asyncio.sleep(1)
        for leg in (caller, picker):
            leg.hang_up()
        await asyncio.sleep(6)
        assert not it.endpoint.live()
        assert {doing(it, name) for name in NAMES} <= {AgentState.FREE, AgentState.WRAP_UP}
        assert not it.switch.exchange.ringing
        assert not it.switch.exchange.offered
        assert not it.switch.exchange.conversations
        assert not it.switch.exchange.calls
        records(it)
