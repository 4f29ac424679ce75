"""Callers who are called back: from the key to the conversation, and everything that comes in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from softswitch.acd.events import SettingsChanged
from softswitch.acd.settings import AgentSettings, CallbackSettings, QueueSettings
from softswitch.acd.snapshot import QueueView
from softswitch.calls.case import Case
from softswitch.config.settings import CallbackRules, SwitchSettings
from softswitch.ports import Recorded
from softswitch.routing import NumberRule, Routing
from softswitch.testing.fakes import (
    FakeCarriers,
    FakeLeg,
    PhoneScript,
    answers,
    busy,
    drops_after_answer,
    never_answers,
    rejects,
    unreachable,
)
from softswitch.types import AgentName, LeaveReason, ToCallback, TrunkName
from tests.calls.house import SUPPORT, House, house, settings
from tests.calls.office import doing, records, with_a_carrier

pytestmark = pytest.mark.virtual_time

DESK = AgentName("desk-201")
CALLER = "+48600100200"
OTHER = "+48600300400"
NUMBER = "We will call you back at:"
KEPT = "Thank you. You keep your place, and we will call you back. Goodbye."
NOTED = "Thank you. We will call you back. Goodbye."
ENTER = "Please enter the number at which we can call you back, and then press hash."
GREETING = "This is your call back from Support. An agent comes at once."

DIGITS = "zero one two three four five six seven eight nine plus"
SPELT = "six zero zero one zero zero two zero zero"


def office(
    *, customer_first: bool = False, rules: CallbackRules | None = None, **queue: Any
) -> SwitchSettings:
    """600 is a queue of one agent, 700 a callback by it; customers are called by a carrier."""
    callback = CallbackSettings(customer_first=customer_first, attempts=2, pause=300.0, ring=30.0)
    support = QueueSettings(
        SUPPORT, (DESK,), **{"strategy": "hunt", "ring": 20.0, "callback": callback, "wrap_up": 10.0} | queue
    )
    plain = with_a_carrier(settings(support, {DESK: AgentSettings(DESK)}))
    numbers = (NumberRule("700", ToCallback(SUPPORT)), *plain.routing.numbers)
    return replace(
        plain,
        routing=Routing(numbers, plain.routing.callers),
        callbacks={SUPPORT: rules or CallbackRules()},
    )


def people(agent: PhoneScript | None = None) -> dict[str, PhoneScript]:
    return {"201": agent or answers(after=2.0)}


@asynccontextmanager
async def _house(phones: dict[str, PhoneScript], config: SwitchSettings) -> AsyncIterator[House]:
    async with house(phones, config) as it:
        it.speech.durations |= dict.fromkeys(DIGITS.split(), 0.1) | {"Support": 0.5, GREETING: 3.0}
        yield it


def play_customer(it: House, script: PhoneScript, number: str = CALLER) -> None:
    """The customer, at the carrier's first server."""
    it.endpoint.agents[f"sip:{number}@one"] = script


async def wanted(it: House, number: str = CALLER) -> FakeLeg:
    """Somebody calls 700, confirms the number, and is hung up on."""
    leg = it.call("700", number)
    await asyncio.sleep(1)
    leg.press("1")
    await asyncio.sleep(3)
    assert leg.ended.done()
    return leg


def customers(it: House, number: str = CALLER) -> list[FakeLeg]:
    return it.endpoint.rung(f"sip:{number}@one")


def floor(it: House) -> QueueView:
    return it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time()).queues[SUPPORT]


def ends(it: House) -> list[str]:
    return [str(note.data["result"]) for note in it.journal.find("CallbackEnded")]


async def test_the_agent_first_hears_whom_it_is_about_and_then_talks_to_the_customer() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, answers(after=3.0))
        caller = await wanted(it)
        assert caller.heard_labels()[0].startswith(f"{NUMBER} {SPELT}")
        assert caller.heard_labels()[-1] == NOTED
        await asyncio.sleep(2.5)
        [agent] = it.endpoint.rung("sip:201@desk")
        [heard] = agent.heard_labels()
        assert heard == f"Call back. Support {SPELT} Asked for just now."
        await asyncio.sleep(60)
        [customer] = customers(it)
        assert customer.caller_shown is not None
        assert customer.caller_shown.number == "+48221234567"
        assert customer.hears() == {"201": 1.0}
        assert agent.hears() == {CALLER: 1.0}
        assert agent.heard_labels()[1] == "ringback", "the agent hears it ring"
        await asyncio.sleep(30)
        customer.hang_up()
        await asyncio.sleep(1)
        assert doing(it, DESK) == "wrap-up"
        one, two = records(it)
    assert (one.outcome, two.outcome, two.callback, two.agent) == ("callback", "answered", one.id, DESK)
    assert two.talks[0].seconds == pytest.approx(90, abs=35)
    assert ends(it) == ["reached"]
    assert it.switch.callbacks.cases == {}


async def test_the_customer_first_hears_that_an_agent_comes_and_music_until_then() -> None:
    async with _house(people(), office(customer_first=True)) as it:
        play_customer(it, answers(after=3.0))
        await wanted(it)
        await asyncio.sleep(3.5)
        [customer] = customers(it)
        assert customer.hears() == {GREETING: 1.0}
        assert doing(it, DESK) == "ringing"
        await asyncio.sleep(10)
        [agent] = it.endpoint.rung("sip:201@desk")
        assert agent.hears() == {CALLER: 1.0}
        assert customer.hears() == {"201": 1.0}
        await asyncio.sleep(10)
        agent.hang_up()
        await asyncio.sleep(1)
        assert customer.ended.done()
        two = records(it)[1]
    assert (two.outcome, two.agent, two.ended_by) == ("answered", DESK, "agent")
    assert ends(it) == ["reached"]


@pytest.mark.parametrize("customer_first", [False, True])
@pytest.mark.parametrize(("script", "why"), [(busy(), "busy"), (never_answers(), "no-answer")])
async def test_a_customer_who_is_not_reached_is_tried_again_after_a_pause(
    customer_first: bool, script: PhoneScript, why: str
) -> None:
    async with _house(people(), office(customer_first=customer_first)) as it:
        play_customer(it, script)
        await wanted(it)
        await asyncio.sleep(60)
        assert [note.data["why"] for note in it.journal.find("CallbackNotReached")] == [why]
        assert doing(it, DESK) == "free", "no wrap-up: the agent has talked to nobody"
        [case] = it.switch.callbacks.cases.values()
        assert (case.describe()["state"], case.attempts) == ("resting", 1)
        assert len(customers(it)) == 1
        await asyncio.sleep(200)
        play_customer(it, answers(after=3.0))
        await asyncio.sleep(120)
        assert customers(it)[1].hears() == {"201": 1.0}
        await asyncio.sleep(10)
        customers(it)[1].hang_up()
        await asyncio.sleep(1)
        outcomes = [(one.outcome, bool(one.callback)) for one in records(it)]
    assert outcomes == [("callback", False), ("not reached", True), ("answered", True)]
    assert ends(it) == ["reached"]
    assert it.journal.find("CallbackEnded")[0].data["attempts"] == 2, "the one that reached the customer too"


@pytest.mark.parametrize("customer_first", [False, True])
async def test_after_the_last_attempt_the_case_is_over(customer_first: bool) -> None:
    async with _house(people(), office(customer_first=customer_first)) as it:
        play_customer(it, busy())
        await wanted(it)
        await asyncio.sleep(600)
        assert len(customers(it)) == 2
        counts = (
            it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time()).queues[SUPPORT].counts
        )
        assert (counts.joined, counts.callbacks, counts.called_back, counts.not_reached) == (0, 1, 0, 1)
    assert ends(it) == ["not-reached"]
    assert records(it)[-1].outcome == "not reached"


async def test_the_agent_hears_that_nobody_answered() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, busy())
        await wanted(it)
        await asyncio.sleep(30)
        [agent] = it.endpoint.rung("sip:201@desk")
        assert agent.heard_labels()[-1] == "The line is busy."
        assert agent.ended.done()


async def test_an_agent_who_hangs_up_meanwhile_has_declined_and_the_customer_was_not_tried() -> None:
    async with _house(people(agent=drops_after_answer(after=1.0, delay=1.0)), office()) as it:
        play_customer(it, answers())
        await wanted(it)
        await asyncio.sleep(3)
        assert customers(it) == [], "hung up while hearing whom it is about"
        it.endpoint.agents["sip:201@desk"] = answers(after=1.0)
        await asyncio.sleep(30)
        assert customers(it)[0].hears() == {"201": 1.0}
        assert it.journal.find("CallbackNotReached") == []
        customers(it)[0].hang_up()
        await asyncio.sleep(1)
        [_, attempt] = records(it)
        assert [offer.agent for offer in attempt.offers] == [DESK, DESK]


async def test_an_agent_who_hangs_up_while_the_customer_rings_ends_that_ringing() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, never_answers())
        await wanted(it)
        await asyncio.sleep(10)
        [customer], [agent] = customers(it), it.endpoint.rung("sip:201@desk")
        agent.hang_up()
        await asyncio.sleep(0.1)
        assert customer.ended.done()
        assert it.journal.find("CallbackNotReached") == []
        play_customer(it, answers(after=1.0))
        await asyncio.sleep(30)
        assert customers(it)[1].hears() == {"201": 1.0}


@pytest.mark.parametrize("customer_first", [False, True])
async def test_a_mailbox_counts_as_an_attempt(customer_first: bool) -> None:
    """Whoever answers and is gone at once."""
    async with _house(people(), office(customer_first=customer_first)) as it:
        play_customer(it, drops_after_answer(after=2.0, delay=3.0))
        await wanted(it)
        await asyncio.sleep(60)
        assert [note.data["why"] for note in it.journal.find("CallbackNotReached")] == ["mailbox"]
        [case] = it.switch.callbacks.cases.values()
        assert case.describe()["state"] == "resting"
        assert doing(it, DESK) == "free"
        await asyncio.sleep(400)
    assert ends(it) == ["not-reached"]


async def test_an_agent_who_finds_a_mailbox_and_hangs_up_has_the_customer_tried_again() -> None:
    async with _house(people(), office(customer_first=True)) as it:
        play_customer(it, answers())
        await wanted(it)
        await asyncio.sleep(6)
        [agent] = it.endpoint.rung("sip:201@desk")
        assert agent.hears() == {CALLER: 1.0}
        agent.hang_up()
        await asyncio.sleep(1)
        assert [case.attempts for case in it.switch.callbacks.cases.values()] == [1]
        assert doing(it, DESK) == "free"


async def test_a_customer_who_hangs_up_later_while_agents_are_rung_wants_no_callback_any_more() -> None:
    async with _house(people(agent=never_answers()), office(customer_first=True)) as it:
        play_customer(it, answers())
        await wanted(it)
        await asyncio.sleep(15)
        [customer] = customers(it)
        assert customer.hears() == {"classical": 1.0}
        customer.hang_up()
        await asyncio.sleep(400)
        assert len(customers(it)) == 1
        assert it.endpoint.live() == []
    assert ends(it) == ["hung-up"]


async def test_a_customer_on_the_line_gets_another_agent_when_the_first_rejects() -> None:
    async with _house(people(agent=rejects(after=1.0)), office(customer_first=True)) as it:
        play_customer(it, answers())
        await wanted(it)
        await asyncio.sleep(3)
        it.endpoint.agents["sip:201@desk"] = answers(after=1.0)
        await asyncio.sleep(10)
        [customer] = customers(it)
        assert customer.hears() == {"201": 1.0}
        assert len(it.endpoint.rung("sip:201@desk")) == 2


async def test_the_place_of_a_caller_who_waited_too_long_is_kept() -> None:
    """The one who waited before is called back before the one who came after."""
    config = office(max_wait=60.0, timeout=ToCallback(SUPPORT))
    async with _house(people(agent=never_answers()), config) as it:
        play_customer(it, answers())
        first = it.call("600", CALLER)
        await asyncio.sleep(10)
        it.call("600", OTHER)
        await asyncio.sleep(52)
        first.press("1")
        await asyncio.sleep(4)
        assert first.heard_labels()[-1] == KEPT
        assert [caller.number for caller in floor(it).callers] == [CALLER, OTHER]


async def test_who_hides_or_calls_from_where_nobody_may_be_called_keys_a_number_in() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, answers(), OTHER)
        leg = it.call("700", "")
        await asyncio.sleep(1)
        assert leg.hears() == {ENTER: 1.0}
        leg.press("600300400#")
        await asyncio.sleep(1)
        leg.press("1")
        await asyncio.sleep(60)
        assert len(customers(it, OTHER)) == 1
        assert it.journal.find("CallbackWanted")[0].data["number"] == OTHER


@pytest.mark.parametrize(
    ("keyed", "why"),
    [
        ("701234567", "premium"),
        ("00442071234567", "another country"),
        ("112", "emergency"),
        ("0048112", "emergency"),
        ("201", "an extension"),
        ("60030", "not whole"),
    ],
)
async def test_numbers_that_may_not_be_called_are_refused(keyed: str, why: str) -> None:
    async with _house(people(), office(rules=CallbackRules(number="ask"))) as it:
        leg = it.call("700", CALLER)
        for _ in range(3):
            await asyncio.sleep(1)
            assert leg.hears() == {ENTER: 1.0}
            leg.press(f"{keyed}#")
            await asyncio.sleep(1)
            assert leg.hears() == {"We cannot call that number.": 1.0}, why
            await asyncio.sleep(1.5)
        await asyncio.sleep(3)
        assert leg.heard_labels()[-1] == "We are sorry, we cannot call you back."
        assert leg.ended.done()
        assert it.journal.find("CallbackWanted") == []


async def test_a_queue_may_call_expensive_numbers_that_it_names() -> None:
    rules = CallbackRules(number="caller", may_dial=frozenset({"international"}))
    async with _house(people(), office(rules=rules)) as it:
        play_customer(it, answers(), "+442071234567")
        leg = it.call("700", "+442071234567")
        await asyncio.sleep(3)
        assert leg.heard_labels() == [NOTED], "taken without a question"
        await asyncio.sleep(30)
        assert len(customers(it, "+442071234567")) == 1


async def test_another_number_than_the_caller_s_own_can_be_given() -> None:
    async with _house(people(), office()) as it:
        leg = it.call("700", CALLER)
        await asyncio.sleep(1)
        leg.press("2")
        await asyncio.sleep(1)
        leg.press("600300400#")
        await asyncio.sleep(1)
        leg.press("1")
        await asyncio.sleep(1)
        assert it.journal.find("CallbackWanted")[0].data["number"] == OTHER


async def test_silence_is_no_consent() -> None:
    async with _house(people(), office()) as it:
        leg = it.call("700", CALLER)
        await asyncio.sleep(200)
        assert leg.ended.done()
        assert it.journal.find("CallbackWanted") == []
        assert len(it.journal.find("CallbackDeclined")) == 1


async def test_a_number_has_one_case_in_a_queue() -> None:
    async with _house(people(agent=never_answers()), office()) as it:
        await wanted(it)
        again = await wanted(it)
        assert again.heard_labels()[-1].startswith("We have your number already")
        assert it.switch.callbacks.count() == 1


async def test_a_caller_may_hang_up_as_soon_as_the_number_is_taken() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, answers())
        leg = it.call("700", CALLER)
        await asyncio.sleep(1)
        leg.press("1")
        await asyncio.sleep(0.5)
        leg.hang_up()
        await asyncio.sleep(30)
        assert len(customers(it)) == 1


async def test_the_queue_s_own_number_is_shown() -> None:
    async with _house(people(), office(rules=CallbackRules(caller_id="+48221112233"))) as it:
        play_customer(it, answers())
        await wanted(it)
        await asyncio.sleep(20)
        [customer] = customers(it)
        assert customer.caller_shown is not None
        assert customer.caller_shown.number == "+48221112233"


async def test_a_callback_expires_and_is_on_record() -> None:
    callback = CallbackSettings(expires=600.0)
    async with _house(people(agent=never_answers()), office(callback=callback)) as it:
        await wanted(it)
        await asyncio.sleep(700)
        assert it.switch.callbacks.count() == 0
        assert it.endpoint.live() == []
    assert ends(it) == ["expired"]


async def test_somebody_takes_a_callback_back_while_the_agent_waits_for_the_customer() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, never_answers())
        await wanted(it)
        await asyncio.sleep(10)
        [case] = it.switch.callbacks.cases
        it.switch.callbacks.cancel(case, "user anna")
        await asyncio.sleep(1)
        assert it.endpoint.live() == []
        assert doing(it, DESK) in ("free", "wrap-up")
        await asyncio.sleep(600)
        assert len(customers(it)) == 1
    [ended] = it.journal.find("CallbackEnded")
    assert (ended.data["result"], ended.data["by"]) == ("cancelled", "user anna")


@pytest.mark.parametrize("customer_first", [False, True])
async def test_a_switch_that_stops_leaves_the_case_on_record(customer_first: bool) -> None:
    """In whatever phase: nothing says that it is over, so the next start goes on with it."""
    for moment in (0.5, 2.5, 6.0, 8.0):
        async with _house(people(), office(customer_first=customer_first)) as it:
            play_customer(it, never_answers())
            await wanted(it)
            await asyncio.sleep(moment)
            await it.supervisor.drain(20.0)
            assert it.endpoint.live() == []
            assert it.supervisor.calls == []
        assert ends(it) == []


async def test_a_case_from_before_a_restart_goes_on_where_it_was() -> None:
    async with _house(people(), office()) as it:
        play_customer(it, busy())
        await wanted(it)
        await asyncio.sleep(60)
    [before] = it.switch.callbacks.cases.values()

    async with _house(people(), office()) as next_one:
        play_customer(next_one, answers())
        now = asyncio.get_running_loop().time()
        joined = replace(before.joined, attempts=1, rests_until=now + 100.0)
        case = Case(next_one.switch, joined, before.language, before.name, before.wanted)
        case.restore()
        await asyncio.sleep(95)
        assert customers(next_one) == []
        await asyncio.sleep(60)
        assert customers(next_one)[0].hears() == {"201": 1.0}
        await asyncio.sleep(10)
        customers(next_one)[0].hang_up()
        await asyncio.sleep(1)
        counts = next_one.switch.dispatcher.engine.snapshot(now + 200).queues[SUPPORT].counts
        assert (counts.callbacks, counts.called_back) == (0, 1)
    assert ends(next_one) == ["reached"]


async def test_a_reload_that_removes_the_queue_ends_its_cases() -> None:

    async with _house(people(agent=never_answers()), office()) as it:
        await wanted(it)
        engine = it.switch.settings.engine
        it.switch.dispatcher.feed(SettingsChanged(replace(engine, queues={})))
        await asyncio.sleep(1)
        assert it.switch.callbacks.count() == 0
    assert ends(it) == [LeaveReason.QUEUE_REMOVED]


def down(it: House) -> set[TrunkName]:
    """Trunks that are down, for the test to change."""
    carriers = it.switch.carriers
    assert isinstance(carriers, FakeCarriers)
    return carriers.down


def told(it: House) -> list[tuple[object, object, object]]:
    return [
        (note.data["why"], note.data["status"], note.data["counted"])
        for note in it.journal.find("CallbackNotReached")
    ]


def dead_carrier(it: House) -> None:
    """Nothing of the carrier's takes a call."""
    carriers = it.switch.carriers
    assert isinstance(carriers, FakeCarriers)
    carriers.servers[TrunkName("carrier")] = ["sip:{}@one"]
    play_customer(it, unreachable(status=503))


@pytest.mark.parametrize("customer_first", [False, True], ids=["agent first", "customer first"])
async def test_what_a_carrier_cannot_do_is_tried_again_and_does_not_count(customer_first: bool) -> None:
    config = office(customer_first=customer_first)
    async with _house(people(), config) as it:
        dead_carrier(it)
        await wanted(it)
        await asyncio.sleep(3600)
        assert told(it)
        assert set(told(it)) == {("carrier", 503, False)}
        assert ends(it) == [], "the customer's phone has never rung: there are two attempts still"
        pauses = [note.data["pause"] for note in it.journal.find("CallbackResting")]
        assert pauses[:3] == [300.0, 600.0, 1200.0], "a carrier that is away is asked less and less often"
        [case] = it.switch.callbacks.cases.values()
        assert case.describe()["attempts"] == 0
        assert case.describe()["problem"] == "carrier 503"
        play_customer(it, answers(after=3.0))
        await asyncio.sleep(3600)
        customers(it)[-1].hang_up()
        await asyncio.sleep(1)
        assert ends(it) == ["reached"]
        assert it.journal.find("CallbackEnded")[0].data["attempts"] == 1


async def test_attempts_that_reach_the_customer_count_between_those_that_do_not() -> None:
    async with _house(people(), office()) as it:
        dead_carrier(it)
        await wanted(it)
        await asyncio.sleep(60)
        play_customer(it, busy())
        await asyncio.sleep(1000)
        assert told(it) == [("carrier", 503, False), ("busy", 486, True), ("busy", 486, True)]
        assert ends(it) == ["not-reached"]


@pytest.mark.parametrize("customer_first", [False, True], ids=["agent first", "customer first"])
async def test_nobody_is_bothered_while_no_carrier_is_up(customer_first: bool) -> None:
    async with _house(people(), office(customer_first=customer_first)) as it:
        play_customer(it, answers(after=3.0))
        down(it).add(TrunkName("carrier"))
        await wanted(it)
        await asyncio.sleep(600)
        assert it.endpoint.rung("sip:201@desk") == []
        assert customers(it) == []
        [case] = it.switch.callbacks.cases.values()
        assert (case.describe()["state"], case.describe()["problem"]) == ("held", "no-carrier")
        assert it.journal.find("CallbackHeld")[0].data["why"] == "no-carrier"
        down(it).clear()
        it.switch.callbacks.heard(Recorded(1, 0.0, "TrunkUp", None, {}))
        await asyncio.sleep(30)
        assert len(customers(it)) == 1
        assert customers(it)[0].hears() == {"201": 1.0}
        customers(it)[0].hang_up()
        await asyncio.sleep(1)
        assert ends(it) == ["reached"]


async def test_a_carrier_that_goes_while_customers_wait_their_turn_is_noticed() -> None:
    async with _house(people(never_answers()), office()) as it:
        first = it.call("600", OTHER)
        await asyncio.sleep(1)
        await wanted(it)
        down(it).add(TrunkName("carrier"))
        it.switch.callbacks.heard(Recorded(1, 0.0, "TrunkDown", None, {}))
        await asyncio.sleep(1)
        first.hang_up()
        rung = len(it.endpoint.rung("sip:201@desk"))
        await asyncio.sleep(120)
        assert len(it.endpoint.rung("sip:201@desk")) == rung
        assert floor(it).callbacks == 1


async def test_a_callback_after_a_long_wait_expires_by_when_it_was_wanted() -> None:
    """The promise was heard after half an hour of waiting: it holds for its whole time."""
    callback = CallbackSettings(attempts=2, pause=300.0, ring=30.0, expires=600.0)
    config = office(max_wait=1800.0, timeout=ToCallback(SUPPORT), callback=callback)
    async with _house({"201": never_answers()}, config) as it:
        caller = it.call("600")
        await asyncio.sleep(1802)
        caller.press("1")
        await asyncio.sleep(5)
        assert caller.heard_labels()[-1] == KEPT
        [case] = it.switch.callbacks.cases.values()
        assert case.waits == pytest.approx(1807, abs=3), "the wait began on the line"
        await asyncio.sleep(580)
        assert ends(it) == []
        await asyncio.sleep(30)
        assert ends(it) == ["expired"]
