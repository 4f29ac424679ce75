"""Each message goes to the real endpoint over UDP, as it is, and the table holds.

Most messages want their answer at the port of their Via, and not where they came from: so the sender is an
address of the loopback network that is this test's alone, with those ports.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from softswitch.config.settings import MediaSettings
from softswitch.ports import Leg
from softswitch.registration.registrar import Registrar
from softswitch.sip.admission import Admission
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.phones import Phones
from softswitch.sip.proofs import Proofs
from softswitch.testing.fakes import FakeJournal
from tests.sip.conftest import free_port, settings
from tests.sip.phone import Phone
from tests.sip.torture.table import TABLE, Row

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = Path(__file__).parent / "messages"
SENDER = f"127.{1 + os.getpid() // 250 % 250}.{1 + os.getpid() % 250}.75"
PORTS = (5060, 5050, 5070)
CALL_ID = re.compile(rb"^(?:Call-ID|I) *: *(\S+)\r$", re.IGNORECASE | re.MULTILINE)
QUIET = 0.15
"""Seconds without an answer that count as silence."""

ALONE = frozenset({"esc01", "baddate", "invut"})
"""Calls that all say they are the same transaction: each has an endpoint of its own."""

VALID = {
    "wsinv": "d6f6cdee99cd", "intmeth": "b957a8292c1c", "esc01": "be3a316d4ce5", "escnull": "263fe2ecd12a",
    "esc02": "9a9c59449f00", "lwsdisp": "d1b36b6316c1", "longreq": "185739292bc6", "dblreq": "a6be48426565",
    "semiuri": "87bbaed6b4b3", "transports": "33b4553a3b94", "mpart01": "92147c8e2499",
    "unreason": "4f939d6ebf48", "noreason": "07e11e470a69",
}  # fmt: skip
"""Of the messages whose exact octets matter most, the beginning of SHA-256 of the RFC's own archive."""


class Torture:
    """The endpoint, and the sender."""

    def __init__(self, endpoint: SipEndpoint) -> None:
        self.endpoint = endpoint
        self.arrived: list[Leg] = []
        self.port = endpoint.settings.listen[0].port
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in PORTS]
        for one, port in zip(self.sockets, PORTS, strict=True):
            one.bind((SENDER, port))
            one.setblocking(False)

    async def send(self, name: str) -> list[int]:
        """The statuses of all answers."""
        message = (MESSAGES / f"{name}.sip").read_bytes()
        call_id = CALL_ID.search(message)
        wanted = call_id[1] if call_id else b""
        self.heard(wanted)
        self.sockets[0].sendto(message, ("127.0.0.1", self.port))
        statuses: list[int] = []
        deadline = asyncio.get_running_loop().time() + QUIET
        while not statuses and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.005)
            statuses = self.heard(wanted)
        return statuses

    def heard(self, call_id: bytes) -> list[int]:
        """What has come in since it was asked last; answers to earlier calls, which nobody acknowledges, come
        again and again.
        """
        statuses = []
        for one in self.sockets:
            try:
                while data := one.recv(65536):
                    if call_id and call_id in data:
                        statuses.append(int(data.split(b" ", 2)[1]))
            except BlockingIOError:
                pass
        return statuses

    def dropped(self) -> int:
        return sum(self.endpoint.gate.dropped().values())

    async def still_answers(self) -> bool:
        phone = await Phone.open(self.port + 10, ("127.0.0.1", self.port))
        try:
            return (await phone.request("OPTIONS")).status == 200
        finally:
            phone.close()

    def close(self) -> None:
        for one in self.sockets:
            one.close()


@asynccontextmanager
async def opened() -> AsyncIterator[Torture]:
    endpoint = SipEndpoint(settings(free_port()), MediaSettings(), lambda leg: None)
    async with endpoint:
        torture = Torture(endpoint)
        endpoint._on_incoming = torture.arrived.append
        phones = Phones(Registrar(), endpoint.pinger, FakeJournal(), lambda agent, there: None)
        Admission(phones, Proofs()).install(endpoint.gate)
        try:
            yield torture
        finally:
            torture.close()
            phones.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Torture]:
    async with opened() as torture:
        yield torture


async def check(torture: Torture, row: Row) -> None:
    before = torture.dropped()
    statuses = await torture.send(row.name)
    calls = [leg for leg in torture.arrived if leg.incoming]
    torture.arrived.clear()
    for leg in calls:
        leg.hangup(486)
    assert statuses[:1] == ([row.answer] if row.answer else []), row.why
    assert (torture.dropped() > before) is row.dropped
    assert len(calls) == (row.answer == 100)
    assert await torture.still_answers()


@pytest.mark.parametrize("row", [row for row in TABLE if row.name not in ALONE], ids=lambda row: row.name)
async def test_the_row_holds(shared: Torture, row: Row) -> None:
    await check(shared, row)


@pytest.mark.parametrize("row", [row for row in TABLE if row.dropped], ids=lambda row: row.name)
async def test_somebody_we_know_is_told(shared: Torture, row: Row) -> None:
    shared.endpoint.shield.known(SENDER)
    try:
        assert (await shared.send(row.name))[:1] == ([row.known] if row.known else [])
        assert await shared.still_answers()
    finally:
        shared.endpoint.shield.unknown(SENDER)
    assert await shared.send(row.name) == [], "a stranger again"


async def test_the_table_is_complete() -> None:
    files = sorted(file.stem for file in MESSAGES.glob("*.sip"))
    assert sorted(row.name for row in TABLE) == files
    assert len(files) == 49


@pytest.mark.parametrize("name", VALID)
async def test_the_octets_are_the_rfcs(name: str) -> None:
    assert hashlib.sha256((MESSAGES / f"{name}.sip").read_bytes()).hexdigest().startswith(VALID[name])
