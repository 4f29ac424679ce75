"""Which sound is taken and offered, by policy: RFC 4568 in SDP; whether it can be heard is for tests/e2e."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from softswitch.errors import LegRefused
from softswitch.sip.gate import Answer
from softswitch.types import Party, Srtp, Way
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, Ringing, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
PLAIN = sdp(20100)
BOTH = PLAIN + CRYPTO
SECURE = BOTH.replace("RTP/AVP", "RTP/SAVP")
KEYLESS = PLAIN.replace("RTP/AVP", "RTP/SAVP")
UNKNOWN_SUITE = SECURE.replace("AES_CM_128_HMAC_SHA1_80", "F8_128_HMAC_SHA1_80")
SHORT_KEY = SECURE.replace("d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "d0Rm")
BY_DTLS = SECURE.replace("RTP/SAVP", "UDP/TLS/RTP/SAVPF")
FEEDBACK = SECURE.replace("RTP/SAVP", "RTP/SAVPF")


@pytest_asyncio.fixture(loop_scope="module")
async def house_with_policy(house: House) -> AsyncIterator[House]:
    house.auto = True
    yield house
    house.endpoint.gate._handlers.pop("INVITE", None)


def come_in_by(house: House, srtp: Srtp) -> None:
    account = house.endpoint.account_of(srtp)
    house.endpoint.gate._handlers["INVITE"] = lambda request: Answer(0, account=account)


@pytest.mark.parametrize(
    ("policy", "offer", "status", "encrypted"),
    [
        (Srtp.OFF, PLAIN, 200, False),
        (Srtp.OFF, BOTH, 200, False),
        (Srtp.OFF, SECURE, 488, False),
        (Srtp.OPTIONAL, PLAIN, 200, False),
        (Srtp.OPTIONAL, BOTH, 200, True),
        (Srtp.OPTIONAL, SECURE, 200, True),
        (Srtp.MANDATORY, PLAIN, 488, False),
        (Srtp.MANDATORY, BOTH, 488, False),
        (Srtp.MANDATORY, SECURE, 200, True),
        (Srtp.OPTIONAL, FEEDBACK, 200, True),
        (Srtp.MANDATORY, FEEDBACK, 200, True),
        *(
            (srtp, offer, 488, False)
            for srtp in Srtp
            for offer in (KEYLESS, UNKNOWN_SUITE, SHORT_KEY, BY_DTLS)
        ),
        (Srtp.OPTIONAL, UNKNOWN_SUITE.replace("RTP/SAVP", "RTP/AVP"), 200, False),
    ],
)
async def test_an_offer_is_taken_as_the_policy_wants(
    house_with_policy: House, phone: Phone, policy: Srtp, offer: str, status: int, encrypted: bool
) -> None:
    come_in_by(house_with_policy, policy)
    call = Dialog(phone)
    answer = await call.invite(offer)
    assert answer.status == status
    assert ("a=crypto" in answer.body) is encrypted
    if status == 200:
        leg = await house_with_policy.caller()
        await leg.answered()
        assert leg.quality().encrypted is encrypted
        await call.bye()
        await leg.ended
        assert leg.quality().encrypted is encrypted
    else:
        assert house_with_policy.arrived.empty()
        assert answer.header("Warning")[:3] in ("302", "399")


@pytest.mark.parametrize(
    ("policy", "offer", "why"),
    [
        (Srtp.MANDATORY, PLAIN, "encrypted sound alone"),
        (Srtp.OPTIONAL, KEYLESS, "a=crypto (RFC 4568) is missing"),
        (Srtp.OPTIONAL, UNKNOWN_SUITE, "AES_CM_128_HMAC_SHA1_80 is"),
        (Srtp.OPTIONAL, SHORT_KEY, "as long as"),
        (Srtp.OFF, SECURE, "no encrypted sound"),
    ],
)
async def test_who_is_refused_is_told_why_and_so_is_the_log(
    house_with_policy: House, phone: Phone, policy: Srtp, offer: str, why: str
) -> None:
    come_in_by(house_with_policy, policy)
    with capture_logs() as logs:
        call = Dialog(phone)
        assert why in (await call.invite(offer)).header("Warning")
    (line,) = logs
    assert (line["event"], line["log_level"], line["status"]) == ("sip.call_refused", "warning", 488)
    assert why in line["why"]
    assert (line["sip_call_id"], line["dialled"]) == (call.call_id, "600")
    assert line["source"] == f"127.0.0.1:{house_with_policy.port + 10}"


@pytest.mark.parametrize(
    ("policy", "line", "crypto"),
    [(Srtp.OFF, "RTP/AVP", False), (Srtp.OPTIONAL, "RTP/AVP", True), (Srtp.MANDATORY, "RTP/SAVP", True)],
)
async def test_an_outgoing_leg_offers_what_its_way_says(
    house: House, agent_phone: Phone, agent_uri: str, policy: Srtp, line: str, crypto: bool
) -> None:
    house.endpoint.dial(Way(agent_uri, srtp=policy), caller=Party("100"))
    offer = (await Ringing.wait(agent_phone)).invite.body
    assert f" {line} " in offer
    assert ("a=crypto" in offer) is crypto
    assert "a=fingerprint" not in offer


async def test_a_phone_that_answers_in_the_clear_where_that_is_not_allowed_is_hung_up(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri, srtp=Srtp.MANDATORY), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(200, PLAIN)
    await ringing.request("ACK")
    bye = await ringing.request("BYE")
    assert "cause=488" in bye.header("Reason")
    ringing.respond(200, request=bye)
    with capture_logs() as logs, pytest.raises(LegRefused, match="488"):
        await leg.answered()
    assert [(line["event"], line["uri"]) for line in logs] == [("sip.answer_unfit", agent_uri)]
