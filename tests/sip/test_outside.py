"""Behind NAT: what peers outside are told of where the switch is, and what local ones are."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from softswitch.config.settings import MediaSettings
from softswitch.errors import EndpointError
from softswitch.sip import outside, stun
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.gate import Answer
from softswitch.sip.leg import SipLeg
from softswitch.types import Party, Way
from tests.sip.conftest import free_port, settings
from tests.sip.phone import Dialog, Phone, Ringing, sdp
from tests.sip.stun_server import StunServer

pytestmark = pytest.mark.may_block  # each starts and ends a switch in this process

PUBLIC = "203.0.113.7"
ELSEWHERE = (IPv4Network("10.0.0.0/8"),)
"""Local networks without the loopback: so phones there are outside."""


@asynccontextmanager
async def switch(**changes: Any) -> AsyncIterator[tuple[SipEndpoint, Phone]]:
    port = free_port()
    phone = await Phone.open(port + 10, ("127.0.0.1", port))
    answer = lambda leg: leg.answer()  # noqa: E731
    async with SipEndpoint(replace(settings(port), **changes), MediaSettings(), answer) as running:
        yield running, phone
        phone.close()


def dial(running: SipEndpoint, phone: Phone) -> SipLeg:
    return running.dial(Way(f"sip:201@127.0.0.1:{phone.port}"), caller=Party("100"))


async def test_peers_outside_are_told_the_public_address() -> None:
    async with switch(public_address=PUBLIC, local_networks=ELSEWHERE) as (running, phone):
        leg = dial(running, phone)
        ringing = await Ringing.wait(phone)
        assert f"@{PUBLIC}>" in ringing.invite.header("From")
        assert f"@{PUBLIC}:{running.settings.listen[0].port}" in ringing.invite.header("Contact")
        assert ringing.invite.header("Via").startswith(f"SIP/2.0/UDP {PUBLIC}:")
        assert f"c=IN IP4 {PUBLIC}" in ringing.invite.body
        assert "127.0.0.1" not in ringing.invite.body
        ringing.respond(200, sdp(20102))
        assert PUBLIC in (await ringing.request("ACK")).header("Via")
        await leg.answered()
        leg.hangup()
        ringing.respond(200, request=await ringing.request("BYE"))


async def test_they_are_told_so_in_answers_and_when_a_call_changes() -> None:
    async with switch(public_address=PUBLIC, local_networks=ELSEWHERE) as (_, phone):
        call = Dialog(phone)
        for body in (sdp(20100), sdp(20100, "sendonly")):
            answer = await call.invite(body)
            assert f"@{PUBLIC}:" in answer.header("Contact")
            assert f"c=IN IP4 {PUBLIC}" in answer.body
            assert "127.0.0.1" not in answer.body
        await call.bye()


async def test_whoever_watches_from_outside_is_told_so_too() -> None:
    async with switch(public_address=PUBLIC, local_networks=ELSEWHERE) as (running, phone):
        running.gate.handle("SUBSCRIBE", lambda request: Answer(200, {"Contact": f"<{request.here}>"}))
        call = Dialog(phone)
        call.send("SUBSCRIBE", Event="dialog")
        port = running.settings.listen[0].port
        assert (await call.final("SUBSCRIBE")).header("Contact") == f"<sip:{PUBLIC}:{port}>"


async def test_a_cancel_has_the_via_of_its_invite() -> None:
    async with switch(public_address=PUBLIC, local_networks=ELSEWHERE) as (running, phone):
        leg = dial(running, phone)
        ringing = await Ringing.wait(phone)
        ringing.respond(180)
        await asyncio.sleep(0.05)
        leg.hangup()
        assert (await ringing.request("CANCEL")).header("Via") == ringing.invite.header("Via")


async def test_local_peers_are_told_the_address_of_the_interface() -> None:
    async with switch(public_address=PUBLIC) as (running, phone):
        dial(running, phone)
        invite = (await Ringing.wait(phone)).invite
        assert "@127.0.0.1:" in invite.header("Contact")
        assert "c=IN IP4 127.0.0.1" in invite.body
        assert PUBLIC not in invite.header("Via")
        answer = await Dialog(phone).invite(sdp(20100))
        assert PUBLIC not in answer.header("Contact") + answer.body


async def test_a_stun_server_says_what_peers_outside_are_told() -> None:
    server = await StunServer.open(PUBLIC)
    async with switch(stun=server.address, local_networks=ELSEWHERE) as (running, phone):
        dial(running, phone)
        invite = (await Ringing.wait(phone)).invite
        assert f"@{PUBLIC}:" in invite.header("Contact")
        assert f"c=IN IP4 {PUBLIC}" in invite.body
    server.close()


async def test_an_address_that_changes_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "AGAIN", 0.05)
    server = await StunServer.open(PUBLIC)
    async with switch(stun=server.address, local_networks=ELSEWHERE) as (running, phone):
        server.seen = "203.0.113.99"
        async with asyncio.timeout(2):
            while running.outside.address != server.seen:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        server.deaf = 10**6  # and is kept while the server says nothing
        await asyncio.sleep(0.2)
        dial(running, phone)
        assert "c=IN IP4 203.0.113.99" in (await Ringing.wait(phone)).invite.body
    server.close()


async def test_a_server_that_says_nothing_does_not_keep_the_switch_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stun, "REPEATS", (0.05, 0.05))
    server = await StunServer.open(PUBLIC)
    server.deaf = 10**6
    async with switch(stun=server.address, local_networks=ELSEWHERE) as (running, phone):
        assert running.outside.address == ""
        assert server.asked == 2
        dial(running, phone)
        assert "c=IN IP4 127.0.0.1" in (await Ringing.wait(phone)).invite.body
    server.close()


async def test_a_question_that_is_lost_is_asked_again() -> None:
    server = await StunServer.open(PUBLIC)
    server.deaf = 1
    assert str(await stun.public_address(*server.address)) == PUBLIC
    assert server.asked == 2
    server.close()


async def test_a_server_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(EndpointError, match=r"sip\.stun: no-such-host\.invalid cannot be asked"):
        await stun.public_address("no-such-host.invalid", 3478)


def test_only_the_answer_to_the_question_counts() -> None:
    server, ours = StunServer(PUBLIC), bytes(range(12))
    good = server.answer(ours, 4000)
    assert str(stun.mapped(good, ours)) == PUBLIC
    plain = struct.pack("!HHI", 0x0101, 12, 0x2112A442) + ours + bytes.fromhex("000100080001 0fa0 cb007107")
    assert str(stun.mapped(plain, ours)) == PUBLIC
    for bad in (b"", good[:-1], good[:10], bytes(len(good)), b"\x01\x11" + good[2:]):
        assert stun.mapped(bad, ours) is None
    assert stun.mapped(good, bytes(12)) is None
