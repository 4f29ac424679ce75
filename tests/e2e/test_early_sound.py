"""A phone that sends sound before it has said that it answers, as real ones do: nobody is deaf to it."""

from __future__ import annotations

import asyncio
import time

from softswitch.testing.phone import Phone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, open_house, voice

CONVERSATIONS = 30
"""One after the other, on an idle switch: so one in a dozen was deaf before native/patches/0004."""

CONFIGURATION = {
    "media": {"languages": ["en"]},
    "numbers": {"600": {"queue": "support"}},
    "queues": {"support": {}},
    "teams": {"support": {"agents": ["desk"]}},
}


async def converse(house, caller):
    """One conversation; how much of what each side heard is the other's tone."""
    answering = asyncio.create_task(house.picked_up("desk", after=0.1))
    call = await house.dial(caller, "600")
    agent = await answering
    await asyncio.sleep(0.4)
    since = time.time() - 0.2
    by_caller = voice(call.ear.sound().between(since), AGENT_TONE)
    by_agent = voice(agent.ear.sound().between(since), CALLER_TONE)
    call.bye()
    await agent.until_ended()
    return by_caller, by_agent


async def test_sound_that_comes_before_the_answer_makes_no_conversation_deaf(tmp_path):
    async with open_house(tmp_path, CONFIGURATION, ["desk"]) as house, Phone("100") as caller:
        heard = [await converse(house, caller) for _ in range(CONVERSATIONS)]
    assert min(min(both) for both in heard) > 0.8
