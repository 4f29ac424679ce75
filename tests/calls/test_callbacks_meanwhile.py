"""Callers who are called back: the queue closes meanwhile, nobody is free, the conversation is recorded."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace

import pytest

from softswitch.acd.events import QueueClosed, QueueOpened
from softswitch.config.settings import RecordingSettings, SwitchSettings
from softswitch.ports import Recorded
from softswitch.store.standing import StandingFold
from softswitch.testing.fakes import answers, busy, never_answers, rejects
from softswitch.types import Language, Prompt, TrunkName
from tests.calls.house import SUPPORT
from tests.calls.test_callbacks import (
    CALLER,
    DESK,
    OTHER,
    _house,
    customers,
    down,
    ends,
    floor,
    office,
    people,
    play_customer,
    wanted,
)
from tests.patience import until

pytestmark = pytest.mark.virtual_time

TOLD = "This call is recorded."


def recorded(config: SwitchSettings) -> SwitchSettings:
    """Every conversation of the queue is, and who comes is told."""
    recording = RecordingSettings(queues={SUPPORT: 1.0}, announce=Prompt({Language("en"): TOLD}))
    return replace(config, recording=recording)


@pytest.mark.parametrize("customer_first", [False, True], ids=["agent first", "customer first"])
async def test_a_queue_that_closes_while_a_phone_rings_ends_the_attempt_which_does_not_count(
    customer_first: bool,
) -> None:
    async with _house(people(never_answers()), office(customer_first=customer_first)) as it:
        play_customer(it, never_answers())
        await wanted(it)
        await asyncio.sleep(5)
        assert len(it.endpoint.live()) == 1, "the agent's phone rings, or the customer's"
        it.switch.dispatcher.feed(QueueClosed(SUPPORT))
        await asyncio.sleep(1)
        assert (it.endpoint.live(), it.supervisor.calls) == ([], [])
        [case] = it.switch.callbacks.cases.values()
        assert (case.describe()["state"], case.describe()["attempts"], case.describe()["call"]) == (
            *("resting", 0), None,
        )  # fmt: skip
        it.endpoint.agents["sip:201@desk"] = answers(after=1.0)
        play_customer(it, answers(after=1.0))
        await asyncio.sleep(3600)
        assert it.endpoint.live() == []
        it.switch.dispatcher.feed(QueueOpened(SUPPORT))
        await asyncio.sleep(30)
        assert customers(it)[-1].hears() == {"201": 1.0}
        customers(it)[-1].hang_up()
        await asyncio.sleep(1)
        assert ends(it) == ["reached"]


async def test_between_two_agents_it_waits_as_before_and_can_be_taken() -> None:
    async with _house(people(rejects()), office(retry=60.0)) as it:
        play_customer(it, answers(after=1.0))
        await wanted(it)
        await asyncio.sleep(5)
        [case] = it.switch.callbacks.cases.values()
        assert it.endpoint.live() == [], "the agent has declined and is left in peace"
        assert case.describe()["state"] == "waiting"
        assert it.switch.callbacks.free(case.id) is case
        down(it).add(TrunkName("carrier"))
        it.switch.callbacks.heard(Recorded(1, 0.0, "TrunkDown", None, {}))
        await asyncio.sleep(1)
        assert case.describe()["state"] == "held"
        assert it.supervisor.calls == []


@pytest.mark.parametrize("customer_first", [False, True], ids=["agent first", "customer first"])
async def test_who_is_called_back_and_recorded_is_told_so_before_the_agent_is_heard(
    customer_first: bool,
) -> None:
    config = recorded(office(customer_first=customer_first))
    async with _house(people(answers(after=2.5)), config) as it:
        it.speech.durations[TOLD] = 2.0
        play_customer(it, answers(after=3.0))
        await wanted(it)
        await asyncio.sleep(30)
        [customer], [agent] = customers(it), it.endpoint.rung("sip:201@desk")
        assert (customer.hears(), agent.hears()) == ({"201": 1.0}, {CALLER: 1.0})
        [announced] = it.journal.find("RecordingAnnounced")[-1:]
        [started] = it.journal.find("RecordingStarted")
        assert started.at == pytest.approx(announced.at + 2.0, abs=0.1), "to its end"
        assert customer.heard("201")[0].start == pytest.approx(started.at, abs=0.1)
        if not customer_first:
            assert TOLD in agent.heard_labels(), "the agent knows why nobody speaks yet"
        customer.hang_up()
        await asyncio.sleep(1)
        assert ends(it) == ["reached"]


async def test_an_agent_who_hangs_up_while_the_customer_is_told_leaves_nobody_behind() -> None:
    async with _house(people(answers(after=1.0)), recorded(office())) as it:
        it.speech.durations[TOLD] = 8.0
        play_customer(it, answers(after=3.0))
        await wanted(it)
        await asyncio.sleep(11)
        assert it.journal.find("RecordingAnnounced")
        it.endpoint.rung("sip:201@desk")[0].hang_up()
        await asyncio.sleep(1)
        assert it.endpoint.live() == []
        [case] = it.switch.callbacks.cases.values()
        assert (case.describe()["state"], case.describe()["attempts"]) == ("resting", 1)


async def test_who_calls_again_waits_in_the_old_place_and_is_called_no_more_once_they_have_talked() -> None:
    async with _house(people(never_answers()), office()) as it:
        play_customer(it, busy())
        await wanted(it)
        it.call("600", OTHER)
        await asyncio.sleep(20)
        caller = it.call("600", CALLER)
        await asyncio.sleep(1)
        [case] = it.switch.callbacks.cases.values()
        assert (case.describe()["state"], case.describe()["problem"]) == ("held", "on-the-line")
        first = next(waits for waits in floor(it).callers if not waits.callback)
        assert first.call == it.supervisor.calls[-1].id
        it.endpoint.agents["sip:201@desk"] = answers(after=2.0)
        await asyncio.sleep(40)
        assert caller.hears() == {"201": 1.0}, "by whom the phone that is in use was not called"
        assert (customers(it), ends(it)) == ([], [])
        talk = it.supervisor.calls[-1].id
        caller.hang_up()
        await asyncio.sleep(1)
        assert (ends(it), it.switch.callbacks.cases) == (["called-again"], {})
        ended = it.journal.find("CallbackEnded")[0].data
        assert (ended["agent"], ended["into"]) == (DESK, talk)


@pytest.mark.parametrize("slips", [True, False])
async def test_who_calls_again_and_gives_up_or_is_cut_off_is_called_back_all_the_same(slips: bool) -> None:
    async with _house(people(never_answers()), office()) as it:
        play_customer(it, answers(after=1.0))
        await wanted(it)
        await asyncio.sleep(20)
        caller = it.call("600", CALLER)
        await asyncio.sleep(2)
        if slips:
            it.endpoint.agents["sip:201@desk"] = answers(after=2.0)
            await until(lambda: caller.hears() == {"201": 1.0})
            it.endpoint.rung("sip:201@desk")[-1].hang_up()
            await asyncio.sleep(1)
        caller.hang_up()
        await asyncio.sleep(1)
        assert ends(it) == []
        it.endpoint.agents["sip:201@desk"] = answers(after=2.0)
        await asyncio.sleep(200)
        assert len(customers(it)) == 1
        customers(it)[-1].hang_up()
        await asyncio.sleep(1)
        assert ends(it) == ["reached"]


async def test_a_colleague_with_the_same_number_cuts_nobody_off() -> None:
    """Who is called first waits for an agent, while one of the same number calls, and is served."""
    async with _house(people(answers(after=10.0)), office(customer_first=True)) as it:
        play_customer(it, answers(after=1.0))
        await wanted(it)
        await asyncio.sleep(5)
        [customer] = customers(it)
        colleague = it.call("600", CALLER)
        await asyncio.sleep(120)
        assert not customer.ended.done()
        assert customer.hears() == {"201": 1.0}
        customer.hang_up()
        await asyncio.sleep(200)
        assert colleague.hears() == {"201": 1.0}
        assert ends(it) == ["reached"]


async def test_a_phone_that_rings_already_for_who_calls_again_is_told_and_that_is_no_attempt() -> None:
    async with _house(people(answers(after=10.0)), office()) as it:
        play_customer(it, busy())
        await wanted(it)
        await asyncio.sleep(5)
        caller = it.call("600", CALLER)
        await asyncio.sleep(60)
        first, second = it.endpoint.rung("sip:201@desk")
        assert first.ended.done()
        assert second.hears() == {CALLER: 1.0}
        assert it.journal.find("CallbackNotReached")[0].data["why"] == "on-the-line"
        [case] = it.switch.callbacks.cases.values()
        assert case.attempts == 0
        caller.hang_up()
        await asyncio.sleep(1)
        assert (customers(it), ends(it)) == ([], ["called-again"])


@pytest.mark.parametrize("customer_first", [False, True], ids=["agent first", "customer first"])
async def test_figures_of_a_restart_count_callbacks_as_the_engine_does(customer_first: bool) -> None:
    rules = office(customer_first=customer_first)
    numbers = {
        name: f"+4860010030{place}" for place, name in enumerate(("talks", "mailbox", "absent", "taken"))
    }
    async with _house(people(answers(after=2.0)), rules) as it:
        for name, script in (
            ("talks", answers(after=6.0, talks=40.0)),
            ("mailbox", answers(after=1.0, talks=0.5)),
            ("absent", busy()),
        ):
            play_customer(it, script, numbers[name])
        for number in numbers.values():
            await wanted(it, number)
        it.switch.callbacks.cancel(it.switch.callbacks.waiting(SUPPORT, numbers["taken"]).id, "ada")  # type: ignore[union-attr]
        await asyncio.sleep(1000)
        assert sorted(ends(it)) == ["cancelled", "not-reached", "not-reached", "reached"]
        seen = it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time())
        notes = [
            Recorded(seq, note.at, note.kind, note.call, note.data)
            for seq, note in enumerate(it.journal.notes)
        ]
        standing = StandingFold(0.0).finish(notes)
        counts = asdict(seen.queues[SUPPORT].counts)
        assert (counts["callbacks"], counts["called_back"], counts["not_reached"]) == (4, 1, 2)
        assert asdict(standing.queues[SUPPORT].counts()) == pytest.approx(counts, abs=0.02)
        agent, done = seen.agents[DESK], standing.agents[DESK]
        assert (done.taken, done.talk_time) == (agent.taken, pytest.approx(agent.talk_time, abs=0.02))
        assert agent.talk_time == pytest.approx(38.0 if customer_first else 40.0, abs=0.5), (
            "of hearing each other"
        )
