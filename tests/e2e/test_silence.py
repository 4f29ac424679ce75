"""Phones that vanish in the middle of a call: it ends, and the record says why."""

from __future__ import annotations

import asyncio
import signal

from softswitch.testing.phone import Phone
from tests.e2e.house import open_house
from tests.e2e.switch import until

CONFIGURATION = {
    "sip": {"rtp_timeout": "1s"},
    "numbers": {"600": {"queue": "support"}},
    "queues": {"support": {"music": "silence"}},
    "teams": {"support": {"agents": ["ann"]}},
}


async def test_a_caller_who_vanishes_ends_the_call_and_the_record_says_why(tmp_path):
    async with open_house(tmp_path, CONFIGURATION, ["ann"]) as house, Phone("100") as caller:
        call = await house.dial(caller, "600")
        agent = await house.picked_up("ann")
        call.stop_rtp()
        assert await agent.until_ended() == "them"
        assert await call.until_ended() == "them"
        await asyncio.to_thread(house.switch.record, call.call_id)
        (end,) = house.switch.events("CallEnded")
        assert end["data"]["ended_by"] == "switch"
        assert (end["data"]["status"], end["data"]["reason"]) == (408, "No RTP for 1s")


async def test_an_agents_phone_that_vanishes_ends_the_call_and_the_record_says_why(tmp_path):
    async with open_house(tmp_path, CONFIGURATION, ["ann"]) as house, Phone("100") as caller:
        call = await house.dial(caller, "600")
        agent = await house.picked_up("ann")
        agent.stop_rtp()
        assert await call.until_ended() == "them"
        assert 'text="No RTP for 1s"' in agent.farewell.get("reason")
        await asyncio.to_thread(house.switch.record, call.call_id)
        (end,) = house.switch.events("ConversationEnded")
        assert (end["data"]["ended_by"], end["data"]["reason"]) == ("switch", "No RTP for 1s")


async def test_a_reload_changes_the_patience(tmp_path):
    patient = {**CONFIGURATION, "sip": {"rtp_timeout": 0}}
    async with open_house(tmp_path, patient, ["ann"]) as house, Phone("100") as caller:
        call = await house.dial(caller, "600")
        call.stop_rtp()
        await asyncio.sleep(2.5)
        assert not call.over
        house.switch.file.write_text(
            house.switch.file.read_text().replace("rtp_timeout: 0", "rtp_timeout: 1s")
        )
        house.switch.signal(signal.SIGHUP)
        await asyncio.to_thread(
            until, lambda: house.switch.events("SettingsLoaded"), 10.0, house.switch.last_words
        )
        assert await call.until_ended() == "them"
