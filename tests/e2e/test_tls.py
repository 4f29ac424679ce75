"""SIP over TLS: phones register and are rung over their connection; the certificate changes in flight."""

from __future__ import annotations

import asyncio
import signal
import ssl
from contextlib import asynccontextmanager

import pytest

from softswitch.control.client import ask
from softswitch.testing.phone import Phone, bindings
from softswitch.testing.voice import tone
from tests.certificates import Authority, der
from tests.e2e.house import AGENT_TONE, CALLER_TONE, voice
from tests.e2e.switch import Switch, serving, until
from tests.e2e.test_trunks import trunks

REALM = "acme.example"


def configuration(port, folder):
    return {
        "sip": {
            "realm": REALM,
            "listen": [f"udp:127.0.0.1:{port}", f"tls:127.0.0.1:{port + 1}"],
            "certificate": str(folder / "switch.pem"),
            "key": str(folder / "switch.key"),
            "registration": {"keep_alive": "1s"},
        },
        "numbers": {"600": {"queue": "support"}, "201": {"agent": "dialled"}},
        "queues": {"support": {"ring": "10s", "music": "silence"}},
        "agents": {"desk-201": {"name": "Desk", "login": "201", "password": "secret-201"}},
        "teams": {"support": {"agents": ["desk-201"]}},
    }


@asynccontextmanager
async def running(folder):
    authority = Authority.found(folder)
    authority.issue("switch")
    switch = Switch(folder, {})
    switch.configure(configuration(switch.port, folder))
    async with serving(switch):
        yield switch, authority


def desk(authority):
    options = {"password": "secret-201", "domain": REALM, "transport": "tls", "trust": authority.trust}
    return Phone("201", **options)


def home(switch):
    return f"sip:127.0.0.1:{switch.port + 1};transport=tls"


@pytest.mark.may_block
async def test_a_phone_over_tls_registers_is_rung_over_its_connection_and_both_hear_each_other(tmp_path):
    async with (
        running(tmp_path) as (switch, authority),
        desk(authority) as agent,
        Phone("100") as caller,
    ):
        answer = await agent.register(home(switch), expires=60)
        assert bindings(answer) == {agent.contact: 60}
        await asyncio.sleep(1.5)  # over the connection it is asked whether it is there
        call = caller.call(switch.uri("600"))
        call.say(tone(CALLER_TONE))
        ringing = await agent.rung()
        assert ringing.invite.get("via").startswith("SIP/2.0/TLS")
        assert ";transport=TLS" in ringing.invite.get("contact")
        ringing.say(tone(AGENT_TONE))
        ringing.answer()
        await ringing.until_answered()
        await call.until_answered()
        await asyncio.sleep(1.5)
        ringing.bye()
        assert await call.until_ended() == "them"
        assert voice(ringing.ear.sound().after(0.7), CALLER_TONE) > 0.5
        assert voice(call.ear.sound().after(0.7), AGENT_TONE) > 0.5
        assert not agent.complaints


@pytest.mark.may_block
async def test_a_caller_over_tls_is_on_record_as_one(tmp_path):
    async with running(tmp_path) as (switch, authority), desk(authority) as agent:
        await agent.register(home(switch))
        async with Phone("100", transport="tls", trust=authority.trust) as caller:
            call = caller.call(f"sip:201@127.0.0.1:{switch.port + 1};transport=tls")
            ringing = await agent.rung()
            ringing.answer()
            await call.until_answered()
            call.bye()
            await call.until_ended()
            assert (await asyncio.to_thread(switch.record, call.call_id))["transport"] == "tls"


@pytest.mark.may_block
async def test_a_reload_shows_a_new_certificate_and_leaves_connections_alone(tmp_path):
    async with running(tmp_path) as (switch, authority), desk(authority) as agent:
        await agent.register(home(switch), expires=60)
        first = der(tmp_path / "switch.pem")
        assert agent.certificate(home(switch)) == first
        call = agent.call(f"sip:600@127.0.0.1:{switch.port + 1};transport=tls")
        await call.until_answered()
        second = der(authority.issue("switch")[0])
        switch.signal(signal.SIGHUP)
        await asyncio.to_thread(until, lambda: switch.events("SettingsLoaded"), 10.0, switch.last_words)
        async with desk(authority) as other:
            await other.register(home(switch), expires=60)
            assert other.certificate(home(switch)) == second != first
        assert (await call.hold()).status == 200
        call.bye()
        await call.until_ended()
        assert agent.certificate(home(switch)) == first
        async with Phone("100") as caller:
            call = caller.call(switch.uri("600"))
            await agent.rung()
            call.cancel()


@pytest.mark.may_block
async def test_a_carrier_over_tls_takes_our_registration(tmp_path):
    asked = []

    async def carrier(reader, writer):
        """Says 200 to everything."""
        while request := await reader.readuntil(b"\r\n\r\n"):
            lines = request.decode().split("\r\n")
            asked.append(lines)
            kept = [
                line for line in lines if line.split(":")[0] in ("Via", "From", "Call-ID", "CSeq", "Contact")
            ]
            to = next(line for line in lines if line.startswith("To:"))
            answer = ["SIP/2.0 200 OK", *kept, f"{to};tag=1", "Expires: 600", "Content-Length: 0", "", ""]
            writer.write("\r\n".join(answer).encode())

    async with running(tmp_path) as (switch, authority):
        certificate, key = authority.issue("carrier")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = await asyncio.start_server(carrier, "127.0.0.2", 0, ssl=context)
        address = f"tls:127.0.0.2:{server.sockets[0].getsockname()[1]}"
        trunk = {"server": address, "username": "acme", "password": "secret", "register": True}
        switch.configure(configuration(switch.port, tmp_path) | {"trunks": {"carrier": trunk}})
        await asyncio.to_thread(ask, switch.data / "control.sock", "reload")
        async with asyncio.timeout(8):
            while not (line := (await trunks(switch))[0])["registered"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert (line["server"], line["state"]) == (address, "up")
        (register,) = [lines for lines in asked if lines[0].startswith("REGISTER")]
        assert register[1].startswith("Via: SIP/2.0/TLS")
        server.close()


@pytest.mark.may_block
async def test_a_lamp_is_told_over_the_phones_own_connection(tmp_path):
    async with running(tmp_path) as (switch, authority), desk(authority) as agent:
        lamp = await agent.subscribe(f"sip:201@127.0.0.1:{switch.port + 1};transport=tls", "dialog")
        assert lamp.response.get("contact") == f"<sip:127.0.0.1:{switch.port + 1};transport=tls>"
        assert (await lamp.notified()).get("via").startswith("SIP/2.0/TLS")
        assert (await lamp.subscribe(0)).status == 200
        assert (await lamp.notified()).get("subscription-state") == "terminated;reason=timeout"
