"""Phones that register: refreshes per second of one core, each digest checked, and 20,000 bindings held."""

from __future__ import annotations

import hashlib
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.processes import switch
from bench.rows import Row

PHONES = 20_000
REFRESHES = 50_000
WINDOW = 64
"""Requests on their way at once: enough to keep the switch busy, and no flood."""

PORT = 5060
REALM = "bench.example"


def run(phones: int = PHONES, refreshes: int = REFRESHES) -> list[Row]:
    """Register every phone once, then refresh them round and round as fast as the switch answers."""
    with TemporaryDirectory(prefix="softswitch-phones-") as folder:
        config = _configuration(Path(folder), phones)
        with switch(config, PORT) as process, _Fleet(phones) as fleet:
            empty = machine.memory_mb(process.pid)
            fleet.register(phones)
            held = fleet.granted
            grown = machine.memory_mb(process.pid) - empty
            spent, began = machine.cpu_seconds(process.pid), time.monotonic()
            fleet.granted = 0
            fleet.register(refreshes)
            took = time.monotonic() - began
            used = machine.cpu_seconds(process.pid) - spent
            good = fleet.granted
    rate = good / used
    return [
        Row("registrations refreshed, per second of one core", f"{rate:,.0f}", "5,000", rate >= 5000),
        Row("  as the clock goes, beside the bench itself", f"{good / took:,.0f} per second"),
        Row("  refreshes granted", f"{good:,}", f"{refreshes:,}", good == refreshes),
        Row("bindings held", f"{held:,}", f"{phones:,}", held == phones),
        Row("  memory of each", f"{grown * 1024 / phones:.1f} kB"),
    ]


def _configuration(folder: Path, phones: int) -> Path:
    """So many agents, each with a login; phones that are not there need not be asked whether they are."""
    lines = [
        "sip:",
        f'  listen: ["udp:127.0.0.1:{PORT}"]',
        f"  realm: {REALM}",
        "  registration: {keep_alive: 0}",
        "agents:",
        *(f"  a{number}: {{login: '{_login(number)}', password: secret}}" for number in range(phones)),
    ]
    path = folder / "phones.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def _login(number: int) -> str:
    return f"u{number:05d}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class _Fleet:
    """Many phones behind one socket. One nonce serves all: its count rises with every request."""

    def __init__(self, phones: int) -> None:
        self.granted = 0
        self._phones = phones
        self._next = 0
        self._count = 0
        self._nonce = ""
        self._secrets = [_md5(f"{_login(number)}:{REALM}:secret") for number in range(phones)]
        self._uri = f"sip:{REALM}"
        self._asked = _md5(f"REGISTER:{self._uri}")

    def __enter__(self) -> _Fleet:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect(("127.0.0.1", PORT))
        self._socket.settimeout(2.0)
        self._port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def register(self, times: int) -> None:
        """Send so many REGISTERs, a window of them at once."""
        self._challenge()
        waiting = 0
        for request in self._requests(times):
            self._socket.send(request)
            waiting += 1
            while waiting >= WINDOW:
                waiting -= self._answers() or waiting
        while waiting > 0 and (answered := self._answers()):
            waiting -= answered

    def _answers(self) -> int:
        """Read one answer; 0: none came."""
        try:
            answer = self._socket.recv(4096)
        except TimeoutError:
            return 0
        if answer.startswith(b"SIP/2.0 200"):
            self.granted += 1
        return 1

    def _challenge(self) -> None:
        self._socket.send(self._request(0, ""))
        answer = self._socket.recv(4096).decode()
        found = re.search(r'Digest (?=[^\r\n]*algorithm=MD5)[^\r\n]*nonce="([^"]+)"', answer)
        assert found, answer
        self._nonce, self._count = found[1], 0

    def _requests(self, times: int) -> Iterator[bytes]:
        for _ in range(times):
            number = self._next = (self._next + 1) % self._phones
            self._count += 1
            count = f"{self._count:08x}"
            response = _md5(f"{self._secrets[number]}:{self._nonce}:{count}:c:auth:{self._asked}")
            yield self._request(
                number,
                f'Authorization: Digest username="{_login(number)}", realm="{REALM}", nonce="{self._nonce}", '
                f'uri="{self._uri}", algorithm=MD5, qop=auth, cnonce="c", nc={count}, '
                f'response="{response}"\r\n',
            )

    def _request(self, number: int, authorization: str) -> bytes:
        login, stamp = _login(number), time.monotonic_ns()
        return (
            f"REGISTER {self._uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{stamp};rport\r\n"
            f"From: <sip:{login}@{REALM}>;tag={stamp}\r\nTo: <sip:{login}@{REALM}>\r\n"
            f"Call-ID: {login}@bench\r\n"
            f"CSeq: {stamp // 1000 % 2**31} REGISTER\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{login}@127.0.0.1:{self._port}>\r\nExpires: 3600\r\n"
            f"User-Agent: bench\r\n{authorization}Content-Length: 0\r\n\r\n"
        ).encode()
