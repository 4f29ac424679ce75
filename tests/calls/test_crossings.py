"""Things that happen in the same moment: none may cost anybody else the call, the record or the agent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.acd.settings import AgentSettings, AnnounceSettings
from softswitch.calls.supervisor import LAST_WORDS
from softswitch.errors import AudioError
from softswitch.ivr.settings import Choice
from softswitch.ports import Clip
from softswitch.testing.fakes import FakeLeg, FakePlayer, answers, never_answers
from softswitch.types import AgentName, LegEnd, LegState, MenuName, Party, ToAgent
from tests.calls.house import House, house, queue, settings

pytestmark = pytest.mark.virtual_time

ALONE = {AgentName("desk-201"): AgentSettings(AgentName("desk-201"))}
TOLD = AnnounceSettings(position=True, first=0.0, every=1.0)


class DeafLeg(FakeLeg):
    """A caller's phone that has lost its network: it never answers our BYE."""

    def hangup(self, status: int = 0, reason: str = "") -> None:
        """Sent, and nobody there."""


class SlowLeg(FakeLeg):
    """A caller's phone whose ACK takes a second."""

    def answer(self) -> None:
        """200 OK; answered when the ACK is there."""
        self.after(1.0, super().answer)


def deaf_caller(it: House) -> DeafLeg:
    leg = DeafLeg("deaf", Party("100"), dialled="600")
    it.supervisor.welcome(leg)
    return leg


async def test_an_agent_freed_while_a_caller_leaves_costs_the_other_call_nothing() -> None:
    config = settings(queue(agents=("desk-201",), announce=TOLD), ALONE)
    async with house({"201": answers(after=1.0)}, config) as it:
        talker = it.call()
        await asyncio.sleep(5)
        leaver, last = it.call(), it.call()
        await asyncio.sleep(0.5)
        assert len(leaver.hears()) == 2, "an announcement is being spoken"
        leaver.hang_up()
        it.endpoint.dialled[0].hang_up()
        await asyncio.sleep(0.1)
        assert (await talker.ended).status == 200
        assert len(it.endpoint.dialled) == 2, "the agent is rung for the last one, not for who has left"
        last.hang_up()


async def test_a_caller_who_leaves_in_the_moment_of_being_sent_off_has_left_once() -> None:
    async with house({}, settings(queue(agents=(), max_wait=60.0))) as it:
        caller = it.call()
        caller.after(60.0, caller.hang_up)
        await asyncio.sleep(61)
        assert [note.data["reason"] for note in it.journal.find("CallerLeft")] == ["max-wait"]


async def test_an_announcement_that_finds_no_player_leaves_the_music_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house({}, settings(queue(agents=(), announce=TOLD))) as it:

        def no_player(clip: Clip, *, loop: bool = False) -> FakePlayer:
            raise AudioError("no player is left")

        monkeypatch.setattr(it.endpoint.media, "player", no_player)
        caller = it.call()
        await asyncio.sleep(3)
        assert caller.hears() == {"classical": 1.0}
        caller.hang_up()


async def test_a_call_that_is_being_hung_up_when_the_switch_drains_is_on_record() -> None:
    async with house({}, settings(queue(agents=(), max_wait=1.0))) as it:
        deaf_caller(it)
        await asyncio.sleep(2)
        await it.supervisor.drain(5.0)
        assert it.kinds()[-1] == "CallEnded"


async def test_a_call_that_is_being_hung_up_when_the_switch_stops_is_on_record() -> None:
    async with house({}, settings(queue(agents=(), max_wait=1.0))) as it:
        deaf_caller(it)
        await asyncio.sleep(2)
    assert it.kinds()[-1] == "CallEnded"


async def test_a_call_that_is_sent_elsewhere_before_its_ack_is_answered_once() -> None:
    async with house({}, settings(queue(agents=()))) as it:
        leg = SlowLeg("slow", Party("100"), dialled="600")
        it.supervisor.welcome(leg)
        await asyncio.sleep(0.5)
        await it.supervisor.drain(20.0)
        assert "closing" in leg.heard_labels()[0]
        assert it.kinds().count("CallAnswered") == 1


async def test_a_caller_who_comes_in_the_moment_of_the_drain_is_turned_away() -> None:
    async with house({}, settings(queue(agents=()))) as it:
        caller = it.call()
        await it.supervisor.drain(5.0)
        assert (caller.state, (await caller.ended).status) == (LegState.ENDED, 503)


async def test_an_agent_whom_a_reload_removed_meanwhile_is_unavailable() -> None:
    plain = settings()
    menu = plain.menus.menus[MenuName("welcome")]
    to_agent = replace(menu, choices={"1": Choice(ToAgent(AgentName("desk-201")))})
    menus = replace(plain.menus, menus={menu.name: to_agent})
    async with house({"201": never_answers()}, replace(plain, menus=menus)) as it:
        caller = it.call("500")
        await asyncio.sleep(0.5)
        it.switch.settings = replace(it.switch.settings, phones={})
        caller.press("1")
        await asyncio.sleep(1)
        assert caller.heard_labels()[-1].startswith("We are sorry")
        caller.hang_up()


async def test_a_caller_who_never_confirms_our_answer_does_not_keep_an_agent() -> None:
    async with house({"201": answers(after=3.0)}) as it:
        caller = it.call()
        caller.acknowledges = False
        await asyncio.sleep(7.9)
        assert it.endpoint.dialled[0].state is LegState.ANSWERED
        assert it.endpoint.dialled[0].hears() == {}, "there is nobody to talk to"
        await asyncio.sleep(0.2)
        assert caller.ended.result() == LegEnd(False, 408, "No ACK")
        assert it.endpoint.dialled[0].state is LegState.ENDED
        assert it.supervisor.calls == []
        assert it.kinds()[-2:] == ["ConversationEnded", "CallEnded"]
        another = it.call()
        await asyncio.sleep(4)
        assert another.hears() == {"201": 1.0}, "the agent is free again"
        another.hang_up()


async def test_an_agent_is_freed_at_once_when_that_caller_does_not_answer_our_bye_either() -> None:
    async with house({"201": answers(after=3.0)}) as it:
        caller = deaf_caller(it)
        caller.acknowledges = False
        await asyncio.sleep(8.1)
        agent = it.endpoint.dialled[0]
        assert agent.state is LegState.ENDED
        assert agent.heard() == []
        await asyncio.sleep(LAST_WORDS)
        assert it.supervisor.calls == []


async def test_phones_stop_ringing_for_a_caller_who_never_confirms_our_answer() -> None:
    async with house({"201": never_answers()}) as it:
        caller = it.call()
        caller.acknowledges = False
        await asyncio.sleep(8.1)
        assert [leg.state for leg in it.endpoint.dialled] == [LegState.ENDED]
        assert it.supervisor.calls == []


@pytest.mark.parametrize("dialled", ["500", "201"])
async def test_a_caller_who_never_confirms_our_answer_is_hung_up_on_wherever_it_was_given(
    dialled: str,
) -> None:
    async with house({"201": answers(after=0.0)}) as it:
        caller = it.call(dialled)
        caller.acknowledges = False
        await asyncio.sleep(8.5)
        assert caller.ended.result().status == 408
        assert it.supervisor.calls == []
        assert "CallRefused" not in it.kinds()
