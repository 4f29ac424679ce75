"""What an agent hears before being connected, and what everybody else hears meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from softswitch.config.settings import SwitchSettings
from softswitch.testing.fakes import answers, drops_after_answer, never_answers
from softswitch.types import Language, LegState, Prompt
from tests.calls.house import SUPPORT, house, queue, settings

pytestmark = pytest.mark.virtual_time

WHO = "en: Support, waited 4"
"""Two seconds long, as all that is spoken here."""


def whispering(prompt: Prompt | None = None, **changes: object) -> SwitchSettings:
    """The usual queue, in which agents are told who comes."""
    whispers: Mapping[str, Prompt | None] = {SUPPORT: prompt}
    return replace(settings(queue(**changes)), whispers=whispers)


async def test_the_agent_hears_who_comes_while_the_caller_still_has_music() -> None:
    async with house({"201": answers(after=4.0)}, whispering()) as it:
        caller = it.call()
        await asyncio.sleep(5)
        agent = it.endpoint.dialled[0]
        assert agent.hears() == {WHO: 1.0}
        assert caller.hears() == {"classical": 1.0}
        await asyncio.sleep(5)
        assert agent.hears() == {"+48600100200": 1.0}
        assert caller.hears() == {"201": 1.0}
        whispered, talk = agent.heard(WHO)[0], caller.heard("201")[0]
        assert whispered.end - whispered.start == pytest.approx(2.0)
        assert 0 <= talk.start - whispered.end < 0.1
        assert caller.heard_labels() == ["classical", "201"]
        assert it.journal.find("Connected")[0].data["waited"] == pytest.approx(6.0)
        assert it.journal.find("Introduced")[0].data["took"] == pytest.approx(2.0)
        caller.hang_up()


async def test_a_text_of_ones_own_is_said_instead() -> None:
    mine = Prompt({Language("en"): "A member of the club."})
    async with house({"201": answers(after=4.0)}, whispering(mine)) as it:
        caller = it.call()
        await asyncio.sleep(5)
        assert it.endpoint.dialled[0].hears() == {"A member of the club.": 1.0}
        caller.hang_up()


async def test_without_it_the_two_talk_at_once() -> None:
    async with house({"201": answers(after=4.0)}) as it:
        caller = it.call()
        await asyncio.sleep(5)
        assert it.endpoint.dialled[0].heard_labels() == ["+48600100200"]
        caller.hang_up()


async def test_hanging_up_on_hearing_who_comes_is_to_decline() -> None:
    phones = {"201": drops_after_answer(after=4.0, delay=1.0), "202": answers(after=1.0)}
    async with house(phones, whispering()) as it:
        caller = it.call()
        await asyncio.sleep(5.5)
        assert caller.hears() == {"classical": 1.0}
        await asyncio.sleep(5)
        assert caller.hears() == {"202": 1.0}
        results = [note.data["result"] for note in it.journal.find("OfferEnded")]
        assert results == ["rejected", "answered"]
        assert len(it.journal.find("Connected")) == 1
        caller.hang_up()


async def test_the_ring_time_does_not_cut_it() -> None:
    async with house({"201": answers(after=9.0)}, whispering(ring=10.0)) as it:
        caller = it.call()
        await asyncio.sleep(13)
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_the_longest_wait_does_not_send_away_whom_an_agent_has_answered() -> None:
    async with house({"201": answers(after=9.0)}, whispering(ring=20.0, max_wait=10.0)) as it:
        caller = it.call()
        await asyncio.sleep(13)
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_all_other_phones_stop_when_one_agent_begins_to_listen() -> None:
    phones = {"201": answers(after=4.0), "202": never_answers()}
    async with house(phones, whispering(strategy="ring-all", ring=20.0)) as it:
        caller = it.call()
        await asyncio.sleep(4.1)
        assert it.endpoint.rung("sip:202@desk")[0].state is LegState.ENDED
        await asyncio.sleep(3)
        assert len(it.endpoint.dialled) == 2
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_of_two_who_answer_together_one_listens_and_the_other_is_hung_up() -> None:
    phones = {"201": answers(after=4.0), "202": answers(after=4.0)}
    async with house(phones, whispering(strategy="ring-all", ring=20.0)) as it:
        caller = it.call()
        await asyncio.sleep(8)
        talking = [leg for leg in it.endpoint.dialled if leg.state is LegState.ANSWERED]
        assert [leg.label for leg in talking] == list(caller.hears())
        assert len(it.journal.find("Connected")) == 1
        caller.hang_up()


async def test_a_caller_who_hangs_up_meanwhile_has_not_been_served() -> None:
    async with house({"201": answers(after=4.0)}, whispering(agents=("desk-201",))) as it:
        caller = it.call()
        caller.after(5.0, caller.hang_up)
        await asyncio.sleep(6)
        assert it.endpoint.dialled[0].state is LegState.ENDED
        assert not it.journal.find("Connected")
        assert it.journal.find("CallerLeft")[0].data["reason"] == "hung-up"
        assert (
            it.switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time()).agents["desk-201"].load
            == 0
        )


async def test_what_cannot_be_spoken_keeps_nobody_waiting() -> None:
    async with house({"201": answers(after=4.0)}, whispering()) as it:
        it.speech.broken.add(WHO)
        caller = it.call()
        await asyncio.sleep(4.1)
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()


async def test_nobody_picks_up_what_a_colleague_has_answered() -> None:
    async with house({"201": answers(after=4.0)}, whispering()) as it:
        caller = it.call()
        await asyncio.sleep(5)
        assert it.switch.dispatcher.ringing == ()
        await asyncio.sleep(3)
        assert caller.hears() == {"201": 1.0}
        caller.hang_up()
