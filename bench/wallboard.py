"""Viewers of the wallboard beside calls: what two hundred open pages cost the switch.

Quiet spells and spells with viewers take turns, so that what else the machine does falls on both. The loop's
lag is seen from outside, by how late OPTIONS are answered.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from bench import machine
from bench.processes import sipp, switch
from bench.readers import probe, token
from bench.rows import Row
from softswitch.web.board import PER_USER

VIEWERS, AGENTS, QUEUES = 200, 60, 6
RATE = 20
"""Calls per second, each of a second: something changes all the time."""
SPELL, SPELLS = 10.0, 6
"""Seconds of one, and how many, every other one with viewers."""
PORT, WEB, AGENT = 5068, 8088, 7660
MOST_CORES, MOST_LAG = 0.10, 0.005
"""What viewers may cost: cores, and seconds that the slowest hundredth of OPTIONS may be slower."""


def run() -> list[Row]:
    """Three rows."""
    with TemporaryDirectory(prefix="softswitch-wallboard-") as name:
        folder = Path(name)
        (folder / "bench.yaml").write_text(_config())
        load = ("-s", "601", "-r", str(RATE), "-m", str(int(RATE * (SPELL * SPELLS + 30))), "-l", "500")
        with (
            switch(folder / "bench.yaml", PORT, folder) as process,
            sipp("bench_agent.xml", "-p", str(AGENT), "-mp", "27000"),
        ):
            tokens = [token(folder, f"bench-{place}") for place in range(VIEWERS // PER_USER)]
            with sipp("bench_call.xml", *load, "-p", "5096", "-d", "1000", target=f"127.0.0.1:{PORT}"):
                time.sleep(3)
                spells = [_spell(process.pid, tokens, watched=bool(place % 2)) for place in range(SPELLS)]
    quiet, busy = spells[::2], spells[1::2]
    cores = mean(one.cores for one in busy) - mean(one.cores for one in quiet)
    p99, p99_busy = (
        machine.percentile([each for one in some for each in one.took], 0.99) for some in (quiet, busy)
    )
    heard = mean(one.heard for one in busy)
    return [
        Row(
            f"{VIEWERS} viewers of the wallboard, {RATE} calls/s: cores for them",
            f"{cores:.3f}",
            f"under {MOST_CORES:.2f}",
            cores < MOST_CORES,
        ),
        Row("  messages and KB a second to each", f"{heard / VIEWERS / SPELL:.1f}; {_volume(busy):.1f}"),
        Row(
            "  OPTIONS answered, p99, without and with them",
            f"{p99 * 1000:.1f}, {p99_busy * 1000:.1f} ms",
            f"{MOST_LAG * 1000:.0f} ms more at most",
            p99_busy - p99 < MOST_LAG,
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Spell:
    """What was measured in one."""

    cores: float
    took: list[float]
    """Seconds of each OPTIONS."""
    heard: int
    """Messages to all viewers."""
    volume: int
    """Bytes to all of them."""


def _volume(spells: list[_Spell]) -> float:
    """KB a second to one viewer."""
    return mean(one.volume for one in spells) / VIEWERS / SPELL / 1024


def _spell(pid: int, tokens: Sequence[str], *, watched: bool) -> _Spell:
    crowd = _Crowd(tokens) if watched else None
    meter = machine.Meter((pid,))
    took = probe(SPELL, PORT)
    _, cores = meter.read()
    heard, volume = crowd.leave() if crowd else (0, 0)
    time.sleep(1)
    return _Spell(cores[pid], took, heard, volume)


@dataclass
class _Crowd:
    """Viewers in a process of their own, from now until they leave."""

    tokens: Sequence[str]
    _over: Event = field(default_factory=multiprocessing.get_context("spawn").Event)

    def __post_init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._told, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_view, args=(self.tokens, self._over, there))
        self._process.start()
        there.close()  # so that one who was refused is no viewer who is waited for
        self._told.recv()  # they all have the whole board

    def leave(self) -> tuple[int, int]:
        """Messages and bytes that came to all of them."""
        self._over.set()
        seen: tuple[int, int] = self._told.recv()
        self._process.join()
        return seen


def _view(tokens: Sequence[str], over: Event, told: Any) -> None:
    ask = "GET /api/v1/board/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n"
    chooser = selectors.DefaultSelector()
    for place in range(VIEWERS):
        viewer = socket.create_connection(("127.0.0.1", WEB))
        viewer.sendall((ask % tokens[place % len(tokens)]).encode())
        begun = b""
        while b"event: board" not in begun:
            got = viewer.recv(65536)
            begun += got
            if not got or b" 200 " not in begun[:16]:
                raise RuntimeError(f"viewer {place + 1} was refused: {begun.decode(errors='replace')}")
        viewer.setblocking(False)
        chooser.register(viewer, selectors.EVENT_READ)
    told.send(None)
    messages = volume = 0
    while not over.is_set():
        for key, _ in chooser.select(0.2):
            got = key.fileobj.recv(262144)  # type: ignore[union-attr]
            if not got:
                raise RuntimeError("a viewer was cut off")
            messages += got.count(b"event: ")
            volume += len(got)
    told.send((messages, volume))


def _config() -> str:
    agents = "\n".join(
        f'  a{place}: {{dial: "sip:a{place}@127.0.0.1:{AGENT}", calls: unlimited}}' for place in range(AGENTS)
    )
    team = ", ".join(f"a{place}" for place in range(AGENTS))
    queues = "\n".join(f"  q{place}: {{strategy: longest-idle, ring: 20s}}" for place in range(QUEUES))
    teams = "\n".join(f"  q{place}: {{agents: [{team}]}}" for place in range(QUEUES))
    return (
        f'sip: {{listen: ["udp:127.0.0.1:{PORT}"], rtp_ports: 20000-23999, rtp_timeout: 0, drain: 1s}}\n'
        f'web: {{listen: "127.0.0.1:{WEB}"}}\nnumbers: {{"601": {{queue: q0}}}}\n'
        f"queues:\n{queues}\nagents:\n{agents}\nteams:\n{teams}\n"
    )
