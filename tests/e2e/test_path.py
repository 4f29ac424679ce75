"""Phones behind a proxy: they register through it, and are reached by their Path (RFC 3327)."""

from __future__ import annotations

import asyncio

from softswitch.control.client import ask
from softswitch.testing.phone import Phone
from tests.e2e.baresip import Baresip
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, voice
from tests.e2e.kamailio import Edge
from tests.e2e.test_baresip import SETTINGS, talk
from tests.e2e.test_registering import REALM, agents_state, running


def desk(folder, user):
    return Baresip(folder, user, password=f"secret-{user}", speaks=AGENT_TONE)


async def test_a_phone_behind_a_proxy_is_rung_through_it_and_both_hear_each_other(tmp_path):
    async with (
        running(tmp_path, SETTINGS) as switch,
        Edge(tmp_path, switch.port) as edge,
        desk(tmp_path, "201") as agent,
        Phone("100") as caller,
    ):
        await agent.register(REALM, f"sip:{edge.server}")
        (phone,) = await asyncio.to_thread(ask, switch.data / "control.sock", "phones")
        assert phone["source"] == edge.server
        assert phone["path"], "the proxy has added itself"
        assert await agents_state(switch, "desk-201") == "free"
        call = await talk(switch, agent, caller)
        await asyncio.sleep(1.5)
        call.bye()
        await agent.until("CALL_CLOSED")
        assert voice(last_second(call.ear.sound()), AGENT_TONE) > 0.5
        assert voice(last_second(agent.sound()), CALLER_TONE) > 0.5


async def test_two_phones_behind_one_proxy_call_each_other(tmp_path):
    async with (
        running(tmp_path, SETTINGS) as switch,
        Edge(tmp_path, switch.port) as edge,
        desk(tmp_path, "201") as one,
        desk(tmp_path, "202") as other,
    ):
        for phone in (one, other):
            await phone.register(REALM, f"sip:{edge.server}")
        await one.tell("dial", f"sip:202@{REALM}")
        await other.until("CALL_INCOMING")
        await other.answer()
        await one.until("CALL_ESTABLISHED")
        await asyncio.sleep(1.5)
        await other.hangup()
        await one.until("CALL_CLOSED")
        for phone in (one, other):
            assert voice(last_second(phone.sound()), AGENT_TONE) > 0.5
