"""A phone that nobody here has written: baresip registers, calls, holds, presses keys."""

from __future__ import annotations

import asyncio
import time

import pytest

from softswitch.testing.phone import Phone
from softswitch.testing.voice import tone
from tests.e2e.baresip import Baresip
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, voice
from tests.e2e.switch import Switch, until
from tests.e2e.test_registering import CONFIGURATION, REALM, agents_state, becomes, home, running

SETTINGS = CONFIGURATION | {
    "media": {"languages": ["en"]},
    "numbers": {"600": {"queue": "support"}, "610": {"menu": "reception"}},
    "menus": {
        "reception": {"say": "Welcome.", "choices": {"2": {"menu": "more"}}},
        "more": {"say": "And again.", "choices": {"7": {"queue": "support"}}},
    },
    "queues": {"support": {"ring": "10s"}},
}


def desk(folder, user="201", password=None):
    return Baresip(folder, user, password=password or f"secret-{user}", speaks=AGENT_TONE)


async def talk(switch, agent, caller):
    """The caller is answered by the agent, and both speak."""
    call = caller.call(switch.uri("600"))
    call.say(tone(CALLER_TONE))
    await agent.until("CALL_INCOMING")
    await agent.answer()
    await call.until_answered()
    return call


async def test_it_registers_is_rung_by_the_queue_and_both_hear_each_other(tmp_path):
    async with running(tmp_path, SETTINGS) as switch, desk(tmp_path) as agent, Phone("100") as caller:
        await agent.register(REALM, home(switch))
        assert await agents_state(switch, "desk-201") == "free"
        call = await talk(switch, agent, caller)
        await asyncio.sleep(2.0)
        await agent.hangup()
        await call.until_ended()
        assert voice(last_second(call.ear.sound()), AGENT_TONE) > 0.5
        assert voice(last_second(agent.sound()), CALLER_TONE) > 0.5
        assert switch.records(lambda record: True)[0]["ended_by"] == "agent"


async def test_it_registers_over_tcp_and_answers_by_itself(tmp_path):
    async with running(tmp_path, SETTINGS) as switch, desk(tmp_path) as agent, Phone("100") as caller:
        await agent.register(REALM, f"{home(switch)};transport=tcp", answermode="auto")
        call = caller.call(switch.uri("600"))
        await call.until_answered()
        await agent.until("CALL_ESTABLISHED")
        call.bye()
        await agent.until("CALL_CLOSED")
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert (record["agent"], record["ended_by"]) == ("desk-201", "caller")


async def test_who_is_held_hears_music_and_then_the_agent_again(tmp_path):
    async with running(tmp_path, SETTINGS) as switch, desk(tmp_path) as agent, Phone("100") as caller:
        await agent.register(REALM, home(switch))
        call = await talk(switch, agent, caller)
        await asyncio.sleep(1.0)
        await agent.hold()
        await asyncio.sleep(1.5)
        held = time.time()
        await agent.resume()
        await asyncio.sleep(1.5)
        now = time.time()
        call.bye()
        await agent.until("CALL_CLOSED")
        heard = call.ear.sound()
        music = heard.between(held - 1.0, held - 0.1)
        assert voice(music, AGENT_TONE) < 0.1
        assert music.rms() > 0.003
        assert voice(heard.between(now - 1.0, now), AGENT_TONE) > 0.5
        assert voice(last_second(agent.sound()), CALLER_TONE) > 0.5
    assert [event["data"]["by"] for event in switch.events("Held")] == ["agent"]
    assert len(switch.events("Resumed")) == 1


async def test_as_a_caller_it_goes_through_a_menu_by_its_keys(tmp_path):
    async with (
        running(tmp_path, SETTINGS) as switch,
        desk(tmp_path) as caller,
        Phone("202", password="secret-202", domain=REALM) as agent,
    ):
        await caller.register(REALM, home(switch))
        await agent.register(home(switch))
        await caller.dial(switch.uri("610"))
        await asyncio.sleep(0.5)
        await caller.press("27")
        ringing = await agent.rung()
        assert ringing.invite.get("from").startswith('"support: Billing desk" <sip:201@')
        ringing.say(tone(CALLER_TONE))
        ringing.answer()
        await ringing.until_answered()
        await asyncio.sleep(1.5)
        await caller.hangup()
        await ringing.until_ended()
        assert voice(last_second(caller.sound()), CALLER_TONE) > 0.5
        assert voice(last_second(ringing.ear.sound()), AGENT_TONE) > 0.5


async def test_with_a_wrong_password_it_is_never_online_and_calls_nobody(tmp_path):
    async with running(tmp_path, SETTINGS) as switch, desk(tmp_path, password="wrong") as liar:
        await liar.add_account(REALM, home(switch), regint=60)
        failed = await liar.until("REGISTER_FAIL")
        assert "401" in failed["param"]
        assert await agents_state(switch, "desk-201") == "offline"
        await asyncio.to_thread(until, lambda: "sip.auth_failed" in switch.log(), 5.0, switch.last_words)
        await liar.tell("dial", switch.uri("600"))
        await liar.until("CALL_CLOSED")
        assert not switch.events("CallArrived")
        assert not switch.events("AgentOnline")


@pytest.mark.timeout(60)
async def test_it_is_rung_and_renews_its_registration_after_the_switch_was_killed(tmp_path):
    async with desk(tmp_path) as agent, Phone("100") as caller:
        switch = Switch(tmp_path, SETTINGS)
        await asyncio.to_thread(switch.start)
        try:
            await agent.register(REALM, home(switch), regint=8)
            await asyncio.sleep(1.5)  # what is kept is written once a second
            await asyncio.to_thread(switch.restart_after_a_crash)
            await becomes(switch, "desk-201", "free")
            call = await talk(switch, agent, caller)
            call.bye()
            await agent.until("CALL_CLOSED")
            await agent.until("REGISTER_OK", 15.0)
            await asyncio.sleep(2.0)
            assert await agents_state(switch, "desk-201") in ("free", "wrap-up")
            assert len(switch.events("PhoneRegistered")) == 2  # and once restored, which is no third
        finally:
            await asyncio.to_thread(switch.stop)
