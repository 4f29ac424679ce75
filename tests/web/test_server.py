"""The server: bound before anything else, and on the loop of the switch."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys

import httpx2
import pytest

from softswitch.config.settings import WebSettings
from softswitch.errors import EndpointError
from softswitch.web.server import WebServer
from tests.e2e import ports
from tests.web.conftest import Deaf


async def made(settings, parts):
    return await asyncio.to_thread(WebServer, settings, parts, Deaf())


@pytest.mark.may_block  # a client of its own is made, which reads certificates
async def test_it_serves_and_lets_go_of_its_address(parts):
    settings = WebSettings("127.0.0.1", ports.block(), "open")
    for _ in range(2):
        async with (
            WebServer(settings, parts, Deaf()),
            httpx2.AsyncClient(verify=False) as client,
        ):
            answer = await client.get(f"http://{settings.shown}/health")
            assert answer.json()["status"] == "alive"


async def test_an_address_in_use_is_an_error_that_teaches(parts):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(EndpointError, match=f"127.0.0.1:{port}.*in use.*web.listen") as error:
            await made(WebSettings("127.0.0.1", port, "open"), parts)
    assert error.value.setting == "web.listen"


def test_a_switch_without_web_does_not_import_what_it_needs():
    code = "import sys, softswitch.app; sys.exit('fastapi' in sys.modules or 'uvicorn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
