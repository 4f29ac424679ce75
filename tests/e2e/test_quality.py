"""Calls over bad networks: the record, the table of calls and the export say how they sounded."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from softswitch.testing.phone import Phone
from tests.e2e.house import open_house

CONFIGURATION = {
    "numbers": {"600": {"queue": "support"}},
    "queues": {"support": {"music": "silence"}},
    "teams": {"support": {"agents": ["ann"]}},
}
TALK = 4.0
"""Seconds, of 50 packets each."""


async def test_a_side_that_loses_packets_and_one_whose_packets_dawdle_are_on_record(tmp_path):
    async with open_house(tmp_path, CONFIGURATION, ["ann"]) as house, Phone("100") as caller:
        call = await house.dial(caller, "600")
        agent = await house.picked_up("ann")
        assert call.voice is not None
        assert agent.voice is not None
        call.voice.loses, agent.voice.delays = 20, 0.016
        await asyncio.sleep(TALK)
        call.bye()
        await agent.until_ended()
        record = await asyncio.to_thread(house.switch.record, call.call_id)
        shown = await asyncio.to_thread(calls_as_json, house.switch.data)
    lossy, uneven = record["caller_media"], record["agent_media"]
    assert lossy["lost"] / (lossy["lost"] + lossy["received"]) == pytest.approx(0.05, abs=0.02)
    assert uneven["lost"] == 0
    assert uneven["jitter"] > 0.008
    assert uneven["jitter"] > lossy["jitter"]  # which a busy machine makes worse
    assert 3.4 < lossy["mos"] < 4.2 < uneven["mos"] + 0.3
    assert shown["caller_media"]["mos"] == lossy["mos"]


def calls_as_json(data: Path) -> dict:
    """What `softswitch calls --json` says of the last call."""
    command = [str(Path(sys.executable).with_name("softswitch")), "calls", "--json", "--data", str(data)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])
