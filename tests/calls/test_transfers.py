"""An agent hands a caller on: to a colleague, a queue, a menu; and keeps the call when that fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.acd.settings import AgentSettings, QueueSettings
from softswitch.calls.fork import Fork
from softswitch.calls.phones import PhoneBook
from softswitch.config.settings import AgentPhone, SwitchSettings, Trunk, TrunkServer
from softswitch.dialplan.plan import DialPlan, OutboundRule
from softswitch.ports import Recorded
from softswitch.routing import NumberRule, Routing
from softswitch.store.calls import CallRecord, Transfer, rebuild
from softswitch.store.records import misfits
from softswitch.testing.fakes import FakeCarriers, FakeLeg, PhoneScript, answers, busy, never_answers, rejects
from softswitch.types import AgentName, LegState, QueueName, ToNumber, ToQueue, TrunkName, Way
from tests.calls.house import SUPPORT, House, house, settings

pytestmark = pytest.mark.virtual_time

SALES = QueueName("sales")
NAMES = tuple(AgentName(f"desk-20{number}") for number in (1, 2, 3))


def office(**sales: object) -> SwitchSettings:
    """Three agents: desk-201 serves support (600), desk-203 sales (700); desk-202 serves none."""
    plain = settings(
        QueueSettings(SUPPORT, NAMES[:1], strategy="hunt", ring=10.0, wrap_up=30.0),
        {name: AgentSettings(name) for name in NAMES},
    )
    queue = QueueSettings(SALES, NAMES[2:], strategy="hunt", ring=10.0)
    engine = replace(plain.engine, queues={**plain.engine.queues, SALES: replace(queue, **sales)})  # type: ignore[arg-type]
    numbers = (NumberRule("700", ToQueue(SALES)), *plain.routing.numbers)
    return replace(
        plain,
        engine=engine,
        routing=Routing(numbers, plain.routing.callers),
        menus=replace(plain.menus, extensions={name[-3:]: name for name in NAMES}),
        phones={
            name: AgentPhone(name, f"Desk {name[-3:]}", Way(f"sip:{name[-3:]}@desk"), name[-3:], ring=20.0)
            for name in NAMES
        },
        media=replace(plain.media, queue_music={SUPPORT: "classical", SALES: "silence"}),
    )


def leg_of(it: House, number: str, last: int = -1) -> FakeLeg:
    return it.endpoint.rung(f"sip:{number}@desk")[last]


def doing(it: House, agent: str) -> AgentState:
    now = asyncio.get_running_loop().time()
    return it.switch.dispatcher.engine.snapshot(now).agents[AgentName(agent)].state


def records(it: House) -> list[CallRecord]:
    """What the record says, in the order of the ends; every event is one that it knows."""
    notes = it.journal.notes
    assert [misfits(note.kind, note.data) for note in notes if misfits(note.kind, note.data)] == []
    return list(
        rebuild(Recorded(seq, note.at, note.kind, note.call, note.data) for seq, note in enumerate(notes, 1))
    )


async def talking(it: House, seconds: float = 5.0) -> tuple[FakeLeg, FakeLeg]:
    """A caller of the queue talks to desk-201: both legs."""
    caller = it.call("600", "+48600100200")
    await asyncio.sleep(1 + seconds)
    agent = leg_of(it, "201")
    assert caller.hears() == {"201": 1.0}
    return caller, agent


async def test_a_caller_is_handed_on_to_a_colleague_who_answers() -> None:
    async with house({"201": answers(), "202": answers(3.0, talks=10.0)}, office()) as it:
        caller, agent = await talking(it)
        assert agent.refer("202") == 202
        await asyncio.sleep(1)
        assert caller.hears() == {"ringback": 1.0}
        assert agent.hears() == {}
        assert doing(it, "desk-201") is AgentState.TALKING, "it may still fail"
        assert doing(it, "desk-202") is AgentState.OUTSIDE_CALL
        shown = leg_of(it, "202").caller_shown
        assert shown is not None
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
        caller.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
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
        caller.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
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
        caller.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
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
        caller.hang_up()
        await asyncio.sleep(1)
        records(it)


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
        caller.hang_up()
        await asyncio.sleep(1)
        records(it)


# Outside. --------------------------------------------------------------------------------------------


@asynccontextmanager
async def with_a_carrier(mobile: PhoneScript) -> AsyncIterator[House]:
    """desk-201 may dial outside, but no premium numbers; a mobile is there."""
    carrier = TrunkName("carrier")
    rules = (OutboundRule("premium", ("+4870*",)), OutboundRule("outside", ("+*",), (carrier,)))
    trunk = Trunk(carrier, (TrunkServer("one"),), caller_id="+48221234567")
    config = replace(office(), dialplan=DialPlan(rules=rules), trunks={carrier: trunk})
    async with house({"201": answers(), "202": answers()}, config) as it:
        it.switch.carriers = FakeCarriers({carrier: ["sip:{}@one"]})
        it.endpoint.agents["sip:+48600300400@one"] = mobile
        yield it


async def test_a_caller_is_handed_on_to_a_number_outside() -> None:
    async with with_a_carrier(answers(3.0, talks=10.0)) as it:
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
    async with with_a_carrier(answers()) as it:
        number = ToNumber("+48600300400", (TrunkName("carrier"),))
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
    async with with_a_carrier(answers(3.0)) as it:
        one, two = await dialled(it)
        one.refer("600300400")
        one.hang_up()
        await asyncio.sleep(4)
        assert two.hears() == {"+48600300400": 1.0}
        two.hang_up()
        await asyncio.sleep(1)
        first, second = records(it)
        assert [talk.agent for talk in first.talks] == ["desk-202"]
        assert [talk.number for talk in second.talks] == ["+48600300400"]
        assert second.transferred_from == first.id


@pytest.mark.parametrize(("number", "status"), [("700123456", 403), ("600300400", 486)])
async def test_a_transfer_outside_that_fails(number: str, status: int) -> None:
    async with with_a_carrier(busy(2.0)) as it:
        caller, agent = await talking(it)
        assert agent.refer(number) == 202
        await asyncio.sleep(3)
        assert agent.told == [status]
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


# The agent was the caller. ---------------------------------------------------------------------------


async def dialled(it: House) -> tuple[FakeLeg, FakeLeg]:
    """desk-201 has dialled desk-202, and they talk: both legs."""
    one = it.call("202", "201", agent="desk-201")
    await asyncio.sleep(3)
    two = leg_of(it, "202")
    assert one.hears() == {"202": 1.0}
    return one, two


async def test_who_was_dialled_by_an_agent_is_handed_on_in_a_call_of_its_own() -> None:
    async with house({"202": answers(), "203": answers(2.0, talks=10.0)}, office()) as it:
        one, two = await dialled(it)
        assert one.refer("203") == 202
        await asyncio.sleep(1)
        assert two.hears() == {"ringback": 1.0}
        await asyncio.sleep(2)
        assert one.told == [200]
        assert one.state is LegState.ENDED
        assert two.hears() == {"203": 1.0}
        shown = leg_of(it, "203").caller_shown
        assert shown is not None
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


# After a consultation. -------------------------------------------------------------------------------


async def consulted(it: House) -> tuple[FakeLeg, FakeLeg, FakeLeg, FakeLeg]:
    """desk-201, who takes one call at once, talks to a caller, holds, and asks desk-202.

    The caller's leg, both legs of the agent (the first on hold), and the colleague's.
    """
    caller, first = await talking(it)
    first.hold()
    second = it.call("202", "201", agent="desk-201")
    await asyncio.sleep(3)
    assert second.hears() == {"202": 1.0}
    assert caller.hears() == {"classical": 1.0}
    return caller, first, second, leg_of(it, "202")


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
    config = office()
    busy_one = AgentSettings(NAMES[0], calls=2)
    config = replace(
        config, engine=replace(config.engine, agents={**config.engine.agents, NAMES[0]: busy_one})
    )
    async with house({"201": answers(), "203": answers(2.0)}, config) as it:
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
        caller.hang_up()
        await asyncio.sleep(1)
        records(it)
        assert [doing(it, name) for name in NAMES[1:]] == [AgentState.FREE] * 2


async def test_when_one_of_two_callers_hangs_up_the_other_is_done_too() -> None:
    config = office()
    busy_one = AgentSettings(NAMES[0], calls=2)
    config = replace(
        config, engine=replace(config.engine, agents={**config.engine.agents, NAMES[0]: busy_one})
    )
    for hangs_up in (0, 1):
        async with house({"201": answers()}, config) as it:
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
        caller.hang_up()
        await asyncio.sleep(1)
        records(it)


async def test_a_consultation_with_a_queue_brings_the_caller_into_that_queue() -> None:
    async with house({"201": answers(), "203": never_answers()}, office()) as it:
        caller, first = await talking(it)
        second = it.call("700", "201", agent="desk-201")
        await asyncio.sleep(1)
        assert first.refer("700", second) == 202
        await asyncio.sleep(1)
        assert (first.state, second.state) == (LegState.ENDED, LegState.ENDED)
        assert it.journal.find("CallerJoined")[-1].call == it.journal.find("CallArrived")[0].call
        caller.hang_up()


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


# In the same moment. ---------------------------------------------------------------------------------


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def all_over(it: House) -> None:
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
            caller.hang_up()
            await asyncio.sleep(1)
        all_over(it)


@pytest.mark.parametrize("later", range(6))
@pytest.mark.parametrize("who", [0, 1, 2, 3])
async def test_hanging_up_while_two_are_brought_together_leaves_nobody_behind(later: int, who: int) -> None:
    async with house({"201": answers(), "202": answers()}, office()) as it:
        legs = await consulted(it)
        legs[1].refer("202", legs[2])
        await turns(later)
        legs[who].hang_up()
        await asyncio.sleep(1)
        for leg in legs:
            leg.hang_up()
        await asyncio.sleep(6)
        all_over(it)


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
        for leg in legs:
            leg.hang_up()
        await asyncio.sleep(6)
        all_over(it)
