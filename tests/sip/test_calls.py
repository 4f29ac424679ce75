"""Calls on the wire: how they begin, what happens to them, how they end."""

from __future__ import annotations

import asyncio

import pjsua2 as pj
import pytest

from softswitch.errors import LegGone, LegRefused
from softswitch.sip._native import lib
from softswitch.sip.gate import Answer, decide
from softswitch.sip.leg import PjCall
from softswitch.types import UNKNOWN, AgentName, LegState, Origin, Party, TrunkName, Way
from tests.circles import expect_no_circles
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, Ringing, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_answered_call_is_known_by_its_number_and_its_caller(house: House, phone: Phone) -> None:
    call = Dialog(phone, "+48%2322", '"Ada \\"L\\"" <sip:100@127.0.0.1>')
    call.send("INVITE", sdp(20100), Subject="a question")
    leg = await house.caller()
    assert leg.dialled == "+48#22"
    assert leg.remote == Party("100", 'Ada "L"', "sip:100@127.0.0.1")
    assert leg.sip_call_id == call.call_id
    assert leg.headers["subject"] == "a question"
    leg.ring()
    await call.answer(180)
    leg.answer()
    answer = await call.answer(200)
    assert answer.body.count("m=") == 1
    call.ack()
    await leg.answered()
    assert leg.state is LegState.ANSWERED
    assert (await call.bye()).status == 200
    end = await leg.ended
    assert (end.remote, end.status) == (True, 200)


async def test_the_asserted_identity_is_believed_from_carriers_alone(house: House, phone: Phone) -> None:
    proven = {"carrier": Origin(trunk=TrunkName("carrier")), "agent": Origin(agent=AgentName("ann"))}
    callers = []
    for sender in ("carrier", "agent", "anybody"):
        house.endpoint.gate.handle("INVITE", lambda _, who=sender: Answer(0, origin=proven.get(who, UNKNOWN)))
        call = Dialog(phone, caller='"Bob" <sip:100@127.0.0.1>')
        call.send("INVITE", sdp(20100), P_Asserted_Identity='"Grace" <sip:+48600100200@carrier.example>')
        leg = await house.caller()
        callers.append((leg.origin, leg.remote.number, leg.remote.name))
        leg.hangup(480)
        await call.answer(480)
    house.endpoint.gate.handle("INVITE", decide)
    assert callers == [
        (proven["carrier"], "+48600100200", "Grace"),
        (proven["agent"], "100", "Bob"),
        (UNKNOWN, "100", "Bob"),
    ]


async def test_a_caller_who_cancels_ends_the_leg(house: House, phone: Phone) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    leg = await house.caller()
    leg.ring()
    await call.answer(180)
    call.remote_tag = ""
    phone.send(call.text("CANCEL", branch=call.branch))
    await call.answer(487)
    with pytest.raises(LegRefused, match="487"):
        await leg.answered()
    assert leg.ended.result().remote


async def test_a_bye_before_the_answer_gives_up_as_a_cancel_does(house: House, phone: Phone) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    leg = await house.caller()
    leg.ring()
    await call.answer(180)
    assert (await call.bye()).status == 200
    with pytest.raises(LegRefused, match="487"):
        await leg.answered()
    end = leg.ended.result()
    assert (end.remote, end.status, end.reason) == (True, 487, "Request Terminated")


async def test_a_refused_caller_gets_the_status(house: House, phone: Phone) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    leg = await house.caller()
    leg.hangup(404, "No such number")
    answer = await call.answer(404)
    assert answer.first == "SIP/2.0 404 No such number"
    with pytest.raises(LegGone):
        await leg.answered()
    assert (await leg.ended).remote is False


async def test_a_full_switch_asks_the_caller_to_come_back(house: House, phone: Phone) -> None:
    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    (await house.caller()).hangup(503)
    assert (await call.answer(503)).header("Retry-After") == "10"


async def test_the_switch_hangs_up_with_a_reason(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(20100))
    leg = await house.caller()
    await leg.answered()
    leg.hangup(reason='Line 1 "closed"')
    bye = await phone.wait(lambda m: m.first.startswith("BYE "))
    assert bye.header("Reason") == 'SIP;cause=200;text="Line 1 \\"closed\\""'
    assert leg.state is LegState.ENDED
    leg.hangup()
    leg.answer()
    leg.ring()


async def test_a_call_that_cannot_be_answered_is_ended(
    house: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_self: PjCall, _param: object) -> None:
        raise pj.Error

    call = Dialog(phone)
    call.send("INVITE", sdp(20100))
    leg = await house.caller()
    monkeypatch.setattr(PjCall, "answer", answer)
    leg.answer()
    await call.answer(500)
    assert leg.state is LegState.ENDED


async def test_a_caller_who_knows_no_session_timers_is_asked_now_and_then_all_the_same(
    house: House, phone: Phone
) -> None:
    house.auto = True
    call = Dialog(phone)
    assert (await call.invite(sdp(20100))).header("Session-Expires") == "1800;refresher=uas"
    await call.bye()


async def test_a_hook_flash_is_no_digit(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(20100))
    leg = await house.caller()
    leg.pressed("R")
    leg.pressed("5")
    assert leg.digits.get_nowait() == "5"
    await call.bye()


async def test_no_codec_in_common_is_488(house: House, phone: Phone) -> None:
    answer = await Dialog(phone).invite(sdp(20100, codecs="3"))
    assert answer.status == 488
    assert house.arrived.empty()


async def test_a_change_to_a_call_that_leaves_no_codec_is_488_and_the_call_goes_on(
    house: House, phone: Phone
) -> None:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(20100))
    assert (await call.invite(sdp(20100, codecs="3"))).status == 488
    assert (await call.invite(sdp(20100))).status == 200
    await call.bye()


PLAIN = sdp(20100)
NAMED = sdp(20100, address="host.example")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (NAMED, "application/sdp"),
        (NAMED.replace("\r\n", "\r"), "application/sdp"),
        (NAMED.replace("IN IP4 host", "in ip4 host"), "application/sdp"),
        (PLAIN + "a=rtcp:20101 IN IP4 host.example\r\n", "application/sdp"),
        (
            f"--x\r\nContent-Type: application/sdp\r\n\r\n{NAMED}\r\n--x--\r\n",
            "multipart/mixed;boundary=x",
        ),
    ],
    ids=["plain", "lines end at CR", "lower case", "for RTCP", "part of a body"],
)
async def test_an_sdp_that_names_a_host_is_refused_before_anything_waits_for_it(
    house: House, phone: Phone, body: str, kind: str
) -> None:
    assert (await Dialog(phone).invite(body, Content_Type=kind)).status == 488
    assert house.arrived.empty()


async def test_an_address_for_rtcp_is_no_name(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    assert (await call.invite(PLAIN + "a=rtcp:20101 IN IP4 127.0.0.1\r\n")).status == 200
    await call.bye()


async def test_an_update_whose_sdp_names_a_host_changes_nothing(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    await call.invite(PLAIN)
    call.send("UPDATE", NAMED)
    assert (await call.final("UPDATE")).status == 488
    assert (await call.bye()).status == 200


async def test_a_late_offers_answer_that_names_a_host_is_no_answer(
    house: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("softswitch.sip.leg.NO_MEDIA", 0.1)
    house.auto = True
    call = Dialog(phone)
    call.send("INVITE")
    await call.answer(200)
    call.ack(NAMED)
    bye = await phone.wait(lambda m: m.first.startswith("BYE "))
    assert "No SDP in the ACK" in bye.header("Reason")


async def test_an_offer_may_come_late(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    call.send("INVITE")
    answer = await call.answer(200)
    assert answer.body.count("m=audio") == 1
    assert answer.body.count("m=") == 1
    call.ack(sdp(20100))
    leg = await house.caller()
    await leg.answered()
    assert leg.slot is not None


async def test_an_ack_without_sdp_does_not_hold_a_line_for_ever(
    house: House, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("softswitch.sip.leg.NO_MEDIA", 0.1)
    house.auto = True
    call = Dialog(phone)
    call.send("INVITE")
    await call.answer(200)
    call.ack()
    leg = await house.caller()
    bye = await phone.wait(lambda m: m.first.startswith("BYE "))
    assert "No SDP in the ACK" in bye.header("Reason")
    with pytest.raises(LegGone):
        await leg.answered()


async def test_dialling_shows_the_caller_twice_and_adds_headers(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(
        Way(agent_uri),
        caller=Party("+48600100200", 'Support: "Ada"'),
        headers={"X-Customer-Number": "123456\r\nX-Evil: 1"},
    )
    ringing = await Ringing.wait(agent_phone)
    assert ringing.invite.first == f"INVITE {agent_uri} SIP/2.0"
    shown = '"Support: \\"Ada\\"" <sip:+48600100200@127.0.0.1>'
    assert ringing.invite.header("From").startswith(shown)
    assert ringing.invite.header("P-Asserted-Identity") == shown
    assert ringing.invite.header("X-Customer-Number") == "123456 X-Evil: 1"
    assert ringing.invite.header("Call-ID") == leg.sip_call_id
    assert ringing.invite.body.count("m=") == 1
    rung = asyncio.get_running_loop().create_future()
    leg.on_progress = rung.set_result
    ringing.respond(180)
    assert await rung == 180
    ringing.respond(200, sdp(20110))
    await ringing.request("ACK")
    await leg.answered()
    assert leg.state is LegState.ANSWERED
    assert not leg.sounds_early


async def test_sound_before_the_answer_is_told_once(house: House, agent_phone: Phone, agent_uri: str) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    told: list[tuple[int, bool]] = []
    leg.on_progress = lambda status: told.append((status, leg.sounds_early))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(180)
    ringing.respond(183, sdp(20110))
    ringing.respond(200, sdp(20110))
    await ringing.request("ACK")
    await leg.answered()
    assert (told[0], told[-1]) == ((180, False), (183, True))
    assert [early for _, early in told].count(True) <= 2


@pytest.mark.parametrize("status", [302, 404, 408, 480, 486, 500, 603])
async def test_a_refusal_says_its_status(
    house: House, agent_phone: Phone, agent_uri: str, status: int
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(status, Contact="<sip:elsewhere@127.0.0.1>")
    with pytest.raises(LegRefused) as refused:
        await leg.answered()
    assert refused.value.status == status
    assert leg.ended.result().remote
    assert leg.redirected_to == ("sip:elsewhere@127.0.0.1" if status == 302 else "")


@pytest.mark.parametrize(
    ("contacts", "number"),
    [
        ("<tel:+48500111222>", "+48500111222"),
        ("<tel:1234567;phone-context=+4822>;q=0.5", "+48221234567"),
        ("<mailto:a@b.example>, <tel:+48500111222>", "+48500111222"),
        ("<tel:+48500111222>;q=0.9, <sip:202@127.0.0.1>;q=0.1", "202"),
    ],
)
async def test_a_phone_that_moved_to_a_number_says_which(
    house: House, agent_phone: Phone, agent_uri: str, contacts: str, number: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(302, Contact=contacts)
    with pytest.raises(LegRefused) as refused:
        await leg.answered()
    assert (refused.value.status, refused.value.target) == (302, number)


async def test_hanging_up_a_ringing_phone_cancels_with_a_reason(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(180)
    rung = asyncio.get_running_loop().create_future()
    leg.on_progress = rung.set_result
    await rung
    leg.hangup(reason='SIP;cause=200;text="Call completed elsewhere"')
    cancel = await ringing.request("CANCEL")
    assert cancel.header("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    with pytest.raises(LegGone):
        await leg.answered()


@pytest.mark.parametrize("uri", ["201", "sip:", "mailto:a@b.example", "sip:a b@127.0.0.1"])
async def test_an_address_that_does_not_parse_is_484(house: House, uri: str) -> None:
    with pytest.raises(LegRefused, match="484"):
        house.endpoint.dial(Way(uri), caller=Party("100"))


async def test_a_name_from_the_hosts_file_is_dialled(house: House, agent_phone: Phone) -> None:
    leg = house.endpoint.dial(Way(f"sip:201@localhost:{agent_phone.port}"), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(486)
    with pytest.raises(LegRefused, match="486"):
        await leg.answered()


async def test_a_name_without_a_port_is_served_on_5060(house: House) -> None:
    leg = house.endpoint.dial(Way("sip:201@localhost"), caller=Party("100"))
    assert leg.state is LegState.NEW


async def test_a_leg_may_be_hung_up_from_its_own_callbacks(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    leg.on_progress = lambda status: leg.hangup()
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(180)
    await ringing.request("CANCEL")
    assert leg.state is LegState.ENDED


async def test_a_call_may_be_hung_up_when_it_is_put_on_hold(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(9))
    leg = await house.caller()
    await leg.answered()
    leg.on_hold = lambda held: leg.hangup()
    call.send("INVITE", sdp(9, "sendonly"))
    await phone.wait(lambda m: m.first.startswith("BYE "))
    async with asyncio.timeout(2):
        assert (await asyncio.shield(leg.ended)).remote is False


async def test_an_answer_that_crosses_the_cancel_is_ended_too(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(180)
    await asyncio.sleep(0.05)
    leg.hangup()
    ringing.respond(200, sdp(9))
    await ringing.request("ACK")
    await ringing.request("BYE")
    assert leg.state is LegState.ENDED


async def test_a_leg_hung_up_before_the_phone_says_anything_rings_no_longer(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    leg.hangup()
    assert leg.state is LegState.ENDED
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(180)
    await ringing.request("CANCEL")


async def test_an_answer_whose_sdp_names_a_host_makes_nobody_wait(
    house: House, agent_phone: Phone, agent_uri: str
) -> None:
    leg = house.endpoint.dial(Way(agent_uri), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    ringing.respond(200, sdp(9, address="phone.example"))
    await ringing.request("ACK")
    ringing.respond(200, request=await ringing.request("BYE"))
    with pytest.raises(LegRefused, match="406"):
        await leg.answered()


async def test_two_hundred_calls_leave_nothing_behind(house: House, phone: Phone) -> None:
    house.auto = True
    before = lib.legs_in_use()  # legs of other tests, whose telephones never answered a BYE
    for _ in range(10):
        calls = [Dialog(phone) for _ in range(20)]
        await asyncio.gather(*(call.invite(sdp(9)) for call in calls))
        legs = [await house.caller() for _ in calls]
        await asyncio.gather(*(leg.answered() for leg in legs))
        await asyncio.gather(*(call.bye() for call in calls))
        await asyncio.gather(*(leg.ended for leg in legs))
    await asyncio.sleep(0.1)
    assert lib.legs_in_use() <= before
    assert lib.media_ports() == 1


@pytest.mark.may_block  # it collects garbage
async def test_a_leg_that_has_ended_is_freed_without_the_collector(house: House, phone: Phone) -> None:
    await house.call_in(phone, sdp(9))  # whatever is made once is there
    with expect_no_circles("softswitch.sip", "softswitch.types"):
        call, leg = await house.call_in(phone, sdp(9))
        leg.await_keys(True, tones=True)
        await call.bye()
        await leg.ended
        del call, leg
        await asyncio.sleep(0.1)
