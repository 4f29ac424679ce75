"""Calls that change while they last: the codec of either side; sessions that want refreshing (RFC 4028)."""

from __future__ import annotations

import asyncio
import time

import pytest

from softswitch.testing.phone import Phone
from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, open_house, voice

CONFIGURATION = {
    "media": {"languages": ["en"]},
    "numbers": {"600": {"queue": "support"}, "601": {"queue": "waiting"}},
    "queues": {"support": {}, "waiting": {"music": "silence"}},
    "teams": {"support": {"agents": ["desk"]}, "waiting": {"agents": []}},
}
SESSION = 90
"""Seconds: the shortest that there is."""


async def both_hear(call, agent):
    """That each hears the other, now."""
    await asyncio.sleep(0.3)
    since = time.time()
    await asyncio.sleep(0.6)
    assert voice(call.ear.sound().between(since), AGENT_TONE) > 0.9
    assert voice(agent.ear.sound().between(since), CALLER_TONE) > 0.9


async def test_either_side_changes_its_codec_and_both_hear_on(tmp_path):
    async with open_house(tmp_path, CONFIGURATION, ["desk"]) as house, Phone("100") as caller:
        call = await house.dial(caller, "600", codecs=("PCMU",))
        agent = await house.picked_up("desk")
        await both_hear(call, agent)
        assert (await call.reinvite(("PCMA",))).status == 200
        assert call.voice.payload_type == 8
        await both_hear(call, agent)
        other = "PCMU" if agent.voice.payload_type == 8 else "PCMA"
        assert (await agent.reinvite((other,))).status == 200
        await both_hear(call, agent)
        assert (await agent.update(agent.local_session)).status == 200
        await both_hear(call, agent)
        call.bye()
        await agent.until_ended()
        record = await asyncio.to_thread(house.switch.record, call.call_id)
        assert record["caller_media"]["codec"] == "PCMA/8000"
        assert record["agent_media"]["codec"] == f"{other}/8000"


def session(refresher, seconds=SESSION):
    return [("Supported", "timer"), ("Session-Expires", f"{seconds};refresher={refresher}")]


def refresh(phone, method):
    """The only such request within a call."""
    (found,) = [one for one in phone.heard(method) if "tag=" in one.get("to")]
    return found


@pytest.mark.timeout(150)
@pytest.mark.may_block  # phones that have heard a minute of sound, in this process and not in the switch's
@pytest.mark.long
async def test_sessions_are_refreshed_by_the_switch_and_one_that_nobody_refreshes_ends(tmp_path):
    """All of it in the one minute that it takes."""
    async with (
        open_house(tmp_path, CONFIGURATION, ["desk"]) as house,
        Phone("100") as caller,
        Phone("101") as idle,
        Phone("102") as talker,
    ):
        call = await house.dial(caller, "601", headers=session("uas"))
        left = await house.dial(idle, "601", headers=session("uac"))
        talk = talker.call(house.switch.uri("600"))
        talk.say(tone(CALLER_TONE))
        agent = await house.agents["desk"].rung()
        agent.say(tone(AGENT_TONE))
        agent.answer([("Require", "timer"), ("Session-Expires", f"{SESSION};refresher=uac")])
        await agent.until_answered()
        begun = time.time()
        await asyncio.sleep(SESSION / 2 + 3)
        update, again = refresh(caller, "UPDATE"), refresh(house.agents["desk"], "INVITE")
        assert update.get("session-expires") == f"{SESSION};refresher=uac"
        assert again.get("session-expires") == f"{SESSION};refresher=uac"
        assert again.body, "a phone that names no UPDATE is offered the same session again"
        await both_hear(talk, agent)
        assert await left.until_ended(within=30) == "them"
        assert time.time() - begun == pytest.approx(SESSION * 2 / 3, abs=4)
        record = await asyncio.to_thread(house.switch.record, left.call_id)
        assert (record["ended_by"], record["status"]) == ("caller", 408)
        assert not call.over
        assert not talk.over
