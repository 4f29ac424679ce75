"""An agent calls somebody back out of turn: nobody else does meanwhile, and nothing is lost if it fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.settings import QueueSettings
from softswitch.calls.moving import Place
from softswitch.calls.operator import Operator
from softswitch.errors import NoSuch, NotNow
from softswitch.testing.fakes import answers, busy
from softswitch.types import QueueName
from tests.calls.house import House
from tests.calls.test_callbacks import DESK, _house, customers, ends, office, play_customer, wanted

pytestmark = pytest.mark.virtual_time


async def promised(it: House) -> tuple[Operator, str]:
    """A callback that waits, for its agent pauses."""
    operator = Operator(it.switch, it.supervisor)
    operator.pause(DESK, "", "x")
    await wanted(it)
    (case,) = it.switch.callbacks.cases
    return operator, case


async def test_a_callback_that_is_taken_is_done_when_the_two_talk() -> None:
    async with _house({"201": answers(after=2.0)}, office()) as it:
        play_customer(it, answers(after=3.0))
        operator, case = await promised(it)
        call = operator.take_callback(case, DESK, "user anna")
        assert it.switch.callbacks.cases[case].describe()["state"] == "calling"
        with pytest.raises(NotNow, match="called already"):
            operator.take_callback(case, DESK, "user anna")
        operator.resume(DESK, "x")
        await asyncio.sleep(60)
        (customer,) = customers(it)
        assert it.switch.callbacks.cases[case].describe()["state"] == "talking"
        with pytest.raises(NotNow, match="talked to"):
            operator.cancel_callback(case, "user sam")
        customer.hang_up()
        await asyncio.sleep(30)
        assert it.switch.callbacks.cases == {}
        assert ends(it) == ["reached"]
        (ended,) = it.journal.find("CallbackEnded")
        assert ended.data["agent"] == DESK
        assert ended.data["waited"] == pytest.approx(8.0, abs=4.0)
        assert len(customers(it)) == 1
        assert [note.call for note in it.journal.find("Connected")] == [call]
        assert ("user anna", "take-callback", case) in [
            tuple(note.data.values())[:3] for note in it.journal.find("Changed")
        ]
    with pytest.raises(NoSuch):
        operator.take_callback(case, DESK, "user anna")


async def test_a_customer_who_is_not_reached_out_of_turn_is_called_when_it_is_the_turn() -> None:
    async with _house({"201": answers(after=2.0)}, office()) as it:
        play_customer(it, busy())
        operator, case = await promised(it)
        operator.take_callback(case, DESK, "user anna")
        await asyncio.sleep(20)
        there = it.switch.callbacks.cases[case]
        assert (there.describe()["state"], there.attempts, ends(it)) == ("waiting", 0, [])
        play_customer(it, answers(after=3.0))
        operator.resume(DESK, "x")
        await asyncio.sleep(60)
        customers(it)[-1].hang_up()
        await asyncio.sleep(5)
        assert ends(it) == ["reached"]


async def test_a_mailbox_that_answers_out_of_turn_is_nobody() -> None:
    async with _house({"201": answers(after=2.0)}, office()) as it:
        play_customer(it, answers(after=3.0, talks=2.0))
        operator, case = await promised(it)
        operator.take_callback(case, DESK, "user anna")
        await asyncio.sleep(30)
        assert it.switch.callbacks.cases[case].describe()["state"] == "waiting"
        assert ends(it) == []
        operator.cancel_callback(case, "user sam")


async def test_an_agent_who_does_not_answer_the_own_phone_leaves_it_where_it_was() -> None:
    async with _house({"201": busy()}, office()) as it:
        operator, case = await promised(it)
        operator.take_callback(case, DESK, "user anna")
        await asyncio.sleep(5)
        assert it.switch.callbacks.cases[case].describe()["state"] == "waiting"
        operator.cancel_callback(case, "user sam")
        await asyncio.sleep(1)
        assert ends(it) == ["cancelled"]


async def test_a_callback_that_is_cancelled_while_it_is_taken_stays_so() -> None:
    async with _house({"201": answers(after=2.0)}, office()) as it:
        play_customer(it, busy())
        operator, case = await promised(it)
        operator.take_callback(case, DESK, "user anna")
        operator.cancel_callback(case, "user sam")
        await asyncio.sleep(30)
        assert it.switch.callbacks.cases == {}
        assert ends(it) == ["cancelled"]


def two_queues(**sales):
    """The office, with a class for some, and a queue beside."""
    config = office(priority={"vip": 100})
    queues = config.engine.queues | {QueueName("sales"): QueueSettings(QueueName("sales"), (DESK,), **sales)}
    return replace(config, engine=replace(config.engine, queues=queues))


async def test_a_supervisor_moves_a_callback_and_gives_it_to_an_agent() -> None:
    async with _house({"201": answers(after=2.0)}, two_queues()) as it:
        play_customer(it, answers(after=3.0))
        operator, id = await promised(it)
        case, usher = it.switch.callbacks.cases[id], operator.usher
        await asyncio.sleep(10)
        ago = case.waits
        usher.move(id, "support", Place(priority="vip"), "user sam")
        assert case.describe()["priority"] == "vip"
        usher.move(id, "support", Place("sales", first=True), "user sam")
        now = asyncio.get_running_loop().time()
        lines = it.switch.dispatcher.engine.snapshot(now).queues
        (there,) = lines[QueueName("sales")].callers
        assert (there.call, there.priority, lines[QueueName("support")].callers) == (id, "vip", ())
        assert (case.queue, case.waits, there.waited) == ("sales", pytest.approx(ago), pytest.approx(ago))
        with pytest.raises(NotNow, match="queue sales, and not in support any more; user sam has moved"):
            usher.move(id, "support", Place(first=True), "user ada")
        usher.pull(id, "sales", "desk-201", "user sam")
        with pytest.raises(NotNow, match="called already; user sam has pulled it"):
            usher.pull(id, "sales", "desk-201", "user ada")
        operator.resume(DESK, "x")
        await asyncio.sleep(60)
        customers(it)[0].hang_up()
        await asyncio.sleep(5)
        assert ends(it) == ["reached"]
        told = [(note.call, note.data["to"]) for note in it.journal.find("CallerMoved")]
        assert told == [(id, "support"), (id, "sales")]
        assert it.journal.find("CallerPulled")[0].data == {"queue": "sales", "agent": DESK, "by": "user sam"}


async def test_another_queue_hears_of_the_class_on_joining_and_not_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with _house({"201": answers(after=2.0)}, two_queues(priority={"vip": 60})) as it:
        operator, id = await promised(it)
        fed: list[object] = []
        feed = it.switch.dispatcher.feed
        monkeypatch.setattr(it.switch.dispatcher, "feed", lambda event: (fed.append(event), feed(event)))
        operator.usher.move(id, "support", Place("sales", "vip", first=True), "user sam")
        assert [type(event).__name__ for event in fed] == ["CallerLeft", "CallerJoined", "CallerAdvanced"]
        (there,) = it.switch.dispatcher.engine.snapshot(0.0).queues[QueueName("sales")].callers
        assert (there.call, there.priority) == (id, "vip")
