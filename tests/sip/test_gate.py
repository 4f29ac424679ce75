"""The gate: what is answered to requests that are no calls, and to calls when there is no room for them."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.sip.gate import ALLOWED, Answer, Request, decide
from softswitch.sip.headers import Message
from softswitch.sip.options import MAX_LEGS
from softswitch.types import UNKNOWN, AgentName, Origin
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200), ("MESSAGE", 405), ("REGISTER", 405), ("SUBSCRIBE", 405), ("NOTIFY", 405),
        ("PUBLISH", 405), ("REFER", 405), ("INFO", 481), ("BYE", 481), ("UPDATE", 481), ("DANCE", 501),
    ],
)  # fmt: skip
async def test_a_request_outside_a_call_is_answered(
    house: House, phone: Phone, method: str, status: int
) -> None:
    before = house.endpoint.gate.answers().get(status, 0)
    answer = await phone.request(method)
    assert answer.status == status
    if status in (200, 405, 501):
        assert answer.header("Allow") == ALLOWED
    assert house.endpoint.gate.answers()[status] == before + 1
    assert house.endpoint.legs == {}


async def test_an_info_full_of_empty_lines_is_read_at_once(house: House) -> None:
    body = "INFO sip:600@x SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n" + "\n" * 200_000
    request = Request("INFO", Message(body), "127.0.0.1", 5060, "UDP", in_dialog=True, leg=None)
    began = asyncio.get_running_loop().time()
    assert decide(request).status == 400
    assert asyncio.get_running_loop().time() - began < 5, "the square of its length would be minutes"


async def test_options_say_what_is_served(house: House, phone: Phone) -> None:
    answer = await phone.request("OPTIONS")
    assert answer.header("Accept") == "application/sdp"
    assert "timer" in answer.header("Supported")


async def test_an_answered_call_offers_what_is_served_and_nothing_else(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    answer = await call.invite(sdp(20100))
    assert set(answer.header("Allow").split(", ")) == set(ALLOWED.split(", "))
    await call.bye()


async def test_a_request_of_an_unknown_call_is_481(house: House, phone: Phone) -> None:
    assert (await phone.request("INFO", to_tag="unheard-of")).status == 481
    assert (await phone.request("OPTIONS", to_tag="unheard-of")).status == 481


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("INFO", {}, "", 481),
        ("REGISTER", {}, "", 481),
        ("INVITE", {"Require": "telepathy"}, "", 420),
        ("INVITE", {}, sdp(9, address="host.example"), 488),
        ("OPTIONS", {"Call_ID": "another"}, "", 400),
    ],
)
async def test_a_made_up_call_leaves_no_transaction_behind(
    house: House, phone: Phone, method: str, headers: dict[str, str], body: str, status: int
) -> None:
    """They are held for 32 s each, and a flood would fill the table."""
    before = house.endpoint.gate.requests().get(method, 0)
    call = Dialog(phone)
    call.remote_tag = "unheard-of"
    call.send(method, body, **headers)
    assert (await call.final(method)).status == status
    call.send(method, body, cseq=call.cseq, branch=call.branch, **headers)
    assert (await call.final(method)).status == status
    assert house.endpoint.gate.requests()[method] == before + 2, "a transaction would have taken the second"


async def test_whoever_names_a_host_in_the_sdp_is_told_so(house: House, phone: Phone) -> None:
    answer = await Dialog(phone).invite(sdp(9, address="host.example"))
    assert answer.header("Warning").startswith("301 ")


async def test_a_call_that_has_gone_round_in_a_loop_goes_no_further(house: House, phone: Phone) -> None:
    assert (await Dialog(phone).invite(sdp(9), Max_Forwards="0")).status == 483
    assert house.arrived.empty()
    house.auto = True
    call = Dialog(phone)
    assert (await call.invite(sdp(9), Max_Forwards="1")).status == 200
    assert (await call.invite(sdp(9), Max_Forwards="0")).status == 200, "within a call there is no loop"
    await call.bye()


async def test_a_change_to_a_call_that_requires_what_is_not_served_is_420(house: House, phone: Phone) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    answer = await call.invite(sdp(9, "sendonly"), Require="timer, telepathy, 100rel, levitation")
    assert answer.status == 420
    assert answer.header("Unsupported") == "telepathy, levitation"
    assert not leg.held
    assert (await call.invite(sdp(9, "sendonly"), Require="timer")).status == 200
    assert leg.held, "the call goes on, and can still be changed"
    await call.bye()


@pytest.mark.parametrize(
    ("kind", "body", "status", "digit"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", 200, "5"),
        ("application/dtmf-relay", "Signal= 11\r\nDuration= 160", 200, "#"),
        ("application/dtmf", "*", 200, "*"),
        ("application/dtmf", "d", 200, "D"),
        ("application/dtmf", "hello", 400, None),
        ("application/dtmf-relay", "Duration=160", 400, None),
        ("text/plain", "5", 415, None),
    ],
)
async def test_info_brings_digits_in_either_body(
    house: House, phone: Phone, kind: str, body: str, status: int, digit: str | None
) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    call.send("INFO", body, Content_Type=kind)
    assert (await call.final("INFO")).status == status
    assert (leg.digits.get_nowait() if digit else None) == digit
    assert leg.digits.empty()
    assert (await call.bye()).status == 200


async def test_a_repeated_info_is_one_digit(house: House, phone: Phone) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    call.cseq += 1
    text = call.text("INFO", "7", Content_Type="application/dtmf")
    phone.send(text)
    phone.send(text)
    await call.final("INFO")
    await call.final("INFO")
    assert leg.digits.qsize() == 1
    late = call.text("INFO", "8", cseq=call.cseq - 1, Content_Type="application/dtmf")
    phone.send(late)
    assert (await call.final("INFO")).status == 500
    assert leg.digits.qsize() == 1


@pytest.mark.parametrize(
    ("method", "status"),
    [("OPTIONS", 200), ("INFO", 200), ("REFER", 405), ("SUBSCRIBE", 405), ("MESSAGE", 405), ("NOTIFY", 481)],
)
async def test_a_request_within_a_call_leaves_the_call_alone(
    house: House, phone: Phone, method: str, status: int
) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    call.send(method)
    assert (await call.final(method)).status == status
    assert not leg.ended.done()
    assert (await call.invite(sdp(9))).status == 200
    assert (await call.bye()).status == 200


async def test_a_pickup_by_replaces_is_refused(house: House, phone: Phone) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    replaces = f"{call.call_id};to-tag={call.remote_tag};from-tag={call.tag}"
    assert (await Dialog(phone).invite(sdp(9), Replaces=replaces)).status == 403
    assert not leg.ended.done()


async def test_above_the_limit_a_caller_is_asked_to_come_back(house: House, phone: Phone) -> None:
    house.endpoint.admit(max_calls=1)
    try:
        call, _ = await house.call_in(phone, sdp(9))
        answer = await Dialog(phone).invite(sdp(9))
        assert answer.status == 503
        assert int(answer.header("Retry-After")) > 0
        await call.bye()
        await asyncio.sleep(0)
        await house.call_in(phone, sdp(9))
    finally:
        house.endpoint.admit(max_calls=50)


async def test_who_is_turned_away_is_counted_with_the_reason_and_told_once(
    house: House, phone: Phone
) -> None:
    told: list[tuple[str, int]] = []
    gate = house.endpoint.gate
    gate.newly_turned_away()
    before = gate.turned_away()
    house.endpoint.turned_away = lambda why, count: told.append((why, count))
    house.endpoint.admit(max_calls=0)
    try:
        for _ in range(3):
            await Dialog(phone).invite(sdp(9))
        await asyncio.sleep(1.2)
        await asyncio.sleep(1.2)
    finally:
        house.endpoint.admit(max_calls=50)
        house.endpoint.turned_away = lambda _why, _count: None
    assert {why for why, _ in told} == {"max_calls"}
    assert sum(count for _, count in told) == 3
    assert gate.turned_away()["max_calls"] == before.get("max_calls", 0) + 3


@pytest.mark.parametrize("number", ["112", "+48112"])
async def test_an_agents_emergency_call_goes_through_however_full_it_is(
    house: House, phone: Phone, number: str
) -> None:
    proven = [UNKNOWN]
    house.endpoint.gate.handle("INVITE", lambda _: Answer(0, origin=proven[-1]))
    house.endpoint.admit(max_calls=0, emergencies=("112", "+48112"))
    try:
        assert (await Dialog(phone, number).invite(sdp(9))).status == 503, "somebody unknown"
        proven.append(Origin(agent=AgentName("desk-201")))
        house.auto = True
        call = Dialog(phone, number)
        assert (await call.invite(sdp(9))).status == 200
        await call.bye()
        assert (await Dialog(phone).invite(sdp(9))).status == 503, "another number"
    finally:
        house.auto = False
        house.endpoint.admit(max_calls=50, emergencies=())
        house.endpoint.gate.handle("INVITE", decide)


async def test_a_draining_switch_takes_no_calls_and_keeps_those_it_has(house: House, phone: Phone) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    house.endpoint.admit(draining=True)
    try:
        assert (await Dialog(phone).invite(sdp(9))).status == 503
        asked = await phone.request("OPTIONS")
        assert (asked.status, asked.header("Retry-After")) == (503, "10"), "nobody should send calls here"
        assert (await call.invite(sdp(9))).status == 200
        assert not leg.ended.done()
    finally:
        house.endpoint.admit(draining=False)


async def test_slots_that_agents_may_need_are_not_given_to_callers(house: House, phone: Phone) -> None:
    state = house.endpoint.gate.state
    reserve, state.reserve = state.reserve, MAX_LEGS
    try:
        assert (await Dialog(phone).invite(sdp(9))).status == 503
    finally:
        state.reserve = reserve


MALFORMED = {
    "no SIP": "GET / HTTP/1.1\r\nHost: switch.example\r\nAccept: */*\r\n\r\n",
    "binary": "\x01\x02\x03\x04" * 20,
    "no From": "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nTo: <sip:a@b>\r\n"
    "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
    "a bad CSeq": "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nTo: <sip:a@b>\r\n"
    "From: <sip:c@d>;tag=1\r\nCall-ID: 1\r\nCSeq: many OPTIONS\r\nContent-Length: 0\r\n\r\n",
    "version 7": "OPTIONS sip:a@b SIP/7.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\n\r\n",
}


async def test_what_cannot_be_read_is_counted_and_harms_nobody(house: House, phone: Phone) -> None:
    call, leg = await house.call_in(phone, sdp(9))
    before = house.endpoint.gate.dropped()
    for text in MALFORMED.values():
        phone.send(text)
    assert (await phone.request("OPTIONS")).status == 200
    after = house.endpoint.gate.dropped()
    assert after["a mandatory header is missing"] == before.get("a mandatory header is missing", 0) + 1
    assert sum(after.values()) - sum(before.values()) == len(MALFORMED)
    house.endpoint.gate.report_dropped()
    assert not leg.ended.done()
    await call.bye()


@pytest.mark.parametrize("body", ["", "v=0\r\n", "nonsense", "v=0\r\nc=IN IP4\r\nm=audio x RTP/AVP 0\r\n"])
async def test_a_bad_offer_is_refused_or_taken_as_none(house: House, phone: Phone, body: str) -> None:
    call = Dialog(phone)
    call.send("INVITE", body, Content_Type="application/sdp")
    if body:
        assert 400 <= (await call.final("INVITE")).status < 500
    else:
        (await house.caller()).hangup()
        await call.answer(603)


async def test_requests_are_counted_by_method(house: House, phone: Phone) -> None:
    before = house.endpoint.gate.requests()
    await phone.request("OPTIONS")
    await phone.request("DANCE")
    after = house.endpoint.gate.requests()
    assert after["OPTIONS"] == before.get("OPTIONS", 0) + 1
    assert after["other"] == before.get("other", 0) + 1


@pytest.mark.may_block  # the traceback is drawn with all its colours
async def test_a_mistake_in_the_policy_is_500_and_no_end(
    house: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: Request) -> Answer:
        raise ValueError(request.method)

    monkeypatch.setitem(house.endpoint.gate._handlers, "OPTIONS", broken)
    assert (await phone.request("OPTIONS")).status == 500


async def test_the_policy_is_a_function_of_the_request() -> None:
    request = Request(
        "DANCE", Message("DANCE sip:a@b SIP/2.0\r\n\r\n"), "192.0.2.1", 5060, "UDP", False, None
    )
    assert decide(request) == Answer(501, {"Allow": ALLOWED})
