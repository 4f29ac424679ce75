"""A call to a number outside: who may make one, which servers it goes by, what the caller hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.config.settings import SwitchSettings, Trunk, TrunkServer
from softswitch.dialplan.plan import DialPlan, OutboundRule
from softswitch.routing import NumberRule, Routing
from softswitch.testing.fakes import (
    FakeCarriers,
    FakeLeg,
    PhoneScript,
    answers,
    busy,
    never_answers,
    rejects,
    silent,
    unreachable,
)
from softswitch.types import AgentName, LegState, Origin, Reject, ToNumber, TrunkName
from tests.calls import house as houses
from tests.calls.house import House

pytestmark = pytest.mark.virtual_time

CARRIER, SECOND = TrunkName("carrier"), TrunkName("second")
DESK = AgentName("desk-201")
NUMBER = "+48600300400"


def trunk(name: TrunkName, **more: object) -> Trunk:
    servers = (TrunkServer("one.example"), TrunkServer("two.example"))
    return replace(Trunk(name, servers, caller_id="+48221234567"), **more)  # type: ignore[arg-type]


def settings(*numbers: NumberRule, **more: object) -> SwitchSettings:
    plain = houses.settings()
    rules = (
        OutboundRule("premium", ("+4870*",)),
        OutboundRule("outside", ("+*", "112"), (CARRIER, SECOND)),
    )
    return replace(
        plain,
        dialplan=DialPlan(rules=rules),
        trunks={CARRIER: trunk(CARRIER, **more), SECOND: trunk(SECOND)},
        routing=Routing((*numbers, *plain.routing.numbers), plain.routing.callers),
    )


@asynccontextmanager
async def house(
    servers: Mapping[str, PhoneScript] | None = None, config: SwitchSettings | None = None
) -> AsyncIterator[House]:
    """`servers`: how `one` and `two`, and `three` of the second trunk, treat whatever is dialled there."""
    async with houses.house({}, config or settings()) as it:
        it.switch.carriers = FakeCarriers({CARRIER: ["sip:{}@one", "sip:{}@two"], SECOND: ["sip:{}@three"]})
        for server, script in (servers or {}).items():
            for number in (NUMBER, "112"):
                it.endpoint.agents[f"sip:{number}@{server}"] = script
        yield it


def dials(it: House, number: str = "600300400", origin: Origin | None = None) -> FakeLeg:
    """An agent's phone dials, or whoever `origin` says."""
    leg = it.endpoint.incoming(number, "201", origin=origin or Origin(agent=DESK))
    it.supervisor.welcome(leg)
    return leg


def tried(it: House) -> list[str]:
    return [leg.remote.uri for leg in it.endpoint.dialled]


class TestWhoMay:
    async def test_an_agent_reaches_a_number_outside_and_both_talk(self) -> None:
        async with house({"one": answers(3.0, talks=10.0)}) as it:
            caller = dials(it)
            await asyncio.sleep(1)
            assert caller.state is LegState.RINGING
            await asyncio.sleep(3)
            assert caller.hears() == {NUMBER: 1.0}
            assert it.endpoint.dialled[0].hears() == {"201": 1.0}
            await asyncio.sleep(12)
            assert caller.state is LegState.ENDED
            assert tried(it) == [f"sip:{NUMBER}@one"]
            routed = it.journal.find("CallRouted")[0].data
            assert (routed["outbound"], routed["destination"]) == ("outside", f"dial {NUMBER}")
            ended = it.journal.find("DialEnded")[0].data
            assert (ended["trunk"], ended["server"], ended["status"]) == (CARRIER, 0, 200)
            talked = it.journal.find("ConversationEnded")[0].data
            assert (talked["talked"], talked["ended_by"]) == (pytest.approx(10.0), "called")

    @pytest.mark.parametrize("number", ["004420712345678", "+882123456789", "700123456"])
    async def test_expensive_classes_are_refused_unless_said(self, number: str) -> None:
        async with house({"one": answers()}) as it:
            end = await dials(it, number).ended
            assert (end.status, tried(it)) == (403, [])

    async def test_a_class_that_is_said_may_be_dialled(self) -> None:
        config = settings()
        allowed = {DESK: frozenset({"international"})}
        config = replace(config, dialplan=replace(config.dialplan, agents=allowed))
        async with house(config=config) as it:
            await dials(it, "004420712345678").ended
            assert tried(it)[0] == "sip:+4420712345678@one"

    @pytest.mark.parametrize("origin", [Origin(), Origin(trunk=CARRIER)], ids=["guest", "carrier"])
    @pytest.mark.parametrize("number", ["600300400", NUMBER, "112"])
    async def test_nobody_else_reaches_the_outbound_rules(self, origin: Origin, number: str) -> None:
        async with house({"one": answers()}) as it:
            end = await dials(it, number, origin).ended
            assert (end.status, tried(it)) == (404, [])

    async def test_the_switchs_own_numbers_go_before_and_a_line_for_all_comes_after(self) -> None:
        config = settings(NumberRule("600300400", Reject(410)))
        config = replace(config, routing=Routing((*config.routing.numbers, NumberRule("*", Reject(604))), ()))
        async with house({"one": answers()}, config) as it:
            assert (await dials(it).ended).status == 410
            dials(it, "+48600300400")
            await asyncio.sleep(2)
            assert tried(it) == [f"sip:{NUMBER}@one"]
            assert (await dials(it, "reception").ended).status == 604
            it.endpoint.dialled[0].hang_up()

    @pytest.mark.parametrize("form", ["221234567", "48221234567", "0048221234567", "+48221234567"])
    async def test_our_own_number_does_not_go_round_by_the_carrier(self, form: str) -> None:
        config = settings(NumberRule("+48221234567", Reject(410)))
        async with house({"one": answers()}, config) as it:
            assert ((await dials(it, form).ended).status, tried(it)) == (410, [])

    async def test_the_configuration_sends_anybody_to_a_number_it_names(self) -> None:
        config = settings(NumberRule("700", ToNumber(NUMBER, (SECOND,))))
        async with house({"three": answers(talks=1.0)}, config) as it:
            caller = dials(it, "700", Origin())
            await caller.ended
            assert tried(it) == [f"sip:{NUMBER}@three"]


class TestFailover:
    @pytest.mark.parametrize("first", [unreachable(), unreachable(status=503), unreachable(status=302)])
    async def test_a_server_that_cannot_is_followed_by_the_next(self, first: PhoneScript) -> None:
        async with house({"one": first, "two": answers(talks=1.0)}) as it:
            await dials(it).ended
            assert tried(it) == [f"sip:{NUMBER}@one", f"sip:{NUMBER}@two"]
            assert it.switch.carriers.silences == []  # type: ignore[attr-defined]

    async def test_silence_is_followed_by_the_next_server_after_four_seconds(self) -> None:
        async with house({"one": silent(), "two": answers(1.0)}) as it:
            caller = dials(it)
            await asyncio.sleep(4.5)
            assert tried(it) == [f"sip:{NUMBER}@one", f"sip:{NUMBER}@two"]
            assert [way.server for way in it.switch.carriers.silences] == [0]  # type: ignore[attr-defined]
            assert it.endpoint.dialled[0].state is LegState.ENDED
            await asyncio.sleep(1)
            assert caller.hears() == {NUMBER: 1.0}
            caller.hang_up()

    async def test_then_comes_the_next_trunk(self) -> None:
        broken = unreachable(status=500)
        async with house({"one": broken, "two": broken, "three": answers(talks=1.0)}) as it:
            await dials(it).ended
            assert tried(it)[-1] == f"sip:{NUMBER}@three"
            assert [note.data["status"] for note in it.journal.find("DialEnded")] == [500, 500, 200]

    @pytest.mark.parametrize(
        ("script", "status"), [(busy(), 486), (rejects(), 603), (unreachable(status=404), 404)]
    )
    async def test_what_the_number_itself_says_is_final(self, script: PhoneScript, status: int) -> None:
        async with house({"one": script, "two": answers()}) as it:
            end = await dials(it).ended
            assert (end.status, tried(it)) == (status, [f"sip:{NUMBER}@one"])

    async def test_a_number_that_rang_is_rung_by_nobody_else(self) -> None:
        async with house({"one": rejects(status=500), "two": answers()}) as it:
            end = await dials(it).ended
            assert (end.status, tried(it)) == (500, [f"sip:{NUMBER}@one"])

    @pytest.mark.parametrize(("status", "told"), [(503, 500), (407, 502), (302, 502), (408, 408)])
    async def test_what_only_concerns_us_and_the_carrier_stays_there(self, status: int, told: int) -> None:
        script = unreachable(status=status)
        async with house({"one": script, "two": script, "three": script}) as it:
            assert (await dials(it).ended).status == told

    async def test_a_full_trunk_is_passed_over_but_not_for_help(self) -> None:
        async with house({"one": answers(talks=1.0), "three": answers(talks=1.0)}) as it:
            it.switch.carriers.full = {CARRIER}  # type: ignore[attr-defined]
            await dials(it).ended
            assert tried(it) == [f"sip:{NUMBER}@three"]
            it.switch.carriers.full = {CARRIER, SECOND}  # type: ignore[attr-defined]
            assert (await dials(it).ended).status == 503
            assert it.journal.find("CallRefused")[-1].data["status"] == 503
            assert [each.data["trunk"] for each in it.journal.find("DialEnded")][-2:] == [CARRIER, SECOND]
            await dials(it, "112").ended
            assert tried(it)[1:] == ["sip:112@one"]

    async def test_what_cannot_even_be_sent_is_on_record(self) -> None:
        async with house({}) as it:
            it.endpoint.slots = 0
            assert (await dials(it).ended).status == 500
            ends = it.journal.find("DialEnded")
            assert [(each.data["trunk"], each.data["server"], each.data["status"]) for each in ends] == [
                (CARRIER, 0, 503),
                (CARRIER, 1, 503),
                (SECOND, 0, 503),
            ]
            assert not it.journal.find("DialledOut")


class TestMeanwhile:
    async def test_early_sound_is_heard_before_the_answer_and_is_not_charged_as_one(self) -> None:
        script = PhoneScript(rings=1.0, early=True, refuses=(6.0, 404))
        async with house({"one": script}) as it:
            caller = dials(it)
            await asyncio.sleep(2)
            assert caller.hears() == {NUMBER: 1.0}
            assert caller.state is LegState.RINGING
            assert (await caller.ended).status == 404
            assert not it.journal.find("CallAnswered")

    async def test_a_caller_who_has_been_answered_hears_a_tone_until_then(self) -> None:
        config = settings(NumberRule("700", ToNumber(NUMBER, (CARRIER,))))
        async with house({"one": answers(3.0)}, config) as it:
            caller = it.endpoint.incoming("700")
            it.supervisor.welcome(caller)
            caller.answer()
            await asyncio.sleep(1)
            assert list(caller.hears()) == ["ringback"]
            await asyncio.sleep(3)
            assert caller.hears() == {NUMBER: 1.0}
            caller.hang_up()

    async def test_a_caller_who_leaves_ends_the_attempt(self) -> None:
        async with house({"one": never_answers()}) as it:
            caller = dials(it)
            caller.after(2.0, caller.hang_up)
            await asyncio.sleep(3)
            assert it.endpoint.dialled[0].state is LegState.ENDED
            assert it.journal.find("DialEnded")[0].data["status"] == 0
            assert tried(it) == [f"sip:{NUMBER}@one"]

    async def test_nobody_rings_for_ever(self) -> None:
        async with house({"one": never_answers()}) as it:
            assert (await dials(it).ended).status == 480
            assert tried(it) == [f"sip:{NUMBER}@one"]
