"""An agent hands a caller on after it has asked a colleague, or brings two callers together."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.acd.agents import AgentState
from softswitch.calls.call import CONFIRMATION
from softswitch.testing.fakes import answers, never_answers
from softswitch.types import LegState
from tests.calls.house import house
from tests.calls.office import (
    NAMES,
    SALES,
    consulted,
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


@pytest.mark.parametrize("by_the_second", [False, True])
async def test_after_a_consultation_the_two_talk_without_the_agent(by_the_second: bool) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        caller, first, second, colleague = await consulted(it)
        mover, other = (second, first) if by_the_second else (first, second)
        assert mover.refer("202", other) == 202
        await asyncio.sleep(0.1)
        assert mover.told == [200]
        assert (first.state, second.state) == (LegState.ENDED, LegState.ENDED)
        assert caller.hears() == {"202": 1.0}
        assert colleague.hears() == {"+48600100200": 1.0}
        assert [doing(it, name) for name in NAMES[:2]] == [AgentState.WRAP_UP, AgentState.OUTSIDE_CALL]
        assert len(it.endpoint.dialled) == 2, "nobody is rung anew"
        assert colleague.partners == [caller.remote], "who is shown at 202 from now on"
        assert [leg.partners for leg in (caller, first, second)] == [[], [], []]
        await asyncio.sleep(6)
        colleague.hang_up()
        await asyncio.sleep(1)
        assert caller.state is LegState.ENDED
        consultation, whole = records(it)
        assert (consultation.agent, consultation.ended_by) == ("desk-202", "transfer")
        assert consultation.talk == pytest.approx(2.0)
        assert (whole.agent, whole.ended_by, whole.number) == ("desk-202", "agent", "+48600100200")
        assert whole.talk == pytest.approx(5.0 + 3.0 + 6.1)
        assert [doing(it, name) for name in NAMES] == [AgentState.WRAP_UP, AgentState.FREE, AgentState.FREE]
        moved = {note.call: note.data["into"] for note in it.journal.find("Transferred")}
        assert moved == {consultation.id: whole.id, whole.id: None}


async def test_an_agent_who_has_called_both_brings_them_together() -> None:
    async with house({"202": answers(), "203": answers()}, office()) as it:
        one = it.call("202", "201", agent="desk-201")
        await asyncio.sleep(2)
        two = it.call("203", "201", agent="desk-201")
        await asyncio.sleep(2)
        assert two.refer("202", one) == 202
        await asyncio.sleep(1)
        assert (one.state, two.state) == (LegState.ENDED, LegState.ENDED)
        assert leg_of(it, "202").hears() == {"203": 1.0}
        assert leg_of(it, "203").hears() == {"202": 1.0}
        assert [(one.number, one.name) for one in leg_of(it, "202").partners] == [("203", "Desk 203")]
        assert [(one.number, one.name) for one in leg_of(it, "203").partners] == [("202", "Desk 202")]
        assert [doing(it, name) for name in NAMES] == [
            AgentState.FREE,
            AgentState.OUTSIDE_CALL,
            AgentState.OUTSIDE_CALL,
        ]
        leg_of(it, "202").hang_up()
        await asyncio.sleep(1)
        assert leg_of(it, "203").state is LegState.ENDED
        assert [doing(it, name) for name in NAMES] == [AgentState.FREE] * 3
        assert len(records(it)) == 3


async def test_two_callers_of_one_agent_are_brought_together_and_may_be_handed_on_again() -> None:
    async with house({"201": answers(), "203": answers(2.0)}, two_at_once()) as it:
        caller, first = await talking(it)
        colleague = it.call("201", "202", agent="desk-202")
        await asyncio.sleep(2)
        second = leg_of(it, "201")
        assert second is not first
        assert second.refer("x", first) == 202
        await asyncio.sleep(1)
        assert (first.state, second.state) == (LegState.ENDED, LegState.ENDED)
        assert caller.hears() == {"202": 1.0}
        assert colleague.hears() == {"+48600100200": 1.0}
        assert colleague.refer("203") == 202, "desk-202 is an agent too"
        await asyncio.sleep(3)
        assert colleague.state is LegState.ENDED
        assert caller.hears() == {"203": 1.0}
        await hung_up(it, caller)
        assert [doing(it, name) for name in NAMES[1:]] == [AgentState.FREE] * 2


async def test_when_one_of_two_callers_hangs_up_the_other_is_done_too() -> None:
    for hangs_up in (0, 1):
        async with house({"201": answers()}, two_at_once()) as it:
            legs = [(await talking(it))[0]]
            first = leg_of(it, "201")
            legs.append(it.call("201", "300"))
            await asyncio.sleep(2)
            assert leg_of(it, "201").refer("x", first) == 202
            await asyncio.sleep(1)
            legs[hangs_up].hang_up()
            await asyncio.sleep(1)
            assert legs[1 - hangs_up].state is LegState.ENDED
            records(it)


async def test_a_consultation_that_still_rings_becomes_a_transfer_to_whom_it_rings() -> None:
    async with house({"201": answers(), "202": answers(6.0)}, office()) as it:
        caller, first = await talking(it)
        second = it.call("202", "201", agent="desk-201")
        await asyncio.sleep(1)
        assert first.refer("202", second) == 202
        await asyncio.sleep(1)
        assert second.state is LegState.ENDED
        assert caller.hears() == {"ringback": 1.0}
        await asyncio.sleep(6)
        assert first.told == [200]
        assert caller.hears() == {"202": 1.0}
        consultation, _ = await hung_up(it, caller)
        assert (consultation.outcome, consultation.ended_by) == ("transferred", "transfer")
        assert it.journal.find("TransferAsked")[0].data["attended"]


async def test_a_consultation_with_a_queue_brings_the_caller_into_that_queue() -> None:
    async with house({"201": answers(), "203": never_answers()}, office()) as it:
        caller, first = await talking(it)
        second = it.call("700", "201", agent="desk-201")
        await asyncio.sleep(1)
        assert first.refer("700", second) == 202
        await asyncio.sleep(1)
        assert (first.state, second.state) == (LegState.ENDED, LegState.ENDED)
        assert it.journal.find("CallerJoined")[-1].call == it.journal.find("CallArrived")[0].call
        consultation = (await hung_up(it, caller))[0]
        assert (consultation.outcome, consultation.ended_by) == ("transferred", "transfer")
        assert it.switch.dispatcher.engine.snapshot(0.0).queues[SALES].counts.abandoned == 1, "the caller's"


@pytest.mark.parametrize("after", range(8))
@pytest.mark.parametrize("asked", ["202", "700"])
@pytest.mark.parametrize("by_the_second", [False, True])
async def test_a_transfer_in_the_moment_of_the_answer_takes_whom_has_answered(
    by_the_second: bool, asked: str, after: int
) -> None:
    """A phone's REFER may follow its ACK within the same millisecond."""
    async with house({"201": answers(), "202": answers(), "203": answers()}, office()) as it:
        caller, first = await talking(it)
        second = it.call(asked, "201", agent="desk-201")
        await turns(20)
        colleague = it.endpoint.dialled[-1]
        mover, other = (second, first) if by_the_second else (first, second)
        leg = second if asked == "202" else colleague
        answer, statuses = leg.answer, []

        async def at_once() -> None:
            await turns(after + (asked == "700"))  # a queue has heard of the answer a turn later
            statuses.append(mover.refer(asked, other))

        def answers_and_refers() -> None:
            answer()
            tasks.append(asyncio.ensure_future(at_once()))

        tasks: list[asyncio.Future[None]] = []
        leg.answer = answers_and_refers  # type: ignore[method-assign]
        await asyncio.sleep(4)
        assert statuses == [202]
        assert mover.told == [200]
        assert (first.state, second.state) == (LegState.ENDED, LegState.ENDED)
        assert len(it.endpoint.dialled) == 2, "nobody is rung anew"
        assert caller.hears() == {colleague.label: 1.0}
        consultation, _ = await hung_up(it, caller)
        assert (consultation.outcome, consultation.talks[0].ended_by) == ("answered", "transfer")


async def test_a_transfer_that_waited_for_an_ack_in_vain_rings_anew() -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        caller, first = await talking(it)
        second = it.call("202", "201", agent="desk-201")
        second.acknowledges = False
        await asyncio.sleep(2)
        assert first.refer("202", second) == 202
        await asyncio.sleep(CONFIRMATION + 2)
        assert first.told == [200]
        assert caller.hears() == {"202": 1.0}
        assert len(it.endpoint.dialled) == 3
        await hung_up(it, caller)


async def test_nobody_takes_a_call_that_is_another_agents() -> None:
    async with house({"201": answers(), "203": answers()}, office()) as it:
        caller, first = await talking(it)
        stranger = it.call("203", "202", agent="desk-202")
        await asyncio.sleep(2)
        assert first.refer("x", stranger) == 403
        assert first.refer("x", leg_of(it, "203")) == 403
        assert first.refer("x", caller) == 403
        assert first.refer("x", first) == 403
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()
        stranger.hang_up()
