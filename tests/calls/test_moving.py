"""Supervisors give waiting callers other places, and agents."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.acd.events import AgentPaused
from softswitch.calls.moving import Place
from softswitch.calls.operator import Operator
from softswitch.errors import ControlError, NoSuch, NotNow
from softswitch.testing.fakes import answers, never_answers, rejects
from softswitch.types import AgentName
from tests.calls.house import house
from tests.calls.office import SALES, SUPPORT, doing, hung_up, leg_of, office, records, talking

pytestmark = pytest.mark.virtual_time

BUSY = {"201": answers(), "202": answers(1.0), "203": answers(1.0)}


@asynccontextmanager
async def waiting(phones=None, config=None):
    """desk-201 talks, and another caller waits for support: the house, its operator, the caller, the call."""
    async with house(phones or BUSY, config or office()) as it:
        first, _ = await talking(it)
        operator, caller = Operator(it.switch, it.supervisor), it.call("600", "+48500")
        await asyncio.sleep(10)
        call = it.supervisor.calls[-1]
        yield it, operator, caller, call
        await hung_up(it, first, caller)
        records(it)


def line(it, queue):
    now = asyncio.get_running_loop().time()
    view = it.switch.dispatcher.engine.snapshot(now).queues[queue]
    return [(caller.call, round(caller.waited)) for caller in view.callers]


async def test_a_caller_is_moved_to_another_queue_where_the_wait_counts_on() -> None:
    async with waiting(BUSY | {"203": never_answers()}) as (it, operator, caller, call):
        assert line(it, SUPPORT) == [(call.id, 10)]
        operator.usher.move(call.id, "support", Place("sales"), "user sam")
        await asyncio.sleep(1)
        assert (line(it, SUPPORT), line(it, SALES)) == ([], [(call.id, 11)])
        assert caller.hears() == {}, "the music of that queue is silence"
        (moved,) = it.journal.find("CallerMoved")
        assert (moved.call, moved.data) == (call.id, {"queue": "support", "to": "sales", "by": "user sam"})
        assert [note.data["reason"] for note in it.journal.find("CallerLeft")] == ["moved"]
        joined = it.journal.find("CallerJoined")[-1].data
        assert (joined["queue"], joined["ago"]) == ("sales", 10.0)
        assert leg_of(it, "203").state == "ringing"
        changed = it.journal.find("Changed")[-1].data
        assert (changed["what"], changed["of"], changed["how"]) == ("move", call.id, "to queue sales")


async def test_of_two_supervisors_the_later_is_told_where_the_caller_is_now() -> None:
    async with waiting(BUSY | {"203": never_answers()}) as (_, operator, _, call):
        operator.usher.move(call.id, "support", Place("sales"), "user sam")
        with pytest.raises(NotNow, match="waits in no queue any more"):
            operator.usher.move(call.id, "support", Place("sales"), "user ada")  # before it has come there
        await asyncio.sleep(1)
        with pytest.raises(NotNow, match="in queue sales, and not in support any more; user sam has moved"):
            operator.usher.move(call.id, "support", Place(first=True), "user ada")
        operator.usher.pull(call.id, "sales", "desk-202", "user sam")
        await asyncio.sleep(3)
        with pytest.raises(NotNow, match="it is talking, with desk-202; user sam has pulled it"):
            operator.usher.pull(call.id, "sales", "desk-203", "user ada")


async def test_a_class_and_the_first_place() -> None:
    async with waiting() as (it, operator, _, _):
        others = [it.call("600", f"+4850{number}") for number in range(3)]
        await asyncio.sleep(1)
        ids = [one.id for one in it.supervisor.calls[1:]]
        operator.usher.move(ids[2], "support", Place(priority="vip"), "x")
        assert [id for id, _ in line(it, SUPPORT)] == [ids[2], ids[0], ids[1], ids[3]]
        operator.usher.move(ids[3], "support", Place(first=True), "x")
        assert [id for id, _ in line(it, SUPPORT)] == [ids[3], ids[2], ids[0], ids[1]]
        operator.usher.move(ids[3], "support", Place(priority="default"), "x")
        assert [id for id, _ in line(it, SUPPORT)] == [ids[2], ids[0], ids[1], ids[3]]
        await hung_up(it, *others)


async def test_first_in_another_queue() -> None:
    async with waiting(BUSY | {"203": never_answers()}) as (it, operator, _, call):
        other = it.call("700", "+48600")
        await asyncio.sleep(1)
        operator.usher.move(call.id, "support", Place("sales", "vip", first=True), "x")
        await asyncio.sleep(1)
        assert line(it, SALES)[0][0] == call.id
        assert it.journal.find("CallerJoined")[-1].data["priority"] == "vip"
        await hung_up(it, other)


async def test_a_caller_is_pulled_to_an_agent_of_no_team_who_is_paused() -> None:
    async with waiting() as (it, operator, caller, call):
        it.switch.dispatcher.feed(AgentPaused(AgentName("desk-202"), "lunch"))
        operator.usher.pull(call.id, "support", "desk-202", "user sam")
        assert doing(it, "desk-202") is AgentState.RINGING
        await asyncio.sleep(2)
        assert caller.hears() == {"202": 1.0}
        (offer,) = [note for note in it.journal.find("OfferMade") if note.call == call.id]
        assert offer.data["why"]["strategy"] == "pulled by a supervisor"
        (pulled,) = it.journal.find("CallerPulled")
        assert pulled.data == {"queue": "support", "agent": "desk-202", "by": "user sam"}


@pytest.mark.parametrize("phone", [never_answers(), rejects(2.0)])
async def test_without_an_answer_the_caller_waits_on_at_the_same_place(phone) -> None:
    async with waiting(BUSY | {"202": phone}) as (it, operator, caller, call):
        operator.usher.pull(call.id, "support", "desk-202", "user sam")
        await asyncio.sleep(1)
        with pytest.raises(NotNow, match="rings at desk-202 already: user sam has pulled it"):
            operator.usher.pull(call.id, "support", "desk-203", "user ada")
        await asyncio.sleep(14)
        assert line(it, SUPPORT) == [(call.id, 25)]
        assert caller.hears() == {"classical": 1.0}
        operator.usher.pull(call.id, "support", "desk-203", "user ada")
        await asyncio.sleep(2)
        assert caller.hears() == {"203": 1.0}


async def test_a_phone_that_rings_already_stops_when_another_one_is_to_have_the_caller() -> None:
    plain = office()
    queues = {**plain.engine.queues, SALES: replace(plain.engine.queues[SALES], ring=60.0)}
    config = replace(plain, engine=replace(plain.engine, queues=queues))
    async with house(BUSY | {"203": never_answers()}, config) as it:
        caller = it.call("700", "+48600")
        await asyncio.sleep(2)
        operator, (call,) = Operator(it.switch, it.supervisor), it.supervisor.calls
        operator.usher.pull(call.id, "sales", "desk-202", "user sam")
        assert leg_of(it, "203").ended.done()
        (ended,) = it.journal.find("OfferEnded")
        assert ended.data["result"] == "pulled"
        await asyncio.sleep(2)
        assert caller.hears() == {"202": 1.0}
        await hung_up(it, caller)


async def test_what_cannot_be_is_said() -> None:
    async with waiting() as (it, operator, _, call):
        talks = it.supervisor.calls[0]
        move, pull = operator.usher.move, operator.usher.pull
        for verb, kind, says in (
            (lambda: move("x", "support", Place("sales"), "x"), NoSuch, "no call 'x'"),
            (lambda: move(call.id, "suport", Place("sales"), "x"), NoSuch, "did you mean 'support'"),
            (lambda: move(call.id, "support", Place("sale"), "x"), NoSuch, "did you mean 'sales'"),
            (lambda: move(call.id, "support", Place(priority="vipp"), "x"), NoSuch, "did you mean 'vip'"),
            (lambda: move(call.id, "support", Place(), "x"), ControlError, "that is where the caller is"),
            (lambda: move(talks.id, "support", Place("sales"), "x"), NotNow, "with desk-201"),
            (lambda: pull(call.id, "support", "desk-299", "x"), NoSuch, "no agent 'desk-299'"),
            (lambda: pull(call.id, "support", "desk-201", "x"), NotNow, "is in a call"),
        ):
            with pytest.raises(kind, match=says):
                verb()
        assert not it.journal.find("CallerMoved") + it.journal.find("CallerPulled")
