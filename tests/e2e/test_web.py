"""The web server of a running switch."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

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
    assert "ended with 1" in said
    assert "switch.yaml:" in said
    assert f"the web server cannot listen at 127.0.0.1:{port}: Address already in use" in said


def softswitch(house_or_data, *arguments, password=None):
    environment = {**os.environ, "COLUMNS": "200"}
    if password:
        environment["SOFTSWITCH_PASSWORD"] = password
    command = [str(Path(sys.executable).with_name("softswitch")), *arguments, "--data", str(house_or_data)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


async def test_the_first_user_comes_in_by_the_link_and_makes_others(tmp_path):
    port = free_port()
    async with (
        open_house(tmp_path, with_web(port), ["desk"]) as house,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web,
    ):
        link = re.compile(rf"http://127\.0\.0\.1:{port}/first#(\S+)")
        found = await asyncio.to_thread(until, lambda: link.search(house.switch.log()), 10, lambda: "no link")
        assert (await web.get("/first")).status_code == 200
        given = {"key": found[1], "name": "anna", "password": "correct horse battery"}
        assert (await web.post("/api/v1/first", json=given)).status_code == 200

        async def run(*arguments, **more):
            return await asyncio.to_thread(softswitch, house.switch.data, *arguments, **more)

        added = await run("users", "add", "ben", "--role", "agent", password="another horse battery")
        assert "ben may log in" in added.stdout
        token = (await run("tokens", "add", "crm")).stdout.strip()
        me = await web.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert me.json()["name"] == "token crm"
        assert "crm" in (await run("tokens", "list")).stdout
        changed = [(event["data"]["by"], event["data"]["what"]) for event in house.switch.events("Changed")]
        assert changed == [
            ("invitation", "user-added"),
            ("command line", "user-added"),
            ("command line", "token-added"),
        ]
    # While no switch runs, the same commands work on the record itself.
    removed = await run("users", "remove", "ben")
    assert (removed.returncode, removed.stdout) == (0, "ben is gone\n"), removed.stderr
    assert "ben" not in (await run("users", "list")).stdout
    assert house.switch.events("Changed")[-1]["data"]["what"] == "user-removed"
    wrong = await run("users", "remove", "ben")
    assert (wrong.returncode, "no user 'ben'" in wrong.stderr) == (1, True)
