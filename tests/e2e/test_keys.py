"""A menu led by a phone that knows no telephone events: it plays its keys as sound."""

from __future__ import annotations

import asyncio

from softswitch.testing.phone import Phone
from tests.e2e.house import open_house

CONFIGURATION = {
    "media": {"languages": ["en"]},
    "numbers": {"610": {"menu": "reception"}},
    "menus": {
        "reception": {"say": "Welcome to the reception of this house.", "choices": {"2": {"menu": "more"}}},
        "more": {
            "say": "And again.",
            "ask": {"customer_number": {"digits": 4, "say": "Your number."}},
            "choices": {"7": {"queue": "support"}},
        },
    },
    "queues": {"support": {"ring": "10s"}},
    "teams": {"support": {"agents": ["desk"]}},
}


async def test_keys_that_are_sounded_lead_through_menus_and_enter_numbers(tmp_path):
    async with (
        open_house(tmp_path, CONFIGURATION, ["desk"]) as house,
        Phone("100", tells_keys=False) as caller,
    ):
        call = await house.dial(caller, "610")
        call.voice.silent()
        await asyncio.sleep(1.0)
        call.press_by_tones("2")
        await asyncio.sleep(1.0)
        call.press_by_tones("4415")
        await asyncio.sleep(2.0)
        call.press_by_tones("7")
        agent = await house.picked_up("desk")
        assert agent.invite.get("x-customer-number") == "4415"
        call.press_by_tones("11")  # meant for the agent, not for the switch
        await asyncio.sleep(0.6)
        call.bye()
        await agent.until_ended()
        record = await asyncio.to_thread(house.switch.record, call.call_id)
        assert record["digits"] == "244157"
