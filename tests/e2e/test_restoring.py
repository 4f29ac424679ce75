"""The switch is killed: callers redial, and nothing else is lost. And callers whom a CRM knows."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from softswitch.control.client import ask
from softswitch.testing.phone import Phone, Refused
from tests.e2e.house import open_house
from tests.e2e.switch import Switch, serving, until

pytestmark = pytest.mark.may_block

QUEUES = {
    "support": {
        "music": "silence",
        "keep_place": "5m",
        "strategy": "hunt",
        "priority": {"default": 0, "vip": 100},
        "keys": {"0": {"queue": "other"}},
        "last_agent": {"within": "7 days"},
    },
    "other": {"music": "silence"},
}
CONFIGURATION = {
    "media": {"languages": ["en"]},
    "numbers": {"600": {"queue": "support"}},
    "queues": QUEUES,
    "teams": {"support": {"agents": ["desk", "second"]}, "other": {"agents": []}},
    "pauses": {"1": {"reason": "lunch", "limit": "30m"}},
}


def agents_of(switch: Switch) -> dict[str, dict[str, object]]:
    answer = ask(switch.data / "control.sock", "agents")
    return {agent["name"]: agent for agent in answer["agents"]}


def line_of(switch: Switch) -> list[str]:
    answer = ask(switch.data / "control.sock", "queues")
    return [caller["number"] for queue in answer["queues"] for caller in queue["callers"]]


async def waits(switch: Switch, *numbers: str) -> None:
    line = lambda: line_of(switch) == list(numbers)  # noqa: E731
    await asyncio.to_thread(until, line, 10.0, lambda: f"{line_of(switch)}{switch.last_words()}")


async def test_after_a_kill_who_redials_is_first_again_and_an_agent_is_still_paused(tmp_path):
    agents = {
        "desk": {"login": "201", "password": "secret-201", "dial": "sip:desk@127.0.0.1:9"},
        "second": {"login": "202", "password": "secret-202"},
    }
    switch = Switch(tmp_path, CONFIGURATION | {"agents": agents})
    async with (
        serving(switch),
        Phone("101") as first,
        Phone("102") as second,
        Phone("103") as third,
        Phone("201", password="secret-201", domain="softswitch") as desk,
    ):
        for _ in range(20):  # a busy machine's switch is late at first, and refuses calls
            with contextlib.suppress(Refused):
                await desk.call(switch.uri("*131")).until_answered()
                break
            await asyncio.sleep(0.5)
        await asyncio.to_thread(until, lambda: switch.events("AgentPaused"), 10.0, switch.last_words)
        calls = []
        for phone, number in ((first, "101"), (second, "102")):
            calls.append(phone.call(switch.uri("600")))
            await calls[-1].until_answered()
            await waits(switch, *["101", "102"][: int(number[-1])])
        on_disk = lambda: len(switch.events("CallerJoined")) == 2  # noqa: E731 - within 50 ms
        await asyncio.to_thread(until, on_disk, 10.0, switch.last_words)
        before = agents_of(switch)["desk"]
        assert before["paused"] == "lunch"
        await asyncio.to_thread(switch.restart_after_a_crash)
        after = agents_of(switch)["desk"]
        assert (after["paused"], after["state"]) == ("lunch", "paused")
        assert 1500 < after["until"] - ask(switch.data / "control.sock", "agents")["at"] < 1800
        [restored] = switch.events("StateRestored")[1:]
        assert restored["data"]["places"] == 2
        assert restored["data"]["took"] < 1.0
        await third.call(switch.uri("600")).until_answered()
        await waits(switch, "103")
        await second.call(switch.uri("600")).until_answered()
        await first.call(switch.uri("600")).until_answered()
        await waits(switch, "101", "102", "103")
        counts = next(
            queue["counts"]
            for queue in ask(switch.data / "control.sock", "queues")["queues"]
            if queue["name"] == "support"
        )
        assert counts["joined"] == 5, "two of before, three of now"


@asynccontextmanager
async def crm(answer: dict[str, object]) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps(answer).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callers/{{number}}"


async def test_the_agents_phone_shows_whom_the_crm_knows_and_a_key_leads_out_of_the_queue(tmp_path):
    async with crm({"name": "Anna Nowak", "preferred": "second", "priority": "vip"}) as url:
        callers = [{"name": "everybody", "lookup": url, "timeout": "5s"}]
        async with (
            open_house(tmp_path, CONFIGURATION | {"callers": callers}, ["desk", "second"]) as house,
            Phone("101") as caller,
        ):
            call = caller.call(house.switch.uri("600"))
            incoming = await house.agents["second"].rung()
            assert "support: Anna Nowak" in house.agents["second"].heard("INVITE")[0].get("From")
            incoming.ring()
            await call.until_answered()
            call.press("0")
            left = lambda: house.switch.events("CallerLeft")  # noqa: E731
            [event] = await asyncio.to_thread(until, left, 5.0, house.switch.last_words)
            assert event["data"]["reason"] == "exit-key"
            joined = lambda: len(house.switch.events("CallerJoined")) == 2  # noqa: E731
            await asyncio.to_thread(until, joined, 5.0, house.switch.last_words)
            assert house.switch.events("CallerJoined")[0]["data"]["priority"] == "vip"
            assert house.switch.events("CallerLookedUp")[0]["data"]["name"] == "Anna Nowak"
            call.bye()
