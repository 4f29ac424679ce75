"""Calls that PJSUA refuses behind the gate: they are told of, and the log has one line of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from softswitch.ports import RefusedCall
from softswitch.sip.gate import Answer
from softswitch.types import Origin, TrunkName
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAIN = sdp(20100)
NO_CODEC = PLAIN.replace("RTP/AVP 0", "RTP/AVP 18").replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:18 G729/8000")
VIDEO_ALONE = PLAIN.replace("m=audio", "m=video")
BAD = PLAIN.replace("m=audio 20100", "m=audio x")


@pytest.fixture
def told(house: House) -> Iterator[list[RefusedCall]]:
    refusals, calls = house.endpoint.gate.refusals, list[RefusedCall]()
    before, refusals.told = refusals.told, calls.append
    origin = Origin(trunk=TrunkName("carrier"))
    house.endpoint.gate._handlers["INVITE"] = lambda request: Answer(0, origin=origin)
    yield calls
    refusals.told = before
    house.endpoint.gate._handlers.pop("INVITE")


@pytest.mark.parametrize(
    ("kind", "body", "status", "why"),
    [
        ("application/sdp", NO_CODEC, 488, "(audio 20100 RTP/AVP 18"),
        ("application/sdp", VIDEO_ALONE, 488, "(video 20100 RTP/AVP 0"),
        ("application/sdp", BAD, 400, "PJMEDIA_SDP"),
        ("text/plain", "hello", 415, "Content-Type"),
    ],
)
async def test_a_call_refused_for_what_it_offers_is_told_of(
    house: House, phone: Phone, told: list[RefusedCall], kind: str, body: str, status: int, why: str
) -> None:
    call = Dialog(phone)
    with capture_logs() as logs:
        call.send("INVITE", body, Content_Type=kind)
        answer = await call.final("INVITE")
        await asyncio.sleep(0.05)
    assert answer.status == status
    assert bool(answer.header("Warning")) is (status != 415)
    (seen,) = told
    assert (seen.status, seen.dialled, seen.sip_call_id) == (status, "600", call.call_id)
    assert why in seen.why
    assert seen.origin.trunk == "carrier"
    (line,) = logs
    assert (line["event"], line["trunk"], line["status"]) == ("sip.call_refused", "carrier", status)
    assert house.arrived.empty()


async def test_a_repeated_invite_is_one_call(house: House, phone: Phone, told: list[RefusedCall]) -> None:
    call = Dialog(phone)
    secure = PLAIN.replace("RTP/AVP", "RTP/SAVP")
    call.send("INVITE", secure)
    await call.final("INVITE")
    call.send("INVITE", secure, cseq=call.cseq, branch=call.branch)
    await call.final("INVITE")
    await asyncio.sleep(0.05)
    assert len(told) == 1


async def test_a_call_that_the_call_logic_refuses_is_not_told_of_twice(
    house: House, phone: Phone, told: list[RefusedCall]
) -> None:
    call = Dialog(phone)
    call.send("INVITE", PLAIN)
    (await house.caller()).hangup(404)
    assert (await call.answer(404)).status == 404
    await asyncio.sleep(0.05)
    assert not told
