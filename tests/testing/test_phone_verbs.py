"""What the phone can do in a call beyond talking: transfer, redirect, early media, PRACK, UPDATE, silence."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.testing.phone import Phone, Refused, bindings
from softswitch.testing.phone.message import Message
from softswitch.testing.voice import tone
from tests.testing.test_phone import connected


@pytest.fixture
async def pair():
    async with Phone("100") as caller, Phone("201") as agent:
        yield caller, agent
        assert caller.complaints == agent.complaints == []


class Switchboard(Phone):
    """A phone that accepts REFER and SUBSCRIBE, and tells how they go on."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.referred = []

    def _on_request(self, message, peer):
        if message.method not in ("REFER", "SUBSCRIBE"):
            super()._on_request(message, peer)
            return
        self.referred.append(message)
        response = Message(
            "SIP/2.0 202 Accepted",
            [
                *[(name, message.get(name)) for name in ("Via", "From", "Call-ID", "CSeq")],
                (
                    "To",
                    message.get("to") if "tag=" in message.get("to") else f"{message.get('to')};tag=board",
                ),
                ("Contact", f"<{self.contact}>"),
            ],
        )
        peer.send(response.pack())

    def notify(self, message, body, state, number, *, event="", kind="message/sipfrag;version=2.0"):
        """Tell the sender of a REFER or a SUBSCRIBE something."""
        local = message.get("to") if "tag=" in message.get("to") else f"{message.get('to')};tag=board"
        notify = Message(
            f"NOTIFY {message.get('contact')[1:-1]} SIP/2.0",
            [
                ("Via", self.via()),
                ("From", local),
                ("To", message.get("from")),
                ("Call-ID", message.get("call-id")),
                ("CSeq", f"{number} NOTIFY"),
                ("Event", event or f"refer;id={message.cseq[0]}"),
                ("Subscription-State", state),
                ("Content-Type", kind),
            ],
            body,
        )
        return self.transact(notify, self.peer_for(message.get("contact")[1:-1])).final


async def test_a_transfer_tells_how_it_went():
    async with Phone("201") as agent, Switchboard("600") as board:
        call, _ = await connected(agent, board)
        transfer = await call.refer("sip:202@example.com")
        assert transfer.accepted
        refer = board.referred[0]
        assert refer.get("refer-to") == "<sip:202@example.com>"
        assert refer.get("referred-by") == agent.identity
        for number, (line, state) in enumerate(
            [
                (b"SIP/2.0 100 Trying", "active"),
                (b"SIP/2.0 200 OK", "terminated;reason=noresource"),
            ]
        ):
            assert (await board.notify(refer, line, state, 10 + number)).status == 200
        assert await transfer.until_done() == 200
        assert transfer.statuses == [100, 200]
        assert not call.over


async def test_an_attended_transfer_names_the_other_call_by_replaces():
    async with Phone("201") as agent, Switchboard("600") as board, Phone("202") as other:
        call, _ = await connected(agent, board)
        second, incoming = await connected(agent, other)
        await call.refer(second)
        target = board.referred[0].get("refer-to")
        ours = second.local.rpartition("tag=")[2]
        assert target == (
            f"<{other.contact}?Replaces={second.call_id.replace('@', '%40')}"
            f"%3Bto-tag%3D{incoming.tag}%3Bfrom-tag%3D{ours}>"
        )


async def test_a_refused_refer_is_not_accepted(pair):
    call, _ = await connected(*pair)
    transfer = await call.refer("sip:202@example.com")
    assert not transfer.accepted
    assert transfer.response.status == 501


async def test_a_subscription_takes_its_news_and_is_ended():
    async with Phone("201") as phone, Switchboard("desk") as board:
        lamp = await phone.subscribe(board.contact, "dialog", expires=600)
        assert lamp.response.status == 202
        asked = board.referred[0]
        assert asked.get("accept") == "application/dialog-info+xml"
        assert asked.get("expires") == "600"
        answer = await board.notify(
            asked, b"<dialog-info/>", "active;expires=600", 1, event="dialog", kind=lamp.accept
        )
        assert answer.status == 200
        assert (await lamp.notified()).body == b"<dialog-info/>"
        assert lamp.state == "active"
        await lamp.subscribe(0)
        ended = board.referred[1]
        assert ended.get("call-id") == asked.get("call-id")
        assert (ended.get("expires"), ended.cseq[0]) == ("0", asked.cseq[0] + 1)
        assert "tag=board" in ended.get("to")


async def test_a_redirection_says_where_else_to_call(pair):
    caller, agent = pair
    call = caller.call(agent.contact)
    (await agent.rung()).redirect("sip:202@example.com", "sip:203@example.com")
    with pytest.raises(Refused, match="302") as refused:
        await call.until_answered()
    contacts = refused.value.response.listed("contact")
    assert contacts == ["<sip:202@example.com>", "<sip:203@example.com>"]


@pytest.mark.parametrize("reliable", [False, True])
async def test_early_media_is_heard_before_the_answer(pair, reliable):
    caller, agent = pair
    call = caller.call(agent.contact, headers=[("Supported", "100rel")])
    incoming = await agent.rung()
    incoming.say(tone(440))
    incoming.progress(reliable=reliable)
    await call.until_ringing()
    await incoming.until_pracked()
    await asyncio.sleep(0.2)
    assert call.ear.sound().tone(440) > 0.95
    assert call.statuses == [183]
    assert len(agent.heard("PRACK")) == reliable
    incoming.answer()
    await call.until_answered()
    await incoming.until_answered()


async def test_a_reliable_response_is_repeated_until_its_prack(pair):
    caller, agent = pair
    caller._wire._receive = lambda data, peer: None
    call = caller.call(agent.contact)
    incoming = await agent.rung()
    incoming.ring(reliable=True)
    await asyncio.sleep(0.05)
    caller._wire._receive = caller._receive
    await incoming.until_pracked(within=1)
    incoming.ring(reliable=True)
    await incoming.until_pracked(within=1)
    assert [prack.get("rack").split()[0] for prack in agent.heard("PRACK")] == ["1", "2"]
    incoming.answer()
    await call.until_answered()


async def test_a_reinvite_brings_another_codec(pair):
    call, incoming = await connected(*pair)
    assert incoming.voice.payload_type == 0
    assert (await call.reinvite(("PCMA",))).status == 200
    assert call.voice.payload_type == incoming.voice.payload_type == 8
    assert (await call.resume()).status == 200
    assert incoming.voice.payload_type == 8


async def test_an_update_refreshes_or_offers(pair):
    call, incoming = await connected(*pair)
    assert (await call.update()).body == b""
    assert (await call.update(call.local_session.held("sendonly"))).status == 200
    assert incoming.voice.paused


async def test_a_phone_s_rtp_can_stop_while_its_call_goes_on(pair):
    call, incoming = await connected(*pair)
    call.stop_rtp()
    await asyncio.sleep(0.03)
    before = len(incoming.ear.arrivals)
    await call.resume()
    await asyncio.sleep(0.1)
    assert len(incoming.ear.arrivals) == before
    call.resume_rtp()
    await asyncio.sleep(0.1)
    assert len(incoming.ear.arrivals) > before


async def test_options_are_answered_as_the_test_says(pair):
    caller, agent = pair
    agent.options = 480
    assert (await caller.ask("OPTIONS", agent.contact)).status == 480
    agent.options = None
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(caller.ask("OPTIONS", agent.contact), 0.2)


def test_bindings_are_read_off_a_response():
    response = Message(
        "SIP/2.0 200 OK",
        [("Contact", "<sip:a@h;x=1>;expires=60, <sip:b@h>;q=0.5"), ("Expires", "30")],
    )
    assert bindings(response) == {"sip:a@h;x=1": 60, "sip:b@h": 30}
