"""One caller's data in a running switch: heard by who may, hidden in the log, and gone when it is erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from softswitch.testing.phone import Phone
from tests.e2e.house import open_house
from tests.e2e.switch import Switch, until
from tests.e2e.test_recording import ended, event, files, settings
from tests.e2e.test_web import free_port, softswitch

CALLER = "600100200"

Command = Callable[..., Awaitable[str]]


def traces(folder: Path) -> list[str]:
    """Files in which the caller's number stands."""
    return [
        str(file) for file in folder.rglob("*") if file.is_file() and CALLER.encode() in file.read_bytes()
    ]


async def is_heard_and_copied(switch: Switch, api: httpx2.AsyncClient, command: Command, file: Path) -> None:
    """By who may, and that is on record."""
    name, copies = file.relative_to(switch.data / "recordings").as_posix(), switch.folder / "copies"
    sound = await api.get(f"/recordings/{name}")
    assert sound.content == await asyncio.to_thread(file.read_bytes)
    part = await api.get(f"/recordings/{name}", headers={"Range": "bytes=44-1043"})
    assert (part.status_code, part.content) == (206, sound.content[44:1044])
    assert "1 recording " in await command("recordings", "--out", str(copies))
    assert (copies / name).read_bytes() == sound.content
    heard = await asyncio.to_thread(event, switch, "RecordingHeard", 2)
    assert [(one["data"]["by"], one["data"]["how"]) for one in heard] == [
        ("token crm", "listened"),
        ("command line", "exported"),
    ]


async def test_a_recorded_caller_is_heard_hidden_and_erased(tmp_path):
    port = free_port()
    configuration = {
        **settings("on-demand"),
        "web": {"listen": f"127.0.0.1:{port}"},
        "privacy": {"numbers_in_logs": "masked"},
    }
    agents = {"desk-201": {"extension": "201"}}
    async with open_house(tmp_path, configuration, agents, agents) as house, Phone(CALLER) as caller:
        switch = house.switch

        async def command(*words: str) -> str:
            done = await asyncio.to_thread(softswitch, switch.data, *words)
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        call = await house.dial(caller, "600")
        agent = await house.picked_up("desk-201")
        await asyncio.sleep(0.3)
        agent.press("*1")
        await asyncio.to_thread(event, switch, "RecordingStarted")
        await asyncio.sleep(0.6)
        cues = [loudest(leg, 880.0) for leg in (agent, call)]
        assert cues[0] > 0.03 > 10 * cues[1], cues
        assert "in progress: do it again" in await command("erase", CALLER, "--yes")
        call.bye()
        await ended(switch)
        (file,) = files(switch)
        name = file.relative_to(switch.data / "recordings").as_posix()

        headers = {"Authorization": f"Bearer {await command('tokens', 'add', 'crm', '--role', 'engineer')}"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers) as api:
            (one,) = await listed(api)
            assert (one["file"], one["number"], one["agents"]) == (name, CALLER, ["desk-201"])
            assert one["bytes"] == file.stat().st_size
            await is_heard_and_copied(switch, api, command, file)

            assert traces(switch.data)
            said = await command("erase", f"+48 {CALLER}", "--yes")
            assert "erased: 1 call," in said
            assert not files(switch)
            assert not await asyncio.to_thread(left, switch.data), left(switch.data)
            (erased,) = switch.events("CallerErased")
            assert (erased["data"]["by"], erased["data"]["recordings"]) == ("command line", 1)
            gone = await api.get(f"/recordings/{name}")
            assert (gone.status_code, "deleted" in gone.text) == (404, True)
            counted = await api.post("/erase", json={"number": CALLER, "only_count": True})
            assert counted.json()["calls"] == 0
        assert "***200" in switch.log()
        assert CALLER not in switch.log()


def loudest(leg, frequency: float) -> float:
    """How much of the tone there was at its loudest within what a leg heard."""
    return float(leg.ear.sound().tone_over_time(frequency, 0.05).max())


async def listed(api: httpx2.AsyncClient) -> list[dict]:
    """The index, as soon as it knows how long its recordings are."""
    for _ in range(100):
        found = (await api.get("/recordings")).json()["recordings"]
        if found and found[0]["bytes"]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("nothing in the index")


def left(folder: Path) -> list[str]:
    """Traces that stay for longer than the clerk needs for what was just noted."""
    until(lambda: not traces(folder), 5, lambda: f"still in {traces(folder)}")
    return traces(folder)
