"""Requests that end midway: their client has gone before they are read, or the switch ends."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest_asyncio

from softswitch.config.settings import WebSettings
from softswitch.web import server as module
from softswitch.web.server import WebServer
from tests.e2e import ports
from tests.web.conftest import Deaf

PAUSE = "/api/v1/agents/desk/pause"


@pytest_asyncio.fixture
async def shop(parts, accounts, monkeypatch):
    """A server, how to talk to it, and its end."""
    monkeypatch.setattr(module, "PATIENCE", 0.5)  # of which whole seconds count for requests
    settings = WebSettings("127.0.0.1", ports.block(), "open")
    _, text = await accounts.add_token("crm", "engineer")

    sockets = []

    def post(path):
        """The server, which is on the same loop, sees nothing of it before the loop turns."""
        sockets.append(socket.create_connection((settings.host, settings.port)))
        head = f"POST {path} HTTP/1.1\r\nHost: switch\r\nAuthorization: Bearer {text}\r\n"
        sockets[-1].sendall(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        return sockets[-1]

    server = await asyncio.to_thread(WebServer, settings, parts, Deaf())
    await server.__aenter__()
    yield server, post
    await server.__aexit__(None, None, None)
    for one in sockets:
        one.close()


async def answered(connection):
    connection.setblocking(False)
    told = b""
    async with asyncio.timeout(5):
        while got := await asyncio.get_running_loop().sock_recv(connection, 65536):
            told += got
    head, _, body = told.partition(b"\r\n\r\n")
    return int(head[9:12]), json.loads(body)


async def test_what_was_given_up_while_the_switch_hung_is_not_done_when_it_goes_on(shop, operations):
    _, post = shop
    waits, *gone = [post(PAUSE) for _ in range(4)]
    for one in gone:
        one.close()
    assert (await answered(waits))[0] == 200
    assert (await answered(post(PAUSE)))[0] == 200
    assert len(operations.done) == 2


async def test_what_the_end_of_the_switch_cuts_is_a_503_that_says_so(shop, operations, caplog):
    server, post = shop
    began, never = asyncio.Event(), asyncio.Event()

    async def endless(by):
        began.set()
        await never.wait()

    operations.reload = endless
    connection = post("/api/v1/reload")
    await asyncio.wait_for(began.wait(), 5)
    ending = asyncio.create_task(server.__aexit__(None, None, None))
    status, said = await answered(connection)
    assert status == 503
    assert "the switch ended" in said["detail"]
    await ending
    assert not [one for one in caplog.records if one.exc_info]
