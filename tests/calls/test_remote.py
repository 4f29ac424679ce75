"""An agent at a number outside: who answers must press a key before the caller is connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.calls.remote import KEY, QUESTION
from softswitch.config.settings import SwitchSettings
from softswitch.testing.fakes import FakeLeg, PhoneScript, answers, busy, never_answers, silent, unreachable
from softswitch.types import AgentName, Language, LegState, Origin, Party, ToNumber, Way
from tests.calls import test_outbound as outbound
from tests.calls.house import House
from tests.calls.test_outbound import CARRIER, NUMBER, SECOND, tried

pytestmark = pytest.mark.virtual_time

DESK, OTHER = AgentName("desk-201"), AgentName("desk-202")
ASKED = QUESTION.text(Language("en"))


def settings(*, confirm: bool = True, way: Way | None = None) -> SwitchSettings:
    """Agent 201 is on a mobile; 202 serves nobody."""
    plain = outbound.settings()
    phones = dict(plain.phones)
    phones[DESK] = replace(
        phones[DESK], way=way, outside=ToNumber(NUMBER, (CARRIER, SECOND)), confirm=confirm
    )
    queues = {name: replace(queue, agents=(DESK,)) for name, queue in plain.engine.queues.items()}
    return replace(plain, phones=phones, engine=replace(plain.engine, queues=queues))


@asynccontextmanager
async def house(
    servers: Mapping[str, PhoneScript], config: SwitchSettings | None = None
) -> AsyncIterator[House]:
    async with outbound.house(servers, config or settings()) as it:
        yield it


def mobile(it: House) -> FakeLeg:
    return it.endpoint.dialled[-1]


async def test_the_caller_is_connected_after_the_key() -> None:
    async with house({"one": answers(2.0)}) as it:
        caller = it.call("600")
        await asyncio.sleep(3)
        assert mobile(it).hears() == {ASKED: 1.0}
        assert caller.hears() == {"classical": 1.0}
        mobile(it).press("7")
        await asyncio.sleep(1)
        assert caller.hears() == {"classical": 1.0}
        mobile(it).press(KEY)
        await asyncio.sleep(1)
        assert caller.hears() == {NUMBER: 1.0}
        assert mobile(it).hears() == {caller.label: 1.0}
        assert it.journal.find("Confirmed")[0].data == {"agent": DESK}
        assert not it.journal.find("NotConfirmed")
        assert it.journal.find("DialledOut")[0].data["agent"] == DESK
        assert it.journal.find("OfferEnded")[0].data["result"] == "answered"
        caller.hang_up()


async def test_the_question_is_asked_again_until_then() -> None:
    async with house({"one": answers(1.0)}) as it:
        it.speech.durations[ASKED] = 1.0
        caller = it.call("600")
        await asyncio.sleep(9.5)
        assert [round(span.start) for span in mobile(it).heard(ASKED)] == [1, 5, 9]
        caller.hang_up()


async def test_a_mailbox_that_answers_is_no_answer() -> None:
    async with house({"one": answers(2.0)}) as it:
        caller = it.call("600")
        await asyncio.sleep(10.5)
        ended = it.journal.find("OfferEnded")[0].data
        assert ended["result"] == "no-answer"
        assert it.endpoint.dialled[0].state is LegState.ENDED
        assert not it.journal.find("Connected")
        assert [note.data for note in it.journal.find("NotConfirmed")] == [
            {"agent": DESK, "reason": "no-key", "waited": 8.0}
        ]
        assert caller.hears() == {"classical": 1.0}
        caller.hang_up()


async def test_who_hangs_up_instead_has_rejected_the_call() -> None:
    async with house({"one": answers(2.0, talks=3.0)}) as it:
        caller = it.call("600")
        await asyncio.sleep(6)
        assert it.journal.find("OfferEnded")[0].data["result"] == "rejected"
        assert [note.data for note in it.journal.find("NotConfirmed")] == [
            {"agent": DESK, "reason": "hung-up", "waited": 3.0}
        ]
        caller.hang_up()


async def test_without_confirmation_the_answer_connects() -> None:
    async with house({"one": answers(2.0)}, settings(confirm=False)) as it:
        caller = it.call("600")
        await asyncio.sleep(3)
        assert caller.hears() == {NUMBER: 1.0}
        assert not it.journal.find("Confirmed")
        caller.hang_up()


async def test_a_caller_who_leaves_ends_the_question() -> None:
    async with house({"one": answers(1.0)}) as it:
        caller = it.call("600")
        caller.after(3.0, caller.hang_up)
        await asyncio.sleep(4)
        assert mobile(it).state is LegState.ENDED


@pytest.mark.parametrize("turns", range(8))
async def test_a_wrong_key_in_the_moment_in_which_the_caller_leaves(turns: int) -> None:
    async with house({"one": answers(1.0)}) as it:
        caller = it.call("600")
        await asyncio.sleep(3)
        caller.hang_up()
        for _ in range(turns):
            await asyncio.sleep(0)
        mobile(it).press("7")
        await asyncio.sleep(1)
        assert mobile(it).state is LegState.ENDED
        assert not it.supervisor.calls


@pytest.mark.parametrize(
    ("script", "result"),
    [(busy(), "busy"), (never_answers(), "no-answer"), (unreachable(status=404), "unreachable")],
)
async def test_what_the_number_says_is_the_offers_result(script: PhoneScript, result: str) -> None:
    async with house({"one": script}) as it:
        caller = it.call("600")
        await asyncio.sleep(10.5)
        assert it.journal.find("OfferEnded")[0].data["result"] == result
        caller.hang_up()


async def test_another_server_takes_over_within_one_offer() -> None:
    async with house({"one": silent(), "two": answers(1.0)}) as it:
        caller = it.call("600")
        await asyncio.sleep(6)
        mobile(it).press(KEY)
        await asyncio.sleep(0.5)
        assert tried(it) == [f"sip:{NUMBER}@one", f"sip:{NUMBER}@two"]
        assert len(it.journal.find("OfferMade")) == 1
        assert caller.hears() == {NUMBER: 1.0}
        caller.hang_up()


async def test_all_trunks_full_is_out_of_reach() -> None:
    async with house({"one": answers(1.0)}) as it:
        it.switch.carriers.full = {CARRIER, SECOND}  # type: ignore[attr-defined]
        caller = it.call("600")
        await asyncio.sleep(1)
        assert tried(it) == []
        caller.hang_up()


async def test_dialled_directly_the_key_is_wanted_too() -> None:
    async with house({"one": answers(2.0)}) as it:
        caller = it.call("201")
        await asyncio.sleep(4)
        assert caller.state is LegState.RINGING
        mobile(it).press(KEY)
        await asyncio.sleep(0.5)
        assert caller.hears() == {NUMBER: 1.0}
        caller.hang_up()
        await asyncio.sleep(0.5)
        late = it.call("201")
        end = await late.ended
        assert (end.status, round(asyncio.get_running_loop().time())) == (480, 25)


async def test_a_desk_and_a_mobile_ring_at_once_and_the_desk_wins_while_the_mobile_is_asked() -> None:
    async with house({"one": answers(1.0)}, settings(way=Way("sip:201@desk"))) as it:
        it.endpoint.agents["sip:201@desk"] = answers(3.0)
        caller = it.call("600")
        await asyncio.sleep(4)
        assert caller.hears() == {"201": 1.0}
        (leg,) = it.endpoint.rung(f"sip:{NUMBER}@one")
        assert leg.ended.result().reason.startswith("SIP;cause=200")
        caller.hang_up()


async def test_the_mobile_is_shown_our_number_and_of_a_carriers_call_the_number_dialled() -> None:
    async with house({"one": answers(1.0)}) as it:
        leg = it.endpoint.incoming("600", "600100200", origin=Origin(trunk=CARRIER))
        it.supervisor.welcome(leg)
        await asyncio.sleep(0.5)
        assert mobile(it).caller_shown == Party("+48221234567")
        assert "X-Call-Id" not in mobile(it).headers
        leg.hang_up()
