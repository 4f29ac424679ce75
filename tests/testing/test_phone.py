"""The phone against itself: two of them call each other without a switch."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.testing.phone import Phone, Refused
from softswitch.testing.phone.message import Message, NotSip, hop_of, parameter, uri_in
from softswitch.testing.phone.sdp import Session
from softswitch.testing.voice import tone


@pytest.fixture(params=["udp", "tcp"])
async def phones(request):
    async with (
        Phone("100", transport=request.param) as caller,
        Phone("201", transport=request.param) as agent,
    ):
        yield caller, agent
        assert caller.complaints == agent.complaints == []


@pytest.fixture
async def pair():
    async with Phone("100") as caller, Phone("201") as agent:
        yield caller, agent
        assert caller.complaints == agent.complaints == []


async def connected(caller: Phone, agent: Phone, **options):
    call = caller.call(agent.contact, **options)
    incoming = await agent.rung()
    incoming.ring()
    incoming.answer()
    await call.until_answered()
    await incoming.until_answered()
    return call, incoming


async def test_two_phones_ring_answer_talk_and_hang_up(phones):
    caller, agent = phones
    call = caller.call(agent.contact)
    call.say(tone(440))
    incoming = await agent.rung()
    incoming.say(tone(1000))
    incoming.ring()
    await call.until_ringing()
    incoming.answer()
    await call.until_answered()
    await asyncio.sleep(0.3)
    call.bye()
    assert await incoming.until_ended() == "them"
    assert call.ended_by == "us"
    assert call.statuses == [180, 200]
    assert call.ear.sound().tone(1000) > 0.95
    assert incoming.ear.sound().tone(440) > 0.95
    assert list(incoming.moments) == ["invited", "rang", "answered", "acknowledged", "ended"]


async def test_the_called_side_can_hang_up(phones):
    call, incoming = await connected(*phones)
    incoming.bye()
    assert await call.until_ended() == "them"


async def test_a_refusal_is_acknowledged_and_raises_with_its_status(phones):
    caller, agent = phones
    call = caller.call(agent.contact)
    incoming = await agent.rung()
    incoming.refuse(486)
    with pytest.raises(Refused, match="486 Busy Here") as refused:
        await call.until_answered()
    assert refused.value.status == 486
    assert call.ended_by == "them"
    await asyncio.sleep(0.02)
    assert [ack.method for ack in agent.heard("ACK")] == ["ACK"]


async def test_a_cancelled_call_ends_with_487_on_both_sides(phones):
    caller, agent = phones
    call = caller.call(agent.contact)
    call.cancel()
    incoming = await agent.rung()
    incoming.ring()
    with pytest.raises(Refused, match="487"):
        await call.until_answered()
    assert call.ended_by == "us"
    assert await incoming.until_ended() == "them"
    assert incoming.farewell.method == "CANCEL"


async def test_an_answer_that_crosses_the_cancel_is_taken_and_hung_up(pair):
    caller, agent = pair
    call = caller.call(agent.contact)
    incoming = await agent.rung()
    incoming.ring()
    await call.until_ringing()
    incoming.answer()
    call.cancel()
    await call.until_answered()
    call.bye()
    assert await incoming.until_ended() == "them"


@pytest.mark.parametrize("way", ["sendonly", "inactive", "0.0.0.0"])
async def test_a_held_party_falls_silent_until_it_is_resumed(pair, way):
    call, incoming = await connected(*pair)
    incoming.say(tone(440))
    assert (await call.hold(way)).status == 200
    await asyncio.sleep(0.03)
    held = len(call.ear.arrivals)
    await asyncio.sleep(0.1)
    assert len(call.ear.arrivals) == held
    assert (await call.resume()).status == 200
    await asyncio.sleep(0.1)
    assert len(call.ear.arrivals) > held


async def test_digits_travel_by_rtp_and_by_both_bodies_of_info(pair):
    call, incoming = await connected(*pair)
    call.press("12")
    assert await call.press_by_info("3", relay=True) == [200]
    assert await call.press_by_info("#", relay=False) == [200]
    assert [info.body.split(b"\r\n")[0] for info in incoming.heard_info] == [b"Signal=3", b"#"]
    await asyncio.sleep(0.5)
    assert incoming.ear.digits() == "12"


async def test_a_late_offer_is_answered_in_the_ack(pair):
    call, incoming = await connected(*pair, late_offer=True)
    incoming.say(tone(440))
    await asyncio.sleep(0.15)
    assert call.ear.sound().tone(440) > 0.9


async def test_a_phone_answers_with_the_first_codec_that_it_knows():
    async with Phone("100", codecs=("nonsense", "PCMA", "PCMU")) as caller, Phone("201") as agent:
        call, incoming = await connected(caller, agent)
        assert call.remote_session.formats[0] == (8, "PCMA/8000")
        assert call.voice.payload_type == incoming.voice.payload_type == 8


async def test_an_offer_without_a_common_codec_cannot_be_answered():
    async with Phone("100", codecs=("nonsense",)) as caller, Phone("201") as agent:
        caller.call(agent.contact)
        with pytest.raises(ValueError, match="no common codec"):
            (await agent.rung()).answer()


async def test_a_lost_invite_and_a_lost_answer_are_repeated(pair):
    caller, agent = pair
    deaf = agent._receive
    agent._wire._receive = lambda data, peer: None
    call = caller.call(agent.contact)
    await asyncio.sleep(0.05)
    agent._wire._receive = deaf
    incoming = await agent.rung(within=1)
    caller._wire._receive = lambda data, peer: None
    incoming.answer()
    await asyncio.sleep(0.05)
    caller._wire._receive = caller._receive
    await call.until_answered(within=1)
    await incoming.until_answered()
    assert len(agent.calls) == 1


async def test_requests_outside_a_dialog_get_an_answer(phones):
    caller, agent = phones
    assert (await caller.ask("OPTIONS", agent.contact)).status == 200
    assert (await caller.ask("PUBLISH", agent.contact)).status == 501


async def test_raw_bytes_go_out_as_they_are_and_replies_are_strays(pair):
    caller, agent = pair
    caller.send_raw(
        (
            f"OPTIONS {agent.contact} SIP/2.0\r\nVia: {caller.via()}\r\nf: <sip:x@y>;tag=1\r\n"
            f"t: <{agent.contact}>\r\ni: raw@test\r\nCSeq: 1 OPTIONS\r\n\r\n"
        ).encode(),
        agent.contact,
    )
    reply = await caller.reply()
    assert (reply.status, reply.get("call-id")) == (200, "raw@test")
    caller.send_raw(b"nonsense\r\n\r\n", agent.contact)
    assert await caller.reply(within=0.02) is None
    assert len(agent.complaints) == 1
    agent.complaints.clear()


async def test_two_phones_answer_at_the_same_moment():
    async with Phone("100") as caller, Phone("201") as one, Phone("202") as other:
        caller.call(one.contact)
        caller.call(other.contact)
        calls = [await one.rung(), await other.rung()]
        for call in calls:
            call.answer()
        assert abs(calls[0].moments["answered"] - calls[1].moments["answered"]) < 0.01


def test_a_message_is_read_with_folding_compact_names_and_its_length():
    message = Message.parse(
        b"INVITE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z1\r\nSubject: one\r\n two\r\n"
        b'f: "A;B" <sip:x@y;tag=no>;tag=yes\r\nRecord-Route: <sip:p1;lr>, <sip:p2,x;lr>\r\n'
        b"CSeq: 7 INVITE\r\nl: 4\r\n\r\nbodyrest"
    )
    assert (message.method, message.uri, message.branch, message.cseq) == (
        "INVITE",
        "sip:a@b",
        "z1",
        (7, "INVITE"),
    )
    assert message.get("subject") == "one two"
    assert parameter(message.get("from"), "tag") == "yes"
    assert message.listed("record-route") == ["<sip:p1;lr>", "<sip:p2,x;lr>"]
    assert message.body == b"body"


@pytest.mark.parametrize("data", [b"", b"hello\r\n\r\n", b"INVITE sip:a SIP/2.0\r\nno colon\r\n\r\n"])
def test_what_is_no_sip_is_refused(data):
    with pytest.raises(NotSip):
        Message.parse(data)


def test_uris_name_their_hop():
    assert hop_of("sip:201@127.0.0.1:7600") == ("udp", "127.0.0.1", 7600)
    assert hop_of("sip:host;transport=TCP") == ("tcp", "host", 5060)
    assert uri_in('"Desk" <sip:201@h;x=y>;tag=1') == "sip:201@h;x=y"


def test_a_session_keeps_its_words_and_mirrors_the_direction():
    offer = Session.offer("192.0.2.1", 4000, ("PCMA", "PCMU")).held("sendonly")
    assert Session.parse(offer.pack()) == offer
    answer = offer.answer("192.0.2.2", 5000, ("PCMU",))
    assert answer.formats == ((0, "PCMU/8000"), (101, "telephone-event/8000"))
    assert answer.direction == "recvonly"
