"""Agents' phones that register with the real switch: digest, bindings, ringing, calls, codes, restarts."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from softswitch.testing.phone import Phone, Refused, bindings
from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, voice
from tests.e2e.switch import Switch, serving, until

REALM = "acme.example"
CONFIGURATION = {
    "sip": {"realm": REALM, "registration": {"shortest": "2s", "keep_alive": "1s"}},
    "numbers": {"600": {"queue": "support"}},
    "pauses": {1: "lunch"},
    "queues": {"support": {"strategy": "ring-all", "ring": "10s", "music": "silence"}},
    "agents": {
        "desk-201": {"name": "Billing desk", "login": "201", "password": "secret-201"},
        "desk-202": {"name": "Front desk", "login": "202", "password": "secret-202"},
    },
    "teams": {"support": {"agents": ["desk-201", "desk-202"]}},
}


@asynccontextmanager
async def running(folder, configuration=CONFIGURATION):
    async with serving(Switch(folder, configuration)) as switch:
        yield switch


def desk(number, **options):
    return Phone(number, password=f"secret-{number}", domain=REALM, **options)


def home(switch):
    return f"sip:127.0.0.1:{switch.port}"


async def agents_state(switch, agent):
    """What `softswitch agents` would show."""
    from softswitch.control.client import ask

    answer = await asyncio.to_thread(ask, switch.data / "control.sock", "agents")
    return next(view["state"] for view in answer["agents"] if view["name"] == agent)


async def becomes(switch, agent, state, within=8.0):
    async with asyncio.timeout(within):
        while await agents_state(switch, agent) != state:  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",)])
async def test_a_phone_registers_is_rung_and_both_hear_each_other(tmp_path, algorithms):
    async with (
        running(tmp_path) as switch,
        desk("201", algorithms=algorithms) as agent,
        Phone("100") as caller,
    ):
        assert await agents_state(switch, "desk-201") == "offline"
        answer = await agent.register(home(switch), expires=60)
        assert bindings(answer) == {agent.contact: 60}
        assert await agents_state(switch, "desk-201") == "free"
        call = caller.call(switch.uri("600"))
        call.say(tone(CALLER_TONE))
        ringing = await agent.rung()
        ringing.say(tone(AGENT_TONE))
        ringing.answer()
        await ringing.until_answered()
        await call.until_answered()
        await asyncio.sleep(1.5)
        call.bye()
        await call.until_ended()
        assert voice(ringing.ear.sound().after(0.7), CALLER_TONE) > 0.5
        assert voice(call.ear.sound().after(0.7), AGENT_TONE) > 0.5


async def test_a_wrong_user_and_a_wrong_password_look_the_same(tmp_path):
    async with (
        running(tmp_path) as switch,
        Phone("201", password="wrong", domain=REALM) as wrong,
        Phone("999", password="wrong", domain=REALM) as unknown,
    ):
        first, second = [await phone.register(home(switch)) for phone in (wrong, unknown)]
        assert (first.status, second.status) == (401, 401)
        names = [[name.lower() for name, _ in answer.headers] for answer in (first, second)]
        assert names[0] == names[1]
        assert await agents_state(switch, "desk-201") == "offline"
        await asyncio.to_thread(
            until, lambda: switch.log().count("sip.auth_failed") == 2, 5.0, switch.last_words
        )
        assert "secret-201" not in switch.log()


async def test_nobody_registers_for_somebody_else(tmp_path):
    async with running(tmp_path) as switch, Phone("202", password="secret-201", auth_user="201") as thief:
        assert (await thief.register(home(switch))).status == 403
        assert await agents_state(switch, "desk-202") == "offline"


async def test_too_short_a_time_is_423_and_a_removal_is_offline_at_once(tmp_path):
    async with running(tmp_path) as switch, desk("201") as agent:
        brief = await agent.register(home(switch), expires=1)
        assert (brief.status, brief.get("min-expires")) == (423, "2")
        await agent.register(home(switch), expires=60)
        assert await agents_state(switch, "desk-201") == "free"
        await agent.register(home(switch), contacts=["*"], expires=0)
        assert await agents_state(switch, "desk-201") == "offline"


async def test_a_registration_that_is_not_renewed_ends(tmp_path):
    async with running(tmp_path) as switch, desk("201") as agent:
        await agent.register(home(switch), expires=2)
        assert await agents_state(switch, "desk-201") == "free"
        await becomes(switch, "desk-201", "offline", 4.0)


async def test_a_phone_that_answers_no_options_is_offline_until_it_does(tmp_path):
    async with running(tmp_path) as switch, desk("201") as agent:
        await agent.register(home(switch), expires=3600)
        agent.options = None
        await becomes(switch, "desk-201", "offline", 25.0)
        assert "expired" not in [event["data"]["why"] for event in switch.events("PhoneUnregistered")]
        agent.options = 405
        await becomes(switch, "desk-201", "free")


async def test_all_phones_of_an_agent_ring_and_one_answer_wins(tmp_path):
    async with running(tmp_path) as switch, desk("201") as one, desk("201") as two, Phone("100") as caller:
        await one.register(home(switch))
        answer = await two.register(home(switch))
        assert set(bindings(answer)) == {one.contact, two.contact}
        call = caller.call(switch.uri("600"))
        first, second = await one.rung(), await two.rung()
        first.ring()
        second.ring()
        second.answer()
        await second.until_answered()
        await call.until_answered()
        await first.until_ended()
        cancel = one.heard("CANCEL")[0]
        assert "Call completed elsewhere" in cancel.get("reason")
        call.bye()
        await call.until_ended()


async def test_bindings_survive_the_death_of_the_switch(tmp_path):
    async with desk("201") as agent, Phone("100") as caller:
        switch = Switch(tmp_path, CONFIGURATION)
        await asyncio.to_thread(switch.start)
        await agent.register(home(switch), expires=600)
        await asyncio.sleep(1.5)  # what is kept is written once a second
        await asyncio.to_thread(switch.restart_after_a_crash)
        assert await agents_state(switch, "desk-201") == "free"
        call = caller.call(switch.uri("600"))
        ringing = await agent.rung()
        ringing.answer()
        await call.until_answered()
        call.bye()
        await call.until_ended()
        await asyncio.to_thread(switch.stop)


async def test_a_reload_sends_away_who_registered_by_a_password_that_is_no_more(tmp_path):
    from softswitch.control.client import ask

    agents = CONFIGURATION["agents"]
    changed = {**agents, "desk-201": agents["desk-201"] | {"password": "better-201"}}
    async with running(tmp_path) as switch, desk("201") as first, desk("202") as second:
        for phone in (first, second):
            assert (await phone.register(home(switch), expires=60)).status == 200
        await becomes(switch, "desk-202", "free")
        switch.configure(CONFIGURATION | {"agents": changed})
        await asyncio.to_thread(ask, switch.data / "control.sock", "reload")
        assert await agents_state(switch, "desk-201") == "offline"
        assert await agents_state(switch, "desk-202") == "free"
        assert (await first.register(home(switch), expires=60)).status == 401


async def test_an_agent_calls_another_and_is_shown_by_name(tmp_path):
    async with running(tmp_path) as switch, desk("201") as one, desk("202") as two:
        await one.register(home(switch))
        await two.register(home(switch))
        call = one.call(switch.uri("202"))
        ringing = await two.rung()
        assert ringing.invite.get("from").startswith('"Billing desk" <sip:201@')
        ringing.answer()
        await call.until_answered()
        assert await agents_state(switch, "desk-201") == "outside-call"
        assert await agents_state(switch, "desk-202") == "outside-call"
        call.bye()
        await call.until_ended()
        await becomes(switch, "desk-201", "free")


async def test_whoever_uses_an_agents_name_must_prove_it(tmp_path):
    async with running(tmp_path) as switch, Phone("201", password="wrong") as liar, Phone("100") as guest:
        with pytest.raises(Refused, match="401"):
            await liar.call(switch.uri("600")).until_answered()
        call = guest.call(switch.uri("600"))
        await call.until_answered()  # guests are welcome to what is in `numbers`
        call.bye()
        await call.until_ended()
        with pytest.raises(Refused, match="404"):
            await guest.call(switch.uri("*11")).until_answered()


CODES = {
    "201": ("*12", "signed-out", []),
    "202": ("*13", "paused", [""]),
    "203": ("*131", "paused", ["lunch"]),
    "204": ("*139", "free", []),
}
"""What each phone calls, the agent's state then, and the reasons of pauses that are on record."""


async def test_codes_change_the_agents_state_and_are_confirmed(tmp_path):
    more = CONFIGURATION["agents"] | {
        f"desk-{login}": {"name": f"Desk {login}", "login": login, "password": f"secret-{login}"}
        for login in ("203", "204")
    }
    async with running(tmp_path, CONFIGURATION | {"agents": more}) as switch, asyncio.TaskGroup() as group:
        told = {login: group.create_task(uses(switch, login)) for login in CODES}
    assert [login for login, task in told.items() if min(task.result()) <= 0.5] == [], "each heard a sentence"
    paused = [event["data"] for event in switch.events("AgentPaused")]
    for login, (_, _, reasons) in CODES.items():
        assert [data["reason"] for data in paused if data["agent"] == f"desk-{login}"] == reasons


async def uses(switch, login):
    """An agent's phone calls a code, *11 and *14, each of which does what it should; how long each spoke."""
    code, state, _ = CODES[login]
    spoke = []
    async with desk(login) as agent:
        await agent.register(home(switch))
        for number, then in ((code, state), ("*11", state if "3" in code else "free"), ("*14", "free")):
            call = agent.call(switch.uri(number))
            await call.until_answered()
            await call.until_ended()
            spoke.append(call.ear.sound().duration)
            await becomes(switch, f"desk-{login}", then)
    return spoke


async def test_a_reload_without_an_agent_whose_phone_is_registered(tmp_path):
    from softswitch.control.client import ask

    fewer = {name: agent for name, agent in CONFIGURATION["agents"].items() if name != "desk-201"}
    without = CONFIGURATION | {"agents": fewer, "teams": {"support": {"agents": ["desk-202"]}}}
    async with running(tmp_path) as switch, desk("201") as first, desk("202") as second:
        for phone in (first, second):
            assert (await phone.register(home(switch), expires=60)).status == 200
        await becomes(switch, "desk-202", "free")
        switch.configure(without)
        await asyncio.to_thread(ask, switch.data / "control.sock", "reload")
        assert await agents_state(switch, "desk-202") == "free"
        assert (await first.register(home(switch), expires=60)).status == 401
        switch.configure(CONFIGURATION)
        await asyncio.to_thread(ask, switch.data / "control.sock", "reload")
        assert await agents_state(switch, "desk-201") == "offline"
        assert (await first.register(home(switch), expires=60)).status == 200
        assert await agents_state(switch, "desk-201") == "free"
