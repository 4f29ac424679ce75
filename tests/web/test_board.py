"""/api/v1/board and its stream, over real connections."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import httpx2
import pytest
import pytest_asyncio

from softswitch.access import COMMAND_LINE
from softswitch.board.board import Audience
from softswitch.config.settings import WebSettings
from softswitch.ports import Recorded
from softswitch.web import board as module
from softswitch.web.server import WebServer
from tests.board.floor import Floor
from tests.e2e import ports

pytestmark = pytest.mark.may_block  # a client is made, which reads certificates


class Heard:
    """A journal for those who listen."""

    def __init__(self):
        self.subscribers = []

    def subscribe(self, subscriber):
        self.subscribers.append(subscriber)
        return lambda: self.subscribers.remove(subscriber)

    def happen(self, kind, **data):
        for subscriber in list(self.subscribers):
            subscriber(Recorded(1, 0.0, kind, None, data))


class Stand:
    """A server with a board, and its log-ins."""

    def __init__(self, floor, accounts, journal, settings, server):
        self.floor, self.accounts, self.journal = floor, accounts, journal
        self.settings, self.server = settings, server
        self._writers = []

    def close(self):
        for writer in self._writers:
            writer.close()

    async def token(self, role):
        token, text = await self.accounts.add_token(role, role)
        return token.id, {"Authorization": f"Bearer {text}"}

    async def connect(self, headers, path="/api/v1/board/stream", version="1.1"):
        """A plain connection, so that what goes over it is seen as it is."""
        reader, writer = await asyncio.open_connection(self.settings.host, self.settings.port)
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET {path} HTTP/{version}\r\nHost: switch\r\n{fields}\r\n".encode())
        self._writers.append(writer)  # a connection that nobody holds is closed
        head = await reader.readuntil(b"\r\n\r\n")
        return reader, head.decode()


@pytest_asyncio.fixture
async def stand(parts, accounts):
    floor, journal = Floor(), Heard()
    settings = WebSettings("127.0.0.1", ports.block(), "open")
    server = await asyncio.to_thread(WebServer, settings, replace(parts, board=floor.producer), journal)
    async with server:
        stand = Stand(floor, accounts, journal, settings, server)
        yield stand
        stand.close()
    floor.producer.close()


async def chunk(reader):
    """One chunk (RFC 9112 section 7.1), checked against its own length."""
    size = int((await reader.readuntil(b"\r\n"))[:-2], 16)
    body = await reader.readexactly(size)
    assert await reader.readexactly(2) == b"\r\n"
    return body.decode()


async def message(reader):
    """The next event: its name, and what it says."""
    while True:
        text = await asyncio.wait_for(chunk(reader), 10)
        if text.startswith("event: "):
            name, data = text.removesuffix("\n\n").split("\n")
            return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def test_a_viewer_gets_the_whole_board_and_then_what_changes(stand):
    _, headers = await stand.token("agent")
    reader, head = await stand.connect(headers)
    assert head.startswith("HTTP/1.1 200")
    assert "text/event-stream" in head
    assert "content-length" not in head.lower()
    name, whole = await message(reader)
    assert (name, whole["sections"]["queues"]["support"]["waiting"]) == ("board", 0)
    assert "calls" not in whole["sections"]
    old, head = await stand.connect(headers, version="1.0")  # as nginx, unless it is told otherwise
    assert "chunked" not in head.lower()
    stand.floor.join("c1")
    joined = time.monotonic()
    name, change = await message(reader)
    assert time.monotonic() - joined < 0.5
    assert (name, change["n"]) == ("change", whole["n"] + 1)
    assert change["set"]["queues"]["support"]["line"] == ["c1"]
    unframed = await asyncio.wait_for(old.readuntil(b"event: change\n"), 5)
    events = [line for line in unframed.decode().splitlines() if line.startswith(("event", "data", ":"))]
    assert [line.partition(": ")[0] for line in events] == ["", "event", "data", "event"]
    stand.close()
    async with asyncio.timeout(5):
        while stand.floor.producer.viewers:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_may_see_what_and_who_loses_access(stand):
    id, agent = await stand.token("agent")
    _, supervisor = await stand.token("supervisor")
    base = f"http://127.0.0.1:{stand.settings.port}/api/v1"
    async with httpx2.AsyncClient(verify=False) as web:
        assert (await web.get(f"{base}/board?calls=true", headers=agent)).status_code == 403
        assert (await web.get(f"{base}/board/stream?calls=true", headers=agent)).status_code == 403
        assert (await web.get(f"{base}/board")).status_code == 401
        assert "calls" not in (await web.get(f"{base}/board", headers=supervisor)).json()["sections"]
        whole = (await web.get(f"{base}/board?calls=true", headers=supervisor)).json()
        assert whole["sections"]["calls"] == {}
        assert whole["sections"]["agents"]["ewa"]["label"] == "Ewa Nowak"

    reader, _ = await stand.connect(agent)
    stays, _ = await stand.connect(supervisor, "/api/v1/board/stream?calls=true")
    await message(reader)
    await message(stays)
    await stand.accounts.revoke_token(id, COMMAND_LINE)
    stand.journal.happen("Changed", what="token-revoked", of=id)
    assert await ends(reader)
    stand.floor.join("c1")
    assert (await message(stays))[0] == "change"


async def ends(reader):
    """With the last chunk, which is empty."""
    async with asyncio.timeout(5):
        while await chunk(reader):
            pass
    return True


async def test_a_viewer_who_does_not_read_is_cut_off_and_the_others_are_not(stand, monkeypatch):
    monkeypatch.setattr(module, "BEHIND", 64 * 1024)
    _, headers = await stand.token("agent")
    lazy, _ = await stand.connect(headers)
    reader, _ = await stand.connect(headers)
    lazy._transport.pause_reading()
    await message(reader)
    producer, long = stand.floor.producer, json.dumps("x" * 500_000).encode()
    for _ in range(40):
        producer._send(Audience.ALL, "note", long)
        assert (await message(reader))[0] == "note"
        await asyncio.sleep(0)
        if producer.viewers == 1:
            break
    assert producer.viewers == 1


async def test_no_more_look_on_than_may_and_streams_end_with_the_switch(stand, monkeypatch):
    monkeypatch.setattr(module, "VIEWERS", 1)
    _, headers = await stand.token("agent")
    reader, _ = await stand.connect(headers)
    await message(reader)
    _, head = await stand.connect(headers)
    assert head.startswith("HTTP/1.1 503")
    assert "retry-after" in head.lower()
    stand.server._board.close()
    assert await ends(reader)


async def test_one_user_shuts_nobody_else_out(stand, monkeypatch):
    monkeypatch.setattr(module, "PER_USER", 1)
    _, headers = await stand.token("agent")
    reader, _ = await stand.connect(headers)
    await message(reader)
    refusal, head = await stand.connect(headers)
    assert head.startswith("HTTP/1.1 429")
    assert "retry-after" in head.lower()
    fields = (line.lower().partition(": ") for line in head.splitlines())
    size = next(int(value) for name, _, value in fields if name == "content-length")
    told = json.loads(await refusal.readexactly(size))["detail"]
    assert "token agent looks on 1 times already" in told
    assert "give each its own" in told
    room = f"http://127.0.0.1:{stand.settings.port}/api/v1/board/room"  # where a page is told why
    async with httpx2.AsyncClient(verify=False) as web:
        assert (await web.get(room, headers=headers)).json()["detail"] == told
        assert (await web.get(f"{room}?calls=true", headers=headers)).status_code == 403
    _, others = await stand.token("agent")  # another token of the same label
    async with httpx2.AsyncClient(verify=False) as web:
        assert [(await web.get(room, headers=others)).status_code for _ in range(2)] == [204, 204]
    other, head = await stand.connect(others)
    assert head.startswith("HTTP/1.1 200")
    await message(other)
