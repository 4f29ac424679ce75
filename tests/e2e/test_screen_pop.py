"""examples/screen-pop beside a real switch: what an agent's page is told, and how soon."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
import yaml

from softswitch.testing.phone import Phone
from tests.e2e.sipp import Sipp
from tests.e2e.switch import Switch, serving, until
from tests.e2e.test_web import free_port
from tests.e2e.test_webhooks import begun

pytestmark = pytest.mark.may_block

FOLDER = Path(__file__).parents[2] / "examples/screen-pop"


def configuration(phone, port):
    """The example's own, but for addresses."""
    found = yaml.safe_load((FOLDER / "switch.yaml").read_text())
    del found["sip"]
    found["agents"]["desk-201"]["dial"] = phone.contact
    found["webhooks"]["crm"]["url"] = f"http://127.0.0.1:{port}/calls"
    return found


async def next_of(lines):
    async for line in lines:
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))
    raise AssertionError("the page's stream has ended")


async def test_an_agent_sees_who_rings_within_a_second(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "between us")
    port = free_port()
    receiver = subprocess.Popen([sys.executable, FOLDER / "screen_pop.py", "--port", str(port)])  # noqa: ASYNC220
    try:
        async with Phone("201") as phone, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
            switch = Switch(tmp_path, configuration(phone, port))
            async with serving(switch), asyncio.timeout(60):
                await asyncio.to_thread(until, lambda: begun(switch), 15.0, switch.last_words)
                assert "EventSource" in (await web.get("/")).text
                async with web.stream("GET", "/events", params={"agent": "desk-201"}) as answer:
                    lines = answer.aiter_lines()
                    target = f"127.0.0.1:{switch.port}"
                    caller = Sipp(
                        "waits_and_talks", tmp_path, "-s", "600", "-m", "1", "-d", "4000", target=target
                    )
                    incoming = await phone.rung()
                    pop, now = await next_of(lines), time.time()
                    (offer,) = switch.events("OfferMade")
                    assert (pop["kind"], pop["number"], pop["queue"]) == ("rings", "48500100107", "support")
                    assert pop["customer"]["name"] == "Example Customer"
                    assert pop["call"] == offer["call"]
                    assert now - incoming.moments["invited"] < 1.0
                    incoming.answer()
                    assert (await next_of(lines))["kind"] == "talks"
                    await asyncio.to_thread(caller.finished)
                    assert (await next_of(lines))["kind"] == "over"
                forged = await web.post("/calls", content=b"{}")
                assert forged.status_code == 401
    finally:
        receiver.terminate()
        receiver.wait()
