"""Callers whom the configuration sends round and round are let go, and everybody else is served meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from softswitch.acd.settings import EngineSettings, NoAgents, QueueSettings
from softswitch.config.settings import SwitchSettings
from softswitch.ivr.settings import Menu, MenuTree
from softswitch.rounds import AT_ONCE, MOST, Rounds
from softswitch.routing import NumberRule, Routing
from softswitch.testing.fakes import answers, never_answers
from softswitch.types import Destination, LegState, MenuName, Prompt, QueueName, ToMenu, ToQueue
from tests.calls.house import SUPPORT, house, settings


def to(name: str) -> Destination:
    return ToQueue(QueueName(name))


def two(a: Mapping[str, object], b: Mapping[str, object], agents: bool = False) -> SwitchSettings:
    """Number 700 is queue a, 600 still the one with agents."""
    plain = settings()
    team = plain.engine.queues[SUPPORT].agents if agents else ()
    queues = {
        QueueName(name): QueueSettings(QueueName(name), team, **changes)  # type: ignore[arg-type]
        for name, changes in (("a", a), ("b", b))
    }
    engine = EngineSettings({**plain.engine.queues, **queues}, plain.engine.agents)
    routing = Routing((NumberRule("700", to("a")), *plain.routing.numbers), ())
    return replace(plain, engine=engine, routing=routing)


NOBODY = two({"no_agents": NoAgents(joining=to("b"))}, {"no_agents": NoAgents(joining=to("a"))})


@pytest.mark.virtual_time
async def test_two_queues_without_agents_do_not_stop_the_switch() -> None:
    async with house({"201": answers(after=1.0, talks=5.0)}, NOBODY) as it:
        lost = it.call("700")
        other = it.call("600")
        await asyncio.sleep(3)
        assert (lost.state, lost.ended.result().status) == (LegState.ENDED, 480)
        assert other.hears() == {"201": 1.0}
        (round_,) = it.journal.find("CallWentRound")
        first, second, last = round_.data["way"]
        assert (first, {first, second}) == (last, {"queue a", "queue b"})
        assert len(it.journal.find("CallerLeft")) == MOST
        other.hang_up()


@pytest.mark.virtual_time
async def test_whoever_is_served_while_one_goes_round_comes_in_between() -> None:
    """The way from place to place leaves time for others at each step."""
    async with house({}, NOBODY) as it:
        it.call("700")
        it.call("700", "+48600100201")
        await asyncio.sleep(1)
        order = [note.call for note in it.journal.find("CallerLeft")]
        first, second = order[0], order[-1]
        assert first != second
        assert order.index(second) < 3, "the first caller went all the way before the second one's first step"


@pytest.mark.virtual_time
async def test_who_is_sent_round_by_the_millisecond_is_let_go_with_words() -> None:
    short = two({"max_wait": 0.001, "timeout": to("b")}, {"max_wait": 0.001, "timeout": to("a")}, agents=True)
    async with house({"201": never_answers()}, short) as it:
        caller = it.call("700")
        await asyncio.sleep(5)
        assert caller.state is LegState.ENDED
        assert len(caller.heard("We are sorry, nobody can take your call at the moment.")) == 1
        assert len(it.endpoint.rung("sip:201@desk")) <= MOST


@pytest.mark.virtual_time
async def test_who_is_sent_round_through_a_menu_that_says_nothing_is_let_go() -> None:
    plain = two({"no_agents": NoAgents(joining=ToMenu(MenuName("m")))}, {})
    menu = Menu(MenuName("m"), Prompt(), {}, wait=5.0, attempts=1, otherwise=to("a"))
    config = replace(plain, menus=MenuTree({**plain.menus.menus, menu.name: menu}, {}))
    async with house({}, config) as it:
        caller = it.call("700")
        await asyncio.sleep(10)
        assert caller.state is LegState.ENDED
        assert it.journal.find("CallWentRound")


@pytest.mark.virtual_time
async def test_rounds_of_minutes_go_on() -> None:
    long = two({"max_wait": 60.0, "timeout": to("b")}, {"max_wait": 60.0, "timeout": to("a")})
    async with house({}, long) as it:
        caller = it.call("700")
        await asyncio.sleep(60.0 * (MOST + 5))
        assert caller.state is LegState.ANSWERED
        assert not it.journal.find("CallWentRound")
        caller.hang_up()


def test_staying_somewhere_begins_a_new_way() -> None:
    rounds = Rounds()
    for _ in range(3):
        assert all(rounds.go(f"queue {place}", 0.0) for place in range(MOST - 1))
        assert rounds.go("menu", AT_ONCE)
    assert rounds.way == ["menu"]


def test_the_last_round_is_told() -> None:
    rounds = Rounds()
    walked = ["in", "a", "b", "c"] + ["a", "b", "c"] * MOST
    assert not all(rounds.go(place, 0.0) for place in walked)
    assert len(rounds.circle) == 4
    assert rounds.circle[0] == rounds.circle[-1]
