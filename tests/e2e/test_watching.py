"""Lamps on agents' phones: who talks and who rings, seen by a colleague's phone on the real switch."""

from __future__ import annotations

import asyncio
import re
from xml.etree import ElementTree

from softswitch.control.client import ask
from softswitch.testing.phone import Phone
from tests.e2e.baresip import Baresip
from tests.e2e.switch import Switch, until
from tests.e2e.test_registering import CONFIGURATION, REALM, desk, home, running

XMLNS = "{urn:ietf:params:xml:ns:dialog-info}"


def dialogs(notify):
    """What a document says: (state, direction, remote identity) of each dialog."""
    root = ElementTree.fromstring(notify.body)
    assert root.get("state") == "full"
    return [
        (
            dialog.findtext(f"{XMLNS}state"),
            dialog.get("direction"),
            dialog.findtext(f"{XMLNS}remote/{XMLNS}identity"),
        )
        for dialog in root.iter(f"{XMLNS}dialog")
    ]


def version(notify):
    return int(ElementTree.fromstring(notify.body).get("version"))


def states(notify):
    return [state for state, _, _ in dialogs(notify)]


async def becomes(lamp, *wanted):
    """Take NOTIFYs until one has these states."""
    async with asyncio.timeout(8):
        while states(notify := await lamp.notified()) != list(wanted):
            pass
    return notify


async def test_a_lamp_shows_ringing_talking_and_the_end(tmp_path):
    async with (
        running(tmp_path) as switch,
        desk("201") as agent,
        desk("202") as watcher,
        Phone("100", name="Ada & <Co>") as caller,
    ):
        await agent.register(home(switch))
        lamp = await watcher.subscribe(switch.uri("201"), "dialog", expires=300)
        assert (lamp.response.status, lamp.response.get("expires")) == (200, "300")
        first = await lamp.notified()
        assert (dialogs(first), version(first)) == ([], 0)
        assert re.fullmatch(r"active;expires=(299|300)", first.get("subscription-state"))
        assert first.get("event") == "dialog"
        assert first.get("content-type") == "application/dialog-info+xml"
        call = caller.call(switch.uri("600"))
        ringing = await agent.rung()
        early = await becomes(lamp, "early")
        assert dialogs(early)[0][1:] == ("recipient", f"sip:100@127.0.0.1:{switch.port}")
        assert 'display="Ada &amp; &lt;Co&gt;"' in early.body.decode()
        ringing.answer()
        await call.until_answered()
        await becomes(lamp, "confirmed")
        call.bye()
        await call.until_ended()
        last = await becomes(lamp, "terminated")
        assert [version(each) for each in lamp.notifies] == list(range(version(last) + 1))
        numbers = [each.cseq[0] for each in lamp.notifies]
        assert numbers == sorted(set(numbers))


async def test_both_lamps_of_a_call_between_agents_and_a_hold(tmp_path):
    configuration = {
        **CONFIGURATION,
        "agents": {
            **CONFIGURATION["agents"],
            "desk-203": {"name": "Back office", "login": "203", "password": "secret-203"},
        },
    }
    async with (
        running(tmp_path, configuration) as switch,
        desk("201") as one,
        desk("202") as two,
        desk("203") as watcher,
    ):
        await one.register(home(switch))
        await two.register(home(switch))
        lamps = [await watcher.subscribe(switch.uri(number), "dialog") for number in ("201", "202")]
        for lamp in lamps:
            await becomes(lamp)
        call = one.call(switch.uri("202"))
        ringing = await two.rung()
        assert dialogs(await becomes(lamps[0], "early"))[0][1:] == (
            "initiator",
            f"sip:202@127.0.0.1:{switch.port}",
        )
        assert dialogs(await becomes(lamps[1], "early"))[0][1:] == (
            "recipient",
            f"sip:201@127.0.0.1:{switch.port}",
        )
        ringing.answer()
        await call.until_answered()
        for lamp in lamps:
            await becomes(lamp, "confirmed")
        await asyncio.to_thread(until, lambda: switch.events("Connected"), 5.0, switch.last_words)
        await ringing.hold()
        held = await becomes(lamps[1], "confirmed")
        assert b'<param pname="+sip.rendering" pvalue="no"/>' in held.body
        call.bye()
        for lamp in lamps:
            await becomes(lamp, "terminated")


async def test_who_may_not_watch_learns_nothing(tmp_path):
    async with (
        running(tmp_path) as switch,
        Phone("100") as stranger,
        Phone("202", password="wrong", domain=REALM) as wrong,
        desk("202") as watcher,
    ):
        for phone, number, event, status in (
            (stranger, "201", "dialog", 401),
            (stranger, "999", "dialog", 401),
            (wrong, "201", "dialog", 401),
            (watcher, "999", "dialog", 404),
            (watcher, "201", "message-summary", 403),
            (watcher, "201", "presence", 489),
        ):
            refused = await phone.subscribe(switch.uri(number), event)
            assert refused.response.status == status, (number, event)
            assert refused.notifies == []
        assert refused.response.get("allow-events") == "dialog, message-summary"
        brief = await watcher.subscribe(switch.uri("201"), "dialog", expires=59)
        assert (brief.response.status, brief.response.get("min-expires")) == (423, "60")
        other = await watcher.subscribe(switch.uri("201"), "dialog", accept="application/pidf+xml")
        assert other.response.status == 406


async def test_refresh_fetch_and_end(tmp_path):
    async with running(tmp_path) as switch, desk("202") as watcher:
        lamp = await watcher.subscribe(switch.uri("201"), "dialog")
        assert lamp.response.get("expires") == "600"
        await lamp.notified()
        assert (await lamp.subscribe(120)).status == 200
        assert "active;expires=1" in (await lamp.notified()).get("subscription-state")
        assert (await lamp.subscribe(0)).status == 200
        assert (await lamp.notified()).get("subscription-state") == "terminated;reason=timeout"
        assert (await lamp.subscribe(120)).status == 481
        once = await watcher.subscribe(switch.uri("201"), "dialog", expires=0)
        assert (once.response.status, once.response.get("expires")) == (200, "0")
        assert (await once.notified()).get("subscription-state") == "terminated;reason=timeout"


async def test_the_message_lamp_is_off_where_there_is_no_mailbox(tmp_path):
    async with running(tmp_path) as switch, desk("202") as watcher:
        lamp = await watcher.subscribe(switch.uri("202"), "message-summary")
        notify = await lamp.notified()
        assert notify.get("content-type") == "application/simple-message-summary"
        assert notify.body.decode().splitlines() == [
            "Messages-Waiting: no",
            f"Message-Account: sip:202@127.0.0.1:{switch.port}",
            "Voice-Message: 0/0 (0/0)",
        ]


async def test_the_pause_lamp(tmp_path):
    async with running(tmp_path) as switch, desk("202") as watcher:
        lamp = await watcher.subscribe(switch.uri("*13"), "dialog")
        assert states(await lamp.notified()) == []
        for code, state in (("*13", "confirmed"), ("*14", "terminated")):
            call = watcher.call(switch.uri(code))
            await call.until_ended()
            await becomes(lamp, state)


async def test_over_tcp_the_phones_own_connection_carries_it(tmp_path):
    async with running(tmp_path) as switch, desk("202", transport="tcp") as watcher:
        lamp = await watcher.subscribe(switch.uri("*13") + ";transport=tcp", "dialog")
        assert lamp.response.get("contact") == f"<sip:127.0.0.1:{switch.port};transport=tcp>"
        await lamp.notified()
        assert (await lamp.subscribe(120)).status == 200
        assert states(await lamp.notified()) == []


async def test_after_a_crash_the_phone_begins_anew_and_is_told_of_an_orderly_end(tmp_path):
    async with desk("202") as watcher:
        switch = Switch(tmp_path, CONFIGURATION)
        await asyncio.to_thread(switch.start)
        lamp = await watcher.subscribe(switch.uri("201"), "dialog")
        await lamp.notified()
        await asyncio.to_thread(switch.restart_after_a_crash)
        assert (await lamp.subscribe(120)).status == 481
        lamp = await watcher.subscribe(switch.uri("201"), "dialog")
        assert states(await lamp.notified()) == []
        await asyncio.to_thread(switch.stop)
        last = await lamp.notified()
        assert re.fullmatch(r"terminated;reason=probation;retry-after=\d+", last.get("subscription-state"))


async def test_the_list_of_phones_says_how_many_lamps_each_has(tmp_path):
    async with running(tmp_path) as switch, desk("201") as one, desk("202") as two:
        for phone in (one, two):
            await phone.register(home(switch))
        for number in ("202", "*13"):
            await one.subscribe(switch.uri(number), "dialog")
        answer = await asyncio.to_thread(ask, switch.data / "control.sock", "phones")
        assert {line["agent"]: line["lamps"] for line in answer} == {"desk-201": 2, "desk-202": 0}


async def test_a_real_phone_shows_its_message_lamp(tmp_path):
    async with (
        running(tmp_path) as switch,
        Baresip(tmp_path, "201", password="secret-201", modules=("mwi",)) as phone,
    ):
        await phone.register(REALM, home(switch))
        told = await phone.until("MWI_NOTIFY", 15.0)
        assert told["param"].splitlines() == [
            "Messages-Waiting: no",
            f"Message-Account: sip:201@{REALM}",
            "Voice-Message: 0/0 (0/0)",
        ]
