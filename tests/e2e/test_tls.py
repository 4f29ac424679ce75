"""SIP over TLS: phones register and are rung over their connection; the certificate changes in flight."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
from contextlib import asynccontextmanager

import pytest

from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
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


class Carrier:
    """A carrier's server over TLS, which says 200 to everything. Use it as an async context manager."""

    def __init__(self, authority, host="127.0.0.1"):
        """Its certificate is for 127.0.0.1, wherever it is."""
        self.host = host
        self.asked = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*authority.issue("carrier"))

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self._context)
        return self

    async def __aexit__(self, *exc):
        self._server.close()

    def trunk(self):
        port = self._server.sockets[0].getsockname()[1]
        return {
            "server": f"tls:{self.host}:{port}", "username": "acme", "password": "secret", "register": True,
        }  # fmt: skip

    async def _serve(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while request := await reader.readuntil(b"\r\n\r\n"):
                lines = request.decode().split("\r\n")
                self.asked.append(lines)
                same = ("Via", "From", "Call-ID", "CSeq", "Contact")
                kept = [line for line in lines if line.split(":")[0] in same]
                to = next(line for line in lines if line.startswith("To:"))
                answer = ["SIP/2.0 200 OK", *kept, f"{to};tag=1", "Expires: 600", "Content-Length: 0", "", ""]
                writer.write("\r\n".join(answer).encode())


async def line_of(switch, is_so):
    """The first trunk's line, as soon as it is so."""
    async with asyncio.timeout(12):
        while not is_so(line := (await trunks(switch))[0]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return line


async def reload(switch, folder, authorities=None, **trunks):
    text = configuration(switch.port, folder) | {"trunks": trunks}
    if authorities is not None:
        text["sip"]["authorities"] = str(authorities)
    switch.configure(text)
    await asyncio.to_thread(ask, switch.data / "control.sock", "reload")


@pytest.mark.may_block
async def test_a_carrier_over_tls_takes_our_registration(tmp_path):
    async with running(tmp_path) as (switch, authority), Carrier(authority) as carrier:
        await reload(switch, tmp_path, carrier=carrier.trunk())
        line = await line_of(switch, lambda line: line["registered"])
        assert (line["server"], line["state"]) == (carrier.trunk()["server"], "up")
        (register,) = [lines for lines in carrier.asked if lines[0].startswith("REGISTER")]
        assert register[1].startswith("Via: SIP/2.0/TLS")


@pytest.mark.may_block
async def test_whoever_claims_to_be_the_carrier_is_told_nothing_without_an_authority(tmp_path):
    """Neither with a certificate of another authority, nor with one for another name."""
    (tmp_path / "others").mkdir()
    async with running(tmp_path) as (switch, authority):
        other = Authority.found(tmp_path / "others")
        async with (
            Carrier(other) as false,
            Carrier(authority, "127.0.0.2") as elsewhere,
            Carrier(authority) as true,
        ):
            for impostor in (false, elsewhere):
                await reload(switch, tmp_path, authority.file, carrier=impostor.trunk())
                line = await line_of(switch, lambda line: line["problem"])
                assert "certificate verification" in line["problem"]
                assert impostor.asked == []
            await reload(switch, tmp_path, authority.file, carrier=true.trunk())
            await line_of(switch, lambda line: line["registered"])


@pytest.mark.may_block
async def test_a_lamp_is_told_over_the_phones_own_connection(tmp_path):
    async with running(tmp_path) as (switch, authority), desk(authority) as agent:
        lamp = await agent.subscribe(f"sip:201@127.0.0.1:{switch.port + 1};transport=tls", "dialog")
        assert lamp.response.get("contact") == f"<sip:127.0.0.1:{switch.port + 1};transport=tls>"
        assert (await lamp.notified()).get("via").startswith("SIP/2.0/TLS")
        assert (await lamp.subscribe(0)).status == 200
        assert (await lamp.notified()).get("subscription-state") == "terminated;reason=timeout"


async def test_who_speaks_no_tls_is_counted_and_makes_no_error(tmp_path):
    async with running(tmp_path) as (switch, _):
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", switch.port + 1)
            writer.write(b"OPTIONS sip:x SIP/2.0\r\n\r\n" * 20)
            with contextlib.suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 5)
            writer.close()
        status = await asyncio.to_thread(ask, switch.data / SOCKET, "status")
        assert status["shielded"]["TLS handshake failed"] >= 3
        await asyncio.to_thread(
            until, lambda: "tls_handshakes_failed" in switch.log(), 5.0, switch.last_words
        )
        assert " pjsip " not in switch.log()
