"""Events by WebSocket, of a real server on loopback: who is let in, what comes, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from softswitch.config.settings import WebSettings
from softswitch.web import live, sockets
from softswitch.web.server import WebServer
from softswitch.web.sessions import COOKIE, Sessions
from tests.e2e import ports
from tests.web.conftest import SECRET, Deaf, FakeOperations
from tests.web.test_live import FakePages

pytestmark = pytest.mark.may_block  # hashing, and threads of the database that start


class Operations(FakeOperations):
    """The switch has loaded what is in the history."""

    def __init__(self, history):
        super().__init__()
        self.history = history

    @property
    def loaded(self):
        return self.history.loaded


@dataclass
class Site:
    history: FakePages
    address: str
    server: WebServer
    headers: dict[str, str]

    def connect(self, query="", **more: Any):
        options = {"additional_headers": self.headers, "proxy": None, **more}
        return connect(f"ws://{self.address}/api/v1/events/ws{query}", **options)


@pytest.fixture
async def site(parts, accounts):
    history = FakePages(3)
    _, text = await accounts.add_token("crm", "supervisor")
    settings = WebSettings("127.0.0.1", ports.block(), "open")
    parts = replace(parts, operations=Operations(history), pages=history)
    async with WebServer(settings, parts, Deaf()) as server:
        yield Site(history, settings.shown, server, {"Authorization": f"Bearer {text}"})


async def numbers(websocket, count):
    async with asyncio.timeout(10):
        return [json.loads(await websocket.recv())["seq"] for _ in range(count)]


async def closed_with(websocket):
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await websocket.recv()
    return websocket.close_code


def taken_from(lazy):
    """How many bytes there are, until the connection is reset."""
    taken = 0
    with contextlib.suppress(ConnectionResetError):
        while some := lazy.recv(1 << 20):
            taken += len(some)
    return taken


@asynccontextmanager
async def refused(connecting, status):
    with pytest.raises(InvalidStatus) as refusal:
        await connecting
    assert refusal.value.response.status_code == status
    yield json.loads(refusal.value.response.body)["detail"]


async def test_events_come_from_any_number_and_as_they_happen(site):
    async with site.connect("?after=1") as websocket:
        assert await numbers(websocket, 2) == [2, 3]
        site.history.add(2)
        assert await numbers(websocket, 2) == [4, 5]
    async with site.connect() as websocket:
        await asyncio.sleep(0.3)
        site.history.add()
        assert await numbers(websocket, 1) == [6]


async def test_only_the_kinds_that_are_wanted_come(site):
    site.history.stored[1] = site.history.stored[1]._replace(kind="CallEnded")
    async with site.connect("?after=0&kind=CallEnded&kind=CallArrived") as websocket:
        assert await numbers(websocket, 1) == [2]


async def test_nobody_is_let_in_without_a_log_in_and_agents_are_not(site, accounts):
    async with refused(site.connect(additional_headers={}), 401) as says:
        assert "tokens add" in says
    _, text = await accounts.add_token("phone", "agent")
    agent = {"Authorization": f"Bearer {text}"}
    async with refused(site.connect(additional_headers=agent), 403) as says:
        assert "supervisor" in says
    async with refused(site.connect("?after=4"), 410) as says:
        assert "this record, which ends with 3" in says
    async with refused(site.connect("?aftr=1"), 422) as says:
        assert "did you mean 'after'?" in says
    async with refused(site.connect("?after=x"), 422) as says:
        assert "after" in says


async def test_a_session_opens_sockets_for_pages_of_this_server_alone(site, accounts):
    user = await accounts.add_user("anna", "supervisor", "correct horse battery")
    cookie = {"Cookie": f"{COOKIE}={Sessions(SECRET).write(user.name, user.since + 1)}"}
    for origin in ("http://evil.example", None, "null"):
        async with refused(site.connect(additional_headers=cookie, origin=origin), 403) as says:
            assert "this server's pages" in says
    own = f"http://{site.address}"
    async with site.connect("?after=2", additional_headers=cookie, origin=own) as websocket:
        assert await numbers(websocket, 1) == [3]


async def test_a_revoked_token_closes_the_socket(site, accounts, monkeypatch):
    monkeypatch.setattr(sockets, "BEAT", 0.2)
    async with site.connect() as websocket:
        await asyncio.sleep(0.1)
        (token,) = await accounts.tokens()
        await accounts.revoke_token(token.id)
        assert await closed_with(websocket) == 1008


async def test_a_viewer_who_is_behind_is_let_go(site, monkeypatch):
    monkeypatch.setattr(live, "BEHIND", 3)
    async with site.connect() as websocket:
        await asyncio.sleep(0.3)
        site.history.add(50)
        assert await closed_with(websocket) == 1013


async def test_a_viewer_who_does_not_read_is_cut_off(site, monkeypatch):
    monkeypatch.setattr(sockets, "PATIENCE", 0.5)
    monkeypatch.setattr(sockets, "FAREWELL", 0.5)
    big = {"text": "x" * 50_000}
    site.history.stored += [site.history.stored[0]._replace(seq=seq, data=big) for seq in range(4, 1000)]
    host, _, port = site.address.rpartition(":")
    with socket.create_connection((host, int(port))) as lazy:
        lines = ("GET /api/v1/events/ws?after=0 HTTP/1.1", f"Host: {site.address}", "Upgrade: websocket")
        more = (
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        )
        token = (f"Authorization: {site.headers['Authorization']}", "", "")
        lazy.sendall("\r\n".join((*lines, *more, *token)).encode())
        async with asyncio.timeout(10):
            while not site.server.viewers:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            while site.server.viewers or site.server.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert taken_from(lazy) < 20e6, "that was not cut off"


async def test_there_are_only_so_many(site, monkeypatch):
    monkeypatch.setattr("softswitch.web.streaming.VIEWERS", 1)
    async with site.connect():
        await asyncio.sleep(0.1)
        async with refused(site.connect(), 503) as says:
            assert "viewers" in says


async def test_what_a_viewer_says_is_not_heard_and_may_not_be_long(site):
    async with site.connect("?after=2") as websocket:
        await websocket.send("hello")
        assert await numbers(websocket, 1) == [3]
        await websocket.send("x" * 5000)
        assert await closed_with(websocket) == 1009


async def test_the_end_of_the_switch_closes_sockets(site):
    async with site.connect() as websocket:
        await asyncio.sleep(0.1)
        await site.server.__aexit__(None, None, None)
        assert await closed_with(websocket) in (1001, 1012)
