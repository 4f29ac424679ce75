"""An agent on a mobile: the queue rings a number outside, and the caller is connected after a key."""

from __future__ import annotations

import asyncio
import time

import pytest

from softswitch.testing.phone import Phone
from softswitch.testing.voice import tone
from tests.e2e.carrier import Carrier
from tests.e2e.house import AGENT_TONE, CALLER_TONE, voice
from tests.e2e.test_outbound import OWN
from tests.e2e.test_registering import running

MOBILE = "+48600300400"


def house(carrier):
    return {
        "media": {"languages": ["en"]},
        "numbers": {"600": {"queue": "support"}},
        "queues": {"support": {"ring": "10s"}},
        "agents": {"mobile-1": {"name": "Standby mobile", "dial": MOBILE, "via": "carrier"}},
        "teams": {"support": {"agents": ["mobile-1"]}},
        "trunks": {"carrier": {"server": carrier.server, "caller_id": OWN}},
    }


@pytest.mark.parametrize("by_tones", [False, True])
async def test_a_mobile_is_asked_and_after_its_key_both_hear_each_other(tmp_path, by_tones):
    async with Carrier() as carrier, Phone("100") as caller, running(tmp_path, house(carrier)) as switch:
        call = caller.call(switch.uri("600"))
        call.say(tone(CALLER_TONE))
        await call.until_answered()
        mobile = await carrier.rung()
        assert mobile.invite.start.startswith(f"INVITE sip:{MOBILE}@")
        mobile.say(tone(AGENT_TONE))
        mobile.answer()
        await mobile.until_answered()
        await asyncio.sleep(2.0)
        asked = time.time()
        if by_tones:  # the carrier has promised telephone-event all the same
            mobile.press_by_tones("1")
        else:
            mobile.press("1")
        await asyncio.sleep(2.0)
        call.bye()
        await mobile.until_ended()
        before = mobile.ear.sound().between(asked - 1.5, asked)
        assert before.rms() > 0.01, "the question is heard"
        assert voice(before, CALLER_TONE) < 0.1
        assert voice(call.ear.sound().between(asked - 1.5, asked), AGENT_TONE) < 0.1
        assert voice(mobile.ear.sound().between(asked + 1.0), CALLER_TONE) > 0.5
        assert voice(call.ear.sound().between(asked + 1.0), AGENT_TONE) > 0.5
        assert switch.record(call.call_id)["agent"] == "mobile-1"
