"""Sound that is encrypted, over TLS, between the switch and real phones (baresip)."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import time
from contextlib import asynccontextmanager

import pytest

from softswitch.testing.phone import Phone, Refused
from softswitch.testing.voice import tone
from tests.certificates import Authority
from tests.e2e.baresip import Baresip
from tests.e2e.house import AGENT_TONE, CALLER_TONE, voice
from tests.e2e.switch import Switch, serving, until

REALM = "acme.example"


def ha1(user):
    """By MD5 alone: baresip 1.0 answers no challenge beside which SHA-256 stands."""
    return hashlib.md5(f"{user}:{REALM}:secret-{user}".encode()).hexdigest()


def configuration(port, folder, callers):
    return {
        "sip": {
            "realm": REALM,
            "listen": [f"udp:127.0.0.1:{port}", f"tls:127.0.0.1:{port + 1}"],
            "certificate": str(folder / "switch.pem"),
            "key": str(folder / "switch.key"),
            "srtp": callers,
        },
        "numbers": {"600": {"queue": "support"}, "2xx": {"agent": "dialled"}},
        "queues": {"support": {"ring": "10s", "music": "silence"}},
        "agents": {
            "desk-201": {"login": "201", "ha1": {"md5": ha1("201")}, "srtp": "mandatory"},
            "desk-202": {"login": "202", "ha1": {"md5": ha1("202")}, "srtp": "optional"},
        },
        "teams": {"support": {"agents": ["desk-201"]}},
    }


@asynccontextmanager
async def running(folder, callers="off"):
    authority = Authority.found(folder)
    authority.issue("switch")
    switch = Switch(folder, {})
    switch.configure(configuration(switch.port, folder, callers))
    async with serving(switch):
        yield switch


def secure(switch):
    """Where phones register over TLS."""
    return f"sip:127.0.0.1:{switch.port + 1};transport=tls"


pytestmark = pytest.mark.may_block


@pytest.mark.parametrize(("user", "encryption"), [("201", "srtp-mand"), ("202", "srtp"), ("202", "")])
async def test_a_real_phone_registers_over_tls_is_rung_and_talks_as_both_sides_want(
    tmp_path, user, encryption
):
    async with (
        running(tmp_path) as switch,
        Baresip(tmp_path, user, speaks=AGENT_TONE, password=f"secret-{user}") as agent,
        Phone("100") as caller,
    ):
        await agent.register(REALM, secure(switch), mediaenc=encryption)
        call = caller.call(switch.uri(user))
        call.say(tone(CALLER_TONE))
        await agent.until("CALL_INCOMING")
        await agent.answer()
        await call.until_answered()
        await asyncio.sleep(2)
        await agent.hangup()
        assert await call.until_ended() == "them"
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert record["agent_media"]["encrypted"] is bool(encryption)
        assert not record["caller_media"]["encrypted"]
        assert voice(call.ear.sound().after(0.7), AGENT_TONE) > 0.5
        assert voice(agent.sound().after(0.7), CALLER_TONE) > 0.5


async def test_a_real_phone_calls_another_and_both_talk_encrypted(tmp_path):
    async with (
        running(tmp_path) as switch,
        Baresip(tmp_path, "201", speaks=CALLER_TONE, password="secret-201") as one,
        Baresip(tmp_path, "202", speaks=AGENT_TONE, password="secret-202") as two,
    ):
        await one.register(REALM, secure(switch), mediaenc="srtp-mand")
        await two.register(REALM, secure(switch), mediaenc="srtp")
        await one.tell("dial", f"sip:202@{REALM}")
        await two.until("CALL_INCOMING")
        await two.answer()
        await one.until("CALL_ESTABLISHED")
        await asyncio.sleep(2)
        await one.hangup()
        (record,) = await asyncio.to_thread(switch.records, lambda record: record["dialled"] == "202")
        assert record["transport"] == "tls"
        assert record["caller_media"]["encrypted"]
        assert record["agent_media"]["encrypted"]
        assert voice(one.sound().after(0.7), AGENT_TONE) > 0.5
        assert voice(two.sound().after(0.7), CALLER_TONE) > 0.5


async def test_an_encrypted_call_is_held_and_resumed_and_outlives_the_certificate(tmp_path):
    async with (
        running(tmp_path) as switch,
        Baresip(tmp_path, "201", speaks=AGENT_TONE, password="secret-201") as agent,
        Phone("100") as caller,
    ):
        await agent.register(REALM, secure(switch), mediaenc="srtp-mand")
        call = caller.call(switch.uri("201"))
        call.say(tone(CALLER_TONE))
        await agent.until("CALL_INCOMING")
        await agent.answer()
        await call.until_answered()
        await asyncio.sleep(1)
        await agent.hold()
        await asyncio.sleep(1)
        held = time.time()
        await agent.resume()
        Authority(tmp_path).issue("switch")
        switch.signal(signal.SIGHUP)
        await asyncio.sleep(2)
        assert switch.events("SettingsLoaded")
        now = time.time()
        await agent.hangup()
        assert await call.until_ended() == "them"
        heard = call.ear.sound()
        assert voice(heard.between(held - 0.6, held), AGENT_TONE) < 0.1
        assert voice(heard.between(now - 1, now), AGENT_TONE) > 0.5
        assert voice(agent.sound().between(agent.sound().end - 1.0), CALLER_TONE) > 0.5
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert record["agent_media"]["encrypted"]


async def test_who_must_encrypt_and_does_not_is_refused(tmp_path):
    async with (
        running(tmp_path, callers="mandatory") as switch,
        Baresip(tmp_path, "201", password="secret-201") as agent,
        Phone("100") as caller,
    ):
        with pytest.raises(Refused, match="488"):
            await caller.call(switch.uri("600")).until_answered()
        await agent.register(REALM, secure(switch))
        await agent.tell("dial", f"sip:600@{REALM}")
        assert "488" in (await agent.until("CALL_CLOSED"))["param"]
        records = await asyncio.to_thread(switch.records, lambda record: record["dialled"] == "600", 2)
        assert {(record["status"], record["outcome"]) for record in records} == {(488, "refused")}
        assert all("encrypted sound alone" in record["reason"] for record in records)
        told = lambda: switch.log().count("sip.call_refused") == 2  # noqa: E731
        await asyncio.to_thread(until, told, 5.0, switch.last_words)
        assert "agent=desk-201" in switch.log()
        assert " pjsip " not in switch.log()


@pytest.mark.parametrize("refuses", [True, False])
async def test_a_phone_that_cannot_encrypt_where_it_must_is_on_record(tmp_path, refuses):
    """It says so, or answers in the clear and is hung up on."""
    async with (
        running(tmp_path) as switch,
        Phone("201", password="secret-201", domain=REALM) as agent,
        Phone("100") as caller,
    ):
        assert (await agent.register(f"sip:127.0.0.1:{switch.port}")).status == 200
        call = caller.call(switch.uri("600"))
        ringing = await agent.rung()
        if refuses:
            ringing.refuse(488)
        else:
            ringing.answer()
        ended = await asyncio.to_thread(until, lambda: switch.events("OfferEnded"), 10.0, switch.last_words)
        assert (ended[0]["data"]["result"], ended[0]["data"]["status"]) == ("unreachable", 488)
        assert ("sip.answer_unfit" in switch.log()) is not refuses
        call.bye()
