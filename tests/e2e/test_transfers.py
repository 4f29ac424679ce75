"""Transfers by agents' phones over real SIP: REFER, NOTIFY, and who hears whom afterwards."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from softswitch.testing.phone import Phone, Refused
from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, last_second, picked_up, voice
from tests.e2e.test_registering import CONFIGURATION, agents_state, becomes, desk, home, running

THIRD_TONE = 2730
SETTINGS = CONFIGURATION | {
    "numbers": {"600": {"queue": "support"}, "700": {"queue": "sales"}},
    "queues": {
        "support": {"strategy": "hunt", "ring": "10s", "music": "silence", "wrap_up": "30s"},
        "sales": {"strategy": "hunt", "ring": "10s", "music": "silence"},
    },
    "agents": {
        f"desk-{number}": {"name": f"Desk {number}", "login": number, "password": f"secret-{number}"}
        for number in ("201", "202", "203")
    },
    "teams": {"support": {"agents": ["desk-201"]}, "sales": {"agents": ["desk-203"]}},
}
COLLEAGUES = SETTINGS | {
    "teams": {"support": {"agents": ["desk-201", "desk-202"]}, "sales": {"agents": ["desk-203"]}}
}
"""desk-202 serves support too, and may take what rings at desk-201."""


@asynccontextmanager
async def office(folder, transport="udp", settings=SETTINGS):
    """The switch, three agents' phones that have registered, the first over `transport`, and a caller's."""
    async with (
        running(folder, settings) as switch,
        desk("201", transport=transport) as one,
        desk("202") as two,
        desk("203") as three,
        Phone("100") as caller,
    ):
        for phone in (one, two, three):
            await phone.register(home(switch))
        yield switch, caller, one, two, three


async def served(switch, caller, agent):
    """A caller of the queue talks to the agent."""
    call = caller.call(switch.uri("600"))
    call.say(tone(CALLER_TONE))
    incoming = await picked_up(agent, AGENT_TONE)
    await call.until_answered()
    await asyncio.sleep(0.2)  # until the switch has brought them together: this phone is quicker than a hand
    return call, incoming


async def rung(switch, caller, agent):
    """A caller of the queue rings at the agent."""
    call = caller.call(switch.uri("600"))
    call.say(tone(CALLER_TONE))
    ringing = await agent.rung()
    ringing.ring()
    return call, ringing


async def picker_hangs_up(switch, call, picked):
    """desk-202, who has taken the call, ends it; both have heard each other, and the record says so."""
    picked.bye()
    await call.until_ended()
    assert voice(last_second(call.ear.sound()), THIRD_TONE) > 0.5
    assert voice(last_second(picked.ear.sound()), CALLER_TONE) > 0.5
    record = await asyncio.to_thread(switch.record, call.call_id)
    assert (record["agent"], record["ended_by"]) == ("desk-202", "agent")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_blind_transfer_tells_how_it_goes_on_and_joins_the_two(tmp_path, transport):
    async with office(tmp_path, transport) as (switch, caller, one, two, _):
        call, first = await served(switch, caller, one)
        await asyncio.sleep(1.0)
        transfer = await first.refer(switch.uri("202"))
        assert transfer.response.status == 202
        assert (
            transfer.response.get("contact")
            == f"<{home(switch)}{';transport=tcp' if transport == 'tcp' else ''}>"
        )
        second = await picked_up(two, THIRD_TONE)
        assert await transfer.until_done() == 200
        assert transfer.statuses == [100, 200]
        notify = transfer.notifies[0]
        assert notify.get("event").partition(";")[0] == "refer"
        assert notify.get("subscription-state").startswith("active")
        assert notify.get("content-type").startswith("message/sipfrag")
        assert transfer.notifies[-1].get("subscription-state") == "terminated;reason=noresource"
        assert await first.until_ended() == "them"
        assert await agents_state(switch, "desk-201") == "wrap-up"
        assert await agents_state(switch, "desk-202") == "outside-call"
        await asyncio.sleep(1.5)
        call.bye()
        await second.until_ended()
        assert voice(last_second(call.ear.sound()), THIRD_TONE) > 0.5
        assert voice(last_second(second.ear.sound()), CALLER_TONE) > 0.5
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert (record["agent"], record["ended_by"]) == ("desk-202", "caller")
        await becomes(switch, "desk-202", "free")


async def test_a_refused_transfer_leaves_agent_and_caller_talking(tmp_path):
    async with office(tmp_path) as (switch, caller, one, two, _):
        call, first = await served(switch, caller, one)
        transfer = await first.refer(switch.uri("202"))
        incoming = await two.rung()
        incoming.refuse(486)
        assert await transfer.until_done() == 486
        await asyncio.sleep(1.5)
        assert not first.over
        assert voice(last_second(call.ear.sound()), AGENT_TONE) > 0.5
        assert voice(last_second(first.ear.sound()), CALLER_TONE) > 0.5
        again = await first.refer(switch.uri("202"))
        assert again.response.status == 202
        await two.rung()
        call.bye()
        await first.until_ended()


async def test_without_a_subscription_nothing_is_told(tmp_path):
    async with office(tmp_path) as (switch, caller, one, two, _):
        call, first = await served(switch, caller, one)
        transfer = await first.refer(switch.uri("202"), [("Refer-Sub", "false")])
        assert (transfer.response.status, transfer.response.get("refer-sub")) == (202, "false")
        await picked_up(two, THIRD_TONE)
        await first.until_ended()
        assert transfer.notifies == []
        call.bye()


async def test_a_phone_that_hangs_up_at_once_leaves_the_caller_to_the_next_queue(tmp_path):
    async with office(tmp_path) as (switch, caller, one, _, three):
        call, first = await served(switch, caller, one)
        await first.refer(switch.uri("700"))
        first.bye()
        second = await picked_up(three, THIRD_TONE)
        call.bye()
        await second.until_ended()
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert record["queues"] == ["support", "sales"]
        assert await agents_state(switch, "desk-201") == "wrap-up"


async def test_who_may_not_and_what_cannot_be_read(tmp_path):
    async with office(tmp_path) as (switch, caller, one, _, _three):
        call, first = await served(switch, caller, one)
        stranger = await call.refer(switch.uri("202"))
        assert stranger.response.status == 403
        assert (await first.refer(switch.uri("*11"))).response.status == 403
        assert (await first.request("REFER")).status == 400
        two = [("Refer-To", f"<{switch.uri('202')}>, <{switch.uri('203')}>")]
        assert (await first.request("REFER", two)).status == 400
        bye = [("Refer-To", f"<{switch.uri('202')};method=BYE>")]
        assert (await first.request("REFER", bye)).status == 501
        lost = [("Refer-To", f"<{switch.uri('202')}?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2>")]
        assert (await first.request("REFER", lost)).status == 481
        outside = await one.ask("REFER", switch.uri("600"), [("Refer-To", f"<{switch.uri('202')}>")])
        assert outside.status == 403
        call.bye()
        await first.until_ended()


@pytest.mark.parametrize("by_the_second", [False, True])
async def test_after_a_consultation_the_caller_talks_to_the_colleague(tmp_path, by_the_second):
    async with office(tmp_path) as (switch, caller, one, two, _):
        call, first = await served(switch, caller, one)
        await first.hold()
        second = one.call(switch.uri("202"))
        colleague = await picked_up(two, THIRD_TONE)
        await second.until_answered()
        assert await agents_state(switch, "desk-201") == "talking"
        mover, other = (second, first) if by_the_second else (first, second)
        transfer = await mover.refer(other)
        assert transfer.response.status == 202
        assert await transfer.until_done() == 200
        assert await first.until_ended() == "them"
        assert await second.until_ended() == "them"
        await asyncio.sleep(1.5)
        assert await agents_state(switch, "desk-201") == "wrap-up"
        assert await agents_state(switch, "desk-202") == "outside-call"
        colleague.bye()
        await call.until_ended()
        assert voice(last_second(call.ear.sound()), THIRD_TONE) > 0.5
        assert voice(last_second(colleague.ear.sound()), CALLER_TONE) > 0.5
        assert len(two.heard("INVITE")) == 1, "and the switch rings nobody"
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert (record["agent"], record["ended_by"]) == ("desk-202", "agent")
        consultation = await asyncio.to_thread(switch.record, second.call_id)
        assert consultation["ended_by"] == "transfer"


@pytest.mark.parametrize("allow", ["INVITE, ACK, BYE, CANCEL, UPDATE", "INVITE, ACK, BYE, CANCEL"])
async def test_whom_the_colleague_was_handed_is_shown_there_if_the_phone_can(tmp_path, allow):
    async with office(tmp_path) as (switch, caller, one, two, _):
        call, first = await served(switch, caller, one)
        second = one.call(switch.uri("202"))
        colleague = await two.rung()
        colleague.say(tone(THIRD_TONE))
        colleague.answer([("Allow", allow)])
        await second.until_answered()
        assert await (await first.refer(second)).until_done() == 200
        await asyncio.sleep(1.5)
        updates = two.heard("UPDATE")
        assert len(updates) == ("UPDATE" in allow)
        if updates:
            assert "<sip:100@" in updates[0].get("p-asserted-identity")
            assert not updates[0].body
        assert await colleague.hold(), "the dialog goes on"
        await colleague.resume()
        await asyncio.sleep(1.5)
        colleague.bye()
        await call.until_ended()
        assert voice(last_second(call.ear.sound()), THIRD_TONE) > 0.5


async def test_a_phone_may_transfer_in_the_moment_of_its_ack(tmp_path):
    support = {"strategy": "hunt", "ring": "10s", "music": "silence"}
    settings = SETTINGS | {"queues": {**SETTINGS["queues"], "support": support}}
    async with office(tmp_path, settings=settings) as (switch, caller, one, two, _):
        for times in range(1, 5):
            call, first = await served(switch, caller, one)
            second = one.call(switch.uri("202"))
            colleague = await picked_up(two, THIRD_TONE)
            await second.until_answered()
            mover, other = (first, second) if times % 2 else (second, first)
            transfer = await mover.refer(other)
            assert transfer.response.status == 202
            assert await transfer.until_done() == 200
            assert await second.until_ended() == "them"
            assert len(two.heard("INVITE")) == times, "and the switch rings nobody"
            colleague.bye()
            await call.until_ended()
            consultation = await asyncio.to_thread(switch.record, second.call_id)
            assert (consultation["outcome"], consultation["ended_by"]) == ("answered", "transfer")
            await becomes(switch, "desk-202", "free")


async def test_nobody_takes_the_call_of_another_agent(tmp_path):
    async with office(tmp_path) as (switch, caller, one, two, three):
        call, first = await served(switch, caller, one)
        others = two.call(switch.uri("203"))
        await picked_up(three, THIRD_TONE)
        await others.until_answered()
        assert (await first.refer(others)).response.status == 403
        call.bye()
        others.bye()


async def test_a_colleague_takes_a_call_that_rings_by_a_code(tmp_path):
    async with office(tmp_path, settings=COLLEAGUES) as (switch, caller, one, two, _):
        call, ringing = await rung(switch, caller, one)
        picked = two.call(switch.uri("*8201"))
        picked.say(tone(THIRD_TONE))
        await picked.until_answered()
        await ringing.until_ended()
        assert "Call completed elsewhere" in one.heard("CANCEL")[0].get("reason")
        await asyncio.sleep(1.5)
        assert await agents_state(switch, "desk-202") == "talking"
        await picker_hangs_up(switch, call, picked)
        assert await agents_state(switch, "desk-202") == "wrap-up"


@pytest.mark.parametrize(("allowed", "to"), [(False, "sip"), (True, "sip"), (True, "tel")])
async def test_a_phone_sends_a_call_on_where_its_agent_may(tmp_path, allowed, to):
    agents = SETTINGS["agents"] | {"desk-201": SETTINGS["agents"]["desk-201"] | {"forwards": allowed}}
    settings = SETTINGS | {"agents": agents, "numbers": {"2xx": {"agent": "dialled"}}}
    async with office(tmp_path, settings=settings) as (switch, caller, one, two, _):
        call = caller.call(switch.uri("201"))
        call.say(tone(CALLER_TONE))
        (await one.rung()).redirect("tel:202" if to == "tel" else switch.uri("202"))
        if not allowed:
            with pytest.raises(Refused, match="480"):
                await call.until_answered()
            assert two.heard("INVITE") == []
            return
        second = await picked_up(two, THIRD_TONE)
        await call.until_answered()
        await asyncio.sleep(1.5)
        second.bye()
        await call.until_ended()
        assert voice(last_second(call.ear.sound()), THIRD_TONE) > 0.5


async def test_a_colleague_takes_a_ringing_call_by_its_dialog_and_nobody_else_any(tmp_path):
    async with office(tmp_path, settings=COLLEAGUES) as (switch, caller, one, two, stranger):
        call, ringing = await rung(switch, caller, one)
        named = [("Replaces", f"{ringing.replaces};early-only"), ("Require", "replaces")]
        lost = [("Replaces", "nobody;to-tag=1;from-tag=2")]
        for phone, headers, refused in (
            (caller, named, "403"),
            (stranger, named, "403"),
            (two, lost, "481"),
            (two, [*named, *lost], "400"),
        ):
            with pytest.raises(Refused, match=refused):
                await phone.call(switch.uri("201"), headers=headers).until_answered()
        picked = two.call(switch.uri("201"), headers=named)
        picked.say(tone(THIRD_TONE))
        await picked.until_answered()
        await ringing.until_ended()
        await asyncio.sleep(1.5)
        talks = [("Replaces", picked.replaces)]
        with pytest.raises(Refused, match="403"):
            await one.call(switch.uri("201"), headers=talks).until_answered()
        await picker_hangs_up(switch, call, picked)
