"""Readers of the API beside calls: what pages of the record cost those who telephone.

The loop's lag is seen from outside, as a phone sees it: by how late OPTIONS are answered. Quiet spells and
spells with readers take turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import random
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from bench import machine
from bench.processes import ROOT, sipp, switch
from bench.record import MEDIA
from bench.rows import Row
from softswitch.errors import StoreError
from softswitch.store.reading import engine_of
from softswitch.store.tables import calls

CALLS, READERS, PAGE = 200_000, 20, 1000
RATE = 50
"""Calls per second."""
SPELL, SPELLS = 8.0, 4
"""Seconds of one, and how many, every other one with readers."""
PORT, WEB, AGENT = 5064, 8084, 7640
FIRST = 10_000_000
"""Numbers of the calls, far above those that are made meanwhile."""
MORE = 0.010
"""Seconds that the slowest hundredth may be slower with readers."""
EVERY = 0.01
"""Seconds between two questions."""

CONFIG = f"""\
sip: {{listen: ["udp:127.0.0.1:{PORT}"], rtp_ports: 20000-23999, rtp_timeout: 0, drain: 1s}}
web: {{listen: "127.0.0.1:{WEB}"}}
numbers: {{"601": {{queue: through}}}}
queues: {{through: {{strategy: longest-idle, ring: 20s, wrap_up: 0, music: classical}}}}
agents: {{agent: {{dial: "sip:agent@127.0.0.1:{AGENT}", calls: unlimited}}}}
teams: {{through: {{agents: [agent]}}}}
"""


def run() -> list[Row]:
    """Four rows."""
    with TemporaryDirectory(prefix="softswitch-readers-") as name:
        folder = Path(name)
        (folder / "bench.yaml").write_text(CONFIG)
        calls_made = int(RATE * (SPELL * SPELLS + 6))
        load = ("-s", "601", "-r", str(RATE), "-m", str(calls_made), "-l", "1000", "-p", "5092", "-d", "1000")
        with (
            switch(folder / "bench.yaml", PORT, folder),
            sipp("bench_agent.xml", "-p", str(AGENT), "-mp", "27000"),
        ):
            _fill(folder)
            text = token(folder)
            with sipp("bench_call.xml", *load, target=f"127.0.0.1:{PORT}"):
                time.sleep(3)
                quiet, busy, pages = _take_turns(text)
    p99, p99_busy = (machine.percentile(took, 0.99) * 1000 for took in (quiet, busy))
    each = machine.percentile(pages, 0.5)
    return [
        Row(f"{RATE} calls/s: OPTIONS answered, p99", f"{p99:.1f} ms"),
        Row(
            f"  while {READERS} readers ask for pages of {PAGE:,} calls",
            f"{p99_busy:.1f} ms",
            f"under {p99 + MORE * 1000:.1f} ms",
            p99_busy - p99 < MORE * 1000,
        ),
        Row("  longest, without and with readers", f"{max(quiet) * 1000:.0f}, {max(busy) * 1000:.0f} ms"),
        Row("  pages a second; median time of one", f"{len(pages) / SPELL / (SPELLS / 2):.1f}; {each:.1f} s"),
    ]


def _take_turns(token: str) -> tuple[list[float], list[float], list[float]]:
    """Seconds of OPTIONS without and with readers, and of pages."""
    quiet, busy, pages = [], [], []
    for spell in range(SPELLS):
        if spell % 2 == 0:
            quiet += probe(SPELL, PORT)
            continue
        crowd = _Crowd(token)
        busy += probe(SPELL, PORT)
        pages += crowd.leave()
    return quiet, busy, pages


def probe(seconds: float, port: int) -> list[float]:
    """How long each OPTIONS to a switch took, in seconds."""
    took = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(5.0)
        own, end = phone.getsockname()[1], time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            stamp = time.monotonic_ns()
            phone.sendto(
                f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};"
                f"branch=z9hG4bK{stamp}\r\nFrom: <sip:bench@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
                f"Call-ID: bench-{stamp}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
                "Content-Length: 0\r\n\r\n".encode(),
                ("127.0.0.1", port),
            )
            phone.recv(4096)
            took.append(time.monotonic() - began)
            time.sleep(EVERY)
    return took


@dataclass
class _Crowd:
    """Readers in a process of their own, from now until they leave."""

    token: str
    _over: Event = field(default_factory=multiprocessing.get_context("spawn").Event)

    def __post_init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._told, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_read_pages, args=(self.token, self._over, there))
        self._process.start()
        self._told.recv()  # they have begun

    def leave(self) -> list[float]:
        """How long each page took, in seconds."""
        self._over.set()
        took: list[float] = self._told.recv()
        self._process.join()
        return took


def _read_pages(token: str, over: Event, told: Any) -> None:
    took: list[float] = []
    readers = [Thread(target=_read, args=(token, over, took)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    told.send(None)
    for reader in readers:
        reader.join()
    told.send(took)


def _read(token: str, over: Event, took: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", WEB, timeout=60)
    while not over.is_set():
        began, before = time.monotonic(), FIRST + random.randrange(PAGE, CALLS)
        path = f"/api/v1/calls?limit={PAGE}&before={before}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200]!r}")
        if not over.is_set():
            took.append(time.monotonic() - began)


def token(folder: Path, label: str = "bench") -> str:
    """Of a supervisor, for the switch whose record is there."""
    command = [sys.executable, "-m", "softswitch", "tokens", "add", label, "--role", "supervisor"]
    asked = subprocess.run(
        [*command, "--data", str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return asked.stdout.split()[-1]


def _fill(folder: Path) -> None:
    """Calls straight into the record's database, once the switch has made its tables."""
    record = {
        "number": "+48600100200", "name": "Caller", "dialled": "600", "transport": "udp", "language": "en",
        "menus": ["welcome"], "digits": "1", "queues": ["through"], "priority": "default", "wait": 7.0,
        "offers": [{"agent": "agent", "result": "answered", "seconds": 3.0}], "agent": "agent", "talk": 50.0,
        "talks": [{"agent": "agent", "number": "", "seconds": 50.0, "ended_by": "caller"}],
        "ended_by": "caller", "status": 200, "reason": "OK", "caller_media": MEDIA, "agent_media": MEDIA,
    }  # fmt: skip
    columns = {"number": "+48600100200", "dialled": "600", "queue": "through", "agent": "agent"}
    rows = []
    for place in range(CALLS):
        at, id, seq = 1_760_000_000.0 + 30 * place, f"bench{place:011}", FIRST + place
        told = {"id": id, "seq": seq, "start": at, "end": at + 60, "answered": at + 10, **record}
        times = {"start": at, "end": at + 60, "wait": 7.0, "talk": 50.0, "outcome": "answered"}
        rows.append({"id": id, "seq": seq, **columns, **times, "record": json.dumps(told)})
    for _ in range(50):
        with suppress(StoreError), engine_of(folder) as engine, engine.begin() as connection:
            connection.execute(calls.insert(), rows)
            return
        time.sleep(0.2)
    raise RuntimeError("the record has no tables after ten seconds")
