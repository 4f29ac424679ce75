"""Calls with what phones add to RFC 3261: reliable provisional responses, UPDATE, session timers."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.sip.leg import SipLeg
from softswitch.types import LegState, Party, Way
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, Ringing, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADA = Party("100", "Ada")


async def answered(house: House, phone: Phone) -> tuple[Dialog, SipLeg]:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(20100))
    leg = await house.caller()
    await leg.answered()
    return call, leg


async def rung(house: House, agent_phone: Phone, agent_uri: str) -> tuple[SipLeg, Ringing]:
    leg = house.endpoint.dial(Way(agent_uri), caller=ADA)
    return leg, await Ringing.wait(agent_phone)


def acknowledge(call: Dialog) -> None:
    """The ACK of the INVITE, which other requests have followed."""
    call.phone.send(call.text("ACK", cseq=1))


# Reliable provisional responses (RFC 3262). ----------------------------------------------------------


async def test_a_caller_who_requires_it_gets_a_reliable_180_until_its_prack(
    house: House, phone: Phone
) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100), Require="100rel")
    leg = await house.caller()
    leg.ring()
    first = await call.answer(180)
    assert "100rel" in first.header("Require")
    again = await call.answer(180)
    assert again.header("RSeq") == first.header("RSeq") != ""
    call.send("PRACK", RAck=f"{first.header('RSeq')} {first.header('CSeq')}")
    assert (await call.final("PRACK")).status == 200
    leg.answer()
    assert (await call.answer(200)).body
    acknowledge(call)
    await leg.answered()


async def test_a_caller_who_can_do_without_gets_a_plain_180(house: House, phone: Phone) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    leg = await house.caller()
    leg.ring()
    ringing = await call.answer(180)
    assert ringing.header("Require") == ringing.header("RSeq") == ""
    leg.hangup(486)
    await call.answer(486)
    call.ack()


async def test_an_answer_waits_for_the_prack_of_the_180(house: House, phone: Phone) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100), Require="100rel")
    leg = await house.caller()
    leg.ring()
    ringing = await call.answer(180)
    leg.answer()
    call.send("PRACK", RAck=f"{ringing.header('RSeq')} {ringing.header('CSeq')}")
    assert (await call.final("PRACK")).status == 200
    await call.answer(200)
    acknowledge(call)
    await leg.answered()


async def test_a_phone_that_rings_reliably_gets_a_prack_for_each_response(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg, ringing = await rung(house, agent_phone, agent_uri)
    assert "100rel" in ringing.invite.header("Supported")
    for number, status in ((1, 180), (2, 183)):
        body = sdp(20102) if status == 183 else ""
        ringing.respond(status, body, Require="100rel", RSeq=str(number))
        prack = await ringing.request("PRACK")
        assert prack.header("RAck") == f"{number} {ringing.invite.header('CSeq')}"
        ringing.respond(200, request=prack)
    assert leg.state is LegState.RINGING
    assert leg.slot is not None, "the 183 carried the answer: its sound is heard"
    ringing.respond(200, sdp(20102))
    assert (await ringing.request("ACK")).first
    await leg.answered()


async def test_a_reliable_response_that_comes_again_gets_no_second_prack(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg, ringing = await rung(house, agent_phone, agent_uri)
    ringing.respond(180, Require="100rel", RSeq="1")
    prack = await ringing.request("PRACK")
    ringing.respond(200, request=prack)
    ringing.respond(180, Require="100rel", RSeq="1")
    with pytest.raises(TimeoutError):
        await agent_phone.wait(
            lambda m: m.method == "PRACK" and m.header("CSeq") != prack.header("CSeq"), 0.7
        )
    leg.hangup()
    await ringing.request("CANCEL")


# UPDATE (RFC 3311). ----------------------------------------------------------------------------------


async def test_an_update_without_sdp_is_answered_and_changes_nothing(house: House, phone: Phone) -> None:
    call, leg = await answered(house, phone)
    slot = leg.slot
    call.send("UPDATE")
    assert (await call.final("UPDATE")).status == 200
    assert leg.slot == slot
    await call.bye()


async def test_an_update_holds_and_resumes(house: House, phone: Phone) -> None:
    call, leg = await answered(house, phone)
    for direction, mirrored in (("sendonly", "recvonly"), ("sendrecv", "sendrecv")):
        call.send("UPDATE", sdp(20100, direction))
        answer = await call.final("UPDATE")
        assert answer.status == 200
        assert f"a={mirrored}" in answer.body
        assert leg.held is (direction == "sendonly")
    await call.bye()


async def test_an_update_that_requires_what_is_not_served_is_420(house: House, phone: Phone) -> None:
    call, leg = await answered(house, phone)
    call.send("UPDATE", sdp(20100, "sendonly"), Require="timer, telepathy")
    answer = await call.final("UPDATE")
    assert answer.status == 420
    assert answer.header("Unsupported") == "telepathy"
    assert not leg.held
    await call.bye()


async def test_an_update_without_a_common_codec_is_488_and_the_call_goes_on(
    house: House, phone: Phone
) -> None:
    call, leg = await answered(house, phone)
    call.send("UPDATE", sdp(20100, codecs="3"))
    assert (await call.final("UPDATE")).status == 488
    assert leg.state is LegState.ANSWERED
    await call.bye()


async def test_an_update_while_it_rings_changes_the_early_session(house: House, phone: Phone) -> None:
    """Between an offer that is not answered yet and its answer there is no room for another (section 5.2)."""
    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    leg = await house.caller()
    leg.ring()
    await call.answer(180)
    call.send("UPDATE", sdp(20100, "sendonly"))
    assert (await call.final("UPDATE")).status in (491, 500)
    leg.answer()
    await call.answer(200)
    acknowledge(call)
    await leg.answered()
    await call.bye()


# Session timers (RFC 4028). --------------------------------------------------------------------------


async def test_a_session_that_is_too_short_is_422_with_what_is_asked_at_least(
    house: House, phone: Phone
) -> None:
    answer = await Dialog(phone).invite(sdp(20100), Supported="timer", Session_Expires="30")
    assert answer.status == 422
    assert answer.header("Min-SE") == "90"
    assert house.arrived.empty()


@pytest.mark.parametrize("refresher", ["uac", "uas"])
async def test_the_caller_says_who_keeps_the_session_alive(
    house: House, phone: Phone, refresher: str
) -> None:
    house.auto = True
    call = Dialog(phone)
    answer = await call.invite(
        sdp(20100), Supported="timer", Session_Expires=f"120;refresher={refresher}", Min_SE="90"
    )
    assert answer.header("Session-Expires") == f"120;refresher={refresher}"
    assert ("timer" in answer.header("Require")) is (refresher == "uac")
    call.send("UPDATE", Supported="timer", Session_Expires="120;refresher=uac")
    assert (await call.final("UPDATE")).header("Session-Expires").startswith("120")
    await call.bye()


async def test_a_phone_that_wants_longer_sessions_is_called_again_with_what_it_wants(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg, ringing = await rung(house, agent_phone, agent_uri)
    assert ringing.invite.header("Session-Expires") == "1800"
    ringing.respond(422, Min_SE="3600")
    await ringing.request("ACK")
    again = await Ringing.wait(agent_phone)
    assert again.invite.header("Session-Expires") == "3600"
    assert again.invite.header("Min-SE") == "3600"
    assert again.invite.header("Call-ID") == ringing.invite.header("Call-ID")
    again.respond(180)
    again.respond(200, sdp(20102), Require="timer", Session_Expires="3600;refresher=uas")
    await again.request("ACK")
    await leg.answered()


async def test_a_phone_that_wants_longer_sessions_for_ever_is_no_loop(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg, ringing = await rung(house, agent_phone, agent_uri)
    ringing.respond(422, Min_SE="3600")
    await ringing.request("ACK")
    again = await Ringing.wait(agent_phone)
    again.respond(422, Min_SE="7200")
    await again.request("ACK")
    async with asyncio.timeout(2):
        assert (await asyncio.shield(leg.ended)).status == 422
