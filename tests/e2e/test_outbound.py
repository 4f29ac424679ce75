"""Agents' phones call numbers outside through scripted carriers, over real SIP and RTP."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from softswitch.testing.phone import Refused
from softswitch.testing.voice import tone
from tests.e2e.carrier import Carrier
from tests.e2e.house import AGENT_TONE, CALLER_TONE, voice
from tests.e2e.switch import until
from tests.e2e.test_registering import REALM, desk, running

OWN = "+48221234567"
NUMBER = "+48600300400"
HOUSE = {
    "media": {"languages": ["en"]},
    "sip": {"realm": REALM},
    "numbers": {"600": {"reject": 480}},
    "agents": {"desk-201": {"name": "Billing desk", "login": "201", "password": "secret-201"}},
    "outbound": [{"name": "outside", "match": ["+*", "112"], "via": "carrier"}],
}


def house(*carriers, **more):
    servers = [carrier if isinstance(carrier, str) else carrier.server for carrier in carriers]
    return HOUSE | {"trunks": {"carrier": {"servers": servers, "caller_id": OWN} | more}}


def dials(phone, switch, number="600300400"):
    call = phone.call(switch.uri(number))
    call.say(tone(CALLER_TONE))
    return call


async def answered(carrier):
    """Whoever has the number picks up, with a tone."""
    ringing = await carrier.rung()
    ringing.say(tone(AGENT_TONE))
    ringing.answer()
    await ringing.until_answered()
    return ringing


async def refused(call):
    with pytest.raises(Refused) as refusal:
        await call.until_answered()
    return refusal.value.status


async def test_an_agent_dials_out_and_both_hear_each_other(tmp_path):
    async with Carrier(secret="secret") as carrier, desk("201") as agent:
        settings = house(carrier, username="acme", password="secret", format="e164-without-plus")
        async with running(tmp_path, settings) as switch:
            call = dials(agent, switch)
            outside = await answered(carrier)
            await call.until_answered()
            await asyncio.sleep(1.5)
            call.bye()
            await outside.until_ended()
            assert voice(outside.ear.sound().after(0.7), CALLER_TONE) > 0.5
            assert voice(call.ear.sound().after(0.7), AGENT_TONE) > 0.5
            invite = outside.invite
            assert invite.start.startswith(f"INVITE sip:{NUMBER[1:]}@127.0.0.2:")
            assert invite.get("from").startswith(f"<sip:{OWN[1:]}@127.0.0.2>")
            assert invite.get("p-asserted-identity") == f"<sip:{OWN[1:]}@127.0.0.2>"
            assert [one.get("cseq") for one in carrier.heard("INVITE")][-1].split()[0] != "1"  # after the 407
            record = switch.record(call.call_id)
            assert (record["outside"], record["outcome"], record["ended_by"]) == (
                NUMBER,
                "answered",
                "caller",
            )
            assert record["talk"] == pytest.approx(1.5, abs=0.5)


async def test_what_the_network_says_before_the_answer_is_heard(tmp_path):
    async with Carrier() as carrier, desk("201") as agent, running(tmp_path, house(carrier)) as switch:
        call = dials(agent, switch)
        outside = await carrier.rung()
        outside.say(tone(AGENT_TONE))
        outside.progress()
        await asyncio.sleep(1.5)
        assert 183 in call.statuses
        assert voice(call.ear.sound().after(0.7), AGENT_TONE) > 0.5
        outside.refuse(404)
        assert await refused(call) == 404
        assert switch.record(call.call_id)["outcome"] == "refused"


async def test_a_second_server_takes_what_the_first_does_not(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.3", 0))
        silent = f"127.0.0.3:{deaf.getsockname()[1]}"
        async with Carrier() as first, Carrier("127.0.0.4") as second, desk("201") as agent:
            settings = house(silent, first, second, options="0s")
            async with running(tmp_path, settings) as switch:
                since = time.monotonic()
                call = dials(agent, switch)
                (await first.rung()).refuse(503)
                assert 3.5 < time.monotonic() - since < 10.0
                outside = await answered(second)
                await call.until_answered()
                outside.bye()
                await call.until_ended()
                switch.record(call.call_id)
                ends = [event["data"] for event in switch.events("DialEnded")]
                assert [(end["server"], end["status"]) for end in ends] == [(0, 408), (1, 503), (2, 200)]


async def test_an_agent_gets_help_when_the_switch_is_full_and_who_does_not_is_counted(tmp_path):
    async with Carrier() as carrier, desk("201") as agent:
        settings = house(carrier) | {"sip": {"realm": REALM, "max_calls": 1}}
        async with running(tmp_path, settings) as switch:
            first = dials(agent, switch)
            outside = await answered(carrier)
            await first.until_answered()
            assert await refused(dials(agent, switch)) == 503
            help_call = dials(agent, switch, "112")
            helper = await answered(carrier)
            await help_call.until_answered()
            assert helper.invite.start.startswith("INVITE sip:112@")
            for call in (outside, helper):
                call.bye()
            await asyncio.gather(first.until_ended(), help_call.until_ended())
            await asyncio.to_thread(until, lambda: switch.events("CallsTurnedAway"), 5.0, switch.last_words)
            (told,) = switch.events("CallsTurnedAway")
            assert told["data"] == {"why": "max_calls", "count": 1, "limit": 1}


async def test_channels_are_counted_but_do_not_stand_in_the_way_of_help(tmp_path):
    async with (
        Carrier() as carrier,
        desk("201") as agent,
        desk("201") as other,
        running(tmp_path, house(carrier, channels=1)) as switch,
    ):
        call = dials(agent, switch)
        outside = await answered(carrier)
        await call.until_answered()
        assert await refused(dials(other, switch)) == 503
        help_call = dials(other, switch, "112")
        helper = await carrier.rung()
        assert helper.invite.start.startswith("INVITE sip:112@")
        helper.refuse(486)
        assert await refused(help_call) == 486
        outside.bye()
        await call.until_ended()
        again = dials(other, switch)
        (await carrier.rung()).refuse(603)
        assert await refused(again) == 603


async def test_expensive_numbers_are_refused_and_guests_and_carriers_get_nowhere(tmp_path):
    async with (
        Carrier() as carrier,
        desk("201") as agent,
        Carrier("127.0.0.5") as stranger,
        running(tmp_path, house(carrier)) as switch,
    ):
        assert await refused(dials(agent, switch, "004420712345678")) == 403
        assert await refused(dials(agent, switch, "700123456")) == 403
        for caller in (carrier, stranger):
            for number in (NUMBER, "600300400", "112"):
                assert await refused(dials(caller, switch, number)) == 404
        assert not carrier.heard("INVITE")
        assert not stranger.heard("INVITE")
