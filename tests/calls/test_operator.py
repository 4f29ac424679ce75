"""What people do to agents and calls by an interface."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.agents import AgentState
from softswitch.calls.operator import Operator
from softswitch.config.settings import RecordingSettings
from softswitch.errors import ControlError, NoSuch, NotNow
from softswitch.ports import Recorded
from softswitch.store.queue_log import QueueLog
from softswitch.store.visits import VisitFold
from softswitch.testing.fakes import answers, now
from softswitch.types import AgentName, Language, LeaveReason, LegState, Prompt
from tests.calls.house import SUPPORT, house, queue, settings
from tests.calls.office import doing, office, records, talking

pytestmark = pytest.mark.virtual_time


def changes(it):
    return [tuple(note.data.values()) for note in it.journal.find("Changed")]


async def test_agents_are_paused_and_signed_out_and_back_with_who_did_it() -> None:
    async with house({}, office()) as it:
        operator = Operator(it.switch, it.supervisor)
        operator.pause("desk-201", "lunch", "user anna")
        assert doing(it, "desk-201") is AgentState.PAUSED
        operator.resume("desk-201", "user anna")
        operator.sign_out("desk-201", "support", "user anna")
        operator.sign_in("desk-201", None, "user anna")
        assert changes(it) == [
            ("user anna", "pause", "desk-201", "lunch"),
            ("user anna", "resume", "desk-201", ""),
            ("user anna", "sign-out", "desk-201", "support"),
            ("user anna", "sign-in", "desk-201", ""),
        ]


async def test_wrap_up_is_ended_and_extended_only_while_notes_are_written() -> None:
    config = settings(queue(agents=(AgentName("desk-201"),), wrap_up=20.0, wrap_up_most=60.0))
    async with house({"201": answers(talks=5.0)}, config) as it:
        operator = Operator(it.switch, it.supervisor)
        with pytest.raises(NotNow, match="not writing notes"):
            operator.end_wrap_up("desk-201", "user anna")
        it.call()
        await asyncio.sleep(10)
        operator.extend_wrap_up("desk-201", 300.0, "user anna")
        await asyncio.sleep(40)
        assert doing(it, "desk-201") is AgentState.WRAP_UP
        operator.end_wrap_up("desk-201", "user anna")
        assert doing(it, "desk-201") is AgentState.FREE
        assert changes(it) == [
            ("user anna", "wrap-up", "desk-201", "300 s more"),
            ("user anna", "wrap-up", "desk-201", "end"),
        ]


async def test_unknown_agents_queues_and_calls_change_nothing() -> None:
    async with house({}, office()) as it:
        operator = Operator(it.switch, it.supervisor)
        with pytest.raises(NoSuch, match="did you mean 'desk-20"):
            operator.pause("desk-20l", "", "x")
        with pytest.raises(NoSuch, match="queue"):
            operator.sign_in("desk-201", "suport", "x")
        with pytest.raises(NoSuch, match="no call"):
            operator.hang_up("c1", "x")
        assert changes(it) == []


async def test_a_conversation_is_transferred_as_the_agents_phone_would() -> None:
    async with house({"201": answers(), "202": answers(1.0, talks=10.0)}, office()) as it:
        caller, agent = await talking(it)
        operator, (call,) = Operator(it.switch, it.supervisor), it.supervisor.calls
        with pytest.raises(NotNow, match="nobody has that number"):
            operator.transfer(call.id, "299", "user anna")
        with pytest.raises(ControlError, match="no number: expected digits"):
            operator.transfer(call.id, "202@desk", "user anna")
        operator.transfer(call.id, "202", "user anna")
        await asyncio.sleep(2)
        assert agent.state is LegState.ENDED
        assert caller.hears() == {"202": 1.0}
        assert changes(it) == [("user anna", "transfer", call.id, "202")]
        await asyncio.sleep(10)


async def test_a_call_is_hung_up_whatever_it_does() -> None:
    async with house({"201": answers()}, office()) as it:
        caller, agent = await talking(it)
        operator, (call,) = Operator(it.switch, it.supervisor), it.supervisor.calls
        operator.hang_up(call.id, "user anna")
        await asyncio.sleep(1)
        assert (caller.state, agent.state) == (LegState.ENDED, LegState.ENDED)
        waiting = it.call("600")
        await asyncio.sleep(1)
        (call,) = it.supervisor.calls
        with pytest.raises(NotNow, match="not with an agent"):
            operator.transfer(call.id, "202", "user anna")
        operator.hang_up(call.id, "user anna")
        await asyncio.sleep(1)
        assert waiting.state is LegState.ENDED
        assert [record.reason for record in records(it)] == ["Hung up by user anna"] * 2
        assert not it.supervisor.calls


@pytest.mark.parametrize("told_first", [False, True])
async def test_who_waits_and_is_hung_up_has_not_given_up_in_any_count(told_first: bool) -> None:
    """Not in the queue's figures, nor in the record, in reports or in the queue_log."""
    config = settings(queue(agents=(), service_within=20.0, keep_place=60.0))
    if told_first:
        announce = Prompt({Language("en"): "This call is recorded."})
        recording = RecordingSettings(queues={SUPPORT: 1.0}, announce=announce)
        config = replace(config, recording=recording)
    async with house({}, config) as it:
        it.call("600")
        await asyncio.sleep(0.5)
        (call,) = it.supervisor.calls
        Operator(it.switch, it.supervisor).hang_up(call.id, "user anna")
        await asyncio.sleep(1)
        (left,) = it.journal.find("CallerLeft")
        assert left.data["reason"] == LeaveReason.ENDED
        counts = it.switch.dispatcher.engine.snapshot(now()).queues[SUPPORT].counts
        assert (counts.abandoned, counts.abandoned_in_time, counts.sent_away) == (0, 0, 1)
        (record,) = records(it)
        assert (record.outcome, record.left) == ("turned away", "ended")
        fold, log = VisitFold(), QueueLog()
        (visit,) = [one for event in recorded(it) for one in fold.apply(event)]
        assert visit.outcome == "ended"
        lines = [line.split("|") for event in recorded(it) for line in log.apply(event)]
        assert [line[4] for line in lines] == ["ENTERQUEUE", "EXITEMPTY"]
        again = it.call("600")  # nor is a place kept for who did not hang up
        await asyncio.sleep(0.5)
        assert not it.journal.find("PlaceRegained")
        again.hang_up()
        await asyncio.sleep(1)


def recorded(it):
    return [
        Recorded(seq, note.at, note.kind, note.call, note.data)
        for seq, note in enumerate(it.journal.notes, 1)
    ]
