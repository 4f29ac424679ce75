"""Webhooks of the real switch to a real server, which fails half the time, over a kill of the switch."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
from collections import Counter

import pytest

from softswitch.errors import StoreError
from softswitch.store.outbox import Outbox
from softswitch.store.reading import engine_of
from softswitch.testing.phone import Phone, Refused
from tests.e2e.switch import Switch, serving, until

pytestmark = pytest.mark.may_block

SECRET = "between us"


class Receiver:
    """An HTTP server that says 500 half the time, to each event twice at most, and keeps what it took. Use
    it as an async context manager.
    """

    def __init__(self) -> None:
        self.taken: list[dict[str, object]] = []
        self.refused = Counter[int]()
        self.forged = 0
        self._chance = random.Random(7)

    async def __aenter__(self) -> Receiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/calls?from=switch"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
                body = await reader.readexactly(int(fields["content-length"]))
                status = self._take(fields["softswitch-signature"], body)
                writer.write(f"HTTP/1.1 {status} Word\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    def _take(self, signature: str, body: bytes) -> int:
        moment, digest = (part.partition("=")[2] for part in signature.split(","))
        right = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, digest):
            self.forged += 1
            return 401
        event = json.loads(body)
        if self._chance.random() < 0.5 and self.refused[event["seq"]] < 2:
            self.refused[event["seq"]] += 1
            return 500
        self.taken.append(event)
        return 200


def begun(switch: Switch) -> bool:
    """Whether the receiver is known: it gets what happens from then on."""
    with contextlib.suppress(StoreError), engine_of(switch.data) as engine:
        return "crm" in Outbox(engine).states()
    return False


async def test_a_receiver_that_fails_half_the_time_hears_of_every_call_over_a_crash(tmp_path):
    async with Receiver() as receiver:
        hook = {"url": receiver.url, "secret": SECRET, "events": ["CallArrived", "CallEnded"]}
        switch = Switch(tmp_path, {"numbers": {"601": "hangup"}, "webhooks": {"crm": hook}})
        async with serving(switch), Phone("100") as phone:
            await asyncio.to_thread(until, lambda: begun(switch), 15.0, switch.last_words)
            for number in range(20):
                with contextlib.suppress(Refused):
                    await phone.call(switch.uri("601")).until_answered()
                if number == 9:
                    await asyncio.sleep(0.3)
                    await asyncio.to_thread(switch.restart_after_a_crash)

            def all_there() -> bool:
                wanted = {(event["seq"]) for kind in hook["events"] for event in switch.events(kind)}
                return len(wanted) == 40 and wanted == {event["seq"] for event in receiver.taken}

            await asyncio.to_thread(until, all_there, 40.0, switch.last_words)
            assert receiver.refused.total() > 10
            assert receiver.forged == 0
            ended = [event for event in receiver.taken if event["kind"] == "CallEnded"]
            assert all(event["record"]["dialled"] == "601" for event in ended)
            twice = len(receiver.taken) - len({event["seq"] for event in receiver.taken})
            assert twice <= 32, "a crash repeats one lot at most"
