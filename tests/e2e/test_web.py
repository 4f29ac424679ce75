"""The web server of a running switch."""

from __future__ import annotations

import asyncio
import signal
import socket

import httpx2

from softswitch.testing.phone import Phone
from tests.e2e.house import open_house
from tests.e2e.switch import Switch, until

CONFIGURATION = {
    "sip": {"drain": "20s"},
    "numbers": {"600": {"queue": "support"}, "601": {"queue": "empty"}},
    "queues": {"support": {}, "empty": {}},
    "teams": {"support": {"agents": ["desk"]}, "empty": {"agents": []}},
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def with_web(port, **more):
    return {**CONFIGURATION, "web": {"listen": f"127.0.0.1:{port}", **more}}


async def test_health_and_ready_of_a_switch_that_drains(tmp_path):
    port = free_port()
    async with (
        open_house(tmp_path, with_web(port), ["desk"]) as house,
        Phone("100") as phone,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web,
    ):
        answering = asyncio.create_task(house.picked_up("desk"))
        call = await house.dial(phone, "600")
        await answering
        assert (await web.get("/health")).status_code == 200
        assert (await web.get("/ready")).status_code == 200
        metrics = (await web.get("/metrics")).text
        assert 'softswitch_calls_in_progress{phase="talking"} 1.0' in metrics
        assert 'softswitch_agents{state="talking"} 1.0' in metrics
        assert 'softswitch_queue_wait_seconds_count{queue="support",result="answered"} 1.0' in metrics
        house.switch.signal(signal.SIGTERM)
        await asyncio.to_thread(until, lambda: house.switch.events("SwitchDraining"), 10, lambda: "no drain")
        answer = await web.get("/ready")
        assert answer.status_code == 503
        assert "stopping" in answer.json()["reasons"][0]
        assert (await web.get("/health")).status_code == 200
        call.bye()
        await asyncio.to_thread(house.switch.wait)


async def test_a_web_port_in_use_is_said_with_its_line(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        switch = Switch(tmp_path, with_web(port) | {"agents": {"desk": {"dial": "sip:a@127.0.0.1:9"}}})
        try:
            await asyncio.to_thread(switch.start)
        except AssertionError as error:
            said = str(error)
        switch._log.close()
    assert "ended with 1" in said
    assert "switch.yaml:" in said
    assert f"the web server cannot listen at 127.0.0.1:{port}: Address already in use" in said
