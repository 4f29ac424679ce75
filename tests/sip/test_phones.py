"""Phones that register, on virtual time: expiry, keep-alive, the word to the queues."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest

from softswitch.registration.registrar import Limits, Registrar
from softswitch.registration.request import Received, Registration, read
from softswitch.sip.phones import MISSES, Phones
from softswitch.sip.pinger import PATIENCE, Answered
from softswitch.testing.fakes import FakeJournal
from softswitch.types import AgentName, Way

pytestmark = pytest.mark.virtual_time
ANN = AgentName("ann")
HERE = Received("10.0.0.7", 5060)


class Line:
    """A pinger whose phones answer, or do not."""

    def __init__(self):
        self.deaf: set[str] = set()
        self.asked: list[tuple[float, Way]] = []

    def ask(self, way, told):
        loop = asyncio.get_running_loop()
        self.asked.append((loop.time(), way))
        if way.uri in self.deaf:
            loop.call_later(PATIENCE, told, None)
        else:
            loop.call_later(0.02, told, Answered(404, 0.02))


class Desk:
    """Phones under test."""

    def __init__(self, **limits):
        self.line = Line()
        self.told: list[tuple[float, bool]] = []
        self.journal = FakeJournal()
        self.phones = Phones(Registrar(Limits(**limits)), self.line, self.journal, self.hear)
        self.number = 0

    def hear(self, agent, there):
        assert agent == ANN
        self.told.append((round(asyncio.get_running_loop().time(), 1), there))

    def register(self, contact="sip:201@10.0.0.7", expires="3600", received=HERE, call_id="a", **headers):
        self.number += 1
        values = {"call-id": call_id, "cseq": f"{self.number} REGISTER", "contact": f"<{contact}>"}
        request = read(ANN, values | {"expires": expires} | headers, received)
        assert isinstance(request, Registration)
        return self.phones.register(request)


async def test_a_phone_is_asked_at_once_and_then_now_and_again():
    desk = Desk()
    desk.register()
    await asyncio.sleep(100)
    times = [at for at, _ in desk.line.asked]
    assert times[0] == 0.0
    assert all(24 <= later - earlier <= 30.1 for earlier, later in itertools.pairwise(times))
    (seen,) = desk.phones.describe()
    assert (seen["state"], seen["latency"]) == ("there", 0.02)
    desk.phones.close()


async def test_three_questions_without_an_answer_and_it_is_not_rung_until_it_answers():
    desk = Desk()
    desk.line.deaf.add("sip:201@10.0.0.7")
    desk.register()
    await asyncio.sleep(95)
    assert [there for _, there in desk.told] == [True, False]
    assert len(desk.line.asked) >= MISSES
    assert desk.phones.ways(ANN) == []
    assert desk.phones.describe()[0]["state"] == "silent"
    desk.line.deaf.clear()
    await asyncio.sleep(40)
    assert [there for _, there in desk.told] == [True, False, True]
    desk.phones.close()


async def test_a_phone_that_registers_again_is_there_again():
    desk = Desk()
    desk.line.deaf.add("sip:201@10.0.0.7")
    desk.register()
    await asyncio.sleep(95)
    desk.register()
    assert [there for _, there in desk.told] == [True, False, True]
    desk.phones.close()


async def test_a_phone_that_registered_again_in_time_goes_when_its_new_time_is_over():
    desk = Desk(minimum=1.0)
    desk.register(expires="100")
    await asyncio.sleep(90)
    desk.register(expires="100")
    await asyncio.sleep(95)
    assert desk.told == [(0.0, True)]
    desk.register(expires="2")
    await asyncio.sleep(10)
    assert desk.told == [(0.0, True), (187.0, False)]
    desk.phones.close()


async def test_the_last_phone_of_two_counts():
    desk = Desk()
    desk.register("sip:201@10.0.0.7", "600")
    desk.register("sip:201@10.0.0.8", "1200", call_id="b")
    assert len(desk.phones.ways(ANN)) == 2
    await asyncio.sleep(601)
    assert [way.uri for way in desk.phones.ways(ANN)] == ["sip:201@10.0.0.8"]
    await asyncio.sleep(600)
    assert desk.told == [(0.0, True), (1200.0, False)]
    assert desk.journal.kinds() == ["PhoneRegistered"] * 2 + ["PhoneUnregistered"] * 2
    desk.phones.close()


@pytest.mark.parametrize(
    ("contact", "received", "path", "route"),
    [
        ("sip:201@10.0.0.7", HERE, "", ()),
        ("sip:201@192.168.1.5", HERE, "", ("sip:10.0.0.7:5060;lr;hide",)),
        ("sip:201@10.0.0.7", Received("10.0.0.7", 4711, "tcp"), "",
         ("sip:10.0.0.7:4711;transport=tcp;lr;hide",)),
        ("sip:201@[2001:db8::7]", Received("2001:db8::7", 5061, "tls"), "",
         ("sip:[2001:db8::7]:5061;transport=tls;lr;hide",)),
        ("sip:201@192.168.1.5", HERE, "<sip:edge.example;lr>, <sip:core.example;lr>",
         ("sip:edge.example;lr", "sip:core.example;lr")),
    ],
)  # fmt: skip
async def test_the_way_to_a_phone(contact, received, path, route):
    desk = Desk()
    desk.register(contact, received=received, path=path)
    assert desk.phones.ways(ANN) == [Way(contact, route)]
    desk.phones.close()


async def test_phones_of_an_agent_without_a_login_go():
    desk = Desk()
    desk.register()
    desk.phones.dismiss({ANN})
    assert desk.phones.ways(ANN) == []
    assert desk.told[-1][1] is False
    await asyncio.sleep(100)
    assert len(desk.line.asked) <= 1, "nobody asks a phone that is gone"
    desk.phones.close()


async def test_nobody_is_asked_when_that_is_not_wanted():
    desk = Desk()
    desk.phones.keep_alive = 0
    desk.register()
    await asyncio.sleep(1000)
    assert desk.line.asked == []
    desk.phones.close()


async def test_another_interval_holds_at_once():
    desk = Desk()
    desk.phones.keep_alive = 0
    desk.register()
    desk.phones.keep_alive = 3600
    desk.phones.keep_alive = 30
    await asyncio.sleep(100)
    assert 3 <= len(desk.line.asked) <= 5, "one question after the other, and none from before"
    desk.phones.close()


async def test_a_phone_that_was_silent_is_rung_again_when_nobody_asks_any_more():
    desk = Desk()
    desk.line.deaf.add("sip:201@10.0.0.7")
    desk.register()
    await asyncio.sleep(95)
    desk.phones.keep_alive = 0
    assert [there for _, there in desk.told] == [True, False, True]
    assert len(desk.phones.ways(ANN)) == 1
    desk.phones.close()


async def test_after_a_restart_phones_are_not_all_asked_at_once():
    desk, again = Desk(), Desk(contacts=500)
    desk.phones.keep_alive = 0
    desk.register()
    (binding,) = desk.phones._registrar
    again.phones.restore(replace(binding, contact=f"sip:201@10.0.0.7:{port}") for port in range(5000, 5300))
    await asyncio.sleep(0.15)
    assert 90 < len(again.line.asked) < 210
    await asyncio.sleep(0.15)
    assert len({way.uri for _, way in again.line.asked}) == 300
    again.phones.close()
    desk.phones.close()


async def test_after_a_restart_a_phone_whose_connection_has_ended_is_not_rung_until_it_is_heard():
    desk, again = Desk(), Desk()
    desk.register()
    (binding,) = desk.phones._registrar
    again.line.deaf.add("sip:201@10.0.0.7")
    again.phones.restore([replace(binding, received=replace(binding.received, transport="tcp"))])
    assert (again.told, list(again.phones.ways(ANN))) == ([], [])
    again.register(call_id="anew")
    assert [there for _, there in again.told] == [True]
    again.phones.close()
    desk.phones.close()


async def test_a_phone_that_answers_no_more_makes_room_for_one_that_registers():
    desk = Desk(contacts=2)
    desk.line.deaf.add("sip:201@10.0.0.7:1")
    desk.register("sip:201@10.0.0.7:1", call_id="a")
    desk.register("sip:201@10.0.0.7:2", call_id="b")
    assert desk.register("sip:201@10.0.0.7:3", call_id="c").status == 403
    await asyncio.sleep(95)
    assert desk.register("sip:201@10.0.0.7:3", call_id="c").status == 200
    assert [way.uri[-1] for way in desk.phones.ways(ANN)] == ["2", "3"]
    assert desk.register("sip:201@10.0.0.7:4", call_id="d").status == 403
    desk.phones.close()
