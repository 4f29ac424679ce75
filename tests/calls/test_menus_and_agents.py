"""A caller in a menu, at an agent's own number, or where there is nobody."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.testing.fakes import PhoneScript, answers, busy, never_answers, rejects, unreachable
from softswitch.types import LegState
from tests.calls.house import house, queue, settings

pytestmark = pytest.mark.virtual_time


async def test_a_key_cuts_the_prompt_and_leads_to_the_queue() -> None:
    async with house({"201": never_answers()}) as it:
        caller = it.call("500")
        await asyncio.sleep(0.5)
        assert caller.keys_awaited
        caller.press("1")
        await asyncio.sleep(0.5)
        assert caller.hears() == {"classical": 1.0}
        assert not caller.keys_awaited
        assert caller.heard("Welcome.")[0].duration == pytest.approx(0.5, abs=0.05)
        assert [note.data["menu"] for note in it.journal.find("MenuEntered")] == ["welcome"]
        caller.hang_up()


async def test_silence_gets_another_attempt_and_then_the_way_out() -> None:
    async with house() as it:
        caller = it.call("500")
        await asyncio.sleep(8)
        assert len(caller.heard("Welcome.")) == 2
        await asyncio.sleep(20)
        assert caller.state is LegState.ENDED


async def test_the_language_chosen_rules_what_follows() -> None:
    async with house() as it:
        caller = it.call("500")
        caller.after(0.5, caller.press, "9")
        await asyncio.sleep(1)
        assert caller.hears() == {"Witamy.": 1.0}
        caller.hang_up()


async def test_a_callers_class_brings_language_and_priority() -> None:
    async with house() as it:
        caller = it.call("600", "+48999000111")
        await asyncio.sleep(1)
        assert it.journal.find("CallerJoined")[0].data["priority"] == "vip"
        assert it.journal.find("LanguageSet")[0].data["language"] == "pl"
        caller.hang_up()


async def test_a_prompt_that_cannot_be_had_does_not_end_the_call() -> None:
    async with house({"201": never_answers()}) as it:
        it.speech.broken.add("Welcome.")
        caller = it.call("500")
        caller.after(1.0, caller.press, "1")
        await asyncio.sleep(2)
        assert caller.hears() == {"classical": 1.0}
        caller.hang_up()


async def test_an_agent_dialled_directly_rings_the_caller_and_talks() -> None:
    async with house({"201": answers(after=3.0, talks=10.0)}) as it:
        caller = it.call("201")
        await asyncio.sleep(1)
        assert caller.state is LegState.RINGING
        await asyncio.sleep(3)
        assert caller.hears() == {"201": 1.0}
        await asyncio.sleep(12)
        assert caller.state is LegState.ENDED
        assert it.journal.find("CallEnded")[0].data["ended_by"] == "agent"


@pytest.mark.parametrize(
    ("phone", "status"),
    [(busy(), 486), (rejects(), 603), (never_answers(), 480), (unreachable(), 480)],
    ids=["busy", "rejects", "never answers", "unreachable"],
)
async def test_the_caller_is_told_why_an_agent_dialled_directly_cannot_be_had(
    phone: PhoneScript, status: int
) -> None:
    async with house({"201": phone}) as it:
        caller = it.call("201")
        end = await caller.ended
        assert end.status == status


@pytest.mark.parametrize(("dialled", "status"), [("777", 404), ("299", 404), ("900", 603)])
async def test_a_number_that_leads_nowhere_is_refused(dialled: str, status: int) -> None:
    async with house() as it:
        caller = it.call(dialled)
        end = await caller.ended
        assert (end.status, end.remote) == (status, False)


async def test_a_caller_who_cancels_stops_the_agents_phone() -> None:
    async with house({"201": never_answers()}) as it:
        caller = it.call("201")
        caller.after(2.0, caller.hang_up)
        await asyncio.sleep(2.1)
        assert it.endpoint.dialled[0].state is LegState.ENDED
        assert it.journal.find("CallEnded")[0].data["status"] == 487


async def test_an_agent_in_a_direct_call_gets_no_caller_from_the_queue() -> None:
    async with house({"201": answers(after=1.0), "202": never_answers()}) as it:
        direct = it.call("201")
        await asyncio.sleep(2)
        waiting = it.call("600")
        await asyncio.sleep(1)
        assert len(it.endpoint.rung("sip:201@desk")) == 1
        assert len(it.endpoint.rung("sip:202@desk")) == 1
        direct.hang_up()
        waiting.hang_up()


@pytest.mark.parametrize(
    ("phone", "result"),
    [(answers(), "answered"), (busy(), "busy"), (rejects(), "rejected"), (never_answers(), "no-answer")],
    ids=["answers", "busy", "rejects", "never answers"],
)
async def test_ringing_an_agent_directly_is_on_record(phone: PhoneScript, result: str) -> None:
    async with house({"201": phone}) as it:
        caller = it.call("201")
        caller.after(25.0, caller.hang_up)
        await asyncio.sleep(26)
        assert it.journal.find("OfferMade")[0].data["agent"] == "desk-201"
        assert [note.data["result"] for note in it.journal.find("OfferEnded")] == [result]
        talked = [note.data["talked"] for note in it.journal.find("ConversationEnded")]
        assert talked == ([pytest.approx(24.0)] if result == "answered" else [])


async def test_an_agent_who_has_all_the_calls_that_are_allowed_is_busy_for_the_next() -> None:
    async with house({"201": answers(after=1.0)}) as it:
        first = it.call("201")
        await asyncio.sleep(2)
        end = await it.call("201").ended
        assert (end.status, end.remote) == (486, False)
        assert len(it.endpoint.dialled) == 1
        first.hang_up()
        await asyncio.sleep(1)
        second = it.call("201")
        await asyncio.sleep(2)
        assert second.hears() == {"201": 1.0}
        second.hang_up()


async def test_an_agent_who_rings_for_a_queue_is_busy_and_one_in_wrap_up_is_not() -> None:
    only = queue(agents=("desk-201",), wrap_up=60.0)
    async with house({"201": answers(after=5.0)}, settings(only)) as it:
        waiting = it.call("600")
        await asyncio.sleep(2)
        end = await it.call("201").ended
        assert end.status == 486
        await asyncio.sleep(4)
        waiting.hang_up()
        await asyncio.sleep(1)
        direct = it.call("201")
        await asyncio.sleep(6)
        assert direct.hears() == {"201": 1.0}
        direct.hang_up()
