"""Phones that send sound before they have said that they answer, as real ones do: nobody is deaf to them."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from softswitch.testing.phone import Phone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, open_house, voice

AT_ONCE = 6
ROUNDS = 6
DESKS = [f"desk-{number}" for number in range(AT_ONCE)]
CONFIGURATION = {
    "media": {"languages": ["en"]},
    "numbers": {f"6{number:02}": {"queue": desk} for number, desk in enumerate(DESKS)},
    "queues": {desk: {} for desk in DESKS},
    "teams": {desk: {"agents": [desk]} for desk in DESKS},
}


async def converse(house, caller, number):
    """One conversation; how much of what each side heard is the other's tone."""
    answering = asyncio.create_task(house.picked_up(DESKS[number], after=0.1))
    call = await house.dial(caller, f"6{number:02}")
    agent = await answering
    await asyncio.sleep(0.5)
    since = time.time() - 0.2
    by_caller = voice(call.ear.sound().between(since), AGENT_TONE)
    by_agent = voice(agent.ear.sound().between(since), CALLER_TONE)
    call.bye()
    await agent.until_ended()
    return by_caller, by_agent


async def test_sound_that_comes_before_the_answer_makes_no_conversation_deaf(tmp_path):
    heard = []
    async with open_house(tmp_path, CONFIGURATION, DESKS) as house, AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(Phone(f"10{number}")) for number in range(AT_ONCE)]
        for _ in range(ROUNDS):
            talks = (converse(house, caller, number) for number, caller in enumerate(callers))
            heard += await asyncio.gather(*talks)
    assert len(heard) == AT_ONCE * ROUNDS
    assert min(min(both) for both in heard) > 0.8
