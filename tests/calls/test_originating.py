"""Calls that somebody asks for by an interface: click to dial, and calls to somebody who is then led on."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.calls.operator import Operator
from softswitch.calls.originator import Then
from softswitch.config.settings import TrunkServer
from softswitch.errors import ControlError, NoRoom, NoSuch, NotAllowed, NotNow
from softswitch.testing.fakes import FakeCarriers, answers, busy, never_answers, rejects, unreachable
from softswitch.types import AgentName, LegState
from tests.calls.house import house
from tests.calls.office import CARRIER, doing, leg_of, office, records, with_a_carrier

pytestmark = pytest.mark.virtual_time

OUTSIDE = "+48600300400"


@asynccontextmanager
async def desk(phones=None, servers=None, config=None):
    """An office with a carrier of two servers."""
    config = config or with_a_carrier(office())
    trunk = replace(config.trunks[CARRIER], servers=(TrunkServer("one"), TrunkServer("two")))
    async with house(phones or {}, replace(config, trunks={CARRIER: trunk})) as it:
        it.switch.carriers = FakeCarriers({CARRIER: ["sip:{}@one", "sip:{}@two"]})
        for server, script in (servers or {}).items():
            it.endpoint.agents[f"sip:{OUTSIDE}@{server}"] = script
        yield it, Operator(it.switch, it.supervisor)


def failures(it):
    return [(note.call is not None, note.data["status"]) for note in it.journal.find("OriginateFailed")]


async def test_an_agents_phone_rings_then_the_number_and_both_talk_by_the_agents_dial_plan() -> None:
    async with desk({"201": answers(2.0)}, {"one": unreachable(status=503), "two": answers(3.0)}) as (it, op):
        call = op.dial("desk-201", "600 300 400", "token crm")
        await asyncio.sleep(1)
        phone = leg_of(it, "201")
        assert phone.caller_shown.number == OUTSIDE
        assert it.supervisor.describe()[0] | {"seconds": 0} == {
            "call": call, "from": "Desk 201 <201>", "dialled": "600 300 400", "phase": "ringing",
            "queue": None, "agent": None, "seconds": 0,
        }  # fmt: skip
        assert doing(it, "desk-201") is AgentState.OUTSIDE_CALL
        await asyncio.sleep(2)
        assert phone.hears() == {"ringback": 1.0}
        await asyncio.sleep(3)
        assert phone.hears() == {OUTSIDE: 1.0}
        assert it.endpoint.dialled[-1].hears() == {"201": 1.0}
        assert it.endpoint.dialled[-1].caller_shown.number == "+48221234567"
        phone.hang_up()
        await asyncio.sleep(1)
        assert doing(it, "desk-201") is AgentState.FREE
        (record,) = records(it)
        assert (record.id, record.outcome, record.outside) == (call, "answered", OUTSIDE)
        assert (record.number, record.originated_by) == ("201", "token crm")
        assert record.sip_call_id == phone.sip_call_id
        kinds = it.kinds()
        assert kinds.index("CallArrived") < kinds.index("OfferMade") < kinds.index("CallAnswered")
        assert kinds.count("DialEnded") == 2


async def test_a_colleague_is_dialled_and_the_agent_can_transfer_from_there() -> None:
    phones = {"201": answers(), "202": answers(), "203": answers()}
    async with desk(phones) as (it, op):
        op.dial("desk-201", "202", "user anna")
        await asyncio.sleep(1)
        assert leg_of(it, "201").caller_shown.name == "Desk 202"
        await asyncio.sleep(3)
        agent, colleague = leg_of(it, "201"), leg_of(it, "202")
        assert agent.hears() == {"202": 1.0}
        assert agent.refer("203") == 202
        await asyncio.sleep(3)
        assert agent.state is LegState.ENDED
        assert colleague.hears() == {"203": 1.0}
        colleague.hang_up()
        await asyncio.sleep(1)


async def test_phones_are_asked_to_answer_by_themselves_where_that_is_configured() -> None:
    plain = with_a_carrier(office())
    name = AgentName("desk-201")
    phones = {**plain.phones, name: replace(plain.phones[name], auto_answer=True)}
    async with desk({"201": answers(), "202": answers()}, config=replace(plain, phones=phones)) as (it, op):
        op.dial("desk-201", "202", "x")
        await asyncio.sleep(3)
        asked, rung = leg_of(it, "201"), leg_of(it, "202")
        assert asked.headers["Call-Info"].endswith(";answer-after=0")
        assert asked.headers["Answer-Mode"] == "Auto"
        assert "Call-Info" not in rung.headers
        asked.hang_up()
        await asyncio.sleep(1)


@pytest.mark.parametrize(
    ("script", "status"), [(busy(), 486), (rejects(), 603), (never_answers(), 480), (unreachable(), 480)]
)
async def test_a_phone_that_is_not_answered_ends_the_call_with_its_status(script, status) -> None:
    async with desk({"201": script}) as (it, op):
        op.dial("desk-201", OUTSIDE, "x")
        await asyncio.sleep(40)
        assert not it.supervisor.calls
        assert failures(it) == [(True, status)]
        (record,) = records(it)
        assert (record.outcome, record.status) == ("refused", status)
        assert doing(it, "desk-201") is AgentState.FREE
        assert [leg.remote.number for leg in it.endpoint.dialled] == ["201"]


@pytest.mark.parametrize(
    ("server", "status", "says"),
    [
        (busy(), 486, "The line is busy."),
        (unreachable(status=404), 404, "There is no such number."),
        (unreachable(status=480), 480, "Nobody answers."),
    ],
)
async def test_the_agent_is_told_why_the_number_does_not_answer(server, status, says) -> None:
    async with desk({"201": answers()}, {"one": server}) as (it, op):
        op.dial("desk-201", OUTSIDE, "x")
        await asyncio.sleep(10)
        assert leg_of(it, "201").heard_labels()[-1] == says
        assert failures(it) == [(True, status)]
        (record,) = records(it)
        assert (record.outcome, record.status) == ("refused", status)


async def test_what_cannot_be_is_refused_at_once_and_on_record_and_nothing_rings() -> None:
    async with desk({"201": answers(), "202": answers()}) as (it, op):
        for number, kind, says in (
            ("+48701234567", NotAllowed, "'premium' refuses"),
            ("*13", ControlError, "is a code"),
            ("201", NotNow, "own number"),
            ("299", NoSuch, "nobody has the number"),
            ("x; rm", ControlError, "no number: expected digits"),
        ):
            with pytest.raises(kind, match=says):
                op.dial("desk-201", number, "x")
        it.switch.carriers.full.add(CARRIER)
        with pytest.raises(NoRoom, match="no channel of carrier"):
            op.dial("desk-201", OUTSIDE, "x")
        with pytest.raises(NoSuch, match="did you mean 'desk-20"):
            op.dial("desk-20l", "202", "x")
        op.dial("desk-202", "203", "x")
        with pytest.raises(NotNow, match="desk-202 is in a call"):
            op.dial("desk-201", "202", "x")
        with pytest.raises(NotNow, match="takes no more at once"):
            op.dial("desk-202", "201", "x")
        await asyncio.sleep(0.1)
        assert [leg.remote.number for leg in it.endpoint.dialled] == ["202"]
        assert [status for _, status in failures(it)] == [403, 484, 486, 404, 484, 503, 486, 486]
        await asyncio.sleep(30)


async def test_no_room_and_a_switch_that_stops_make_no_calls() -> None:
    plain = with_a_carrier(office())
    async with desk({"201": answers()}, config=replace(plain, sip=replace(plain.sip, max_calls=0))) as (
        _,
        op,
    ):
        with pytest.raises(NoRoom, match="max_calls"):
            op.dial("desk-201", "202", "x")
    async with desk({"201": never_answers()}) as (it, op):
        op.dial("desk-201", "202", "x")
        await asyncio.sleep(1)
        await it.supervisor.drain(1.0)
        with pytest.raises(NoRoom, match="stopping"):
            op.dial("desk-201", "202", "x")
        assert not it.supervisor.calls
        assert leg_of(it, "201").state is LegState.ENDED


async def test_a_call_can_be_hung_up_while_the_first_phone_rings() -> None:
    async with desk({"201": never_answers()}) as (it, op):
        call = op.dial("desk-201", "202", "x")
        await asyncio.sleep(1)
        op.hang_up(call, "user anna")
        await asyncio.sleep(1)
        assert leg_of(it, "201").state is LegState.ENDED
        (record,) = records(it)
        assert record.reason == "Hung up by user anna"


async def test_nobody_picks_up_what_rings_for_its_own_agent() -> None:
    async with desk({"201": never_answers()}) as (it, op):
        op.dial("desk-201", "202", "x")
        await asyncio.sleep(1)
        assert not it.switch.exchange.ringing
        await asyncio.sleep(30)


async def test_a_number_outside_is_called_and_led_into_a_queue() -> None:
    async with desk({"203": answers(5.0)}, {"one": answers(4.0)}) as (it, op):
        call = op.originate(OUTSIDE, Then(queue="sales"), 30.0, "token dialler")
        await asyncio.sleep(6)
        customer = it.endpoint.dialled[0]
        assert it.supervisor.describe()[0]["phase"] == "waiting"
        await asyncio.sleep(5)
        assert customer.hears() == {"203": 1.0}
        agent = leg_of(it, "203")
        assert agent.caller_shown.number == OUTSIDE
        customer.hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
        assert (record.id, record.queues, record.agent) == (call, ["sales"], "desk-203")
        assert (record.number, record.dialled) == (OUTSIDE, "sales")
        assert record.originated_by == "token dialler"


async def test_whoever_is_called_gets_the_class_and_language_of_their_number() -> None:
    async with desk(servers={}) as (it, op):
        it.endpoint.agents["sip:+48999100200@one"] = answers(1.0)
        op.originate("+48999100200", Then(menu="welcome"), 30.0, "x")
        await asyncio.sleep(3)
        assert it.endpoint.dialled[0].heard_labels() == ["Witamy."]
        assert [note.data["destination"] for note in it.journal.find("CallRouted")] == ["menu welcome"]
        it.endpoint.dialled[0].hang_up()
        await asyncio.sleep(1)


async def test_an_agent_is_called_by_extension_and_led_on() -> None:
    async with desk({"201": answers(), "203": answers()}) as (it, op):
        op.originate("201", Then(number="700"), 30.0, "x")
        await asyncio.sleep(5)
        assert leg_of(it, "201").hears() == {"203": 1.0}
        leg_of(it, "201").hang_up()
        await asyncio.sleep(1)
        (record,) = records(it)
        assert record.queues == ["sales"]


async def test_somebody_who_does_not_answer_in_time_is_left_alone() -> None:
    async with desk(servers={"one": never_answers()}) as (it, op):
        op.originate(OUTSIDE, Then(queue="sales"), 15.0, "x")
        await asyncio.sleep(16)
        assert it.endpoint.dialled[0].state is LegState.ENDED
        assert failures(it) == [(True, 480)]
        (record,) = records(it)
        assert (record.outcome, record.status, record.queues) == ("refused", 480, [])


async def test_destinations_and_numbers_that_are_none_are_named() -> None:
    async with desk() as (it, op):
        for to, then, kind, says in (
            (OUTSIDE, Then(queue="sale"), NoSuch, "did you mean 'sales'"),
            (OUTSIDE, Then(menu="welcom"), NoSuch, "did you mean 'welcome'"),
            (OUTSIDE, Then(agent="desk"), NoSuch, "no agent"),
            (OUTSIDE, Then(number="99"), NoSuch, "no line of `numbers`"),
            (OUTSIDE, Then(queue="sales", priority="x"), NoSuch, "priority class"),
            ("+48701234567", Then(queue="sales"), NotAllowed, "premium"),
            ("x", Then(queue="sales"), NoSuch, "no line of `outbound`"),
        ):
            with pytest.raises(kind, match=says):
                op.originate(to, then, 30.0, "x")
        assert not it.endpoint.dialled
    async with house({}, office()) as it:
        op = Operator(it.switch, it.supervisor)
        with pytest.raises(NoSuch, match="is no agent"):
            op.originate(OUTSIDE, Then(queue="sales"), 30.0, "x")
