"""A trunk to a carrier that nobody here has written: Kamailio, which registers and challenges us."""

from __future__ import annotations

import asyncio
from pathlib import Path

import yaml

from softswitch.testing.phone import Phone
from softswitch.testing.voice import tone
from tests.e2e.baresip import Baresip
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, voice
from tests.e2e.kamailio import NETWORK, PASSWORD, USER, Kamailio
from tests.e2e.test_outbound import HOUSE, NUMBER, OWN, answered, dials, refused
from tests.e2e.test_registering import REALM, desk, home, running
from tests.e2e.test_trunks import becomes

SHIPPED = Path(__file__).parents[2] / "config" / "carrier.yaml"


def network():
    """Everybody else's telephone: one phone for all numbers outside."""
    return Phone("600300400", host=NETWORK)


def house(*carriers, **more):
    account = {"username": USER, "password": PASSWORD, "register": True, "caller_id": OWN}
    servers = [carrier.server for carrier in carriers]
    return HOUSE | {
        "numbers": {OWN: {"agent": "desk-201"}},
        "trunks": {"carrier": account | {"servers": servers} | more},
    }


async def talk(inner, outer):
    """Both speak for a while, and each hears the other."""
    await asyncio.sleep(1.5)
    assert voice(inner.ear.sound().after(0.7), AGENT_TONE) > 0.5
    assert voice(outer.ear.sound().after(0.7), CALLER_TONE) > 0.5


async def test_it_takes_our_registration_and_a_call_out_that_it_has_challenged(tmp_path):
    async with (
        network() as outside,
        Kamailio(tmp_path, outside) as carrier,
        desk("201") as agent,
        running(tmp_path, house(carrier)) as switch,
    ):
        assert (await becomes(switch, "up"))["registered"]
        call = dials(agent, switch)
        called = await answered(outside)
        await call.until_answered()
        await talk(call, called)
        assert called.invite.start.startswith(f"INVITE sip:{NUMBER}@")
        assert called.invite.get("from").startswith(f"<sip:{OWN}@{carrier.host}>")
        assert called.invite.get("record-route"), "it went by Kamailio"
        called.bye()
        await call.until_ended()
        assert switch.record(call.call_id)["ended_by"] == "called"


async def test_a_call_from_it_is_known_by_its_address(tmp_path):
    async with (
        network() as outside,
        Kamailio(tmp_path, outside) as carrier,
        desk("201") as agent,
        running(tmp_path, house(carrier)) as switch,
    ):
        await becomes(switch, "up")
        await agent.register(home(switch))
        call = outside.call(carrier.uri("48221234567"))
        call.say(tone(AGENT_TONE))
        ringing = await agent.rung()
        assert ringing.invite.get("from").startswith("<sip:+48600300400@"), "by P-Asserted-Identity, in E.164"
        ringing.say(tone(CALLER_TONE))
        ringing.answer()
        await call.until_answered()
        await talk(ringing, call)
        call.bye()
        await ringing.until_ended()
        record = switch.records(lambda _: True)[0]
        assert (record["trunk"], record["dialled"], record["number"]) == ("carrier", OWN, "+48600300400")


async def test_a_phone_that_nobody_here_has_written_calls_out_by_it(tmp_path):
    async with (
        network() as outside,
        Kamailio(tmp_path, outside) as carrier,
        Baresip(tmp_path, "201", password="secret-201", speaks=CALLER_TONE) as agent,
        running(tmp_path, house(carrier)) as switch,
    ):
        await becomes(switch, "up")
        await agent.register(REALM, home(switch))
        dialling = asyncio.create_task(agent.dial(switch.uri("600300400")))
        called = await answered(outside)
        await dialling
        await asyncio.sleep(2.0)
        await agent.hangup()
        await called.until_ended()
        assert voice(last_second(called.ear.sound()), CALLER_TONE) > 0.5
        assert voice(last_second(agent.sound()), AGENT_TONE) > 0.5
        record = switch.records(lambda _: True)[0]
        assert (record["outside"], record["ended_by"]) == (NUMBER, "caller")


async def test_a_wrong_password_is_shown_and_calls_are_refused(tmp_path):
    async with (
        network() as outside,
        Kamailio(tmp_path, outside) as carrier,
        desk("201") as agent,
        running(tmp_path, house(carrier, password="guess")) as switch,
    ):
        assert (await becomes(switch, "down"))["problem"].startswith("REGISTER: 401")
        call = dials(agent, switch)
        assert await refused(call) == 502
        assert not outside.heard("INVITE")


async def test_when_one_of_two_dies_the_other_takes_the_call(tmp_path):
    async with (
        network() as outside,
        Kamailio(tmp_path, outside) as first,
        Kamailio(tmp_path, outside, "127.0.0.3") as second,
        desk("201") as agent,
        running(tmp_path, house(first, second, options="1s")) as switch,
    ):
        for place in (0, 1):
            await becomes(switch, "up", place=place)
        await first.stop()
        call = dials(agent, switch)
        called = await answered(outside)
        await call.until_answered()
        await talk(call, called)
        call.bye()
        await called.until_ended()
        switch.record(call.call_id)
        ends = [(end["data"]["server"], end["data"]["status"]) for end in switch.events("DialEnded")]
        assert ends == [(0, 408), (1, 200)]
        await becomes(switch, "down", 20.0, place=0)
        call = dials(agent, switch)
        (await outside.rung()).refuse(486)
        assert await refused(call) == 486
        switch.record(call.call_id)
        assert switch.events("DialEnded")[-1]["data"]["server"] == 1, "one that is down is tried last"


async def test_the_configuration_that_comes_with_the_switch_works(tmp_path, monkeypatch):
    for name, secret in (("DESK_201", "secret-201"), ("DESK_202", "secret-202"), ("CARRIER", PASSWORD)):
        monkeypatch.setenv(f"{name}_PASSWORD", secret)
    settings = yaml.safe_load(SHIPPED.read_text())
    settings["sip"] = {"realm": REALM}
    async with network() as outside, Kamailio(tmp_path, outside) as carrier, desk("201") as agent:
        settings["trunks"]["carrier"]["server"] = carrier.server
        async with running(tmp_path, settings) as switch:
            await becomes(switch, "up")
            await agent.register(home(switch))
            call = outside.call(carrier.uri("48221234567"))
            mobile = await outside.rung()
            ringing = await agent.rung()
            ringing.ring()
            assert ringing.invite.get("from").startswith('"Office: ')
            mobile.answer()
            await mobile.until_answered()
            await asyncio.sleep(1.0)
            mobile.press("1")
            await ringing.until_ended()
            call.bye()
            await mobile.until_ended()
            out = dials(agent, switch)
            (await outside.rung()).refuse(486)
            assert await refused(out) == 486
            assert await refused(dials(agent, switch, "0044207946000")) == 403
