"""Asking a real HTTP server who a caller is, and leaving alone one that does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from softswitch.outbound.breaker import FAILURES, LONGEST, PAUSE, Breaker
from softswitch.outbound.enquiries import LARGEST, Enquiries
from softswitch.outbound.signing import signature
from softswitch.routing import Lookup
from softswitch.rules import Known
from softswitch.testing.fakes import FakeJournal

Reply = Callable[[], tuple[int, bytes]]


class Server:
    """Answers as the test says."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.reply: Reply = lambda: (200, b"{}")
        self.takes = 0.0
        self.url = ""
        self.busy = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.busy += 1
        self.idle.clear()
        try:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await asyncio.sleep(self.takes)
            status, body = self.reply()
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.busy -= 1
            if not self.busy:
                self.idle.set()


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, Enquiries, FakeJournal]]:
    server, journal = Server(), FakeJournal()
    tasks = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{tasks.sockets[0].getsockname()[1]}/callers/{{number}}"
    async with Enquiries(journal, now=lambda: 1_767_607_200.0) as enquiries:
        yield server, enquiries, journal
    tasks.close()
    await server.idle.wait()


def says(**answer: object) -> Reply:
    return lambda: (200, json.dumps(answer).encode())


async def test_the_answer_is_known_and_the_question_signed() -> None:
    async with serving() as (server, enquiries, _):
        server.reply = says(
            priority="vip",
            language="pl",
            needs={"billing": 2},
            preferred="desk-201",
            name="Anna\r\nNowak",
            note="x",
            data={"plan": "gold", "orders": 3, "late": True},
            more=[1],
        )
        known = await enquiries.ask("all", Lookup(server.url, 5.0, "secret"), "+48600100200")
        data = {"plan": "gold", "orders": "3", "late": "true"}
        assert known == Known(True, "", "vip", "pl", {"billing": 2}, "desk-201", "Anna Nowak", "x", data)  # type: ignore[arg-type]
        head = server.requests[0]
        assert head.startswith("GET /callers/%2B48600100200 HTTP/1.1")
        signed = signature("secret", 1_767_607_200, b"/callers/%2B48600100200")
        assert f"softswitch-signature: {signed}" in head.lower()


@pytest.mark.parametrize(
    ("status", "body", "known"),
    [
        (404, b"", Known()),
        (
            200,
            b'{"name": 5}',
            Known(problem="the answer is of no use: name: expected a valid string, got 5"),
        ),
        (200, b"<html>", Known(problem="the answer is of no use: all of it: it is no JSON")),
        (
            200,
            b'{"needs": {"billing": "much"}}',
            Known(problem="the answer is of no use: needs.billing: expected a valid integer, got 'much'"),
        ),
        (500, b"{}", Known(problem="500 X")),
        (200, b"x" * (LARGEST + 1), Known(problem=f"the answer is longer than {LARGEST} bytes")),
    ],
)
async def test_what_is_no_answer_says_why(status: int, body: bytes, known: Known) -> None:
    async with serving() as (server, enquiries, _):
        server.reply = lambda: (status, body)
        assert await enquiries.ask("all", Lookup(server.url, 5.0), "1") == known


async def test_a_number_cannot_lead_to_another_place_of_the_server() -> None:
    async with serving() as (server, enquiries, _):
        await enquiries.ask("all", Lookup(server.url, 5.0), "../x?a=1&b\r\nHost: evil")
        assert server.requests[0].startswith("GET /callers/..%2Fx%3Fa%3D1%26b%0D%0AHost%3A%20evil HTTP/1.1")


async def test_a_dead_server_is_left_alone_with_an_alarm_and_asked_again_later() -> None:
    async with serving() as (server, enquiries, journal):
        server.takes = 0.4
        slow = Lookup(server.url, 0.05)
        began = asyncio.get_running_loop().time()
        for _ in range(FAILURES):
            assert "no answer within" in (await enquiries.ask("all", slow, "1")).problem
        assert asyncio.get_running_loop().time() - began < FAILURES * 0.3
        asked = len(server.requests)
        assert "is not asked" in (await enquiries.ask("all", slow, "1")).problem
        assert len(server.requests) == asked
        [alarm] = journal.find("LookupFailing")
        assert (alarm.data["caller_rule"], alarm.data["pause"]) == ("all", PAUSE)
        server.takes = 0.0
        for breaker in enquiries._breakers.values():
            breaker.until = 0.0
        assert (await enquiries.ask("all", Lookup(server.url, 5.0), "1")).found
        assert journal.kinds() == ["LookupFailing", "LookupWorking"]


def test_a_breaker_lets_one_try_after_a_pause_that_doubles_up_to_a_limit() -> None:
    breaker, now = Breaker(), 100.0
    assert [breaker.failed(now) for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]
    assert not breaker.may_ask(now + PAUSE - 0.1)
    pauses = []
    for _ in range(8):
        now = breaker.until
        assert breaker.may_ask(now)
        assert not breaker.may_ask(now), "one tries, the others do not"
        assert breaker.failed(now)
        pauses.append(breaker.pause)
    assert pauses[:2] == [2 * PAUSE, 4 * PAUSE]
    assert pauses[-1] == LONGEST
    assert breaker.may_ask(breaker.until)
    breaker.given_up()
    assert breaker.may_ask(breaker.until), "who gave up did not find out"
    assert breaker.answered()
    assert breaker.may_ask(now)
    assert not breaker.answered()
