"""The endpoint starts, stops, starts again; and says what is wrong when it cannot."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from softswitch.config.settings import MediaSettings
from softswitch.config.sip_settings import Listen, SipSettings
from softswitch.errors import EndpointError, LegRefused
from softswitch.ports import Leg
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.hosts import own_address
from softswitch.sound import Clip, Hear
from softswitch.testing.ear import Ear
from softswitch.types import Party, Way
from tests.sip.conftest import free_port, settings
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.may_block


def endpoint(sip: SipSettings, media: MediaSettings | None = None) -> SipEndpoint:
    return SipEndpoint(sip, media or MediaSettings(), lambda leg: None)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
async def test_a_port_in_use_is_an_error_that_names_who_has_it_and_the_next_start_works(kind: int) -> None:
    port = free_port()
    with socket.socket(socket.AF_INET, kind) as taken:
        if kind == socket.SOCK_STREAM:
            taken.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # connections of other tests may linger
        taken.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        with pytest.raises(EndpointError) as error:
            await endpoint(settings(port)).__aenter__()
    name = "udp" if kind == socket.SOCK_DGRAM else "tcp"
    assert f"sip.listen: {name}:127.0.0.1:{port} is in use by the program" in str(error.value)
    assert f"(process {os.getpid()})" in str(error.value)
    assert "choose another port" in str(error.value)
    async with endpoint(settings(port)):
        pass


async def test_who_calls_while_it_starts_is_not_let_in_before_the_loop_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port, listens = free_port(), SipEndpoint._listen
    arrived: list[Leg] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", port + 10))
        caller.setblocking(False)
        phone = Phone(("127.0.0.1", port))
        phone.port = port + 10
        invite = Dialog(phone).text("INVITE", sdp(20100), cseq=1)

        def listen_and_be_called(self: SipEndpoint, *arguments: Any) -> None:
            listens(self, *arguments)
            caller.sendto(invite.encode(), phone.switch)

        monkeypatch.setattr(SipEndpoint, "_listen", listen_and_be_called)
        async with SipEndpoint(settings(port), MediaSettings(), arrived.append) as running:
            assert not arrived
            running.admit(draining=True)  # as long as nobody is there to serve a call
            async with asyncio.timeout(5):
                answer = await asyncio.get_running_loop().sock_recv(caller, 65535)
            assert answer.startswith(b"SIP/2.0 503 ")
            assert not arrived


async def test_a_second_endpoint_in_the_process_is_an_error() -> None:
    port = free_port()
    async with endpoint(settings(port)):
        with pytest.raises(EndpointError, match="one of it only"):
            await endpoint(settings(port + 100)).__aenter__()


async def test_an_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(EndpointError, match=r"this machine has no address 192\.0\.2\.1"):
        await endpoint(SipSettings(listen=(Listen("udp", "192.0.2.1", free_port()),))).__aenter__()


async def test_a_codec_that_is_not_there_is_an_error() -> None:
    with pytest.raises(EndpointError, match=r"sip\.codecs: silk is not in this build"):
        await endpoint(replace(settings(free_port()), codecs=("pcma", "silk"))).__aenter__()


async def test_only_the_configured_codecs_are_offered_in_their_order() -> None:
    port = free_port()
    phone = await Phone.open(port + 10, ("127.0.0.1", port))
    async with endpoint(replace(settings(port), codecs=("g722", "pcma")), MediaSettings(16000)) as running:
        running.dial(Way(f"sip:201@127.0.0.1:{port + 10}"), caller=Party("100"))
        invite = await phone.wait(lambda m: m.first.startswith("INVITE "))
    phone.close()
    line = next(line for line in invite.body.split("\r\n") if line.startswith("m=audio"))
    assert line.split(" ")[3:5] == ["9", "8"]
    assert "telephone-event/8000" in invite.body
    assert "PCMU" not in invite.body


async def test_a_switch_that_listens_everywhere_says_an_address_that_can_be_reached() -> None:
    port = free_port()
    phone = await Phone.open(port + 10, ("127.0.0.1", port))
    everywhere = replace(settings(port), listen=(Listen("udp", "0.0.0.0", port),))
    async with endpoint(everywhere) as running:
        running.dial(Way(f"sip:201@127.0.0.1:{port + 10}"), caller=Party("100"))
        invite = await phone.wait(lambda m: m.first.startswith("INVITE "))
    phone.close()
    assert "0.0.0.0" not in invite.text
    assert f"c=IN IP4 {own_address()}" in invite.body


async def test_the_end_hangs_up_and_frees_what_is_left() -> None:
    port = free_port()
    phone = await Phone.open(port + 10, ("127.0.0.1", port))
    legs: list[Leg] = []

    def welcome(leg: Leg) -> None:
        legs.append(leg)
        leg.answer()

    async with SipEndpoint(settings(port), MediaSettings(), welcome) as running:
        call = Dialog(phone)
        await call.invite(sdp(9))
        running.media.player(Clip(b"\0\0" * 8000, 8000, "left open"), loop=True)
    assert legs[0].ended.result().remote is False
    await phone.wait(lambda m: m.first.startswith("BYE "))
    assert not running.media.players
    phone.close()


async def test_a_leg_that_rings_nowhere_does_not_keep_the_end_waiting() -> None:
    port = free_port()
    loop = asyncio.get_running_loop()
    async with endpoint(settings(port)) as running:
        leg = running.dial(Way(f"sip:201@127.0.0.1:{port + 90}"), caller=Party("100"))
        stopped = loop.time()
    assert leg.ended.done()
    assert loop.time() - stopped < 2.0


async def test_calls_come_over_tcp_too() -> None:
    port = free_port()
    arrived: asyncio.Queue[Leg] = asyncio.Queue()
    async with SipEndpoint(settings(port), MediaSettings(), arrived.put_nowait):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = sdp(9)
        lines = [
            "INVITE sip:600@127.0.0.1 SIP/2.0",
            "Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKtcp;rport",
            "Max-Forwards: 70",
            "From: <sip:100@127.0.0.1>;tag=1",
            "To: <sip:600@127.0.0.1>",
            "Call-ID: tcp-1",
            "CSeq: 1 INVITE",
            "Contact: <sip:100@127.0.0.1:9;transport=tcp>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        writer.write("\r\n".join(lines).encode())
        leg = await asyncio.wait_for(arrived.get(), 5)
        leg.hangup(486)
        answers = await asyncio.wait_for(reader.readuntil(b"486 Busy Here"), 5)
        assert b"100 Trying" in answers
        writer.close()
        await writer.wait_closed()


async def test_without_a_port_for_rtp_callers_come_back_later_and_nobody_is_rung() -> None:
    port = free_port()
    phone = await Phone.open(port + 10, ("127.0.0.1", port))
    arrived: asyncio.Queue[Leg] = asyncio.Queue()
    one_pair = replace(settings(port), rtp_ports=(port + 40, port + 41))
    async with SipEndpoint(one_pair, MediaSettings(), arrived.put_nowait) as running:
        first = Dialog(phone)
        first.send("INVITE", sdp(9))
        leg = await arrived.get()
        answer = await Dialog(phone).invite(sdp(9))
        assert (answer.status, answer.header("Retry-After")) == (503, "10")
        with pytest.raises(LegRefused, match=r"503 .* no port is left in sip\.rtp_ports"):
            running.dial(Way(f"sip:201@127.0.0.1:{port + 10}"), caller=Party("100"))
        leg.hangup()
        await first.answer(603)
        Dialog(phone).send("INVITE", sdp(9))
        await asyncio.wait_for(arrived.get(), 5)
    phone.close()


async def test_a_wideband_bridge_serves_narrowband_telephones() -> None:
    port = free_port()
    phone = await Phone.open(port + 10, ("127.0.0.1", port))
    arrived: asyncio.Queue[Leg] = asyncio.Queue()
    phase = 2 * np.pi * 440 / 16000 * np.arange(16000)
    tone = Clip((8000 * np.sin(phase)).astype("<i2").tobytes(), 16000, "440 Hz")
    with Ear(port=port + 20) as ear:
        async with SipEndpoint(settings(port), MediaSettings(16000), arrived.put_nowait) as running:
            call = Dialog(phone)
            call.send("INVITE", sdp(ear.port))
            leg = await arrived.get()
            leg.answer()
            await call.answer(200)
            call.ack()
            await leg.answered()
            with running.media.player(tone, loop=True) as player:
                leg.hear(Hear(player))
                await asyncio.sleep(0.5)
        assert ear.sound().after(0.2, 0.2).tone(440) > 0.98
    phone.close()
