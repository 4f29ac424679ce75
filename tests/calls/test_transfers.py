"""An agent hands a caller on: to a colleague, a queue, a menu; and keeps the call when that fails."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.acd.agents import AgentState
from softswitch.calls.fork import Fork
from softswitch.store.call_record import CallRecord, Transfer
from softswitch.testing.fakes import answers, busy, never_answers, rejects
from softswitch.types import AgentName, LegState
from tests.calls.house import house
from tests.calls.office import doing, handed_on, hung_up, leg_of, office, records, talking

pytestmark = pytest.mark.virtual_time


async def test_a_caller_is_handed_on_to_a_colleague_who_answers() -> None:
    async with house({"201": answers(), "202": answers(3.0, talks=10.0)}, office()) as it:
        caller, agent = await talking(it)
        shown = await handed_on(it, agent, caller, "202")
        assert agent.hears() == {}
        assert doing(it, "desk-201") is AgentState.TALKING, "it may still fail"
        assert doing(it, "desk-202") is AgentState.OUTSIDE_CALL
        assert (shown.number, shown.name) == ("+48600100200", "Support: +48600100200")
        await asyncio.sleep(3)
        assert agent.told == [200]
        assert agent.state is LegState.ENDED
        assert caller.hears() == {"202": 1.0}
        assert leg_of(it, "202").hears() == {"+48600100200": 1.0}
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        await asyncio.sleep(10)
        assert caller.state is LegState.ENDED
        assert doing(it, "desk-202") is AgentState.FREE
        (record,) = records(it)
        ends = it.journal.find("ConversationEnded")
        assert [(note.data["agent"], note.data["ended_by"], note.data["talked"]) for note in ends] == [
            ("desk-201", "transfer", pytest.approx(5.0)),
            ("desk-202", "agent", pytest.approx(10.0)),
        ]
        assert record.talk == pytest.approx(15.0)
        assert (record.agent, record.ended_by) == ("desk-202", "agent")
        assert [(one.agent, one.ended_by) for one in record.talks] == [
            ("desk-201", "transfer"),
            ("desk-202", "agent"),
        ]
        assert record.transfers == [Transfer("desk-201", "202")]
        assert CallRecord.from_json(record.to_json()) == record
        figures = it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time())
        assert figures.agents[AgentName("desk-201")].talk_time == pytest.approx(5.0)
        assert figures.agents[AgentName("desk-202")].talk_time == 0


@pytest.mark.parametrize(
    ("script", "status"), [(busy(1.0), 486), (rejects(2.0), 603), (never_answers(), 480)]
)
async def test_when_the_colleague_does_not_answer_the_agent_still_has_the_call(script, status) -> None:
    async with house({"201": answers(), "202": script}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("202") == 202
        await asyncio.sleep(21)
        assert agent.told == [status]
        assert caller.hears() == {"201": 1.0}
        assert agent.hears() == {"+48600100200": 1.0}
        assert doing(it, "desk-201") is AgentState.TALKING
        assert doing(it, "desk-202") is AgentState.FREE
        assert agent.refer("202") == 202, "and may try again"
        await asyncio.sleep(1)
        (record,) = await hung_up(it, caller)
        assert (record.agent, record.ended_by) == ("desk-201", "caller")


async def test_an_agent_who_hangs_up_after_the_refer_leaves_the_caller_ringing_at_the_colleague() -> None:
    async with house({"201": answers(), "202": answers(8.0)}, office()) as it:
        caller, agent = await talking(it)
        agent.refer("202")
        await asyncio.sleep(1)
        agent.hang_up()
        await asyncio.sleep(1)
        assert doing(it, "desk-201") is AgentState.WRAP_UP, "at once, whatever becomes of the caller"
        assert caller.hears() == {"ringback": 1.0}
        await asyncio.sleep(7)
        assert caller.hears() == {"202": 1.0}
        (record,) = await hung_up(it, caller)
        assert record.talk == pytest.approx(5.0 + 1.0, abs=0.1)
        assert doing(it, "desk-202") is AgentState.FREE


async def test_a_caller_whom_nobody_has_any_more_is_told_so() -> None:
    async with house({"201": answers(), "202": rejects(5.0)}, office()) as it:
        caller, agent = await talking(it)
        agent.refer("202")
        agent.hang_up()
        await asyncio.sleep(9)
        assert caller.heard_labels()[-1].startswith("We are sorry")
        assert caller.state is LegState.ENDED
        assert [note.data["status"] for note in it.journal.find("TransferFailed")] == [603]
        records(it)


async def test_a_caller_who_hangs_up_during_a_transfer_takes_all_along() -> None:
    async with house({"201": answers(), "202": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        agent.refer("202")
        await asyncio.sleep(2)
        caller.hang_up()
        await asyncio.sleep(0.1)
        assert agent.state is LegState.ENDED
        assert leg_of(it, "202").state is LegState.ENDED
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        assert doing(it, "desk-202") is AgentState.FREE
        (record,) = records(it)
        assert (record.agent, record.ended_by) == ("desk-201", "caller")
        assert [offer.agent for offer in record.offers] == ["desk-201", "desk-202"]


async def test_a_caller_is_handed_on_to_a_queue_as_a_new_caller_there() -> None:
    async with house({"201": answers(), "203": answers(4.0, talks=10.0)}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("700") == 202
        await asyncio.sleep(1)
        assert agent.told == [200]
        assert agent.state is LegState.ENDED
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        joined = it.journal.find("CallerJoined")[-1].data
        assert (joined["queue"], joined["transferred_by"], joined["from_queue"]) == (
            "sales",
            "desk-201",
            "support",
        )
        await asyncio.sleep(4)
        assert caller.hears() == {"203": 1.0}
        await asyncio.sleep(10)
        (record,) = records(it)
        assert record.queues == ["support", "sales"]
        assert (record.agent, record.talk) == ("desk-203", pytest.approx(15.0))
        assert record.wait == pytest.approx(1.0 + 4.0)


async def test_who_gives_up_in_the_next_queue_has_ended_the_call() -> None:
    async with house({"201": answers(), "203": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        agent.refer("700")
        await asyncio.sleep(2)
        (record,) = await hung_up(it, caller)
        assert (record.ended_by, record.left) == ("caller", "hung-up")
        assert record.talk == pytest.approx(5.0)


async def test_a_full_queue_refuses_a_transfer_and_the_agent_keeps_the_call() -> None:
    async with house({"201": answers(), "203": never_answers()}, office(max_callers=1)) as it:
        first = it.call("700", "1")
        caller, agent = await talking(it)
        assert agent.refer("700") == 202
        assert agent.told == [486]
        await asyncio.sleep(1)
        assert caller.hears() == {"201": 1.0}
        first.hang_up()
        await asyncio.sleep(1)
        assert agent.refer("700") == 202
        await asyncio.sleep(1)
        assert agent.told == [486, 200]
        caller.hang_up()


async def test_a_caller_is_handed_on_to_a_menu() -> None:
    async with house({"201": answers()}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("500") == 202
        await asyncio.sleep(1)
        assert caller.hears() == {"Welcome.": 1.0}
        await hung_up(it, caller)


async def test_keys_pressed_while_talking_choose_nothing_in_a_menu_later() -> None:
    async with house({"201": answers()}, office()) as it:
        caller, agent = await talking(it)
        caller.press("1")
        assert agent.refer("500") == 202
        await asyncio.sleep(1)
        assert caller.hears() == {"Welcome.": 1.0}
        caller.press("1")
        await asyncio.sleep(1)
        assert it.journal.find("CallerJoined")[1:], "and those pressed there do"
        caller.hang_up()


@pytest.mark.parametrize(
    ("number", "answer", "told"),
    [("*11", 403, []), ("*131", 403, []), ("999", 202, [603]), ("12345", 202, [404]), ("299", 202, [404])],
)
async def test_where_nobody_may_be_handed_on_to(number: str, answer: int, told: list[int]) -> None:
    async with house({"201": answers()}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer(number) == answer
        assert agent.told == told
        await asyncio.sleep(1)
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


@pytest.mark.may_block  # the traceback is coloured for developers
async def test_a_mistake_of_the_switch_itself_leaves_the_agent_with_the_caller(monkeypatch) -> None:
    async def fails(_fork):
        raise RuntimeError("a mistake")

    async with house({"201": answers(), "202": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        monkeypatch.setattr(Fork, "answered", fails)
        agent.refer("202")
        await asyncio.sleep(1)
        assert agent.told == [480]
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_a_second_refer_waits_for_the_first() -> None:
    async with house({"201": answers(), "202": never_answers()}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("202") == 202
        assert agent.refer("700") == 491
        caller.hang_up()


async def test_a_caller_may_not_transfer() -> None:
    async with house({"201": answers()}, office()) as it:
        caller, _ = await talking(it)
        assert caller.refer("202") == 403
        caller.hang_up()


async def test_who_holds_before_a_transfer_that_fails_takes_the_call_back() -> None:
    async with house({"201": answers(), "202": busy(2.0)}, office()) as it:
        caller, agent = await talking(it)
        agent.hold()
        assert caller.hears() == {"classical": 1.0}
        agent.refer("202")
        assert caller.hears() == {"ringback": 1.0}
        await asyncio.sleep(3)
        assert caller.hears() == {"classical": 1.0}
        agent.resume()
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_the_next_one_hands_on_too() -> None:
    async with house({"201": answers(), "202": answers(), "203": answers()}, office()) as it:
        caller, agent = await talking(it)
        agent.refer("202")
        await asyncio.sleep(3)
        assert leg_of(it, "202").refer("203") == 202
        await asyncio.sleep(3)
        assert caller.hears() == {"203": 1.0}
        assert doing(it, "desk-202") is AgentState.FREE
        leg_of(it, "203").refer("700")
        await asyncio.sleep(0.5)
        assert it.journal.find("CallerJoined")[-1].data["transferred_by"] == "desk-203"
        await hung_up(it, caller)
