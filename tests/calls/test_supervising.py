"""Supervisors in agents' conversations: who hears whom in every state, and what the record says of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.calls.operator import Operator
from softswitch.calls.supervising import Mode
from softswitch.errors import NoSuch, NotNow
from softswitch.testing.fakes import answers, never_answers
from tests.calls.house import SUPPORT, house
from tests.calls.office import dialled, doing, handed_on, hung_up, leg_of, office, records, talking

pytestmark = pytest.mark.virtual_time

CALLER = "+48600100200"
PHONES = {"201": answers(), "202": answers(), "203": answers(1.0)}


def recorded_office():
    plain = office()
    return replace(plain, recording=replace(plain.recording, queues={SUPPORT: 1.0}))


@asynccontextmanager
async def supervised(mode=Mode.LISTEN, config=None):
    """A caller talks to desk-201, and desk-203 supervises."""
    async with house(PHONES, config or office()) as it:
        caller, agent = await talking(it)
        overseer, (call,) = Operator(it.switch, it.supervisor).overseer, it.supervisor.calls
        id = overseer.supervise(call.id, mode, "desk-203", 30.0, "user sam")
        await asyncio.sleep(2)
        yield it, overseer, id, caller, agent, leg_of(it, "203")


def ended(it):
    return [note.data["why"] for note in it.journal.find("SupervisionEnded")]


@pytest.mark.parametrize(
    ("mode", "by_caller", "by_agent"),
    [(Mode.LISTEN, False, False), (Mode.WHISPER, False, True), (Mode.BARGE, True, True)],
)
async def test_who_hears_the_supervisor(mode, by_caller, by_agent) -> None:
    async with supervised(mode) as (it, _, id, caller, agent, chief):
        assert chief.hears() == {CALLER: 1.0, "201": 1.0}
        assert caller.hears() == {"201": 1.0} | ({"203": 1.0} if by_caller else {})
        assert agent.hears() == {CALLER: 1.0} | ({"203": 1.0} if by_agent else {})
        assert chief.caller_shown.name == f"{mode}: Desk 201"
        (started,) = it.journal.find("SupervisionStarted")
        assert started.data == {
            "supervision": id, "by": "user sam", "mode": mode, "agent": "desk-201", "at": "desk-203",
        }  # fmt: skip
        (call, own) = it.supervisor.calls
        assert (started.call, own.id, own.phase) == (call.id, id, "supervising")
        assert doing(it, "desk-203") is AgentState.OUTSIDE_CALL
        chief.hang_up()
        await asyncio.sleep(1)
        assert (caller.hears(), agent.hears()) == ({"201": 1.0}, {CALLER: 1.0})
        assert (ended(it), doing(it, "desk-203")) == (["hung-up"], AgentState.FREE)
        await hung_up(it, caller)


async def test_the_mode_is_changed_while_it_lasts_and_whoever_holds_is_out_of_it() -> None:
    async with supervised() as (it, overseer, id, caller, agent, chief):
        overseer.change(id, Mode.BARGE, "user sam")
        assert caller.hears() == {"201": 1.0, "203": 1.0}
        overseer.change(id, Mode.BARGE, "user sam")
        overseer.change(id, Mode.WHISPER, "user ola")
        assert (caller.hears(), agent.hears()) == ({"201": 1.0}, {CALLER: 1.0, "203": 1.0})
        changes = [note.data for note in it.journal.find("SupervisionChanged")]
        assert [(one["was"], one["mode"], one["changed_by"]) for one in changes] == [
            ("listen", "barge", "user sam"),
            ("barge", "whisper", "user ola"),
        ]
        chief.hold()
        assert (chief.hears(), agent.hears()) == ({}, {CALLER: 1.0})
        chief.resume()
        assert (chief.hears(), agent.hears()) == ({CALLER: 1.0, "201": 1.0}, {CALLER: 1.0, "203": 1.0})
        agent.hold()
        assert caller.hears() == {"classical": 1.0}
        overseer.change(id, Mode.BARGE, "user sam")
        assert caller.hears() == {"classical": 1.0, "203": 1.0}
        overseer.end(id, "user ola")
        await asyncio.sleep(1)
        assert (caller.hears(), ended(it)) == ({"classical": 1.0}, ["ended"])
        assert chief.ended.result().reason == "The supervision was ended"
        with pytest.raises(NoSuch, match="no supervision"):
            overseer.change(id, Mode.BARGE, "user sam")
        await hung_up(it, caller)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_the_end_of_the_conversation_is_its_end(who) -> None:
    async with supervised(Mode.BARGE) as (it, _, _, caller, agent, chief):
        await hung_up(it, caller if who == "caller" else agent)
        assert ended(it) == ["over"]
        assert chief.ended.result().reason == "The conversation is over"
        assert not it.supervisor.calls
        assert not it.switch.exchange.supervisions


async def test_a_transfer_that_is_tried_is_heard_by_the_supervisor_and_ends_it_when_it_comes_about() -> None:
    config = office()
    async with house(PHONES | {"202": answers(5.0)}, config) as it:
        caller, agent = await talking(it)
        overseer, (call,) = Operator(it.switch, it.supervisor).overseer, it.supervisor.calls
        overseer.supervise(call.id, Mode.BARGE, "203", 30.0, "user sam")
        await asyncio.sleep(2)
        await handed_on(it, agent, caller, "202")
        chief = leg_of(it, "203")
        assert chief.hears() == {CALLER: 1.0, "201": 1.0}
        (supervision,) = it.switch.exchange.supervisions
        with pytest.raises(NotNow, match="a transfer is being tried"):
            overseer.take_over(supervision, "user sam")
        await asyncio.sleep(6)
        assert (ended(it), caller.hears()) == (["over"], {"202": 1.0})
        await hung_up(it, caller)


async def test_the_supervisor_takes_over_and_the_agent_writes_notes() -> None:
    async with supervised(Mode.WHISPER, recorded_office()) as (it, overseer, id, caller, agent, chief):
        overseer.take_over(id, "user sam")
        await asyncio.sleep(1)
        assert (caller.hears(), chief.hears()) == ({"203": 1.0}, {CALLER: 1.0})
        assert agent.ended.done()
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        assert doing(it, "desk-203") is AgentState.OUTSIDE_CALL
        assert ended(it) == ["took-over"]
        (moved,) = it.journal.find("Transferred")
        assert (moved.data["by"], moved.data["taken_by"]) == ("desk-201", "user sam")
        await asyncio.sleep(5)
        found = await hung_up(it, chief)
        (record,) = [one for one in found if one.number == CALLER]
        assert [talk.agent for talk in record.talks] == ["desk-201", "desk-203"]
        assert (record.ended_by, caller.ended.done()) == ("agent", True)
        assert doing(it, "desk-203") is AgentState.FREE
        (recording,) = it.endpoint.recorder.recordings
        assert [sides for _, *sides in recording.sides] == [
            [CALLER, "201"],
            [CALLER, ""],
            [CALLER, "203"],
        ], "a whisper is in no recording"


async def test_the_caller_hangs_up_on_who_has_taken_over() -> None:
    async with supervised() as (it, overseer, id, caller, _, chief):
        overseer.take_over(id, "user sam")
        await asyncio.sleep(1)
        await hung_up(it, caller)
        assert chief.ended.done()
        assert not it.supervisor.calls
        assert doing(it, "desk-203") is AgentState.FREE


async def test_an_agents_own_call_is_taken_over_too() -> None:
    async with house(PHONES, office()) as it:
        one, two = await dialled(it)
        overseer, (call,) = Operator(it.switch, it.supervisor).overseer, it.supervisor.calls
        id = overseer.supervise(call.id, Mode.WHISPER, "desk-203", 30.0, "user sam")
        await asyncio.sleep(2)
        chief = leg_of(it, "203")
        assert (one.hears(), two.hears()) == ({"202": 1.0}, {"201": 1.0, "203": 1.0}), "who was called"
        overseer.take_over(id, "user sam")
        await asyncio.sleep(1)
        assert (one.hears(), chief.hears()) == ({"203": 1.0}, {"201": 1.0})
        assert two.ended.done()
        await hung_up(it, one)
        assert chief.ended.done()
        records(it)


async def test_who_barges_is_in_the_recording() -> None:
    async with supervised(Mode.WHISPER, recorded_office()) as (it, overseer, id, caller, _, _):
        (recording,) = it.endpoint.recorder.recordings
        assert [sides for _, *sides in recording.sides] == [[CALLER, "201"]]
        overseer.change(id, Mode.BARGE, "user sam")
        assert recording.sides[-1][1:] == (CALLER, "201+203")
        overseer.change(id, Mode.LISTEN, "user sam")
        assert recording.sides[-1][1:] == (CALLER, "201")
        await hung_up(it, caller)


async def test_a_phone_that_rings_stops_with_the_conversation_or_when_it_is_ended() -> None:
    async with house(PHONES | {"203": never_answers()}, office()) as it:
        caller, _ = await talking(it)
        overseer, (call,) = Operator(it.switch, it.supervisor).overseer, it.supervisor.calls
        first = overseer.supervise(call.id, Mode.LISTEN, "desk-203", 30.0, "user sam")
        await asyncio.sleep(1)
        with pytest.raises(NotNow, match="has not been answered"):
            overseer.change(first, Mode.BARGE, "user sam")
        with pytest.raises(NotNow, match="has not been answered"):
            overseer.take_over(first, "user sam")
        assert [one["state"] for one in overseer.describe()] == ["ringing"]
        overseer.end(first, "user sam")
        await asyncio.sleep(1)
        assert leg_of(it, "203").ended.done()
        assert overseer.describe() == []
        overseer.supervise(call.id, Mode.LISTEN, "desk-203", 30.0, "user sam")
        await asyncio.sleep(1)
        await hung_up(it, caller)
        assert leg_of(it, "203").ended.done()
        assert not it.journal.find("SupervisionStarted")
        assert not it.supervisor.calls


async def test_what_cannot_be_supervised_is_said() -> None:
    async with supervised() as (it, overseer, id, caller, _, _):
        (call, _) = it.supervisor.calls
        for of, to, kind, says in (
            ("nothing", "desk-202", NoSuch, "no call 'nothing' is in progress"),
            (id, "desk-202", NotNow, "no agent talks in call"),
            (call.id, "desk-201", NotNow, "talks in that call"),
            (call.id, "201", NotNow, "talks in that call"),
            (call.id, "desk-203", NotNow, "is in a call"),
            (call.id, "+4812", NoSuch, "is no agent"),
        ):
            with pytest.raises(kind, match=says):
                overseer.supervise(of, Mode.LISTEN, to, 30.0, "user sam")
        second = overseer.supervise(call.id, Mode.WHISPER, "desk-202", 30.0, "user ada")
        await asyncio.sleep(4)
        assert [one["supervision"] for one in overseer.describe()] == [id, second]
        assert leg_of(it, "202").hears() == {CALLER: 1.0, "201": 1.0}, "supervisors do not hear each other"
        await hung_up(it, caller)
        assert ended(it) == ["over", "over"]
