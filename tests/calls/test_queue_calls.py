"""A caller in a queue: music, announcements, agents' phones, the conversation, and every way out."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.acd.events import SettingsChanged
from softswitch.acd.settings import AgentSettings, AnnounceSettings, EngineSettings
from softswitch.testing.fakes import (
    answers,
    busy,
    drops_after_answer,
    never_answers,
    rejects,
)
from softswitch.types import AgentName, LegState, Prompt, ToMessage
from tests.calls.house import house, queue, settings

pytestmark = pytest.mark.virtual_time

NOBODY = settings(queue(agents=()))


async def test_a_caller_hears_music_until_an_agent_answers_and_then_the_agent() -> None:
    async with house({"201": answers(after=4.0, talks=30.0)}) as it:
        caller = it.call()
        await asyncio.sleep(10)
        assert caller.hears() == {"201": 1.0}
        assert it.endpoint.dialled[0].hears() == {"+48600100200": 1.0}
        await asyncio.sleep(30)
        assert caller.heard_labels() == ["classical", "201"]
        assert caller.state is LegState.ENDED
        ended = it.journal.find("CallEnded")[0].data
        assert ended["ended_by"] == "agent"


async def test_the_music_stops_in_the_moment_of_the_answer() -> None:
    async with house({"201": answers(after=4.0)}) as it:
        caller = it.call()
        await asyncio.sleep(10)
        answered = next(at for at, what in it.endpoint.dialled[0].log if what == "answered")
        assert caller.heard("classical")[-1].end - answered < 0.1
        assert caller.heard("201")[0].start - answered < 0.1
        caller.hang_up()


async def test_a_busy_agent_is_passed_over_at_once() -> None:
    async with house({"201": busy(), "202": answers(after=1.0)}) as it:
        caller = it.call()
        await asyncio.sleep(2)
        assert caller.hears() == {"202": 1.0}
        assert [note.data["result"] for note in it.journal.find("OfferEnded")] == ["busy", "answered"]
        caller.hang_up()


async def test_an_agent_who_never_answers_is_rung_for_the_ring_time_only() -> None:
    async with house({"201": never_answers(), "202": answers(after=1.0)}) as it:
        caller = it.call()
        await asyncio.sleep(12)
        assert caller.hears() == {"202": 1.0}
        assert it.endpoint.rung("sip:201@desk")[0].state is LegState.ENDED
        caller.hang_up()


async def test_an_agent_who_rejects_is_left_alone_for_a_while() -> None:
    async with house({"201": rejects(after=1.0)}, settings(queue(agents=("desk-201",), retry=5.0))) as it:
        caller = it.call()
        await asyncio.sleep(5.5)
        assert len(it.endpoint.rung("sip:201@desk")) == 1
        await asyncio.sleep(1)
        assert len(it.endpoint.rung("sip:201@desk")) == 2
        caller.hang_up()


async def test_a_caller_who_hangs_up_stops_the_ringing_at_once() -> None:
    async with house({"201": never_answers()}) as it:
        caller = it.call()
        caller.after(3.0, caller.hang_up)
        await asyncio.sleep(3.1)
        agent = it.endpoint.dialled[0]
        assert agent.state is LegState.ENDED
        assert agent.log[-1][0] - caller.log[-1][0] < 0.1
        left = it.journal.find("CallerLeft")[0].data
        assert (left["reason"], left["queue"]) == ("hung-up", "support")
        assert left["waited"] >= 0
        assert it.journal.find("CallEnded")[0].data["ended_by"] == "caller"


async def test_when_all_ring_and_two_answer_together_one_wins_and_the_other_is_hung_up() -> None:
    both = {"201": answers(after=2.0), "202": answers(after=2.0)}
    async with house(both, settings(queue(strategy="ring-all"))) as it:
        caller = it.call()
        await asyncio.sleep(3)
        talking = [leg for leg in it.endpoint.dialled if leg.state is LegState.ANSWERED]
        assert len(it.endpoint.dialled) == 2
        assert len(talking) == 1
        assert list(caller.hears()) == [talking[0].label]
        assert len(it.journal.find("Connected")) == 1
        caller.hang_up()


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.2])
async def test_an_agent_who_drops_in_the_moment_of_answering_costs_the_caller_nothing(delay: float) -> None:
    phones = {"201": drops_after_answer(after=1.0, delay=delay), "202": answers(after=1.0)}
    async with house(phones) as it:
        caller = it.call()
        await asyncio.sleep(4)
        assert caller.hears() == {"202": 1.0}
        caller.hang_up()


async def test_an_agent_who_hangs_up_after_a_word_has_had_the_conversation() -> None:
    async with house({"201": drops_after_answer(after=1.0, delay=0.5), "202": never_answers()}) as it:
        caller = it.call()
        await asyncio.sleep(4)
        assert caller.state is LegState.ENDED
        assert it.journal.find("CallEnded")[0].data["ended_by"] == "agent"


async def test_an_announcement_is_heard_over_ducked_music_and_the_music_returns() -> None:
    told = AnnounceSettings(position=True, first=0.0, every=20.0)
    async with house({}, settings(queue(agents=(), announce=told))) as it:
        caller = it.call()
        await asyncio.sleep(1)
        assert caller.hears() == {"en: position 1": 1.0, "classical": 0.2}
        await asyncio.sleep(2)
        assert caller.hears() == {"classical": 1.0}
        await asyncio.sleep(18)
        assert caller.hears() == {"en: position 1": 1.0, "classical": 0.2}
        caller.hang_up()


async def test_an_announcement_is_cut_when_the_agent_answers_and_delays_no_offer() -> None:
    told = AnnounceSettings(position=True, first=0.0)
    async with house({"201": answers(after=1.0)}, settings(queue(announce=told))) as it:
        it.speech.seconds = 8.0
        caller = it.call()
        await asyncio.sleep(1.5)
        assert caller.hears() == {"201": 1.0}
        assert it.endpoint.dialled[0].log[0][0] - caller.log[0][0] < 0.1
        caller.hang_up()


async def test_an_announcement_that_cannot_be_spoken_leaves_the_music_on() -> None:
    told = AnnounceSettings(position=True, first=0.0)
    async with house({}, settings(queue(agents=(), announce=told))) as it:
        it.speech.broken.add("en: position 1")
        caller = it.call()
        await asyncio.sleep(1)
        assert caller.hears() == {"classical": 1.0}
        caller.hang_up()


async def test_a_full_queue_sends_the_next_caller_elsewhere() -> None:
    full = ToMessage(Prompt({"en": "All lines are busy."}))  # type: ignore[dict-item]
    async with house({}, settings(queue(agents=(), max_callers=1, full=full))) as it:
        first, second = it.call(), it.call()
        await asyncio.sleep(1)
        assert first.hears() == {"classical": 1.0}
        assert second.hears() == {"All lines are busy.": 1.0}
        await asyncio.sleep(3)
        assert second.state is LegState.ENDED
        first.hang_up()


async def test_a_full_queue_that_names_no_other_way_is_busy() -> None:
    async with house({}, settings(queue(agents=(), max_callers=1))) as it:
        first = it.call()
        await asyncio.sleep(1)
        end = await it.call().ended
        assert (end.status, end.remote) == (486, False)
        assert first.hears() == {"classical": 1.0}
        first.hang_up()


async def test_who_waits_in_a_queue_that_a_reload_takes_away_is_told_before_the_call_ends() -> None:
    async with house(config=NOBODY) as it:
        caller = it.call()
        await asyncio.sleep(10)
        it.switch.dispatcher.feed(SettingsChanged(EngineSettings({}, {})))
        await asyncio.sleep(10)
        assert "nobody can take your call" in caller.heard_labels()[-1]
        assert caller.state is LegState.ENDED


async def test_who_waits_too_long_goes_where_the_queue_says() -> None:
    late = ToMessage(Prompt({"en": "Please call later."}))  # type: ignore[dict-item]
    async with house({}, settings(queue(agents=(), max_wait=60.0, timeout=late))) as it:
        caller = it.call()
        await asyncio.sleep(61)
        assert caller.hears() == {"Please call later.": 1.0}
        await asyncio.sleep(3)
        assert caller.state is LegState.ENDED


@pytest.mark.parametrize("holder", ["agent", "caller"])
async def test_whoever_is_put_on_hold_hears_music_and_then_the_voice_again(holder: str) -> None:
    async with house({"201": answers(after=1.0)}) as it:
        caller = it.call()
        await asyncio.sleep(2)
        agent = it.endpoint.dialled[0]
        holds, waits = (agent, caller) if holder == "agent" else (caller, agent)
        holds.hold()
        assert waits.hears() == {"classical": 1.0}
        holds.resume()
        assert waits.hears() == {holds.label: 1.0}
        assert [note.data["by"] for note in it.journal.find("Held")] == [holder]
        caller.hang_up()


async def test_the_agents_display_shows_the_caller_and_the_queue() -> None:
    async with house({"201": answers()}) as it:
        caller = it.call(number="+48111222333", name="Jan")
        await asyncio.sleep(2)
        shown = it.endpoint.dialled[0].caller_shown
        assert shown is not None
        assert (shown.number, shown.name) == ("+48111222333", "Support: Jan")
        assert it.endpoint.dialled[0].headers["X-Queue"] == "support"
        caller.hang_up()


async def test_a_free_agent_gets_the_next_caller_in_the_same_moment() -> None:
    agents = {AgentName("desk-201"): AgentSettings(AgentName("desk-201"))}
    async with house({"201": answers(after=1.0)}, settings(queue(agents=("desk-201",)), agents)) as it:
        first, second = it.call(), it.call()
        await asyncio.sleep(2)
        first.hang_up()
        await asyncio.sleep(0.01)
        assert len(it.endpoint.dialled) == 2
        second.hang_up()


@pytest.mark.may_block  # structlog draws the traceback on the loop, unless it is configured otherwise
async def test_a_mistake_in_one_call_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house({}, NOBODY) as it:
        good = it.call()
        await asyncio.sleep(1)
        monkeypatch.setattr(it.switch.music, "hear", lambda *_: 1 / 0)
        bad = it.call()
        await asyncio.sleep(1)
        assert bad.state is LegState.ENDED
        assert good.hears() == {"classical": 1.0}
        good.hang_up()
        await asyncio.sleep(1)
        assert len(it.journal.find("CallEnded")) == 2


async def test_a_draining_switch_tells_those_who_wait_and_lets_those_who_talk_finish() -> None:
    agents = {AgentName("desk-201"): AgentSettings(AgentName("desk-201"))}
    phones = {"201": answers(after=1.0, talks=20.0)}
    async with house(phones, settings(queue(agents=("desk-201",)), agents)) as it:
        talker = it.call()
        await asyncio.sleep(3)
        waiter = it.call()
        await asyncio.sleep(1)
        drain = asyncio.ensure_future(it.supervisor.drain(60.0))
        await asyncio.sleep(0.5)
        assert "closing" in next(iter(waiter.hears()))
        assert talker.hears() == {"201": 1.0}
        await drain
        assert waiter.state is talker.state is LegState.ENDED
        assert it.journal.find("CallerLeft")[0].data["reason"] == "drained"


async def test_a_drain_ends_at_its_limit() -> None:
    async with house({"201": answers(after=1.0)}) as it:
        talker = it.call()
        await asyncio.sleep(3)
        await it.supervisor.drain(10.0)
        assert talker.state is LegState.ANSWERED
    assert talker.state is LegState.ENDED
