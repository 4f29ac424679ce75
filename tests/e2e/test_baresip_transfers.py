"""baresip transfers: a phone that nobody here has written sends the REFER and reads the NOTIFYs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from softswitch.testing.phone import Phone
from tests.e2e.house import CALLER_TONE, last_second, picked_up, voice
from tests.e2e.test_baresip import desk, talk
from tests.e2e.test_registering import REALM, becomes, home, running
from tests.e2e.test_registering import desk as scripted
from tests.e2e.test_transfers import SETTINGS, THIRD_TONE


@asynccontextmanager
async def talking(folder):
    """A caller talks to desk-201 on baresip; desk-202 is on a scripted phone."""
    async with (
        running(folder, SETTINGS) as switch,
        desk(folder) as agent,
        scripted("202") as colleague,
        Phone("100") as caller,
    ):
        await agent.register(REALM, home(switch))
        await colleague.register(home(switch))
        yield switch, agent, colleague, await talk(switch, agent, caller)


async def test_it_transfers_a_caller_to_a_colleague(tmp_path):
    async with talking(tmp_path) as (switch, agent, colleague, call):
        await asyncio.sleep(1.0)
        await agent.transfer(switch.uri("202"))
        second = await picked_up(colleague, THIRD_TONE)
        await agent.until("CALL_CLOSED")
        await becomes(switch, "desk-201", "wrap-up")
        await asyncio.sleep(1.5)
        call.bye()
        await second.until_ended()
        assert voice(last_second(call.ear.sound()), THIRD_TONE) > 0.5
        assert voice(last_second(second.ear.sound()), CALLER_TONE) > 0.5


async def test_it_is_told_of_a_transfer_that_fails_and_hangs_up_by_itself(tmp_path):
    async with talking(tmp_path) as (switch, agent, colleague, call):
        await asyncio.sleep(0.5)
        await agent.transfer(switch.uri("202"))
        (await colleague.rung()).refuse(486)
        failed = await agent.until("TRANSFER_FAILED")
        assert "486" in failed["param"]
        await call.until_ended()  # by baresip, which takes no call back
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert (record["agent"], record["ended_by"]) == ("desk-201", "agent")


async def test_it_is_transferred_itself_and_hears_the_next_one(tmp_path):
    async with (
        running(tmp_path, SETTINGS) as switch,
        desk(tmp_path, "100", "none") as caller,
        scripted("201") as agent,
        scripted("202") as colleague,
    ):
        await agent.register(home(switch))
        await colleague.register(home(switch))
        await caller.add_account("elsewhere.example", home(switch))
        await caller.tell("dial", switch.uri("600"))
        first = await picked_up(agent, CALLER_TONE)
        await caller.until("CALL_ESTABLISHED")
        await asyncio.sleep(0.2)
        transfer = await first.refer(switch.uri("202"))
        second = await picked_up(colleague, THIRD_TONE)
        assert await transfer.until_done() == 200
        await asyncio.sleep(1.5)
        second.bye()
        await caller.until("CALL_CLOSED")
        assert voice(last_second(caller.sound()), THIRD_TONE) > 0.5
